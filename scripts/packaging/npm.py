"""A package for npm: the emulator, and a module that starts it."""

import json

from archive import Entry, below, tar_gz
from project import ROOT, Product


def package(product: Product, files: dict[str, Entry], time: int) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    placed = {name.removeprefix(f"share/doc/{product.name}/"): entry for name, entry in files.items()}
    for name in ["index.js", "index.d.ts"]:
        placed[name] = Entry((ROOT / "packages/npm" / name).read_bytes())
    placed["README.md"] = Entry((ROOT / "packages" / f"{product.name}.description").read_bytes())
    placed["package.json"] = Entry(json.dumps({
        "name": product.name,
        "version": product.version,
        "description": product.summary,
        "author": product.authors,
        "license": f"({product.licence})",
        "repository": {"type": "git", "url": f"git+{product.repository}.git"},
        "os": ["linux"],
        "cpu": ["x64"],
        "libc": ["glibc"],
        "bin": {product.name: f"bin/{product.name}"},
        "man": [f"share/man/man1/{product.name}.1"],
        "main": "index.js",
        "types": "index.d.ts",
        "engines": {"node": ">=18"},
    }, indent=2).encode() + b"\n")
    return f"{product.name}-{product.version}.tgz", tar_gz(below("package", placed), time)
