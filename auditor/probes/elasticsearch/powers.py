"""Concludes from a target's answers what a stranger could do beyond reading. Nothing of it is tried: it is inferred.

`Sign`s beside the verdict, and the rights that are written down with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.model.enumeration import enumerated
from auditor.model.observation import Sign
from auditor.model.version import numbers
from auditor.probes.elastic.administration import RemoteCluster, Repository
from auditor.probes.elastic.greeting import ELASTICSEARCH, OPENSEARCH
from auditor.probes.elastic.identity import Identity, Privileges
from auditor.probes.elastic.refusal import RefusalKind
from auditor.probes.elastic.settings import IndexBlocks, Settings
from auditor.probes.elasticsearch import requests as asked
from auditor.probes.elasticsearch.answers import Answers

MAY_WRITE: Final = "may_write"
SNAPSHOTS: Final = "snapshots"
SECRETS: Final = "secrets"
SCRIPTS: Final = "scripts"
REMOTE_CLUSTERS: Final = "remote_clusters"

_LONGEST_GRANT: Final = 300
_GUARDED: Final = frozenset({RefusalKind.LOGIN, RefusalKind.FRONT, RefusalKind.IDENTITY, RefusalKind.NOT_INITIALISED})


@dataclass(frozen=True, slots=True)
class Power:
    """That a stranger may write: in a sentence for people, and as a right of his."""

    why: str
    right: str


def says_security_off(answers: Answers) -> bool:
    """Elasticsearch from 6 on says so itself: `_xpack` in words, else by not knowing "who am I" (405; from 9 on 400).

    Of OpenSearch nothing follows from that: it gives the same 400 before any login.
    """
    if answers.product != ELASTICSEARCH or (answers.major or 0) < 6:
        return False
    who = answers.of(asked.AUTHENTICATE)
    no_such_path = who.kind is RefusalKind.ABSENT and who.status in (400, 405)
    return answers.of(asked.SWITCH).content is False or (no_such_path and answers.identity is None)


def find_signs(answers: Answers) -> Iterator[Sign]:
    """What deserves a finding of its own, for a server that gave records."""
    if (power := power_to_write(answers)) is not None:
        yield Sign(MAY_WRITE, power.why, inferred=True)
    if scripts := scripts_let_in(answers):
        yield Sign(SCRIPTS, scripts, inferred=True)
    if repositories := told_repositories(answers):
        named = _quoted([f"{one.name} ({one.type})" for one in repositories])
        yield Sign(SNAPSHOTS, f"Snapshot repositories were named: {named}.")
    if secrets := tuple(dict.fromkeys(name for names in told_secrets(answers).values() for name in names)):
        yield Sign(SECRETS, f"Settings with these names were given with a value: {_quoted(secrets)}.")
    if remotes := told_remotes(answers):
        yield Sign(
            REMOTE_CLUSTERS, f"Set up for searches across clusters: {enumerated([_remote(one) for one in remotes])}."
        )


def power_to_write(answers: Answers) -> Power | None:
    """What a stranger may write to, where something sure says so; None where nothing does, or where a block forbids it.

    A block on the cluster must be known not to be set, unless a user's own rights are listed.
    """
    settings = answers.told(asked.CLUSTER_SETTINGS, Settings)
    nodes = answers.told(asked.NODE_SETTINGS, Settings)
    blocks = frozenset(block for one in (settings, nodes) if one is not None for block in one.blocks)
    if "read_only" in blocks:
        return None
    if answers.identity is not None:
        return _granted(answers.identity, answers.content(asked.PRIVILEGES, Privileges))
    ground, short = _ground(answers)
    if not ground or settings is None:
        return None
    if "read_only_allow_delete" in blocks:
        why = f"{ground} A block forbids to index, but not to delete: whoever can search may delete every index."
        return Power(why, f"may delete every index (inferred: {short}, and the block that is set allows it)")
    single = answers.told(asked.INDEX_BLOCKS, IndexBlocks) or answers.told(asked.PLAIN_INDEX_BLOCKS, IndexBlocks)
    if single is None:
        free, unset = "every index", "no block is set on the cluster"
        told = "No block on writing is set on the cluster; of single indices that was not told."
    elif blocked := max(single.from_writing, single.from_deletion):
        free, unset = f"every index but {blocked}", "no other block is set"
        told = f"No block on writing is set on the cluster; indices with one of their own: {blocked}."
    else:
        free, unset, told = "every index", "no block is set", "No block on writing is set."
    why = f"{ground} {told} Whoever can search may then index, change and delete."
    return Power(why, f"may index and delete in {free} (inferred: {short} and {unset})")


def _granted(identity: Identity, granted: Privileges | None) -> Power | None:
    """By the list of the user's own rights; of OpenSearch, whose list names roles alone, by a role without bounds."""
    if granted is not None and granted.writing:
        rights = enumerated([grant[:_LONGEST_GRANT] for grant in granted.writing], between="; ")
        why = f"The rights of the user {identity.user}, as the server lists them, hold these: {rights}."
        return Power(why, f"may write or delete (inferred from these rights: {rights})")
    if identity.unbounded:
        why = f"The user {identity.user} has a role without bounds (roles: {', '.join(identity.roles)})."
        return Power(why, "may index and delete in every index (inferred: a role without bounds)")
    return None


def _ground(answers: Answers) -> tuple[str, str]:
    """Why nothing stands between a stranger and a write, in a sentence and in short; ("", "") where something may."""
    kinds = {answer.kind for answer in answers.all}
    if kinds & _GUARDED:
        return "", ""
    if says_security_off(answers):
        return "Its security is switched off, as the server says itself.", "security is off"
    if RefusalKind.BLOCKED in kinds:  # a licence, say: then there is something that could forbid more
        return "", ""
    unseen = "A front that lets only reads through would not have shown."
    if answers.product == ELASTICSEARCH and answers.major in range(6):
        plugin = "has no access control of its own, and no plugin that adds one showed itself"
        return f"Elasticsearch before 6 {plugin}. {unseen}", "no access control showed itself"
    if answers.product == OPENSEARCH and answers.of(asked.AUTHINFO).kind is RefusalKind.ABSENT:
        return f"Its security plugin is not there or switched off. {unseen}", "the security plugin does not answer"
    return "", ""


def scripts_let_in(answers: Answers) -> str:
    """A sentence where Elasticsearch before 5 runs scripts that can do anything; "" elsewhere.

    Before 1.2 it does so unless told otherwise, from 1.2 on only where told so (Elastic: scripting, 1.2 and 2.4). From
    5 on Painless has no way out.
    """
    greeting, settings = answers.greeting, answers.told(asked.NODE_SETTINGS, Settings)
    if greeting is None or settings is None or answers.product != ELASTICSEARCH:
        return ""
    version = numbers(greeting.service.version)
    if not version or version >= (5,):
        return ""
    told = answers.told(asked.CLUSTER_SETTINGS, Settings)
    switches = tuple(dict.fromkeys((*settings.scripts, *(told.scripts if told else ()))))
    if version < (1, 2):
        unsaid = "Before 1.2 scripts that come with a search are run, and its settings do not switch that off."
        return "" if settings.dynamic_off else unsaid
    return f"These settings let in scripts of strangers: {_quoted(switches)}." if switches else ""


def told_secrets(answers: Answers) -> dict[str, tuple[str, ...]]:
    """The names of settings that showed a secret, by the question that was answered with them."""
    found: dict[str, tuple[str, ...]] = {}
    for question in (asked.NODE_SETTINGS, asked.CLUSTER_SETTINGS):
        settings = answers.told(question, Settings)
        found[question] = settings.secrets if settings else ()
    found[asked.SNAPSHOTS] = tuple(
        f"{name} of the repository {one.name}" for one in told_repositories(answers) for name in one.secrets
    )
    return {question: names for question, names in found.items() if names}


def told_repositories(answers: Answers) -> tuple[Repository, ...]:
    """The snapshot repositories that were named."""
    return answers.told(asked.SNAPSHOTS, tuple) or ()


def told_remotes(answers: Answers) -> tuple[RemoteCluster, ...]:
    """The clusters that searches may be passed on to: as asked for, else as settings name them (5.3 to 6)."""
    named: tuple[RemoteCluster, ...] = answers.told(asked.REMOTE, tuple) or ()
    if named:
        return named
    settings = [answers.told(question, Settings) for question in (asked.CLUSTER_SETTINGS, asked.NODE_SETTINGS)]
    aliases = dict.fromkeys(alias for one in settings if one is not None for alias in one.remotes)
    return tuple(RemoteCluster(alias) for alias in aliases)


def _remote(cluster: RemoteCluster) -> str:
    if not (cluster.connected or cluster.seeds):
        return f'"{cluster.alias}" (configured)'
    state = f"connected to {cluster.nodes} of its nodes" if cluster.connected else "not connected just now"
    return f'"{cluster.alias}" ({state}; configured addresses: {cluster.seeds})'


def _quoted(names: Sequence[str]) -> str:
    return enumerated([f'"{name}"' for name in names])
