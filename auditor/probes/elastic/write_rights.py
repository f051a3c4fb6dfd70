"""Reads which rights to change or destroy things a user was told to have."""

from typing import Final

from auditor.probes.json_reply import JsonValue, as_list, as_object, as_texts

#: Privileges of Elasticsearch by which something that is stored can be changed or deleted. Others only read or watch.
_ON_INDICES: Final = frozenset(
    {"all", "write", "index", "create", "create_doc", "create_index", "delete", "delete_index", "manage"}
)
_ON_THE_CLUSTER: Final = frozenset({"all", "manage", "manage_security", "manage_slm", "manage_ilm"})
#: A privilege may also be written as the action itself, or as a pattern of actions.
_ACTIONS: Final = ("*", "indices:*", "indices:data/*", "indices:data/write", "indices:admin/*", "indices:admin/delete")


def read_write_rights(document: JsonValue) -> tuple[str, ...]:
    """The grants to change something in a reply to `GET /_security/user/_privileges`, "write, delete on people" each.

    () where there is none, and of other replies. The names of privileges are those of Elasticsearch's documentation
    ("Security privileges"); of the indices at most eight are named.
    """
    body = as_object(document)
    cluster = [right for right in as_texts(body.get("cluster")) if right in _ON_THE_CLUSTER]
    grants = [f"{', '.join(cluster)} on the cluster"] if cluster else []
    for entry in map(as_object, as_list(body.get("indices"))[:32]):
        rights = [right for right in as_texts(entry.get("privileges")) if right in _ON_INDICES or _is_action(right)]
        names = as_texts(entry.get("names"), at_most=8)
        if rights and names:
            grants.append(f"{', '.join(rights)} on {', '.join(names)}")
    return tuple(grants)


def _is_action(right: str) -> bool:
    return right in _ACTIONS or right.startswith(("indices:data/write/", "indices:admin/delete"))
