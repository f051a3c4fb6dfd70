"""From a document to an inventory: its shape first, then whether its parts agree; all that is wrong is told at once."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from auditor.documents import Document, Problem
from auditor.inventory import agreement, build
from auditor.inventory.complaint import Complaint, complaints
from auditor.inventory.schema import (
    AuthorizationModel,
    DefaultsModel,
    EstateModel,
    HostModel,
    InventoryModel,
    NetworkModel,
    ScopeModel,
    WindowModel,
)
from auditor.inventory.scope import literal
from auditor.model.target import Authorization, Estate, Host, Inventory, Network, Scope, Window

Products = Mapping[str, tuple[int, ...]]
Model = TypeVar("Model", bound=BaseModel)


def read(
    document: Document, data: str | bytes, *, now: datetime, products: Products
) -> tuple[Inventory | None, list[Problem]]:
    """The inventory, or None and what is wrong. `data` is what the document was read from, for its digest."""
    if not isinstance(document.data, dict):
        kind = "a list" if isinstance(document.data, list) else "a single value"
        return None, [Problem(document.place(), f"an inventory is a mapping of keys, not {kind}")]
    found: list[Complaint] = []
    model: InventoryModel | None = None
    try:
        model = InventoryModel.model_validate(document.data, context={"products": products})
        pieces = _whole(model, document, products)
    except ValidationError as error:
        found.extend(complaints(error))
        pieces = _salvage(document, products)
    found.extend(_absences(document.data))
    found.extend(_disagreements(pieces, now))
    if found or model is None:
        return None, [complaint.locate(document) for complaint in found]
    assert pieces.estate is not None
    assert pieces.authorization is not None
    assert pieces.scope is not None
    inventory = Inventory(
        path=document.file,
        sha256=hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest(),
        estate=pieces.estate,
        authorization=pieces.authorization,
        scope=pieces.scope,
        hosts=tuple(pieces.hosts.values()),
        networks=tuple(pieces.networks.values()),
        vantage=model.vantage,
        windows=tuple(pieces.windows.values()),
        credentials=tuple(model.credentials),
    )
    return inventory, []


@dataclass(slots=True)
class _Pieces:
    """What of an inventory has the right shape; hosts and networks by their position in the file."""

    builder: build.Builder
    estate: Estate | None = None
    authorization: Authorization | None = None
    scope: Scope | None = None
    hosts: dict[int, Host] = field(default_factory=dict)
    networks: dict[int, Network] = field(default_factory=dict)
    windows: dict[int, Window] = field(default_factory=dict)


def _whole(model: InventoryModel, document: Document, products: Products) -> _Pieces:
    builder = build.Builder(document, products, model.defaults.services)
    return _Pieces(
        builder,
        estate=build.estate(model.estate),
        authorization=build.authorization(model.authorization, document.key_place(("authorization",))),
        scope=build.scope(model.scope),
        hosts={position: builder.host(host, position) for position, host in enumerate(model.hosts)},
        networks={position: builder.network(network, position) for position, network in enumerate(model.networks)},
        windows={position: build.window(window) for position, window in enumerate(model.windows)},
    )


def _salvage(document: Document, products: Products) -> _Pieces:
    """The parts that are well by themselves, so that what disagrees among them is told along with what is malformed."""
    data: dict[str, Any] = document.data
    defaults = _shape(DefaultsModel, data.get("defaults"), products)
    pieces = _Pieces(build.Builder(document, products, defaults.services if defaults is not None else None))
    if (estate := _shape(EstateModel, data.get("estate"), products)) is not None:
        pieces.estate = build.estate(estate)
    if (authorization := _shape(AuthorizationModel, data.get("authorization"), products)) is not None:
        pieces.authorization = build.authorization(authorization, document.key_place(("authorization",)))
    if (scope := _shape(ScopeModel, data.get("scope"), products)) is not None:
        pieces.scope = build.scope(scope)
    for position, raw in enumerate(_list(data.get("hosts"))):
        if (host := _shape(HostModel, raw, products)) is not None:
            pieces.hosts[position] = pieces.builder.host(host, position)
    for position, raw in enumerate(_list(data.get("networks"))):
        if (network := _shape(NetworkModel, raw, products)) is not None:
            pieces.networks[position] = pieces.builder.network(network, position)
    for position, raw in enumerate(_list(data.get("windows"))):
        if (window := _shape(WindowModel, raw, products)) is not None:
            pieces.windows[position] = build.window(window)
    return pieces


def _shape(model: type[Model], raw: Any, products: Products) -> Model | None:
    try:
        return model.model_validate(raw, context={"products": products})
    except ValidationError:
        return None  # told already, by the validation of the whole


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _absences(data: dict[str, Any]) -> Iterator[Complaint]:
    if "hosts" not in data and "networks" not in data:
        yield Complaint((), "the inventory lacks both 'hosts' and 'networks'; give at least one")
    elif not any(data.get(section, []) != [] for section in ("hosts", "networks")):
        section = "hosts" if "hosts" in data else "networks"
        yield Complaint((section,), "the inventory names no host and no network", at_key=True)


def _disagreements(pieces: _Pieces, now: datetime) -> Iterator[Complaint]:
    hosts, networks, scope = pieces.hosts, pieces.networks, pieces.scope
    if pieces.authorization is not None:
        yield from agreement.check_dates(pieces.authorization, pieces.estate, now)
    literals = {position: where for position, host in hosts.items() if (where := literal(host.address)) is not None}
    yield from agreement.check_windows(pieces.windows)
    yield from agreement.check_names(hosts, networks)
    yield from agreement.check_expectations(hosts, networks)
    yield from agreement.check_hosts_once(hosts, literals)
    yield from agreement.check_networks_apart(networks)
    shared = pieces.builder.defaults
    yield from agreement.check_services_once(("defaults", "services"), shared)
    for section, assets in (("hosts", hosts), ("networks", networks)):
        for position, one in assets.items():
            if one.asset.services is not shared:
                yield from agreement.check_services_once((section, position, "services"), one.asset.services)
    if scope is not None:
        yield from chain(
            agreement.check_scope(scope),
            agreement.check_addresses(scope, hosts, networks, literals),
            agreement.check_size(scope, hosts, networks),
        )
