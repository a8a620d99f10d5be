"""Prints what a share keeps of its files and directories besides bytes, as Azure's own SDK sees it: one JSON object each.
Arguments: account URL, account name, share; the key is in AZURE_KEY."""
import json
import os
import sys

from azure.storage.fileshare import ShareClient

url, account, share = sys.argv[1:]
credential = {"account_name": account, "account_key": os.environ["AZURE_KEY"]}


def show(name, properties, content_type):
    print(json.dumps({
        "name": name,
        "attributes": properties.file_attributes,
        "created": str(properties.creation_time),
        "last_write": str(properties.last_write_time),
        "metadata": properties.metadata or {},
        "content_type": content_type,
    }))


def walk(client, directory):
    for entry in client.list_directories_and_files(directory):
        path = f"{directory}/{entry.name}" if directory else entry.name
        if entry.is_directory:
            show(path, client.get_directory_client(path).get_directory_properties(), "")
            walk(client, path)
        else:
            properties = client.get_file_client(path).get_file_properties()
            show(path, properties, properties.content_settings.content_type)


with ShareClient(url, share, credential=credential) as client:
    walk(client, "")
