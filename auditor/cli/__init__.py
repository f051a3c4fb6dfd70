"""The command line: parses, wires rooms together, prints; decides nothing itself."""


def main() -> None:
    """The `auditor` command."""
    from auditor.cli.app import auditor  # noqa: PLC0415 - importing the package costs nothing

    auditor(prog_name="auditor")
