"""One estate on loopback, asked side by side by our audit, by nmap and by the stock clients."""
