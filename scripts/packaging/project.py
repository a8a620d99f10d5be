"""What Cargo.toml and Cargo.lock say about the project, and which crates are linked into its programs."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = "x86_64-unknown-linux-gnu"
AARCH64 = "aarch64-unknown-linux-gnu"
# Edges to what is linked. A plug-in of the compiler is not, nor is what a build script uses.
LINKED = "normal,no-proc-macro"


@dataclass(frozen=True)
class Crate:
    """A crate that is linked into a program."""

    name: str
    version: str
    licence: str
    description: str
    folder: Path
    checksum: str | None
    needs: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its package URL."""
        return f"pkg:cargo/{self.name}@{self.version}"


@dataclass(frozen=True)
class Product:
    """A program, and how packages describe it."""

    name: str
    version: str
    summary: str
    licence: str
    authors: str
    repository: str
    crates: tuple[Crate, ...]


def _cargo(*words: str) -> str:
    return subprocess.run(["cargo", *words, "--locked"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _checksums() -> dict[tuple[str, str], str]:
    lock = (ROOT / "Cargo.lock").read_text()
    found = {}
    for block in lock.split("[[package]]")[1:]:
        value = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', block, re.MULTILINE))
        found[value["name"], value["version"]] = value.get("checksum")
    return found


def _linked(package: str, target: str) -> set[tuple[str, str]]:
    """Name and version of each crate in the program of a package. `cargo tree` knows which optional ones are."""
    lines = _cargo("tree", "-p", package, "-e", LINKED, "--prefix", "none", "--format", "{p}", "--target", target)
    found = set()
    for line in lines.splitlines():
        name, version, *_ = line.split()
        found.add((name, version.removeprefix("v")))
    return found


def products(target: str) -> list[Product]:
    """The two programs for a target."""
    metadata = json.loads(_cargo("metadata", "--format-version", "1", "--filter-platform", target))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    checksums = _checksums()
    made = []
    for package, name in [("azring", "azring"), ("azring-emulator-tests", "azring-emulator")]:
        linked = _linked(package, target)
        crates = []
        for identity, found in packages.items():
            if (found["name"], found["version"]) not in linked:
                continue
            needs = {packages[need["pkg"]]["name"] + "@" + packages[need["pkg"]]["version"] for need in nodes[identity]["deps"]
                     if any(kind["kind"] is None for kind in need["dep_kinds"])
                     and (packages[need["pkg"]]["name"], packages[need["pkg"]]["version"]) in linked}
            crates.append(Crate(
                name=found["name"],
                version=found["version"],
                licence=found["license"].replace("/", " OR "),
                description=(found["description"] or "").strip(),
                folder=Path(found["manifest_path"]).parent,
                checksum=checksums[found["name"], found["version"]],
                needs=tuple(sorted(needs)),
            ))
        own = next(found for found in metadata["packages"] if found["name"] == package)
        summary = own["metadata"]["packages"]["summary"] if own["metadata"] else own["description"]
        made.append(Product(
            name=name,
            version=own["version"],
            summary=summary.rstrip("."),
            licence=own["license"],
            authors=metadata["metadata"]["packages"]["authors"],
            repository=own["repository"],
            crates=tuple(sorted(crates, key=lambda crate: (crate.name, crate.version))),
        ))
    return made
