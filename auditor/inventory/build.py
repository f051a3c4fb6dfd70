"""From a file's validated shape to the model that every room shares."""

from collections.abc import Mapping, Sequence

from auditor.documents import Document
from auditor.inventory.schema import (
    AuthorizationModel,
    EstateModel,
    HostModel,
    NetworkModel,
    ScopeModel,
    ServiceModel,
    WindowModel,
)
from auditor.model.target import (
    Asset,
    Authorization,
    Criticality,
    Estate,
    Expectation,
    Formerly,
    Host,
    Network,
    Place,
    Scope,
    ServiceSpec,
    Tls,
    Window,
)


class Builder:
    """Builds hosts and networks; the services of the defaults are shared between them."""

    def __init__(
        self, document: Document, products: Mapping[str, tuple[int, ...]], defaults: Sequence[ServiceModel] | None
    ) -> None:
        self._document = document
        self._products = products
        self._specs: dict[object, ServiceSpec] = {}  # a few in the whole estate, named by every host
        self.defaults = tuple(
            [ServiceSpec(product, ports) for product, ports in products.items()]
            if defaults is None
            else [self._service(model) for model in defaults]
        )

    def host(self, model: HostModel, position: int) -> Host:
        """The host at `position` in the file's list."""
        formerly = tuple(Formerly(former.name, former.port) for former in model.formerly)
        return Host(self._asset(model, "hosts", position), model.address, formerly)

    def network(self, model: NetworkModel, position: int) -> Network:
        """The network at `position` in the file's list."""
        return Network(self._asset(model, "networks", position), model.cidr)

    def _asset(self, model: HostModel | NetworkModel, section: str, position: int) -> Asset:
        services = self.defaults if model.services is None else tuple(map(self._service, model.services))
        return Asset(
            name=model.name,
            services=services,
            place=self._document.place((section, position)),
            owner=model.owner,
            environment=model.environment,
            criticality=_CRITICALITIES[model.criticality],
            tags=tuple(model.tags),
            expect=_EXPECTATIONS[model.expect],
            reason=model.reason,
            zone=model.zone,
        )

    def _service(self, model: ServiceModel) -> ServiceSpec:
        written = None if model.ports is None else tuple(model.ports)
        key = (model.product, model.port, written, model.tls, model.path)
        spec = self._specs.get(key)
        if spec is None:
            spec = self._specs[key] = self._spec(model)
        return spec

    def _spec(self, model: ServiceModel) -> ServiceSpec:
        if model.port is not None:
            ports: tuple[int, ...] = (model.port,)
        elif model.ports is not None:
            ports = tuple(model.ports)
        else:
            ports = self._products[model.product]
        return ServiceSpec(model.product, ports, _TLS[model.tls], model.path)


# Looked up ten thousand times a file; an Enum's own lookup takes three times as long.
_CRITICALITIES = {level.value: level for level in Criticality}
_EXPECTATIONS = {expectation.value: expectation for expectation in Expectation}
_TLS = {tls.value: tls for tls in Tls}


def estate(model: EstateModel) -> Estate:
    """The estate."""
    return Estate(model.id, model.name, model.timezone)


def authorization(model: AuthorizationModel, place: Place) -> Authorization:
    """The authorisation that stands at `place`."""
    return Authorization(
        owner=model.owner,
        approved_by=model.approved_by,
        ticket=model.ticket,
        valid_from=model.valid_from,
        valid_until=model.valid_until,
        contact=model.contact,
        sampling_approved_by=model.sampling.approved_by if model.sampling is not None else None,
        place=place,
    )


def scope(model: ScopeModel) -> Scope:
    """The scope."""
    return Scope(tuple(model.networks), tuple(model.exclude), model.allow_public, model.max_targets)


def window(model: WindowModel) -> Window:
    """A span in which nothing is probed."""
    return Window(model.start, model.end, tuple(model.days))
