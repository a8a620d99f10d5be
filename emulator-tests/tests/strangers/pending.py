"""Azure's Python SDK with copies that stay pending for two polls."""

import os

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

service = BlobServiceClient(f"{os.environ['BLOB_URL']}/{os.environ['ACCOUNT']}", credential=os.environ["KEY"], retry_total=0)
box = service.create_container("pending")
source = box.upload_blob("source", b"hello")
target = box.get_blob_client("target")
assert target.start_copy_from_url(source.url)["copy_status"] == "pending"
try:
    target.start_copy_from_url(source.url)
except HttpResponseError as error:
    assert error.error_code == "PendingCopyOperation", error.error_code
else:
    raise AssertionError("a second copy was started")
seen = [target.get_blob_properties().copy.status for _ in range(3)]
assert seen == ["pending", "pending", "success"], seen
assert target.download_blob().readall() == b"hello"

second = box.get_blob_client("second")
copy = second.start_copy_from_url(source.url)
second.abort_copy(copy["copy_id"])
properties = second.get_blob_properties()
assert (properties.copy.status, properties.size) == ("aborted", 0), properties
