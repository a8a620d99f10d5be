"""Lists a share as Azure's own SDK sees it. Arguments: account URL, account name, share; the key is in AZURE_KEY."""
import base64
import json
import os
import sys

from azure.storage.fileshare import ShareClient

url, account, share = sys.argv[1:]
credential = {"account_name": account, "account_key": os.environ["AZURE_KEY"]}


def walk(client, directory):
    for entry in client.list_directories_and_files(directory):
        path = f"{directory}/{entry.name}" if directory else entry.name
        if entry.is_directory:
            walk(client, path)
            continue
        properties = client.get_file_client(path).get_file_properties()
        md5 = properties.content_settings.content_md5
        print(json.dumps({
            "name": path,
            "bytes": properties.size,
            "content_md5": base64.b64encode(md5).decode() if md5 else "",
            "content_type": properties.content_settings.content_type,
        }))


with ShareClient(url, share, credential=credential) as client:
    walk(client, "")
