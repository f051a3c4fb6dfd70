"""The same answers in another form must get the same verdict: every recorded server, behind a relay that varies it.

A test runs one variation over all recordings at once. Where a variation takes something away on which the verdict
rests, the verdict that it must then get stands in a table here, with the reason.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Final

import pytest

from auditor.examine import Toolkit, examine
from auditor.model.outcome import Outcome, Verdict
from auditor.model.target import Tls
from auditor.pii import Classifier, builtin_rules
from auditor.probes import interface
from auditor.probes.interface import Budget
from auditor.testing.contract import unplanned
from auditor.testing.loopback import dial
from auditor.testing.scripted import target
from tests.matrix import (
    elasticsearch_fronts,
    framing,
    kibana_fronts,
    mongo_relay,
    mongo_variation,
    unrecorded,
    variation,
)
from tests.matrix.cell import CONSOLE, Cell, How
from tests.matrix.cells import CELLS
from tests.matrix.relay import Said, relaying
from tests.matrix.stage import REPLIES, Stage
from tests.real.asking import PROBES

Before = Callable[[int], AbstractAsyncContextManager[int]]

RECORDED: Final = [cell for cell in CELLS if cell.how is How.RECORDED]
HTTP: Final = [cell for cell in RECORDED if cell.manner and (cell.manner.probe != "mongodb" or cell.product == CONSOLE)]
MONGO: Final = [cell for cell in RECORDED if cell not in HTTP]
FRONTS: Final = [*elasticsearch_fronts.cells(), *kibana_fronts.cells()]
_TOOLS: Final = Toolkit(PROBES, Classifier((builtin_rules(),)))
_AT_ONCE: Final = 8


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("certificate"))


async def _ask(
    cell: Cell, before: Before, stage: Stage, *, host: str, tls: Tls | None, path: str, seconds: float
) -> Outcome:
    """What an audit makes of a cell's server behind a relay; nothing may be sent unplanned."""
    manner = cell.manner
    assert manner is not None
    assert cell.serve is not None
    async with cell.serve(stage) as server, before(server.port) as port:
        whole = path + manner.path if path else manner.path
        here = target(manner.probe, port=port, tls=tls or manner.tls, path=whole, address=host)
        outcome = await examine(
            replace(here, port=manner.port or here.port),
            address=manner.address if host == "127.0.0.1" else host,
            dial=lambda: dial(here),
            toolkit=_TOOLS,
            budget=Budget(exchange_seconds=seconds, target_seconds=60.0),
            manner=interface.Manner(accept_guest_login=manner.accept_guest_login),
        )
        assert unplanned(PROBES[outcome.target.product], outcome.observation) == []
        return outcome


async def judge(
    cells: Iterable[Cell],
    before: Callable[[Cell], Before],
    stage: Stage,
    *,
    changed: Mapping[str, Verdict] | None = None,
    host: str = "127.0.0.1",
    tls: Tls | None = None,
    path: str = "",
    seconds: float = 5.0,
) -> list[Outcome]:
    """Holds that every cell gets its verdict behind its relay, or the one of `changed`, by its recording's name."""
    turns, expected = asyncio.Semaphore(_AT_ONCE), {}

    async def one(cell: Cell) -> tuple[str, Outcome]:
        async with turns:
            own = cell.manner.seconds if cell.manner else seconds
            patience = min(own, seconds)
            return cell.id, await _ask(cell, before(cell), stage, host=host, tls=tls, path=path, seconds=patience)

    cells = list(cells)
    for cell in cells:
        name = cell.recordings[-1] if cell.recordings else cell.state
        expected[cell.id] = (changed or {}).get(name, cell.verdict)
    seen = dict(await asyncio.gather(*map(one, cells)))
    wrong = {name: (one.verdict, one.why) for name, one in seen.items() if one.verdict is not expected[name]}
    assert wrong == {}
    return list(seen.values())


def names(outcomes: Iterable[Outcome]) -> set[str]:
    """The data sets that were found anywhere."""
    return {dataset.name for outcome in outcomes for dataset in outcome.observation.datasets}


def _relayed(**how: Any) -> Callable[[Cell], Before]:
    return lambda _: lambda port: relaying(port, **how)


def _mongo_relayed(**how: Any) -> Callable[[Cell], Before]:
    return lambda _: lambda port: mongo_relay.relaying(port, **how)


@pytest.mark.parametrize("name", framing.FRAMINGS)
async def test_however_a_reply_is_framed_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    cells = HTTP if name != "slowly" else HTTP[::3]
    await judge(cells, _relayed(writes=framing.FRAMINGS[name]), stage)


@pytest.mark.parametrize("name", variation.HEADERS)
async def test_whatever_headers_stand_beside_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    await judge(HTTP, _relayed(changes=variation.HEADERS[name]), stage)


#: Its list of indices was cut when it was recorded; what is left of a cut list is not read behind a byte order mark.
_CUT: Final = {"kibana-8.12.2-patched-restrictInternalApis.open": Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("name", variation.JSON)
async def test_however_json_is_written_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    changed = _CUT if name == "a byte order mark" else None
    await judge(HTTP, _relayed(changes=variation.JSON[name]), stage, changed=changed)


@pytest.mark.parametrize("name", variation.NAMES)
async def test_whatever_an_index_is_called_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    forwards, changes = variation.named("people", name)
    seen = names(await judge(HTTP, _relayed(forwards=forwards, changes=changes), stage))
    assert name in seen
    assert "people" not in seen


#: Of these no search that the probe sends was recorded, and a list without a row counts no record.
_UNSEARCHED: Final = dict.fromkeys(
    (
        *("kibana-4.1.11.open", "kibana-4.6.4.open", "kibana-5.2.2.open", "kibana-5.4.3.open"),
        "kibana-7.10.2-oss.basepath-rewrite-prefixed",
    ),
    Verdict.METADATA_ONLY,
)


@pytest.mark.parametrize("name", variation.LISTS)
async def test_whatever_else_is_listed_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    changed = _UNSEARCHED if name == "no index" else None
    seen = names(await judge(HTTP, _relayed(changes=variation.LISTS[name]), stage, changed=changed))
    assert ("log-2999" in seen) is (name == "three thousand indices more")
    assert ("aaa-shut" in seen) is (name == "a closed index first")


@pytest.mark.parametrize("user", variation.USERS)
async def test_whatever_strangers_are_called_the_verdict_is_the_same(user: str, stage: Stage) -> None:
    seen = {
        outcome.observation.identity for outcome in await judge(HTTP, _relayed(changes=variation.called(user)), stage)
    }
    assert user in seen
    assert "_anonymous" not in seen


@pytest.mark.parametrize("name", variation.WORDS)
async def test_in_whatever_words_a_front_refuses_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    await judge(FRONTS, _relayed(changes=variation.WORDS[name]), stage)


#: With a base path of its own below that of the web server: two paths in a row are not guessed.
_TWO_PATHS: Final = {"kibana-7.10.2-oss.basepath-rewrite-prefixed": Verdict.INCONCLUSIVE}


async def test_below_a_path_that_the_inventory_names_the_verdict_is_the_same(stage: Stage) -> None:
    forwards, changes = variation.below("/front/er")
    cells = [cell for cell in HTTP if cell.product != CONSOLE]  # whose port is a server of its own
    await judge(cells, _relayed(forwards=forwards, changes=changes), stage, path="/front/er", changed=_TWO_PATHS)


async def test_over_ipv6_the_verdict_is_the_same(stage: Stage) -> None:
    await judge(HTTP, _relayed(host="::1"), stage, host="::1")
    near = [cell for cell in MONGO if cell.manner and cell.manner.address == "127.0.0.1"]
    await judge(near, _mongo_relayed(host="::1"), stage, host="::1")


@pytest.mark.parametrize("tls", [Tls.AUTO, Tls.REQUIRED])
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_behind_tls_the_verdict_is_the_same(newest: ssl.TLSVersion, tls: Tls, stage: Stage) -> None:
    context = stage.certificate.context(newest=newest)
    await judge(HTTP, _relayed(tls=context), stage, tls=tls)
    await judge(MONGO, _mongo_relayed(tls=context), stage, tls=tls)


# --- What a recording does not know

_STATUS_FOR_ALL: Final = "kibana-8.12.2.secured-status-allowAnonymous"  # of which no console call was recorded
_REWRITTEN: Final = "kibana-7.10.2-oss.basepath-rewrite-prefixed"  # of which nothing without its prefix was recorded
_DOUBT: Final = {_STATUS_FOR_ALL: Verdict.INCONCLUSIVE, _REWRITTEN: Verdict.INCONCLUSIVE}
_ALL_SEARCHES: Final = (
    *("kibana-4.1.11.open", "kibana-4.6.4.open", "kibana-5.2.2.open", "kibana-5.4.3.open"),
    "kibana-8.12.2-patched-restrictInternalApis.open",
)
_SOME_DETAILS: Final = (
    *("kibana-6.2.3-oss.open", "kibana-7.4.2-oss.open", "kibana-7.10.2-oss.open", "kibana-8.12.2.open"),
    "osd-2.8.0.open",
)
#: A search that is refused takes the records away, a refused detail makes it partly open.
_REFUSED: Final = {
    **dict.fromkeys(_ALL_SEARCHES, Verdict.METADATA_ONLY),
    **dict.fromkeys(_SOME_DETAILS, Verdict.PARTLY_OPEN),
}
_CHANGED: Final[Mapping[str, Mapping[str, Verdict]]] = {
    # A 404 says that there is no such door; these say something of a door that nobody knows, so that doubt remains.
    "no handler": _DOUBT,
    "a 405": _DOUBT,
    "a 500": _DOUBT,
    # An empty list is what a cluster without an index answers to the question for its indices.
    "an empty list": dict.fromkeys(
        (_STATUS_FOR_ALL, _REWRITTEN, "kibana-8.12.2.notready-es-down-at-start"), Verdict.METADATA_ONLY
    ),
    "a login of the product's": {
        **_REFUSED,
        _REWRITTEN: Verdict.AUTH_REQUIRED,  # all that is not below its prefix then asks for a login
        "kibana-8.12.2.notready-es-down-at-start": Verdict.AUTH_REQUIRED,  # ... and here every question about data
    },
    "a 403 of a front's": {**_REFUSED, _REWRITTEN: Verdict.METADATA_ONLY},
}
_MISSING: Final = b'{"error":{"type":"security_exception","reason":"missing authentication credentials"},"status":401}'
_ANSWERS: Final[Mapping[str, Said | None]] = {
    **unrecorded.UNKNOWN,
    "a login of the product's": Said(401, (("WWW-Authenticate", 'Basic realm="security"'),), _MISSING),
    "a 403 of a front's": Said(403, (("Server", "nginx"),), b"<html><title>403 Forbidden</title></html>"),
}


def _known(cell: Cell) -> frozenset[str]:
    entries = (entry for name in cell.recordings for entry in json.loads((REPLIES / f"{name}.json").read_text("utf-8")))
    return frozenset(unrecorded.place_of(entry["request"]["path"]) for entry in entries)


@pytest.mark.parametrize("name", _ANSWERS)
async def test_whatever_is_said_to_what_was_not_recorded_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    def before(cell: Cell) -> Before:
        return _relayed(forwards=unrecorded.beyond(_known(cell), _ANSWERS[name]))(cell)

    await judge(HTTP, before, stage, changed=_CHANGED.get(name))


async def test_one_question_without_an_answer_changes_no_verdict(stage: Stage) -> None:
    def before(cell: Cell) -> Before:
        return _relayed(forwards=unrecorded.silent_once(_known(cell)), writes=unrecorded.or_silently)(cell)

    await judge(HTTP, before, stage, seconds=1.0)


# --- MongoDB


@pytest.mark.parametrize("name", mongo_variation.FRAMINGS)
async def test_however_a_frame_comes_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    await judge(MONGO, _mongo_relayed(manner=mongo_variation.FRAMINGS[name]), stage)


@pytest.mark.parametrize("name", mongo_variation.REPLIES)
async def test_however_a_document_is_written_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    await judge(MONGO, _mongo_relayed(changes=mongo_variation.REPLIES[name]), stage)


@pytest.mark.parametrize("tail", mongo_variation.NAMES)
async def test_whatever_databases_are_called_the_verdict_is_the_same(tail: str, stage: Stage) -> None:
    naming = mongo_variation.Naming(tail)
    seen = names(await judge(MONGO, _mongo_relayed(changes=naming.change, renames=naming.rename), stage))
    assert {name.endswith(tail) for name in seen if name.startswith("h2db") and "system." not in name} == {True}


#: It says ok to what it was not asked for before, a count among that, and nothing more: no record was seen.
_OK_ALONE: Final = {"mongo-java-server-1.47.0-memory-MONGO_4_0": Verdict.METADATA_ONLY}


@pytest.mark.parametrize("name", mongo_variation.UNKNOWN)
async def test_whatever_is_said_to_a_command_not_recorded_the_verdict_is_the_same(name: str, stage: Stage) -> None:
    def before(cell: Cell) -> Before:
        files = [json.loads((REPLIES / f"{name}.json").read_text("utf-8")) for name in cell.recordings]
        known = frozenset(next(iter(entry["command"])).lower() for file in files for entry in file)
        return _mongo_relayed(answers=mongo_variation.beyond(known, mongo_variation.UNKNOWN[name]))(cell)

    await judge(MONGO, before, stage, changed=_OK_ALONE if name == "ok alone" else None)
