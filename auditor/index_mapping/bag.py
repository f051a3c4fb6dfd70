"""Gathers the fields of one index within a limit, each path once."""

from dataclasses import dataclass

from auditor.model.dataset import Field

LONGEST_PATH = 1024
LONGEST_TYPE = 64
_MOST_TYPES = 8  # of one path, joined by "|"


@dataclass(frozen=True, slots=True)
class MappedFields:
    """The fields of one index in the order of its mapping; `truncated` says that there were more than the limit."""

    fields: tuple[Field, ...] = ()
    truncated: bool = False


class FieldBag:
    """Gathers fields up to a limit. Paths are kept once; two types of one path become "date|text"."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.truncated = False
        self._types: dict[str, str] = {}
        self._aliases: dict[str, str] = {}

    @property
    def full(self) -> bool:
        """Whether a further field would be one too many."""
        return len(self._types) >= self.limit

    def add(self, path: str, kind: str) -> None:
        """Keeps a field, or marks the bag truncated."""
        path = path[:LONGEST_PATH]
        known = self._types.get(path)
        if known is None and self.full:
            self.truncated = True
        elif known is None:
            self._types[path] = kind[:LONGEST_TYPE]
        elif kind and kind not in known.split("|"):
            self._types[path] = join({*filter(None, known.split("|")), kind[:LONGEST_TYPE]})

    def add_alias(self, path: str, target: str) -> None:
        """Keeps another name of the field at `target`, which may be gathered later; it has that field's type."""
        self.add(path, "")
        if path[:LONGEST_PATH] in self._types:
            self._aliases[path[:LONGEST_PATH]] = target[:LONGEST_PATH]

    def mapped(self) -> MappedFields:
        """What was gathered."""
        for path, target in self._aliases.items():
            # an alias may lead to a multi-field, which is counted with its parent
            whole = target if target in self._types else target.rpartition(".")[0]
            if whole not in self._aliases:
                self.add(path, self._types.get(whole, ""))
        return MappedFields(tuple(Field(path, kind) for path, kind in self._types.items()), self.truncated)


def join(kinds: set[str]) -> str:
    """Several types of one path as one text."""
    return "|".join(sorted(kinds)[:_MOST_TYPES])
