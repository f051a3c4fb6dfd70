"""Versions as servers write them, compared by their numbers alone."""


def numbers(version: str | None) -> tuple[int, ...]:
    """(7, 10, 2) of "7.10.2-SNAPSHOT"; () where it is unknown or no version."""
    found: list[int] = []
    for part in (version or "").split("-")[0].split("."):
        if not part.isascii() or not part.isdigit() or len(part) > 6:
            break
        found.append(int(part))
    return tuple(found)
