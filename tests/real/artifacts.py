"""Server downloads: by Maven from its repositories, kept outside the tree, never run unless the digest fits."""

import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.real.missing import MissingError, tool

_RESOLVE = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:resolve"
_POM = """<project><modelVersion>4.0.0</modelVersion>
<groupId>auditor</groupId><artifactId>tests</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>{}</dependencies></project>
"""
_DEPENDENCY = """<dependency><groupId>{0.group}</groupId><artifactId>{0.name}</artifactId><version>{0.version}</version>
<type>{0.packaging}</type><exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
</dependency>
"""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file in a Maven repository; `sha256` was measured when it was first used here."""

    group: str
    name: str
    version: str
    sha256: str
    packaging: str = "zip"

    def __str__(self) -> str:
        return f"{self.group}:{self.name}:{self.version}:{self.packaging}"

    @property
    def place(self) -> Path:
        """Where it lies in a repository."""
        return Path(*self.group.split("."), self.name, self.version, f"{self.name}-{self.version}.{self.packaging}")


class DigestError(Exception):
    """A download is not the file that was measured. It is not used."""


def cache() -> Path:
    """Where downloads are kept: $AUDITOR_TEST_CACHE, or ~/.cache/auditor-tests."""
    return Path(os.environ.get("AUDITOR_TEST_CACHE") or Path.home() / ".cache" / "auditor-tests")


def fetch(*artifacts: Artifact) -> tuple[Path, ...]:
    """The files, downloaded once; a copy in ~/.m2 serves as well.

    Raises:
        MissingError: one is not here and cannot be downloaded.
        DigestError: one is not the file that was measured.
    """
    wanted = [artifact for artifact in artifacts if _here(artifact) is None]
    if wanted:
        _download(wanted)
    found: list[Path] = []
    for artifact in artifacts:
        path = _here(artifact)
        if path is None:
            raise MissingError(f"needs {artifact}: Maven did not bring it")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != artifact.sha256:
            raise DigestError(f"{path} has sha256 {digest}, not {artifact.sha256}: remove it and find out why")
        found.append(path)
    return tuple(found)


def _here(artifact: Artifact) -> Path | None:
    for repository in (cache() / "maven", Path.home() / ".m2" / "repository"):
        if (repository / artifact.place).is_file():
            return repository / artifact.place
    return None


def _download(artifacts: list[Artifact]) -> None:
    names = ", ".join(str(artifact) for artifact in artifacts)
    try:
        maven = tool("mvn", "Maven")
    except MissingError as error:
        raise MissingError(f"{error}, and {names} not in {cache()}") from error
    (cache() / "maven").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pom = Path(folder) / "pom.xml"
        pom.write_text(_POM.format("".join(_DEPENDENCY.format(artifact) for artifact in artifacts)))
        words = [maven, "-q", "-B", "-f", str(pom), f"-Dmaven.repo.local={cache() / 'maven'}", _RESOLVE]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False)
        except subprocess.TimeoutExpired as error:
            raise MissingError(f"needs {names}: the download took longer than 15 minutes") from error
    if done.returncode != 0:
        why = next((line for line in done.stdout.splitlines() if line.startswith("[ERROR]")), done.stderr[-200:])
        raise MissingError(f"needs {names}: could not be downloaded ({why.removeprefix('[ERROR] ')[:300]})")
