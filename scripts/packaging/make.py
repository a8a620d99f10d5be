#!/usr/bin/env python3
"""Makes all packages of built programs; scripts/package.sh builds them and says what is what.

    make.py --glibc FOLDER --static FOLDER --out FOLDER --time SECONDS --revision COMMIT --certificates FILE --zig FOLDER
    make.py --glibc FOLDER --out FOLDER --time SECONDS --revision COMMIT    without what needs static programs
    make.py --aarch64 FOLDER --glibc FOLDER ...                             only an archive for that processor

The folders hold `azring` and `azring-emulator`, and beside them `*.debug` with their debug information where there is any.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import contents
import deb
import image
import npm
import rpm
import wheel
from archive import Entry, tar_gz
from project import AARCH64, TARGET, Product, products

MACHINE = "x86_64-linux"
OTHER_MACHINE = "aarch64-linux"


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser()
    for name, kind in {"glibc": Path, "static": Path, "aarch64": Path, "out": Path, "time": int, "revision": str, "certificates": Path, "zig": Path}.items():
        parser.add_argument(f"--{name}", type=kind, required=name in ("glibc", "out", "time", "revision"))
    return parser.parse_args()


def said(*words: str) -> str:
    """What a program prints."""
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def libc_version() -> str:
    """The version of the C library that static programs are linked with."""
    return re.search(r"[0-9]+\.[0-9]+", said("getconf", "GNU_LIBC_VERSION")).group()


def builds(given: argparse.Namespace) -> dict[str, contents.Build]:
    """What was built, by the name of its machine and variant."""
    rust = re.search(r"^release: (.*)$", said("rustc", "-vV"), re.MULTILINE).group(1)
    common = {"sysroot": Path(said("rustc", "--print", "sysroot")), "revision": given.revision, "time": given.time}
    if given.aarch64:
        return {OTHER_MACHINE: contents.Build(programs=given.aarch64, speakers=given.glibc, zig=given.zig, static=False,
                                              parts={"rust-std": rust}, **common)}
    found = {MACHINE: contents.Build(programs=given.glibc, speakers=given.glibc, zig=given.zig, static=False, parts={"rust-std": rust}, **common)}
    if given.static:
        parts = {"rust-std": rust, "glibc": libc_version()}
        found[f"{MACHINE}-static"] = contents.Build(programs=given.static, speakers=given.static, zig=None, static=True, parts=parts, **common)
    return found


def debug_information(build: contents.Build) -> dict[str, Entry]:
    """The files with debug information."""
    return {path.name: Entry(path.read_bytes()) for path in sorted(build.programs.glob("*.debug"))}


def packages(given: argparse.Namespace, made: list[Product]) -> list[tuple[str, bytes]]:
    """Name and bytes of each package."""
    out = []
    for variant, build in builds(given).items():
        files = {product.name: contents.of(product, build) for product in made}
        stem = f"azring-{made[0].version}-{variant}"
        everything = {name: entry for own in files.values() for name, entry in own.items()}
        out.append((f"{stem}.tar.gz", tar_gz(everything, given.time, f"{stem}/")))
        if debug := debug_information(build):
            out.append((f"{stem}-debug.tar.gz", tar_gz(debug, given.time, f"{stem}-debug/")))
        for product in made if variant != OTHER_MACHINE else []:
            own = files[product.name]
            if build.static:
                out.append(image.package(product, own, given.certificates.read_bytes(), given.time))
                continue
            out.append(deb.package(product, own, given.time))
            if shutil.which("rpmbuild"):
                out.append(rpm.package(product, own, given.time))
            out.append(wheel.package(product, own, given.time))
            if product.name == "azring-emulator":
                out.append(npm.package(product, own, given.time))
    return out


def main() -> None:
    """Writes the packages and their checksums."""
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    sums = []
    for name, data in packages(given, products(AARCH64 if given.aarch64 else TARGET)):
        (given.out / name).write_bytes(data)
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        print(f"{len(data) / 2**20:8.1f} MiB  {name}")
    listed = given.out / ("SHA256SUMS-aarch64" if given.aarch64 else "SHA256SUMS")
    listed.write_text("".join(sorted(sums, key=lambda line: line.split()[1])))


main()
