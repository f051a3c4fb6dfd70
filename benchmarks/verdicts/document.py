"""What a run measured, as a plain document: the raw figures that the page is written from."""

from typing import Any

from benchmarks.verdicts.comparison import Measured
from benchmarks.verdicts.ours import Ours
from benchmarks.verdicts.scoring import Mark, mark


def document(measured: Measured) -> dict[str, Any]:
    """Everything, endpoint by endpoint, with each tool's own words."""
    return {
        "date": measured.date,
        "machine": measured.machine,
        "tools": {
            name: {"version": version, "seconds": round(measured.seconds.get(name, 0.0), 1)}
            for name, version in measured.versions.items()
        },
        "left_out": measured.left_out,
        "endpoints": [
            {
                "name": one.endpoint.name,
                "product": one.endpoint.product,
                "address": f"{one.address}:{one.endpoint.port}",
                "how": one.endpoint.how.value,
                "what": one.endpoint.what,
                "truth": one.endpoint.truth.value,
                "verdict": one.endpoint.verdict.value,
                "said": {
                    tool: {
                        "said": heard[one.endpoint.name].said.value,
                        "mark": mark(one.endpoint.truth, heard[one.endpoint.name].said).value,
                        "words": heard[one.endpoint.name].words,
                        "seconds": heard[one.endpoint.name].seconds,
                    }
                    for tool, heard in measured.heard.items()
                },
            }
            for one in measured.placed
        ],
    }


def shortcomings(told: dict[str, Any]) -> list[str]:
    """What is wrong with ours: a line for each endpoint missed, false alarm, and verdict other than demanded."""
    wrong: list[str] = []
    for one in told["endpoints"]:
        said = one["said"].get(Ours.name)
        if said is None:
            continue
        verdict = said["words"].partition(":")[0]
        if said["mark"] in (Mark.WRONG_SECURE, Mark.MISSED, Mark.FALSE_OPEN) or verdict != one["verdict"]:
            wrong.append(f"{one['name']}: {said['mark']}; {verdict} instead of {one['verdict']}")
    return wrong
