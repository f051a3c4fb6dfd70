"""Reads which user a server took a stranger for, and what that user may do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from auditor.probes.json_reply import JsonValue, as_list, as_object, as_text, as_texts

# Roles without bounds: of Elasticsearch; of OpenSearch, Open Distro and Search Guard.
_UNBOUNDED_ROLES: Final = frozenset({"superuser", "all_access", "sgs_all_access", "sg_all_access"})
_EVERYTHING: Final = frozenset({"all", "*"})
# Privileges that let a user change or delete records, or give itself such a privilege. Elastic: security privileges.
_WRITING_ON_CLUSTER: Final = _EVERYTHING | {"manage", "manage_security", "manage_ilm"}
_WRITING: Final = _EVERYTHING | {"write", "index", "create", "create_doc", "delete", "delete_index", "manage"}
_WRITING_ACTION = re.compile(r"indices:(?:\*|data/(?:\*|write)|admin/(?:\*|delete)).*")


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, the roles that the server names for it, and whether one of them has no bound."""

    user: str
    roles: tuple[str, ...] = ()
    unbounded: bool = False


@dataclass(frozen=True, slots=True)
class Privileges:
    """What `_privileges` grants, a sentence a grant, and whether that is everything.

    `writing` are those of the grants with which records can be changed or deleted, the others left out.
    """

    grants: tuple[str, ...]
    unbounded: bool = False
    writing: tuple[str, ...] = ()


def read_authenticate(document: JsonValue) -> Identity | None:
    """The user in a reply to `GET /_security/_authenticate` (Elasticsearch); None where it is no such reply."""
    body = as_object(document)
    user = as_text(body.get("username"), at_most=100)
    if not user or "roles" not in body:
        return None
    return _identity(user, as_texts(body.get("roles")))


def read_authinfo(document: JsonValue) -> Identity | None:
    """The user in a reply to `GET /_plugins/_security/authinfo` (OpenSearch; Open Distro); None where it is no such."""
    body = as_object(document)
    user = as_text(body.get("user_name"), at_most=100)
    if not user:  # before Open Distro 1.0 the user stands in one text alone
        found = re.match(r"User \[name=([^,\[\]]{1,100})[,\]]", as_text(body.get("user"), at_most=300))
        user = found[1] if found else ""
    if not user or not ({"roles", "backend_roles", "sg_roles"} & body.keys()):
        return None
    return _identity(user, as_texts(body.get("roles")) or as_texts(body.get("sg_roles")))


def read_privileges(document: JsonValue) -> Privileges | None:
    """The grants in a reply to `GET /_security/user/_privileges`; None where it is no such reply."""
    body = as_object(document)
    if not isinstance(body.get("cluster"), list) or not isinstance(body.get("indices"), list):
        return None
    cluster = as_texts(body.get("cluster"))
    grants = [f"{', '.join(cluster)} on the cluster"] if cluster else []
    changing = [right for right in cluster if right in _WRITING_ON_CLUSTER]
    writing = [f"{', '.join(changing)} on the cluster"] if changing else []
    over_all_indices = False
    for entry in as_list(body.get("indices"))[:32]:
        names, rights = as_texts(as_object(entry).get("names")), as_texts(as_object(entry).get("privileges"))
        grants.append(f"{', '.join(rights)} on {', '.join(names)}")
        if changing := [right for right in rights if right in _WRITING or _WRITING_ACTION.fullmatch(right)]:
            writing.append(f"{', '.join(changing)} on {', '.join(names)}")
        over_all_indices |= "*" in names and bool(_EVERYTHING & set(rights))
    return Privileges(tuple(grants), over_all_indices and bool(_EVERYTHING & set(cluster)), tuple(writing))


def read_plugin_health(document: JsonValue) -> bool | None:
    """Whether OpenSearch's security plugin, asked for its health, says that it is up; None: no such reply."""
    body = as_object(document)
    if "mode" not in body or body.get("status") not in ("UP", "DOWN"):
        return None
    return body.get("status") == "UP"


def read_security_switch(document: JsonValue) -> bool | None:
    """Whether security is enabled, as `GET /_xpack` of Elasticsearch 6 to 9 says; None where it does not say."""
    security = as_object(as_object(as_object(document).get("features")).get("security"))
    enabled = security.get("enabled")
    return enabled if isinstance(enabled, bool) else None


def _identity(user: str, roles: Iterable[str]) -> Identity:
    named = tuple(roles)
    return Identity(user, named, bool(_UNBOUNDED_ROLES & set(named)))
