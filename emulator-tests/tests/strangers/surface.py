"""Azure's Python SDK over everything that the Blob service has, against azring-emulator."""

import os
import random

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import (
    AccessPolicy, BlobBlock, BlobClient, BlobServiceClient, ContainerClient, ContentSettings, StandardBlobTier,
    generate_account_sas, generate_blob_sas, generate_container_sas,
)

URL, ACCOUNT, KEY = os.environ["BLOB_URL"], os.environ["ACCOUNT"], os.environ["KEY"]
FAR = "2040-01-01T00:00:00Z"
service = BlobServiceClient(f"{URL}/{ACCOUNT}", credential=KEY, retry_total=0)


def refused(code, call, *args, **options):
    try:
        call(*args, **options)
    except HttpResponseError as error:
        seen = getattr(error.error_code, "value", error.error_code)
        assert seen == code, (seen, code)
        return
    raise AssertionError(f"{call} was not refused with {code}")


def containers():
    box = service.create_container("surface", metadata={"a": "b"})
    refused("ContainerAlreadyExists", service.create_container, "surface")
    assert box.get_container_properties().metadata == {"a": "b"}
    box.set_container_metadata({"c": "d"})
    assert [one.metadata for one in service.list_containers(name_starts_with="surf", include_metadata=True)] == [{"c": "d"}]
    policy = AccessPolicy(permission="r", expiry=FAR)
    box.set_container_access_policy({"reader": policy}, public_access="blob")
    assert box.get_container_access_policy()["public_access"] == "blob"
    lease = box.acquire_lease(-1)
    refused("LeaseIdMissing", box.delete_container)
    lease.break_lease(0)
    assert service.get_account_information()["account_kind"] == "StorageV2"
    service.get_service_properties()
    return box


def block_blobs(box):
    for name in ["a/1", "a/2", "b", "ü ä+%", "x" * 500]:
        box.upload_blob(name, name.encode(), metadata={"k": "v"}, content_settings=ContentSettings(content_type="text/plain"))
    names = sorted(["a/1", "a/2", "b", "ü ä+%", "x" * 500])
    assert [one.name for one in box.list_blobs(results_per_page=2)] == names
    assert [one.name for one in box.walk_blobs(name_starts_with="a")] == ["a/"]
    body = random.Random(1).randbytes(30_000_000)
    large = BlobClient(f"{URL}/{ACCOUNT}", "surface", "large", credential=KEY, retry_total=0, max_single_put_size=1 << 20,
                       max_block_size=4 << 20, max_single_get_size=1 << 20, max_chunk_get_size=3 << 20)
    large.upload_blob(body, max_concurrency=4, validate_content=True)
    assert large.download_blob(max_concurrency=4, validate_content=True).readall() == body
    assert large.download_blob(offset=5_000_000, length=123).readall() == body[5_000_000:5_000_123]
    committed, uncommitted = large.get_block_list("all")
    assert sum(block.size for block in committed) == len(body) and not uncommitted
    refused("BlobAlreadyExists", large.upload_blob, b"x")
    small = box.get_blob_client("staged")
    small.stage_block("AAA=", b"one")
    small.stage_block("BBB=", b"two")
    small.commit_block_list([BlobBlock("BBB="), BlobBlock("AAA=")])
    assert small.download_blob().readall() == b"twoone"
    small.set_http_headers(ContentSettings(content_type="a/b", cache_control="no"))
    settings = small.get_blob_properties().content_settings
    assert (settings.content_type, settings.cache_control, settings.content_md5) == ("a/b", "no", None)
    tag = small.get_blob_properties().etag
    small.set_blob_metadata({"q": "1"})
    refused("ConditionNotMet", small.delete_blob, etag=tag, match_condition=MatchConditions.IfNotModified)


def page_blobs(box):
    blob = box.get_blob_client("page")
    blob.create_page_blob(4 << 40)
    blob.upload_page(b"x" * 1024, offset=1 << 30, length=1024)
    blob.upload_page(b"y" * 512, offset=0, length=512)
    assert blob.get_page_ranges()[0] == [{"start": 0, "end": 511}, {"start": 1 << 30, "end": (1 << 30) + 1023}]
    before = blob.create_snapshot()["snapshot"]
    blob.clear_page(offset=0, length=512)
    blob.upload_page(b"z" * 512, offset=512, length=512)
    filled, cleared = blob.get_page_ranges(previous_snapshot_diff=before)
    assert filled == [{"start": 512, "end": 1023}] and cleared == [{"start": 0, "end": 511}]
    assert blob.download_blob(offset=(1 << 30) + 1022, length=4).readall() == b"xx\0\0"
    blob.resize_blob(1 << 20)
    blob.set_sequence_number("update", 7)
    properties = blob.get_blob_properties()
    assert (properties.size, properties.page_blob_sequence_number) == (1 << 20, 7)
    refused("SnapshotsPresent", blob.delete_blob)
    blob.delete_blob(delete_snapshots="include")


def append_blobs(box):
    blob = box.get_blob_client("append")
    blob.create_append_blob()
    blob.append_block(b"hello")
    refused("AppendPositionConditionNotMet", blob.append_block, b"x", appendpos_condition=0)
    blob.append_block(b" world", appendpos_condition=5)
    assert blob.download_blob().readall() == b"hello world"
    blob.seal_append_blob()
    refused("BlobIsSealed", blob.append_block, b"x")


def leases_tags_and_tiers(box):
    blob = box.upload_blob("leased", b"data", tags={"colour": "red"}, standard_blob_tier=StandardBlobTier.COOL)
    lease = blob.acquire_lease(15)
    refused("LeaseIdMissing", blob.set_blob_metadata, {"a": "1"})
    blob.set_blob_metadata({"a": "1"}, lease=lease)
    lease.change("11111111-2222-3333-4444-555555555555")
    lease.renew()
    lease.release()
    assert blob.get_blob_tags() == {"colour": "red"}
    blob.set_blob_tags({"colour": "blue", "n": "2"})
    assert [one.name for one in service.find_blobs_by_tags("colour='blue' AND n>'1'")] == ["leased"]
    refused("ConditionNotMet", blob.set_blob_metadata, {}, if_tags_match_condition="colour='red'")
    assert blob.get_blob_properties().blob_tier == "Cool"
    blob.set_standard_blob_tier("Archive")
    refused("BlobArchived", blob.download_blob)
    blob.set_standard_blob_tier("Hot")
    assert blob.download_blob().readall() == b"data"


def copies(box):
    source = box.get_blob_client("leased")
    signed = source.url + "?" + generate_blob_sas(ACCOUNT, "surface", "leased", account_key=KEY, permission="r", expiry=FAR)
    target = box.get_blob_client("copied")
    assert target.start_copy_from_url(source.url)["copy_status"] == "success"
    assert target.start_copy_from_url(signed, requires_sync=True)["copy_status"] == "success"
    target.upload_blob_from_url(signed, overwrite=True)
    target.stage_block_from_url("AAA=", signed, source_offset=1, source_length=2)
    target.commit_block_list([BlobBlock("AAA=")])
    assert target.download_blob().readall() == b"at"
    other = BlobServiceClient(f"{URL}/{os.environ['ACCOUNT_2']}", credential=os.environ["KEY_2"], retry_total=0)
    there = other.create_container("surface").get_blob_client("b")
    there.start_copy_from_url(signed)
    assert there.download_blob().readall() == b"data"
    box.set_container_access_policy({})
    refused("CannotVerifyCopySource", there.start_copy_from_url, source.url)
    source.create_snapshot()
    second = source.create_snapshot(metadata={"s": "1"})["snapshot"]
    listed = [one for one in box.list_blobs(name_starts_with="leased", include=["snapshots", "metadata"], results_per_page=1)]
    assert [bool(one.snapshot) for one in listed] == [True, True, False] and listed[1].metadata == {"s": "1"}
    assert BlobClient.from_blob_url(source.url, credential=KEY, snapshot=second).download_blob().readall() == b"data"


def signatures(box):
    box.set_container_access_policy({"reader": AccessPolicy(permission="r", expiry=FAR)})
    url = box.get_blob_client("b").url
    by_policy = generate_container_sas(ACCOUNT, "surface", account_key=KEY, policy_id="reader")
    assert BlobClient.from_blob_url(f"{url}?{by_policy}").download_blob().readall() == b"b"
    by_address = generate_container_sas(ACCOUNT, "surface", account_key=KEY, permission="rl", expiry=FAR, ip="10.0.0.1")
    refused("AuthorizationSourceIPMismatch", ContainerClient.from_container_url(f"{box.url}?{by_address}").get_blob_client("b").download_blob)
    reader = generate_container_sas(ACCOUNT, "surface", account_key=KEY, permission="rl", expiry=FAR, ip="127.0.0.1")
    client = ContainerClient.from_container_url(f"{box.url}?{reader}", retry_total=0)
    assert len(list(client.list_blobs())) > 5
    refused("AuthorizationPermissionMismatch", client.upload_blob, "new", b"")
    old = generate_container_sas(ACCOUNT, "surface", account_key=KEY, permission="rl", expiry="2020-01-01T00:00:00Z")
    refused("AuthenticationFailed", BlobClient.from_blob_url(f"{url}?{old}", retry_total=0).download_blob)
    account = generate_account_sas(ACCOUNT, KEY, resource_types="sco", permission="rl", expiry=FAR)
    assert [one.name for one in BlobServiceClient(f"{URL}/{ACCOUNT}", credential=account).list_containers()] == ["surface"]
    disposed = generate_blob_sas(ACCOUNT, "surface", "b", account_key=KEY, permission="r", expiry=FAR, content_disposition="attachment")
    settings = BlobClient.from_blob_url(f"{url}?{disposed}").get_blob_properties().content_settings
    assert settings.content_disposition == "attachment"
    refused("AuthenticationFailed", BlobServiceClient(f"{URL}/{ACCOUNT}", credential="AAAA", retry_total=0).get_service_properties)


box = containers()
block_blobs(box)
page_blobs(box)
append_blobs(box)
leases_tags_and_tiers(box)
copies(box)
signatures(box)
box.delete_container()
refused("ContainerNotFound", box.get_container_properties)
