"""The configuration that puts an unpacked Elasticsearch or OpenSearch into a state."""

import shutil
from pathlib import Path

from tests.real import certificates
from tests.real.catalogue import Server, State
from tests.real.seeds import PASSWORD_HASH, USER

_STRANGER = "opendistro_security_anonymous_backendrole"


def write(home: Path, server: Server, state: State, *, port: int, transport_port: int) -> None:
    """Writes the configuration files below `home`."""
    name = "opensearch.yml" if server.opensearch else "elasticsearch.yml"
    lines = [*_common(server, state, port=port, transport_port=transport_port)]
    if server.opensearch:
        lines += _opensearch(home, state)
    else:
        lines += _elasticsearch(home, server, state)
    (home / "config" / name).write_text("\n".join(lines) + "\n")


def _common(server: Server, state: State, *, port: int, transport_port: int) -> list[str]:
    modern = server.opensearch or server.numbers >= (7,)
    transport = "transport.port" if modern else "transport.tcp.port"
    lines = ["cluster.name: audited", "node.name: node-1", "network.host: 127.0.0.1"]
    lines += [f"http.port: {port}", f"{transport}: {transport_port}"]
    if state is State.NO_MASTER:
        lines.append("cluster.initial_master_nodes: [absent]" if modern else "discovery.zen.minimum_master_nodes: 2")
        lines.append("discovery.initial_state_timeout: 0s")  # else HTTP opens after waiting half a minute for a master
    elif server.opensearch or server.numbers >= (5,):
        lines.append("discovery.type: single-node")
    if not server.opensearch and server.numbers < (2,):
        lines.append("discovery.zen.ping.multicast.enabled: false")
    if server.opensearch or server.numbers >= (1,):
        lines.append("cluster.routing.allocation.disk.threshold_enabled: false")  # a full disk must not fail a test
    return lines


def _elasticsearch(home: Path, server: Server, state: State) -> list[str]:
    if not server.lockable:
        return []
    lines = [f"xpack.security.enabled: {_yaml(state.secured)}"]
    if server.numbers[0] == 6:
        lines.append("xpack.ml.enabled: false")  # would start native processes that no audit asks about
    if not state.secured:
        return lines
    if server.numbers >= (8,):
        lines.append("xpack.security.autoconfiguration.enabled: false")
    (home / "config" / "users").write_text(f"{USER}:{PASSWORD_HASH}\n")
    (home / "config" / "users_roles").write_text(f"superuser:{USER}\n")
    if state.anonymous:
        (home / "config" / "roles.yml").write_text(
            "guest:\n  indices:\n  - names: ['people']\n    privileges: ['read', 'view_index_metadata']\n"
        )
        role = "superuser" if state is State.ANONYMOUS_ALL else "guest"
        lines.append(f"xpack.security.authc.anonymous.roles: {role}")
        if state is State.ANONYMOUS_401:
            lines.append("xpack.security.authc.anonymous.authz_exception: false")
    if state.over_tls:
        certificates.make(home / "config" / "tls")
        asks = "required" if state is State.CLIENT_CERTIFICATE else "none"
        ssl = "xpack.security.http.ssl"
        lines += [f"{ssl}.enabled: true", f"{ssl}.key: tls/node.key", f"{ssl}.certificate: tls/node.pem"]
        lines += [f"{ssl}.certificate_authorities: [tls/ca.pem]", f"{ssl}.client_authentication: {asks}"]
    return lines


def _opensearch(home: Path, state: State) -> list[str]:
    if not state.secured:
        return []
    config = home / "config" / "opensearch-security"
    shutil.move(home / "plugins" / "opensearch-security" / "config", config)
    (config / "internal_users.yml").write_text(
        "_meta: {type: internalusers, config_version: 2}\n"
        f'{USER}: {{hash: "{PASSWORD_HASH}", reserved: true, backend_roles: [admin]}}\n'
    )
    (config / "config.yml").write_text(
        "_meta: {type: config, config_version: 2}\n"
        "config:\n  dynamic:\n"
        f"    http: {{anonymous_auth_enabled: {_yaml(state.anonymous)}}}\n"
        "    authc:\n      basic:\n        http_enabled: true\n        order: 0\n"
        "        http_authenticator: {type: basic, challenge: true}\n"
        "        authentication_backend: {type: intern}\n"
    )
    if state.anonymous:
        (config / "roles.yml").write_text(
            "_meta: {type: roles, config_version: 2}\n"
            "guest:\n  index_permissions:\n  - index_patterns: ['people']\n"
            "    allowed_actions: [read, 'indices:admin/mappings/get']\n"
        )
        all_powerful = ["admin", _STRANGER] if state is State.ANONYMOUS_ALL else ["admin"]
        (config / "roles_mapping.yml").write_text(
            "_meta: {type: rolesmapping, config_version: 2}\n"
            f"all_access: {{backend_roles: [{', '.join(all_powerful)}]}}\n"
            + ("" if state is State.ANONYMOUS_ALL else f"guest: {{backend_roles: [{_STRANGER}]}}\n")
        )
    certificates.make(home / "config" / "tls")
    transport, http = "plugins.security.ssl.transport", "plugins.security.ssl.http"
    lines = [f"{transport}.{line}" for line in _pem_lines()]
    lines += [f"{transport}.enforce_hostname_verification: false", f"{http}.enabled: {_yaml(state.over_tls)}"]
    if state.over_tls:
        lines += [f"{http}.{line}" for line in _pem_lines()]
        lines.append(f"{http}.clientauth_mode: {'REQUIRE' if state is State.CLIENT_CERTIFICATE else 'NONE'}")
    initialised = _yaml(state is not State.UNINITIALISED)
    return [
        *lines,
        "plugins.security.nodes_dn: ['O=audited,CN=node-1', 'CN=node-1,O=audited']",
        "plugins.security.authcz.admin_dn: ['CN=nobody,O=audited']",
        f"plugins.security.allow_default_init_securityindex: {initialised}",
    ]


def _pem_lines() -> list[str]:
    files = {"pemcert": "node.pem", "pemkey": "node.key", "pemtrustedcas": "ca.pem"}
    return [f"{what}_filepath: tls/{file}" for what, file in files.items()]


def _yaml(truth: bool) -> str:
    return "true" if truth else "false"
