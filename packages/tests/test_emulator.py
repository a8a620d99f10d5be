"""Azure's own client against the fixture of the wheel azring-emulator. scripts/package_test.sh runs it; docs/emulator-in-ci.md shows it."""

from azure.storage.blob import BlobServiceClient


def test_a_blob_comes_back(azring_emulator):
    service = BlobServiceClient.from_connection_string(azring_emulator.connection_string)
    container = service.create_container("pictures")
    container.upload_blob("cat.jpg", b"meow")
    assert container.download_blob("cat.jpg").readall() == b"meow"


def test_the_next_test_begins_with_nothing(azring_emulator):
    service = BlobServiceClient.from_connection_string(azring_emulator.connection_string)
    assert list(service.list_containers()) == []
