"""Wheels for pip: a program in the scripts of an environment (the binary distribution format of PyPA)."""

import base64
import hashlib
from datetime import datetime, timezone

from archive import Entry, below, zipped
from project import ROOT, Product

# The C library that the programs need: https://peps.python.org/pep-0600/
PLATFORMS = ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]


def package(product: Product, files: dict[str, Entry], time: int) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    stem = f"{product.name.replace('-', '_')}-{product.version}"
    info, data = f"{stem}.dist-info", f"{stem}.data"
    placed = {}
    for name, entry in sorted(files.items()):
        last = name.rsplit("/", 1)[-1]
        if name.startswith("bin/"):
            placed[f"{data}/scripts/{last}"] = entry
        elif last in ("LICENSE", "THIRD-PARTY-LICENCES.txt"):
            placed[f"{info}/licenses/{last}"] = entry
        elif last.endswith(".cdx.json"):
            # https://peps.python.org/pep-0770/
            placed[f"{info}/sboms/{last}"] = entry
        elif "/doc/" not in name:
            placed[f"{data}/data/{name}"] = entry
    if product.name == "azring-emulator":
        modules = ROOT / "packages/python/azring_emulator"
        placed |= below("azring_emulator", {path.name: Entry(path.read_bytes()) for path in sorted(modules.glob("*.py"))})
        placed[f"{info}/entry_points.txt"] = Entry(b"[pytest11]\nazring_emulator = azring_emulator.fixtures\n")
    placed[f"{info}/WHEEL"] = Entry(_wheel().encode())
    placed[f"{info}/METADATA"] = Entry(_metadata(product).encode())
    record = f"{info}/RECORD"
    placed[record] = Entry("".join([*(f"{name},sha256={_digest(entry.data)},{len(entry.data)}\n" for name, entry in placed.items()),
                                    f"{record},,\n"]).encode())
    # The time of a zip archive has no zone and begins in 1980.
    date = datetime.fromtimestamp(time, timezone.utc).timetuple()[:6]
    return f"{stem}-py3-none-{'.'.join(PLATFORMS)}.whl", zipped(placed, date)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _wheel() -> str:
    tags = "".join(f"Tag: py3-none-{platform}\n" for platform in PLATFORMS)
    return f"Wheel-Version: 1.0\nGenerator: azring\nRoot-Is-Purelib: false\n{tags}"


def _metadata(product: Product) -> str:
    return (
        f"Metadata-Version: 2.4\nName: {product.name}\nVersion: {product.version}\nSummary: {product.summary}\n"
        f"Author: {product.authors}\nLicense-Expression: {product.licence}\nLicense-File: LICENSE\n"
        f"License-File: THIRD-PARTY-LICENCES.txt\nProject-URL: Repository, {product.repository}\n"
        + ("Classifier: Framework :: Pytest\n" if product.name == "azring-emulator" else "")
        + "Classifier: Operating System :: POSIX :: Linux\nRequires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n"
        + (ROOT / "packages" / f"{product.name}.description").read_text()
    )
