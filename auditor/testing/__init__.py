"""What probes are tested with: recordings of servers, made, scrubbed and replayed; scripted wires; and a contract."""
