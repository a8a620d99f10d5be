"""Azure's Python SDK over everything that the File service has, against azring-emulator."""

import os
import random
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from azure.storage.fileshare import (
    AccessPolicy, ContentSettings, CorsRule, ShareClient, ShareFileClient, ShareLeaseClient, ShareSasPermissions,
    ShareServiceClient, generate_account_sas, generate_file_sas, generate_share_sas,
)

ACCOUNT, KEY = os.environ["ACCOUNT"], os.environ["KEY"]
URL, BLOB_URL = f"{os.environ['FILE_URL']}/{ACCOUNT}", f"{os.environ['BLOB_URL']}/{ACCOUNT}"
CREDENTIAL = {"account_name": ACCOUNT, "account_key": KEY}
SOON = datetime.now(timezone.utc) + timedelta(hours=1)
service = ShareServiceClient(URL, credential=CREDENTIAL, retry_total=0)


def refused(code, call, *args, **options):
    try:
        call(*args, **options)
    except HttpResponseError as error:
        seen = getattr(error.error_code, "value", error.error_code)
        assert seen == code, (seen, code)
        return
    raise AssertionError(f"{call} was not refused with {code}")


def shares():
    share = service.create_share("surface", metadata={"a": "b"}, quota=10)
    refused("ShareAlreadyExists", service.create_share, "surface")
    assert [one.name for one in service.list_shares(include_metadata=True, include_snapshots=True)] == ["surface"]
    assert share.get_share_properties().quota == 10
    share.set_share_quota(11)
    share.set_share_properties(access_tier="Hot", quota=12)
    properties = share.get_share_properties()
    assert (properties.quota, properties.access_tier) == (12, "Hot")
    share.set_share_metadata({"x": "y"})
    assert share.get_share_properties().metadata == {"x": "y"}
    assert share.get_share_stats() == 0
    policy = AccessPolicy(permission=ShareSasPermissions(read=True), expiry=datetime(2040, 1, 1), start=datetime(2020, 1, 1))
    share.set_share_access_policy({"reader": policy})
    assert share.get_share_access_policy()["signed_identifiers"][0].id == "reader"
    service.set_service_properties(cors=[CorsRule(["*"], ["GET"])])
    assert len(service.get_service_properties()["cors"]) == 1
    lease = ShareLeaseClient(share)
    lease.acquire(lease_duration=15)
    refused("LeaseIdMissing", share.delete_share)
    lease.renew()
    lease.break_lease(lease_break_period=0)
    descriptor = "O:SYG:SYD:(A;;FA;;;SY)"
    assert share.get_permission_for_share(share.create_permission_for_share(descriptor)) == descriptor
    return share


def directories(share):
    top = share.create_directory("DirA")
    below = top.create_subdirectory("sub", metadata={"m": "1"})
    assert below.get_directory_properties().metadata == {"m": "1"}
    below.set_directory_metadata({"m": "2"})
    below.set_http_headers(file_attributes="Hidden")
    assert "Hidden" in below.get_directory_properties().file_attributes
    assert top.exists() and not share.get_directory_client("no").exists()
    refused("DirectoryNotEmpty", top.delete_directory)
    refused("ParentNotFound", share.get_directory_client("no/way").create_directory)
    assert not list(top.list_handles(recursive=True)) and top.close_all_handles()["closed_handles_count"] == 0
    return top, below


def contents(top, below):
    body = random.Random(1).randbytes(10_000_001)
    settings = ContentSettings(content_type="text/x")
    large = below.upload_file("big ü+%.bin", body, metadata={"k": "v"}, content_settings=settings, max_concurrency=3)
    properties = large.get_file_properties()
    assert (properties.size, properties.content_settings.content_type) == (len(body), "text/x")
    assert properties.metadata == {"k": "v"}
    assert large.download_file(max_concurrency=3).readall() == body
    assert large.download_file(offset=5, length=10, validate_content=True).readall() == body[5:15]
    checked = below.upload_file("checked", body[:5_000_000], validate_content=True)
    assert checked.download_file(validate_content=True).readall() == body[:5_000_000]
    checked.delete_file()
    assert top.upload_file("empty", b"").download_file().readall() == b""
    assert sorted(one.name for one in top.list_directories_and_files()) == ["empty", "sub"]
    assert [one.name for one in top.list_directories_and_files(name_starts_with="e")] == ["empty"]
    include = ["timestamps", "Etag", "Attributes", "PermissionKey"]
    listed = list(below.list_directories_and_files(include=include, include_extended_info=True))
    assert listed[0].size == len(body) and listed[0].last_write_time and listed[0].etag
    return large


def ranges(share, large):
    assert len(large.get_ranges()) == 1
    large.upload_range(b"zzz", offset=1, length=3)
    large.clear_range(offset=512, length=512)
    assert (large.get_ranges()[0]["start"], large.get_ranges()[0]["end"]) == (0, 511)
    large.resize_file(1000)
    assert large.get_file_properties().size == 1000
    large.set_http_headers(ContentSettings(content_type="a/b", content_md5=bytearray(16)))
    assert large.get_file_properties().content_settings.content_type == "a/b"
    large.set_file_metadata({"q": "r"})
    refused("InvalidRange", large.upload_range, b"z", offset=1000, length=1)
    snapshot = share.create_snapshot()
    before = ShareClient(URL, "surface", snapshot=snapshot, credential=CREDENTIAL)
    large.upload_range(b"yyyy", offset=0, length=4)
    assert large.get_ranges_diff(snapshot)[0] == [{"start": 0, "end": 511}]
    frozen = before.get_directory_client("DirA/sub").get_file_client("big ü+%.bin")
    assert frozen.get_file_properties().size == 1000 and frozen.download_file(offset=1, length=3).readall() == b"zzz"


def copies(share, large):
    target = share.get_file_client("copy.bin")
    copied = target.start_copy_from_url(large.url)
    assert copied["copy_status"] == "success"
    refused("NoPendingCopyOperation", target.abort_copy, copied["copy_id"])
    query = generate_file_sas(ACCOUNT, "surface", ["DirA", "sub", "big ü+%.bin"], KEY, permission="r", expiry=SOON)
    target.upload_range_from_url(f"{large.url}?{query}", offset=0, length=4, source_offset=0)
    assert target.download_file(offset=0, length=4).readall() == b"yyyy"
    reader = ShareFileClient(URL, "surface", "DirA/sub/big ü+%.bin", credential=query)
    assert reader.get_file_properties().size == 1000
    refused("AuthorizationPermissionMismatch", reader.delete_file)
    renamed = target.rename_file("renamed.bin")
    assert renamed.get_file_properties().size == 1000 and not target.exists()
    lease = ShareLeaseClient(renamed)
    lease.acquire()
    refused("LeaseIdMissing", renamed.delete_file)
    lease.change("00000000-1111-2222-3333-444444444444")
    lease.release()
    box = BlobServiceClient(BLOB_URL, credential=CREDENTIAL).create_container("surface")
    box.upload_blob("b", b"of a blob")
    query = generate_blob_sas(ACCOUNT, "surface", "b", account_key=KEY, permission=BlobSasPermissions(read=True), expiry=SOON)
    file = share.get_file_client("from-blob")
    file.start_copy_from_url(f"{BLOB_URL}/surface/b?{query}")
    assert file.download_file().readall() == b"of a blob"
    query = generate_share_sas(ACCOUNT, "surface", KEY, permission="r", expiry=SOON)
    blob = box.get_blob_client("from-file")
    blob.start_copy_from_url(f"{file.url}?{query}")
    assert blob.download_blob().readall() == b"of a blob"
    return [renamed, file]


def accounts():
    query = generate_account_sas(ACCOUNT, KEY, resource_types="sco", permission="rl", expiry=SOON)
    reader = ShareServiceClient(URL, credential=query, retry_total=0)
    assert [one.name for one in reader.list_shares()] == ["surface"]
    refused("AuthorizationPermissionMismatch", reader.create_share, "other")
    wrong = {"account_name": ACCOUNT, "account_key": "d3Jvbmc="}
    stranger = ShareServiceClient(URL, credential=wrong, retry_total=0)
    refused("AuthenticationFailed", lambda: list(stranger.list_shares()))


def removals(share, top, files):
    moved = top.rename_directory("DirB")
    assert share.get_file_client("DirB/empty").exists() and not top.exists()
    for file in files:
        file.delete_file()
    below = share.get_directory_client("DirB/sub")
    for one in below.list_directories_and_files():
        below.delete_file(one.name)
    moved.delete_file("empty")
    moved.delete_subdirectory("sub")
    share.delete_directory("DirB")
    refused("ShareHasSnapshots", service.delete_share, "surface")
    service.delete_share("surface", delete_snapshots=True)
    assert not list(service.list_shares())


share = shares()
top, below = directories(share)
large = contents(top, below)
ranges(share, large)
files = copies(share, large)
accounts()
removals(share, top, files)
