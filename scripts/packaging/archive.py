"""Files in memory, and the archives that are made of them. The same files give the same bytes: names are sorted, all have one
time and one owner."""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
from dataclasses import dataclass

# Tests of packages that nobody gets ask for less.
LEVEL = int(os.environ.get("AZRING_COMPRESSION", "9"))


@dataclass(frozen=True)
class Entry:
    """A file of a package; with `folder` a folder, which packages only name when its mode or owner matters."""

    data: bytes = b""
    mode: int = 0o644
    folder: bool = False


def program(data: bytes) -> Entry:
    """A file that can be executed."""
    return Entry(data, 0o755)


def below(folder: str, files: dict[str, Entry]) -> dict[str, Entry]:
    """The same files in a folder."""
    return {f"{folder}/{name}": entry for name, entry in files.items()}


def compressed(data: bytes) -> bytes:
    """gzip without a name and without a time."""
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", LEVEL, out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def tar(files: dict[str, Entry], time: int, root: str = "", with_folders: bool = False) -> bytes:
    """A tar archive; the names begin with `root`. Folders that no entry names have mode 755."""
    entries = dict(files)
    if with_folders:
        for name in files:
            parts = name.split("/")[:-1]
            for depth in range(1, len(parts) + 1):
                entries.setdefault("/".join(parts[:depth]), Entry(mode=0o755, folder=True))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        if with_folders and root == "./":
            archive.addfile(_member("./", Entry(mode=0o755, folder=True), time))
        for name, entry in sorted(entries.items()):
            archive.addfile(_member(root + name, entry, time), io.BytesIO(entry.data))
    return out.getvalue()


def _member(name: str, entry: Entry, time: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = len(entry.data)
    member.mode = entry.mode
    member.mtime = time
    member.uname = member.gname = "root"
    if entry.folder:
        member.type = tarfile.DIRTYPE
    return member


def tar_gz(files: dict[str, Entry], time: int, root: str = "", with_folders: bool = False) -> bytes:
    """A tar archive, compressed by gzip."""
    return compressed(tar(files, time, root, with_folders))


def tar_xz(files: dict[str, Entry], time: int, root: str = "", with_folders: bool = False) -> bytes:
    """A tar archive, compressed by xz."""
    return lzma.compress(tar(files, time, root, with_folders), preset=min(LEVEL, 6))


def ar(files: dict[str, bytes], time: int) -> bytes:
    """An ar archive, in the given order (deb(5))."""
    out = bytearray(b"!<arch>\n")
    for name, data in files.items():
        out += f"{name:<16}{time:<12}{0:<6}{0:<6}{0o100644:<8o}{len(data):<10}`\n".encode()
        out += data + b"\n" * (len(data) % 2)
    return bytes(out)


def zipped(files: dict[str, Entry], date: tuple) -> bytes:
    """A zip archive in the given order, with the modes of Unix."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, entry in files.items():
            member = zipfile.ZipInfo(name, date)
            member.create_system = 3
            member.external_attr = (0o100000 | entry.mode) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, entry.data)
    return out.getvalue()
