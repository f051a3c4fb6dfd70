"""Starts real servers of MongoDB's wire protocol on free loopback ports: mongo-java-server, and nx-27017 from PyPI."""

import importlib.util
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.real import certificates
from tests.real.artifacts import Artifact, fetch
from tests.real.missing import MissingError, java
from tests.real.process import Process, free_port, workplace
from tests.real.seeds import ask_mongo

_SOURCE = Path(__file__).parent / "java" / "Main.java"
_NETTY = "4.2.2.Final"

#: mongo-java-server with an in-memory backend, and what it needs to run; sha256 measured when first used here.
JARS = tuple(
    Artifact(group, name, version, sha256, "jar")
    for group, name, version, sha256 in (
        (
            "de.bwaldvogel",
            "mongo-java-server-core",
            "1.47.0",
            "9a34c9ad6ac6261906295481838256033ec1efc8c93a3e3828e5d47a006b0bd4",
        ),
        (
            "de.bwaldvogel",
            "mongo-java-server-memory-backend",
            "1.47.0",
            "82864f8a2ede1514f64c2cd3a70e8022c259eb3d78975cfa208c1668ac1f12bb",
        ),
        ("io.netty", "netty-buffer", _NETTY, "4820eeb2d3db269b20b30711e3d7d21979664249aaf10fc67f90dee935810747"),
        ("io.netty", "netty-codec-base", _NETTY, "76987614ccb2fda7d3292b69ba5b61351f30e91bf5c7d8fa4b51bc32c9f67456"),
        ("io.netty", "netty-common", _NETTY, "5d022f3acad74cb0f195f60213500a4000d1340e5e941edaf1a0e756686b9bae"),
        ("io.netty", "netty-handler", _NETTY, "d4ef582c78125457baa0cfa52992b5fb1bb9172d1a2c03b726e8b26e17d3fe2c"),
        ("io.netty", "netty-resolver", _NETTY, "fa7841ffe2e39d52251814fb8560d6936b10ae7c67453ee50426b83fd5170ba0"),
        ("io.netty", "netty-transport", _NETTY, "116d766a1af4722fe76a4cdaed969644985d44e08ec1337d2dbab697dd109603"),
        (
            "io.netty",
            "netty-transport-native-unix-common",
            _NETTY,
            "aa8821a7ea2ca47f62740bd1f37d67deb97824cc77e76dde6ae2c439a923fc9d",
        ),
        ("org.slf4j", "slf4j-api", "2.0.17", "7b751d952061954d5abfed7181c1f645d336091b679891591d63329c622eb832"),
    )
)


#: The releases that mongo-java-server is told to be; over TLS it is the last.
VERSIONS = ("MONGO_3_6", "MONGO_4_0", "MONGO_5_0")


@dataclass(frozen=True, slots=True)
class Running:
    """A started server."""

    port: int
    process: Process

    def stop(self) -> None:
        """Ends it."""
        self.process.stop()


def start_java(version: str, *, tls: bool = False) -> Running:
    """mongo-java-server, empty; `version` is MONGO_3_6, MONGO_4_0 or MONGO_5_0.

    Raises:
        MissingError: a JDK or a download is not here.
        StartError: it did not come up.
    """
    jdk = java(17, 99)
    compiler = jdk / "bin" / "javac"
    if not compiler.exists():
        raise MissingError(f"needs a whole JDK: no javac in {jdk / 'bin'}")
    folder = workplace()
    try:
        jars = [shutil.copy(path, folder) for path in fetch(*JARS)]
        class_path = ":".join([str(folder), *map(str, jars)])
        words = [str(compiler), "-cp", class_path, "-d", str(folder), str(_SOURCE)]
        subprocess.run(words, check=True, capture_output=True, timeout=120)
        port = free_port()
        more: list[str] = []
        if tls:
            made = certificates.make(folder / "tls")
            more = [str(made.key), str(made.certificate)]
        flags = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", class_path]
        process = Process([str(jdk / "bin" / "java"), *flags, "Main", str(port), version, *more], folder=folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _ready(port, process, tls=tls)


def start_nx() -> Running:
    """nx-27017, in memory and empty.

    Raises:
        MissingError: the package is not installed.
        StartError: it did not come up.
    """
    if importlib.util.find_spec("nx_27017") is None:
        raise MissingError("needs nx-27017 (the extra `demo`): not installed here")
    folder = workplace()
    port = free_port()
    words = [sys.executable, "-m", "nx_27017.nx_27017", "--data-dir", "memory", "-p", str(port)]
    words += ["--log-file", str(folder / "nx.log"), "--pid-file", str(folder / "nx.pid")]
    # Its interpreter may lie where no other user can read it: this one runs as whoever runs the tests.
    return _ready(port, Process(words, folder=folder, as_nobody=False), tls=False)


def _ready(port: int, process: Process, *, tls: bool) -> Running:
    def is_ready() -> bool:
        try:
            return bool(ask_mongo(port, "admin", {"isMaster": 1}, tls=tls).get("ok"))
        except (OSError, ssl.SSLError):
            return False

    process.wait_until(is_ready, seconds=60)
    return Running(port, process)
