"""What every package of a program holds, below its prefix: the program, manual page, completions, licences, bill of materials."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import licences
import man_page
import sbom
from archive import Entry, program
from project import ROOT, Product

SHELLS = {
    "bash": "share/bash-completion/completions/azring",
    "zsh": "share/zsh/site-functions/_azring",
    "fish": "share/fish/vendor_completions.d/azring.fish",
    "powershell": "share/azring/completions/azring.ps1",
}


@dataclass(frozen=True)
class Build:
    """Built programs, and what was linked into them."""

    programs: Path
    # The same programs for this machine: they print their manual and completions.
    speakers: Path
    sysroot: Path
    zig: Path | None
    static: bool
    revision: str
    time: int
    parts: dict[str, str]


def _said(path: Path, *words: str) -> str:
    # Messages come in the language and zone of the environment.
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}
    return subprocess.run([path, *words], check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def of(product: Product, build: Build) -> dict[str, Entry]:
    """The files, by their path below the prefix."""
    path = build.speakers / product.name
    files = {f"bin/{product.name}": program((build.programs / product.name).read_bytes())}
    documents = f"share/doc/{product.name}"
    texts = {
        f"{documents}/LICENSE": (ROOT / "LICENSE").read_bytes(),
        f"{documents}/THIRD-PARTY-LICENCES.txt": licences.text(product, build.sysroot, build.zig, build.static).encode(),
        f"{documents}/{product.name}.cdx.json": sbom.document(product, build.revision, build.time, build.parts),
        f"share/man/man1/{product.name}.1": _manual(product, path, build.time),
    }
    if product.name == "azring":
        texts |= {name: _said(path, "completions", shell).encode() for shell, name in SHELLS.items()}
        texts["share/azring/seccomp.json"] = (ROOT / "containers/seccomp.json").read_bytes()
        texts[f"{documents}/README.md"] = (ROOT / "README.md").read_bytes()
        texts[f"{documents}/CHANGELOG.md"] = (ROOT / "CHANGELOG.md").read_bytes()
    return files | {name: Entry(data) for name, data in texts.items()}


def _manual(product: Product, path: Path, time: int) -> bytes:
    if product.name == "azring":
        return _said(path, "man").encode()
    topics = {topic.upper(): _said(path, "--help", topic) for topic in ["faults", "behaviour", "identity", "control"]}
    return man_page.page(product.name, product.version, product.summary, {"OPTIONS": _said(path, "--help")} | topics, time)
