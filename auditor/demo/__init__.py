"""A small estate of real servers on loopback, seeded with people who cannot exist; started, audited by others, stopped."""
