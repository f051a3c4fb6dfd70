"""`python -m benchmarks.values`: times every check of sampled values, and counts who passes it by chance."""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from auditor.model.dataset import Field
from auditor.pii import Classifier, builtin_rules
from auditor.pii.values import catalogue, phones
from auditor.pii.values.check import Check
from auditor.pii.values.foreign import foreign_checks
from benchmarks.values.forms import FORMS, made_up

_HELP = """\
Puts made-up values of two forms to every check: random characters, and the neighbours that pass most often. Prints a
table of microseconds a value and shares that pass, and writes it beside this program as results.md. Half a minute;
sends nothing. The checks of python-stdnum are measured where it is installed.
"""
_SEED = 11643
_TEXTS = ("value 17", "Shenzhen", "2023-04-05T10:00:00Z", "a.b@example.org", "13800001234", "41.5", "open")


def main() -> int:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.values", description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="values of each form (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results.md"))
    chosen = parser.parse_args()
    text = "\n".join(_page(chosen.count)) + "\n"
    sys.stdout.write(text)
    chosen.out.write_text(text, encoding="utf-8")
    return 0


def _page(count: int) -> Iterator[str]:
    yield "# Checks of sampled values"
    yield ""
    yield "Written by `python -m benchmarks.values`. Times are microseconds a value, of the form like the neighbours';"
    yield f"shares are of {count:,} made-up values. `chance` is what is reckoned with."
    yield ""
    yield "| check | µs | random characters pass | neighbours pass | chance |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for check in _checks():
        chance = random.Random(_SEED)
        by_random, by_neighbour = ([made_up(form, chance) for _ in range(count)] for form in FORMS[check.id])
        seconds, passed = _timed(check, by_neighbour)
        share = sum(map(check.passes, by_random)) / count
        yield f"| {check.id} | {1e6 * seconds / count:.1f} | {share:.3%} | {passed / count:.3%} | {check.chance:.3g} |"
    yield ""
    yield "Telephone numbers, random digits of the most favourable length from 7 to 13:"
    yield ""
    yield "| country | µs | pass |"
    yield "| --- | ---: | ---: |"
    for region in sorted({region for regions in phones.REGIONS.values() for region in regions}):
        yield _dialled(region, count // 10)
    yield ""
    yield "What a tally takes a value in, by the field's name:"
    yield ""
    yield "| field | µs |"
    yield "| --- | ---: |"
    for path in ("c1", "email", "phone", "手机号", "id_number"):
        yield f"| {path} | {_taken(path, count):.1f} |"


def _checks() -> tuple[Check, ...]:
    weak = (
        catalogue.OLD_IDENTITY,
        catalogue.SSN,
        catalogue.BIRTH_DATE,
        catalogue.ADDRESS,
        catalogue.PLATE,
        catalogue.COORDINATE,
    )
    return tuple(check for check in (*catalogue.EVERYWHERE, *weak, *foreign_checks()) if check.id in FORMS)


def _timed(check: Check, texts: list[str]) -> tuple[float, int]:
    check.passes(texts[0])  # what is loaded at first need
    begun = time.perf_counter()
    passed = sum(map(check.passes, texts))
    return time.perf_counter() - begun, passed


def _dialled(region: str, count: int) -> str:
    chance = random.Random(_SEED)
    best, spent = 0.0, 0.0
    phones.is_phone_number("0" * 9, (region,))
    for length in range(7, 14):
        texts = [made_up("9" * length, chance) for _ in range(count)]
        begun = time.perf_counter()
        best = max(best, sum(phones.is_phone_number(text, (region,)) for text in texts) / count)
        spent += time.perf_counter() - begun
    return f"| {region} | {1e6 * spent / count / 7:.1f} | {best:.1%} |"


def _taken(path: str, count: int) -> float:
    """Microseconds a value; each field takes no more values than are told apart."""
    classifier = Classifier([builtin_rules()])
    texts = [f"{text}{number}" for number in range(100) for text in _TEXTS]
    spent, taken = 0.0, 0
    while taken < count:
        tally = classifier.tally("", [Field(path)])
        begun = time.perf_counter()
        for text in texts:
            tally.take(path, text)
        spent += time.perf_counter() - begun
        taken += len(texts)
    return 1e6 * spent / taken


if __name__ == "__main__":
    sys.exit(main())
