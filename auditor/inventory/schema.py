"""The shape of an inventory file, key by key, with the texts that teach it.

Importing this costs a tenth of a second (pydantic), so whoever only plans, spreads or guards does without.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema

from auditor.inventory.values import (
    Cidr,
    Clock,
    Day,
    HostAddress,
    Identity,
    Name,
    Port,
    Product,
    Reference,
    Text,
    Timezone,
    UrlPath,
    complain,
)


class _Strict(BaseModel):
    """No guessing: a number is no text, an unknown key is an error."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
        model_title_generator=lambda model: model.__name__.removesuffix("Model"),
    )


class EstateModel(_Strict):
    """What is audited, in the organisation's own words."""

    id: Identity = Field(description="A short id that never changes: findings are known under it from night to night.")
    name: Text = Field(description="The name that the report is titled with.")
    timezone: Timezone = Field("UTC", description="IANA time zone of dates and windows, such as Europe/Berlin.")


class SamplingModel(_Strict):
    """Leave to request a few records and to count their values, beyond names and types."""

    approved_by: Text = Field(description="Who allowed it; without this, --sample is refused.")


class AuthorizationModel(_Strict):
    """Who allowed this audit, and for which days. Without a valid one nothing is probed."""

    owner: Text = Field(description="The organisation that owns every host of this file.")
    approved_by: Text = Field(description="The person or function that allowed the audit.")
    ticket: Text = Field(description="Where the approval is written down.")
    valid_from: Day = Field(description="First day on which probing is allowed, in the estate's time zone.")
    valid_until: Day = Field(description="Last day on which probing is allowed.")
    contact: Text = Field(description="Whom to reach when a probe disturbs somebody.")
    sampling: SamplingModel | None = Field(
        None, description="Leave to request a few records and count their values, if it was given."
    )


class ScopeModel(_Strict):
    """The only addresses that a packet may go to, whatever the hosts below say or resolve to."""

    networks: Annotated[list[Cidr], Field(min_length=1)] = Field(description="The ranges of one's own.")
    exclude: list[Cidr] = Field(default_factory=list, description="Ranges within them that no packet may go to.")
    allow_public: bool = Field(False, description="Whether addresses that the internet routes may be probed.")
    max_targets: Annotated[int, Field(ge=1, le=1 << 32)] = Field(
        262_144, description="An inventory that spreads into more targets (address, port, product) is refused."
    )


class _OrWord:
    """In the JSON Schema: a service may also be a product's name alone."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "description": "A product, on its usual ports."}, handler(core)]}


class ServiceModel(_Strict):
    """One product of a host, and where it listens."""

    product: Product = Field(
        description="elasticsearch (OpenSearch too), kibana (OpenSearch Dashboards too), mongodb, or a plugin's word."
    )
    port: Port | None = Field(None, description="The port, if there is one; the product's usual ones if none is given.")
    ports: Annotated[list[Port], Field(min_length=1)] | None = Field(
        None, description="The ports, if there are several."
    )
    tls: Literal["auto", "required", "never"] = Field(
        "auto", description="auto asks without TLS and then with it; required and never ask in one way only."
    )
    path: UrlPath = Field("/", description="The path below which the product lives behind a proxy.")

    @model_validator(mode="after")
    def _port_or_ports(self) -> "ServiceModel":
        if self.port is not None and self.ports is not None:
            raise complain("a service has 'port' or 'ports', not both")
        return self


def _widen(value: Any) -> Any:
    return {"product": value} if isinstance(value, str) else value


Services = Annotated[list[Annotated[ServiceModel, BeforeValidator(_widen), _OrWord()]], Field(min_length=1)]


class DefaultsModel(_Strict):
    """What holds for hosts and networks that do not say otherwise."""

    services: Services | None = Field(None, description="What is asked of them; every known product if none is given.")


class FormerlyModel(_Strict):
    """A name under which a host's findings were known before."""

    name: Name
    port: Port | None = Field(None, description="The port, where that changed as well.")


class _AssetModel(_Strict):
    """What may be said of a host and of a network alike."""

    name: Name = Field(description="Its name in reports; findings are known under it, so keep it.")
    services: Services | None = Field(None, description="What is asked; the defaults if left out.")
    owner: Text | None = Field(None, description="The team that mends it.")
    environment: Text | None = Field(None, description="prod, staging, test …")
    criticality: Literal["low", "medium", "high", "critical"] = Field("medium", description="How much it matters.")
    tags: list[Name] = Field(default_factory=list, description="Words to select by: --tag.")
    expect: Literal["closed", "public_by_design"] = Field(
        "closed", description="What a stranger should find. public_by_design needs a reason."
    )
    reason: Text | None = Field(None, description="Why it is public by design.")
    zone: Name | None = Field(None, description="The network zone that it stands in.")


class HostModel(_AssetModel):
    """One host that is known by name. Its silence is reported: unreachable is not closed."""

    address: HostAddress = Field(description="A DNS name or an IP address. Every address of a name is asked.")
    formerly: list[FormerlyModel] = Field(
        default_factory=list, description="Former names, so that a rename does not look like news."
    )


class NetworkModel(_AssetModel):
    """A whole range of one's own: the forgotten host is the one that leaks. Its first and last address count."""

    cidr: Cidr = Field(description="The range, without bits beyond its prefix.")


class WindowModel(_Strict):
    """A daily span in which nothing is probed; it may cross midnight."""

    start: Clock = Field(description="HH:MM in the estate's time zone.")
    end: Clock = Field(description="HH:MM; 24:00 is the day's end.")
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        default_factory=list, description="The days on which it begins; every day if none is given."
    )


class InventoryModel(_Strict):
    """An inventory of one's OWN hosts, and the leave to ask them."""

    version: Literal[1] = Field(description="The version of this format.")
    estate: EstateModel
    authorization: AuthorizationModel
    scope: ScopeModel
    defaults: DefaultsModel = Field(default_factory=lambda: DefaultsModel(services=None))
    hosts: list[HostModel] = Field(default_factory=list, description="Hosts that are known by name.")
    networks: list[NetworkModel] = Field(
        default_factory=list, description="Whole ranges, to find hosts that nobody knows of."
    )
    vantage: Text | None = Field(
        None, description="The network segment that this is run from; printed beside every 'closed'."
    )
    windows: list[WindowModel] = Field(default_factory=list, description="When not to probe.")
    credentials: list[Reference] = Field(
        default_factory=list,
        description="References to retired secrets (env:NAME, file:/path, credential:NAME), never the secrets.",
    )


#: The model of each mapping, by its path without positions: what complaints look known keys up in.
MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): InventoryModel,
    ("estate",): EstateModel,
    ("authorization",): AuthorizationModel,
    ("authorization", "sampling"): SamplingModel,
    ("scope",): ScopeModel,
    ("defaults",): DefaultsModel,
    ("defaults", "services"): ServiceModel,
    ("hosts",): HostModel,
    ("hosts", "services"): ServiceModel,
    ("hosts", "formerly"): FormerlyModel,
    ("networks",): NetworkModel,
    ("networks", "services"): ServiceModel,
    ("windows",): WindowModel,
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an inventory, for editors and for `auditor schema inventory`."""
    generated = InventoryModel.model_json_schema(schema_generator=GenerateJsonSchema)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **generated,
        "title": "auditor inventory",
        "anyOf": [{"required": ["hosts"]}, {"required": ["networks"]}],
    }
