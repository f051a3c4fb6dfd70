"""The command line: parses, wires rooms together, prints; decides nothing itself."""

import io
import sys

INTERRUPTED_CODE = 130


def main() -> None:
    """The `auditor` command."""
    from auditor.cli.app import auditor  # noqa: PLC0415 - importing the package costs nothing

    for stream in (sys.stdout, sys.stderr):
        # A name in Chinese, or a dash of ours, must not end a night in a terminal that knows ASCII alone.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        auditor(prog_name="auditor", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_CODE)
