"""How a recording loses what it must not give away: texts, addresses, headers, pages, and the shapes of answers."""
