import json
from pathlib import Path

import pytest

from auditor.pii import builtin_rules

FOLDER = Path(__file__).parent
SETS = ("dev", "studied", "unseen")
CATEGORIES = {category.id for category in builtin_rules().categories}


def _lines(name: str) -> list[dict]:  # type: ignore[type-arg]  # whatever the file holds; that is what is tested
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", SETS)
def test_every_label_is_a_category_and_every_path_stands_once(name: str) -> None:
    for mapping in _lines(name):
        paths = [field["path"] for field in mapping["fields"]]
        assert len(set(paths)) == len(paths), mapping["id"]
        for field in mapping["fields"]:
            assert set(field["gold"]) <= CATEGORIES, (mapping["id"], field["path"])


@pytest.mark.parametrize("name", SETS)
def test_what_is_said_of_a_whole_mapping_is_what_its_fields_say(name: str) -> None:
    for mapping in _lines(name):
        assert mapping["index_has_pii"] == any(f["gold"] and not f["ambiguous"] for f in mapping["fields"]), mapping[
            "id"
        ]


def test_our_own_sets_are_large_and_say_where_they_come_from() -> None:
    own = [mapping for name in ("studied", "unseen") for mapping in _lines(name)]
    assert len(own) >= 40
    assert all(mapping["source"]["path"] and mapping["source"]["licence"] for mapping in own)


def test_no_mapping_and_no_repository_is_in_two_sets() -> None:
    seen: dict[str, str] = {}
    for name in SETS:
        for mapping in _lines(name):
            for key in (mapping["id"], mapping["source"]["repo"]):
                assert key is None or seen.setdefault(key, name) == name, key


def test_the_unseen_set_holds_clean_and_personal_mappings_of_many_languages() -> None:
    unseen = _lines("unseen")
    clean = sum(not mapping["index_has_pii"] for mapping in unseen)
    assert 0.3 < clean / len(unseen) < 0.5
    assert len({mapping["language"] for mapping in unseen}) >= 15
