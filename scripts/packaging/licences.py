"""The licences of all that is linked into a program, as one text. Crates with the same text share it."""

import re
from pathlib import Path

from project import Crate, Product

NAMES = re.compile(r"(licen[cs]e|copying|unlicense|notice|copyright)", re.IGNORECASE)
RULE = "=" * 100
# Debian keeps the texts of the C library's licences here.
LIBC = [Path("/usr/share/doc/libc6/copyright"), Path("/usr/share/common-licenses/LGPL-2.1")]


def _texts(crate: Crate) -> list[str]:
    files = sorted(path for path in crate.folder.iterdir() if path.is_file() and NAMES.match(path.name))
    if not files:
        raise SystemExit(f"error: {crate.name} {crate.version} has no file with its licence: name its text in scripts/packaging/licences.py")
    return [path.read_text(errors="replace").strip() for path in files]


def text(product: Product, sysroot: Path, zig: Path | None, static: bool) -> str:
    """The whole text. `sysroot` is that of Rust, `zig` the folder of the linker whose runtime is linked in."""
    lines = [f"{product.name} {product.version} is made of these parts.", ""]
    users: dict[str, list[str]] = {}
    for crate in product.crates:
        if crate.checksum is None:
            continue
        lines.append(f"{crate.name} {crate.version}: {crate.licence}")
        for part in _texts(crate):
            users.setdefault(part, []).append(f"{crate.name} {crate.version}")
    lines.append("the standard library of Rust, by the Rust Project contributors: MIT OR Apache-2.0")
    for name in ["MIT.txt", "Apache-2.0.txt"]:
        path = sysroot / "share/doc/rust/licenses" / name
        if path.exists():
            users.setdefault(path.read_text().strip(), []).append("the standard library of Rust")
    if zig is not None:
        lines.append("compiler-rt and libunwind, as Zig links them: MIT, Apache-2.0 WITH LLVM-exception")
        for name in ["LICENSE", "lib/libunwind/LICENSE.TXT"]:
            users.setdefault((zig / name).read_text().strip(), []).append("the runtime of Zig")
    if static:
        lines.append("the GNU C Library: LGPL-2.1-or-later; libgcc: GPL-3.0-or-later WITH GCC-exception-3.1")
        for path in LIBC:
            if path.exists():
                users.setdefault(path.read_text().strip(), []).append("the GNU C Library")
    for part, names in users.items():
        lines += ["", RULE, ", ".join(dict.fromkeys(names)), RULE, "", part]
    return "\n".join(lines) + "\n"
