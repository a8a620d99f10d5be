"""Runs the checks of one client, and prints a line for each: `pass NAME` or `fail NAME: reason`."""

import os
import shutil
import tempfile
import traceback

URL = os.environ["BLOB_URL"]
ACCOUNT = os.environ["ACCOUNT"]
KEY = os.environ["KEY"]
ENDPOINT = f"{URL}/{ACCOUNT}"
CONNECTION = (
    f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={ENDPOINT};"
)
# Names that have to be encoded, an empty file, and one of several blocks.
NAMES = ["a.txt", "b/c d.html", "b/ü/日本.json", "100% & more+#.bin", "empty"]


def content(name):
    return b"" if name == "empty" else name.encode() * 1000


def container(name):
    """A new container, made with Azure's SDK."""
    from azure.storage.blob import BlobServiceClient

    client = BlobServiceClient.from_connection_string(CONNECTION).get_container_client(name)
    client.create_container()
    return client


def run(version, checks):
    """Runs functions in their order; `version` is what the table shows."""
    print(f"version {version}")
    before = os.getcwd()
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    for check in checks:
        try:
            check()
            print(f"pass {check.__name__}")
        except Exception as error:
            traceback.print_exc()
            reason = str(error).strip().splitlines() or [type(error).__name__]
            print(f"fail {check.__name__}: {reason[0][:120]}")
    os.chdir(before)
    shutil.rmtree(folder)
