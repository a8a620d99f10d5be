"""cloudpathlib: paths in a container."""

from pathlib import Path

import cloudpathlib
from checks import CONNECTION, NAMES, container, content, run

client = cloudpathlib.AzureBlobClient(connection_string=CONNECTION)
root = client.CloudPath("az://cloudpathlib/")


def container_is_made():
    container("cloudpathlib")


def files_are_written_and_read():
    for name in NAMES:
        (root / name).write_bytes(content(name))
        assert (root / name).read_bytes() == content(name), name


def folders_are_listed():
    assert sorted(path.name for path in root.iterdir()) == sorted({name.split("/")[0] for name in NAMES})
    assert len([path for path in root.rglob("*") if path.is_file()]) == len(NAMES)


def a_file_is_renamed_and_copied():
    moved = (root / "a.txt").rename(root / "moved.txt")
    assert moved.exists() and not (root / "a.txt").exists()
    moved.copy(root / "a.txt")
    assert (root / "a.txt").stat().st_size == len(content("a.txt"))


def a_folder_is_downloaded():
    root.download_to("down")
    assert Path("down/b/c d.html").read_bytes() == content("b/c d.html")


def a_folder_is_removed():
    (root / "b").rmtree()
    assert not (root / "b").exists()


run(
    cloudpathlib.__version__,
    [
        container_is_made,
        files_are_written_and_read,
        folders_are_listed,
        a_file_is_renamed_and_copied,
        a_folder_is_downloaded,
        a_folder_is_removed,
    ],
)
