"""A package for Debian and Ubuntu (deb(5), Debian Policy)."""

import hashlib
from datetime import datetime, timezone
from email.utils import format_datetime

from archive import Entry, ar, below, compressed, program, tar_xz
from project import ROOT, Product


def _debian(files: dict[str, Entry], product: Product, time: int) -> dict[str, Entry]:
    """The same files where Debian wants them."""
    documents = f"share/doc/{product.name}"
    placed = {}
    for name, entry in files.items():
        if name.startswith("share/man/"):
            placed[name + ".gz"] = Entry(compressed(entry.data))
        elif name == f"{documents}/LICENSE":
            placed[f"{documents}/copyright"] = Entry(_copyright(product, entry.data))
        elif name == f"{documents}/CHANGELOG.md":
            placed[f"{documents}/NEWS.md.gz"] = Entry(compressed(entry.data))
        else:
            placed[name.replace("zsh/site-functions", "zsh/vendor-completions")] = entry
    date = format_datetime(datetime.fromtimestamp(time, timezone.utc))
    changes = f"{product.name} ({product.version}) unstable; urgency=medium\n\n  * See NEWS.md.gz.\n\n -- {product.authors} <>  {date}\n"
    placed[f"{documents}/changelog.gz"] = Entry(compressed(changes.encode()))
    return below("usr", placed)


def _copyright(product: Product, licence: bytes) -> bytes:
    return (
        f"Upstream-Name: {product.name}\nSource: {product.repository}\n\n"
        f"Copyright: 2026 {product.authors}\nLicence: {product.licence}\n\n"
        f"On Debian systems the Apache License, Version 2.0, is in /usr/share/common-licenses/Apache-2.0.\n"
        f"The licences of the parts that are linked in are in THIRD-PARTY-LICENCES.txt beside this file.\n\n"
    ).encode() + licence


def package(product: Product, files: dict[str, Entry], time: int) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    placed = _debian(files, product, time)
    kilobytes = sum(-(-len(entry.data) // 1024) for entry in placed.values())
    control = (
        f"Package: {product.name}\nVersion: {product.version}\nArchitecture: amd64\n"
        f"Maintainer: {product.authors}\nInstalled-Size: {kilobytes}\nDepends: libc6 (>= 2.17)\n"
        + ("Recommends: ca-certificates\n" if product.name == "azring" else "")
        + f"Section: utils\nPriority: optional\nHomepage: {product.repository}\n"
        f"Description: {product.summary}\n{_long(product)}"
    )
    sums = "".join(f"{hashlib.md5(entry.data).hexdigest()}  {name}\n" for name, entry in sorted(placed.items()))
    parts = {"control": Entry(control.encode()), "md5sums": Entry(sums.encode())}
    for script in ["postinst", "prerm"]:
        path = ROOT / "packages/debian" / f"{product.name}.{script}"
        if path.exists():
            parts[script] = program(path.read_bytes())
    data = ar({
        "debian-binary": b"2.0\n",
        "control.tar.xz": tar_xz(parts, time, "./", with_folders=True),
        "data.tar.xz": tar_xz(placed, time, "./", with_folders=True),
    }, time)
    return f"{product.name}_{product.version}_amd64.deb", data


def _long(product: Product) -> str:
    """The long description."""
    text = (ROOT / "packages" / f"{product.name}.description").read_text().strip()
    return "".join(f" {line}\n" for line in text.splitlines())
