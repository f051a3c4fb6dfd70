"""Starts a real Elasticsearch or OpenSearch in a given state on free loopback ports, with data in it."""

import contextlib
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from elastic_transport import TransportError

from tests.real import settings
from tests.real.artifacts import fetch
from tests.real.catalogue import Server, State
from tests.real.missing import java
from tests.real.process import Process, free_port, workplace
from tests.real.seeds import node, seed_elastic

_HEAP = "256m"
_READY_SECONDS = 240.0  # on two busy cores; twenty are usual


@dataclass(frozen=True, slots=True)
class Running:
    """A started server. `stop` ends it."""

    server: Server
    state: State
    port: int
    process: Process

    def stop(self) -> None:
        """Ends it and everything it started."""
        self.process.stop()


def start(server: Server, state: State) -> Running:
    """The server, ready and seeded.

    Raises:
        MissingError: Java, a download or a tool is not here.
        DigestError: a download is not what was measured.
        StartError: it did not come up.
    """
    jdk = java(*server.java)
    archives = fetch(server.archive, *(server.security if state.secured else ()))
    folder = workplace()
    try:
        home = _unpack(server, archives, folder)
        port, transport_port = free_port(), free_port()
        settings.write(home, server, state, port=port, transport_port=transport_port)
        (folder / "tmp").mkdir()
        process = Process(_words(home, server, jdk), folder=folder, environment=_environment(folder, jdk))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        _wait_and_seed(server, state, port, process)
    except BaseException:
        process.stop()
        raise
    return Running(server, state, port, process)


def _unpack(server: Server, archives: tuple[Path, ...], folder: Path) -> Path:
    with zipfile.ZipFile(archives[0]) as archive:
        archive.extractall(folder)
    home = next(path for path in folder.iterdir() if path.is_dir())
    for tool in (*home.glob("bin/*"), *home.glob("modules/*/platform/*/bin/*")):
        tool.chmod(0o755)  # zip files made on another system forget it
    if len(archives) > 1:
        plugin = home / "plugins" / "opensearch-security"
        with zipfile.ZipFile(archives[1]) as archive:
            archive.extractall(plugin)
        for jar in archives[2:]:
            shutil.copy(jar, plugin)
        descriptor = plugin / "plugin-descriptor.properties"
        lines = descriptor.read_text().splitlines(keepends=True)
        # 3.x builds on two plugins that the minimal archive lacks, for a feature that no audit touches.
        descriptor.write_text("".join(line for line in lines if not line.startswith("extended.plugins")))
    if server.name.startswith("es-") and server.numbers < (2,):
        _patch_for_java_9(home, server)
    return home


def _patch_for_java_9(home: Path, server: Server) -> None:
    """Up to 1.x it asks for the boot class path, which Java 9 removed: let it ask for the spec's name instead.

    The patched class goes into a folder that stands first on the class path.
    """
    entry = "org/elasticsearch/monitor/jvm/JvmInfo.class"
    with zipfile.ZipFile(home / "lib" / f"elasticsearch-{server.version}.jar") as jar:
        code = jar.read(entry)
    target = home / "patch" / entry
    target.parent.mkdir(parents=True)
    # Names in a class file stand in its constant pool, each after its kind (1) and its length in two bytes.
    target.write_bytes(code.replace(b"\x01\x00\x10getBootClassPath", b"\x01\x00\x0bgetSpecName"))


def _environment(folder: Path, jdk: Path) -> dict[str, str]:
    heap = f"-Xms{_HEAP} -Xmx{_HEAP}"
    temporary = str(folder / "tmp")
    return {
        "JAVA_HOME": str(jdk),
        "ES_JAVA_HOME": str(jdk),
        "ES_JAVA_OPTS": heap,
        "ES_TMPDIR": temporary,
        "LIBFFI_TMPDIR": temporary,  # 7.17 looks for a folder from which it may execute
    }


def _words(home: Path, server: Server, jdk: Path) -> list[str]:
    """The command: from Elasticsearch 8 on its own script (it talks to the server through a pipe), else Java itself."""
    if not server.opensearch and server.numbers >= (8,):
        return [str(home / "bin" / "elasticsearch")]
    product, prefix = ("opensearch", "opensearch") if server.opensearch else ("elasticsearch", "es")
    flags = [
        f"-Xms{_HEAP}",
        f"-Xmx{_HEAP}",
        "-XX:TieredStopAtLevel=1",
        "-Djava.awt.headless=true",
        "-Dfile.encoding=UTF-8",
    ]
    flags += ["-Djna.nosys=true", "-Djava.security.manager=allow", "-Dio.netty.noUnsafe=true"]
    flags += ["-Dio.netty.noKeySetOptimization=true", "-Dlog4j2.disable.jmx=true", "-Dlog4j2.formatMsgNoLookups=true"]
    flags += [f"-D{prefix}.path.home={home}", f"-Djava.io.tmpdir={home.parent}/tmp"]
    class_path, more = f"{home}/lib/*", []
    if server.opensearch or server.numbers >= (6,):
        flavour = "default" if server.lockable else "oss"
        flags += [f"-D{prefix}.path.conf={home}/config", f"-D{prefix}.distribution.type=zip"]
        flags.append(f"-D{prefix}.distribution.flavor={flavour}")
    elif server.numbers < (2,):
        flags.append("-Des.foreground=yes")
        class_path = f"{home}/patch:{home}/lib/elasticsearch-{server.version}.jar:{class_path}"
    elif server.numbers < (5,):
        more = ["start"]
    if server.opensearch and server.numbers >= (3,):
        flags = [flag for flag in flags if "security.manager" not in flag]  # gone from Java 24 on
        flags += [f"-javaagent:{jar}" for jar in home.glob("agent/opensearch-agent.jar")]
    name = "OpenSearch" if server.opensearch else "ElasticSearch" if server.numbers < (1,) else "Elasticsearch"
    return [str(jdk / "bin" / "java"), *flags, "-cp", class_path, f"org.{product}.bootstrap.{name}", *more]


def _wait_and_seed(server: Server, state: State, port: int, process: Process) -> None:
    scheme = "https" if state.over_tls else "http"
    with contextlib.closing(node(scheme, port, login=state.secured)) as server_node:
        # Without a master some releases think about anything but `/` for half a minute.
        health = "/" if state is State.NO_MASTER else "/_cluster/health?timeout=1s&master_timeout=1s"

        def is_ready() -> bool:
            try:
                answer = server_node.perform_request("GET", health)
            except TransportError as error:
                # It greets us in TLS and then asks for a certificate that we do not have: that is its state.
                return state is State.CLIENT_CERTIFICATE and "ertificate" in str(error).replace(
                    "CERTIFICATE", "certificate"
                )
            wanted = {State.UNINITIALISED: (503,), State.NO_MASTER: (200, 503)}.get(state, (200,))
            return answer.meta.status in wanted

        process.wait_until(is_ready, seconds=_READY_SECONDS)
        if state.seeded:
            seed_elastic(server_node, typed=server.typed)
