"""Lists a container as Azure's own SDK sees it. Arguments: account URL, account name, container; the key is in AZURE_KEY."""
import base64
import json
import os
import sys
from email.utils import format_datetime

from azure.storage.blob import ContainerClient

url, account, container = sys.argv[1:]
credential = {"account_name": account, "account_key": os.environ["AZURE_KEY"]}
with ContainerClient(url, container, credential=credential) as client:
    for blob in client.list_blobs():
        md5 = blob.content_settings.content_md5
        print(json.dumps({
            "name": blob.name,
            "bytes": blob.size,
            "content_md5": base64.b64encode(md5).decode() if md5 else "",
            "content_type": blob.content_settings.content_type,
            "blob_type": blob.blob_type.value,
            "last_modified": format_datetime(blob.last_modified, usegmt=True),
        }))
