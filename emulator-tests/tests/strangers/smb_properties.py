"""Attributes, times and permissions of a directory and a file: `set SHARE` makes both, `compare SHARE SHARE` fails unless a
copy has kept them. Of the times of a directory AzCopy keeps that of its creation."""
import os
import sys

from azure.storage.fileshare import ContentSettings, ShareClient

SMB = {
    "file_permission": "O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513D:AI(A;;FA;;;SY)",
    "file_creation_time": "2011-03-09T01:42:34.1234567Z",
    "file_last_write_time": "2012-04-10T02:43:35.7654321Z",
}


def share(name):
    credential = {"account_name": os.environ["ACCOUNT"], "account_key": os.environ["KEY"]}
    return ShareClient(f"{os.environ['FILE_URL']}/{os.environ['ACCOUNT']}", name, credential=credential)


def make(share):
    directory = share.get_directory_client("kept")
    directory.create_directory()
    file = directory.get_file_client("file")
    file.upload_file(b"bytes")
    file.set_http_headers(ContentSettings(), file_attributes="Hidden|Archive", **SMB)
    directory.set_http_headers(file_attributes="System|Directory", **SMB)


def kept(share):
    directory = share.get_directory_client("kept").get_directory_properties()
    file = share.get_file_client("kept/file").get_file_properties()
    return [
        (directory.file_attributes, directory.creation_time, share.get_permission_for_share(directory.permission_key)),
        (file.file_attributes, file.creation_time, share.get_permission_for_share(file.permission_key)),
        file.last_write_time,
    ]


if sys.argv[1] == "set":
    make(share(sys.argv[2]))
else:
    one, two = (kept(share(name)) for name in sys.argv[2:])
    assert one[0][0] == "System | Directory" and one[1][0] == "Hidden | Archive", one
    assert one == two, (one, two)
