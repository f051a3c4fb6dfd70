"""What probes are tested with: recordings of real servers, servers that replay them, scripted wires, and a contract."""
