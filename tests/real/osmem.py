"""Starts osmem-server from PyPI, an OpenSearch-like stand-in."""

import importlib.util

from elastic_transport import TransportError

from tests.real.missing import MissingError
from tests.real.process import Process, free_port, workplace
from tests.real.seeds import node, seed_elastic


class Osmem:
    """A started osmem-server."""

    def __init__(self) -> None:
        if importlib.util.find_spec("osmem_server") is None:
            raise MissingError("needs osmem-server (the extra `demo`): not installed here")
        from osmem_server import OsmemError, resolve_binary  # noqa: PLC0415 - only where it is installed

        try:
            program = resolve_binary()
        except OsmemError as error:
            raise MissingError(f"needs osmem-server: {error}") from error
        self.port = free_port()
        words = [program, "-addr", f"127.0.0.1:{self.port}", "-no-stdin-watch"]
        # Its binary may lie where no other user can read it: it runs as whoever runs the tests.
        self.process = Process(words, folder=workplace(), as_nobody=False)
        server_node = node("http", self.port)

        def is_ready() -> bool:
            try:
                return server_node.perform_request("GET", "/").meta.status == 200
            except TransportError:
                return False

        self.process.wait_until(is_ready, seconds=30)
        seed_elastic(server_node, typed=False)
        server_node.close()

    def stop(self) -> None:
        """Ends it."""
        self.process.stop()
