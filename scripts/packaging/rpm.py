"""A package for Fedora, RHEL and SUSE, made by rpmbuild."""

import os
import subprocess
import tempfile
from pathlib import Path

from archive import LEVEL, Entry, below, compressed
from project import ROOT, Product

# Debian's rpmbuild and Fedora's have other folders and other steps after the installation: both are fixed here. The last
# lines make the package the same each time. gzip is read by every rpm since RHEL 6.
MACROS = {
    "_bindir": "/usr/bin",
    "_build_id_links": "none",
    "_buildhost": "localhost",
    "_binary_payload": f"w{LEVEL}.gzdio",
    "__os_install_post": "%{nil}",
    "debug_package": "%{nil}",
    "_build_name_fmt": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
    "use_source_date_epoch_as_buildtime": "1",
    "clamp_mtime_to_source_date_epoch": "1",
    "source_date_epoch_from_changelog": "0",
}
ALTERNATIVES = """
%post
update-alternatives --install /usr/bin/azcopy azcopy /usr/bin/azring 10 >/dev/null 2>&1 || :
update-alternatives --install /usr/bin/AzCopy AzCopy /usr/bin/azring 10 >/dev/null 2>&1 || :

%preun
if [ "$1" = 0 ]; then
  update-alternatives --remove azcopy /usr/bin/azring >/dev/null 2>&1 || :
  update-alternatives --remove AzCopy /usr/bin/azring >/dev/null 2>&1 || :
fi
"""


def _placed(files: dict[str, Entry]) -> dict[str, Entry]:
    """The same files with a compressed manual page."""
    return below("usr", {
        name + ".gz" if name.startswith("share/man/") else name:
        Entry(compressed(entry.data)) if name.startswith("share/man/") else entry
        for name, entry in files.items()
    })


def _spec(product: Product, files: dict[str, Entry], staged: Path) -> str:
    description = (ROOT / "packages" / f"{product.name}.description").read_text().strip()
    # Folders of its own, which no other package removes.
    own = {folder for name in files for folder in Path(name).parents if product.name in (folder.name, folder.parent.name)}
    listed = [f"%dir %attr(755, root, root) /{folder}" for folder in sorted(own)]
    for name, entry in sorted(files.items()):
        kind = "%doc " if "/doc/" in name else ""
        if name.endswith(("/LICENSE", "/THIRD-PARTY-LICENCES.txt")):
            kind = "%license "
        listed.append(f"{kind}%attr({entry.mode:o}, root, root) /{name}")
    return (
        f"Name: {product.name}\nVersion: {product.version}\nRelease: 1\nSummary: {product.summary}\n"
        f"License: {product.licence}\nURL: {product.repository}\nVendor: {product.authors}\n"
        f"\n%description\n{description}\n"
        f"\n%install\nmkdir -p %{{buildroot}}\ncp -a {staged}/. %{{buildroot}}/\n"
        + (ALTERNATIVES if product.name == "azring" else "")
        + "\n%files\n" + "\n".join(listed) + "\n"
    )


def package(product: Product, files: dict[str, Entry], time: int) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    placed = _placed(files)
    with tempfile.TemporaryDirectory() as scratch:
        top, staged = Path(scratch), Path(scratch, "staged")
        for name, entry in placed.items():
            path = staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.data)
            path.chmod(entry.mode)
            os.utime(path, (time, time))
        spec = top / "package.spec"
        spec.write_text(_spec(product, placed, staged))
        defined = MACROS | {"_topdir": str(top), "_rpmdir": str(top), "_dbpath": str(top / "db"), "_tmppath": str(top)}
        words = [word for name, value in defined.items() for word in ("--define", f"{name} {value}")]
        done = subprocess.run(
            ["rpmbuild", "-bb", "--quiet", "--target", "x86_64-linux", "--buildroot", str(top / "root"), *words, str(spec)],
            env=os.environ | {"SOURCE_DATE_EPOCH": str(time), "HOME": scratch, "LC_ALL": "C"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        if done.returncode != 0:
            raise SystemExit(f"error: rpmbuild: {done.stdout}")
        made = next(top.glob("*.rpm"))
        return made.name, made.read_bytes()
