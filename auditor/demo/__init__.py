"""A small estate of real servers on loopback, seeded with people who cannot exist; it audits nothing itself."""
