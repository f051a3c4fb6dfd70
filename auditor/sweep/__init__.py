"""Going round many targets politely: resolve, connect, pace, and hand each to the examination."""
