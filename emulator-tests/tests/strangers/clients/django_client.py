"""django-storages: Azure as the storage of a Django project."""

from importlib.metadata import version

import django
from checks import CONNECTION, NAMES, container, content, run
from django.conf import settings
from django.core.files.base import ContentFile

settings.configure(
    STORAGES={
        "default": {
            "BACKEND": "storages.backends.azure_storage.AzureStorage",
            "OPTIONS": {"connection_string": CONNECTION, "azure_container": "django"},
        }
    }
)
django.setup()
from django.core.files.storage import default_storage as storage  # noqa: E402


def container_is_made():
    container("django")


def files_are_saved_and_opened():
    for name in NAMES:
        if name == "empty":
            continue
        saved = storage.save(name, ContentFile(content(name)))
        with storage.open(saved) as file:
            assert file.read() == content(name), name


def sizes_times_and_urls_are_known():
    assert storage.exists("a.txt") and not storage.exists("none")
    assert storage.size("a.txt") == len(content("a.txt"))
    assert storage.get_modified_time("a.txt")
    assert "sig=" not in storage.url("a.txt") and "sig=" in storage.url("a.txt", expire=60)


def a_name_is_not_taken_twice():
    assert storage.save("a.txt", ContentFile(b"other")) != "a.txt"


def files_are_listed():
    # This backend returns all files below a path, and no folders.
    _, files = storage.listdir("b")
    assert sorted(files) == ["b/c d.html", "b/ü/日本.json"], files


def a_file_is_deleted():
    storage.delete("a.txt")
    assert not storage.exists("a.txt")


run(
    version("django-storages"),
    [
        container_is_made,
        files_are_saved_and_opened,
        sizes_times_and_urls_are_known,
        a_name_is_not_taken_twice,
        files_are_listed,
        a_file_is_deleted,
    ],
)
