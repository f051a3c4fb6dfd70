"""`python -m benchmarks.classify`: what classifying a field costs, beside a plain list of regular expressions."""

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from auditor.pii import Classifier, builtin_rules
from benchmarks import regex_list
from benchmarks.naming import Mapping, labelled, repeated, varied

LIMIT = 30.0  # µs a field, on one core
_HELP = """\
Classifies an estate of mappings with the rules that come with auditor, and puts a plain list of 26 regular expressions
to the same fields in the same run, round by round. All figures are processor time of this one thread: medians, and the
fastest and slowest round.

  new names        every name is one that was not met before: the labelled mappings of tests/pii in other spellings,
                   with words before and after. Each round has a classifier of its own, and other spellings.
  names again      the labelled mappings as they are, again and again, as daily indices repeat them

Exit code 1: a field with a new name took more than 30 µs.
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """Microseconds a field, one for each round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.rounds)

    def __str__(self) -> str:
        return f"{self.median:6.1f} µs  ({min(self.rounds):.1f}–{max(self.rounds):.1f})"


def main(words: Sequence[str] | None = None) -> int:
    """Runs the rounds as the command line says, prints the figures, and returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.classify", description=_HELP, formatter_class=_Plain)
    parser.add_argument("--fields", type=int, default=50_000, metavar="N", help="of the estate (default: 50000)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of everything (default: 5)")
    chosen = parser.parse_args(words)
    own = labelled("dev", "studied")
    again = repeated(own, chosen.fields)
    figures: dict[str, list[float]] = {"new, ours": [], "new, regex": [], "again, ours": [], "again, regex": []}
    warm = Classifier([builtin_rules()])
    _judge(warm, own)
    for number in range(chosen.rounds):
        new = varied(own, chosen.fields, seed=number + 1)
        cold = Classifier([builtin_rules()])
        figures["new, ours"].append(_timed(lambda new=new, cold=cold: _judge(cold, new), chosen.fields))  # type: ignore[misc]  # bound now
        figures["new, regex"].append(_timed(lambda new=new: _match(new), chosen.fields))  # type: ignore[misc]  # as above
        figures["again, ours"].append(_timed(lambda: _judge(warm, again), chosen.fields))
        figures["again, regex"].append(_timed(lambda: _match(again), chosen.fields))
    _print(chosen.fields, len(new), {name: Figure(tuple(rounds)) for name, rounds in figures.items()})
    _print_scores(own)
    _print_memory(own, chosen.fields)
    return int(statistics.median(figures["new, ours"]) > LIMIT)


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Help as it is written."""


def _judge(classifier: Classifier, mappings: Sequence[Mapping]) -> int:
    return sum(len(classifier.classify(mapping.name, mapping.fields)) for mapping in mappings)


def _match(mappings: Sequence[Mapping]) -> int:
    return sum(bool(regex_list.categories_of(field.path)) for mapping in mappings for field in mapping.fields)


def _timed(work: Callable[[], int], fields: int) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return 1e6 * (time.process_time() - start) / fields


def _print(fields: int, mappings: int, figures: dict[str, Figure]) -> None:
    print(f"{fields:,} fields of {mappings:,} mappings, {len(figures['new, ours'].rounds)} rounds, µs a field:")
    for kind, title in (("new", "new names"), ("again", "names again")):
        ours, plain = figures[f"{kind}, ours"], figures[f"{kind}, regex"]
        print(f"  {title:12} auditor {ours}   26 expressions {plain}   ratio {ours.median / plain.median:.2f}")


def _print_scores(mappings: Sequence[Mapping]) -> None:
    """What each finds on the labelled mappings, so that speed is not bought by finding less."""
    classifier = Classifier([builtin_rules()])
    scores = {"auditor": [0, 0, 0], "26 expressions": [0, 0, 0]}
    for mapping in mappings:
        found = {finding.field for finding in classifier.classify(mapping.name, mapping.fields)}
        matched = {field.path for field in mapping.fields if regex_list.categories_of(field.path)}
        for path, wanted in mapping.gold.items():
            for name, said in (("auditor", found), ("26 expressions", matched)):
                scores[name][0] += bool(wanted) and path in said
                scores[name][1] += not wanted and path in said
                scores[name][2] += bool(wanted) and path not in said
    told = "   ".join(f"{name} {2 * h / (2 * h + f + m):.3f}" for name, (h, f, m) in scores.items())
    print(f"  field F1 on the {len(mappings)} labelled mappings, which the rules were learnt from: {told}")


def _print_memory(mappings: list[Mapping], fields: int) -> None:
    """What classifying holds at most beside the rules: the same for an estate and for one three times as large."""
    peaks = []
    for size in (fields, 3 * fields):
        new = varied(mappings, size, seed=99)
        classifier = Classifier([builtin_rules()])
        gc.collect()
        tracemalloc.start()
        _judge(classifier, new)
        peaks.append(tracemalloc.get_traced_memory()[1] / (1 << 20))
        tracemalloc.stop()
    own = replace(builtin_rules())  # of the same rules a process reads the lexicon but once
    tracemalloc.start()
    classifier = Classifier([own])
    rules = tracemalloc.get_traced_memory()[0] / (1 << 20)
    tracemalloc.stop()
    print(
        f"  memory: the classifier {rules:.0f} MiB; beside it at most {peaks[0]:.1f} MiB for {fields:,} fields of",
        end="",
    )
    print(f" new names, {peaks[1]:.1f} MiB for {3 * fields:,}")


if __name__ == "__main__":
    sys.exit(main())
