"""Apache OpenDAL's service `azblob`."""

import opendal
from checks import ACCOUNT, ENDPOINT, KEY, NAMES, container, content, run

operator = opendal.Operator(
    "azblob", container="opendal", endpoint=ENDPOINT, account_name=ACCOUNT, account_key=KEY
)


def container_is_made():
    container("opendal")


def files_are_written_and_read():
    for name in NAMES:
        operator.write(name, content(name))
        assert operator.read(name) == content(name), name


def ranges_are_read():
    with operator.open("a.txt", "rb") as file:
        file.seek(5)
        assert file.read(10) == content("a.txt")[5:15]


def blocks_are_written_and_committed():
    data = bytes(range(256)) * 40_000
    with operator.open("large", "wb") as file:
        for at in range(0, len(data), 4_000_000):
            file.write(data[at : at + 4_000_000])
    assert operator.read("large") == data


def blobs_are_appended():
    operator.write("log", b"one", append=True)
    operator.write("log", b"two", append=True)
    assert operator.read("log") == b"onetwo"


def metadata_is_kept():
    operator.write("typed", b"x", content_type="text/plain", user_metadata={"key": "value"})
    found = operator.stat("typed")
    assert found.content_type == "text/plain" and found.content_length == 1


def folders_are_listed():
    assert {entry.path for entry in operator.list("b/")} >= {"b/c d.html", "b/ü/"}
    assert len(list(operator.scan("b/"))) >= 2


def files_are_copied_and_removed():
    operator.copy("a.txt", "copy.txt")
    assert operator.read("copy.txt") == content("a.txt")
    operator.delete("copy.txt")
    assert not operator.exists("copy.txt")
    operator.remove_all("b/")
    assert list(operator.scan("b/")) == []


run(
    opendal.__version__,
    [
        container_is_made,
        files_are_written_and_read,
        ranges_are_read,
        blocks_are_written_and_committed,
        blobs_are_appended,
        metadata_is_kept,
        folders_are_listed,
        files_are_copied_and_removed,
    ],
)
