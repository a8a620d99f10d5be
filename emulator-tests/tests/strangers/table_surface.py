"""Azure's Python SDK over everything that the Table service has, against azring-emulator."""

import os
import uuid
from datetime import datetime, timedelta, timezone

from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.exceptions import HttpResponseError
from azure.data.tables import (
    AccountSasPermissions, EdmType, ResourceTypes, TableAccessPolicy, TableAnalyticsLogging, TableClient, TableCorsRule,
    TableMetrics, TableRetentionPolicy, TableSasPermissions, TableServiceClient, TableTransactionError, UpdateMode,
    generate_account_sas, generate_table_sas,
)

ACCOUNT, KEY = os.environ["ACCOUNT"], os.environ["KEY"]
URL = f"{os.environ['TABLE_URL']}/{ACCOUNT}"
CREDENTIAL = AzureNamedKeyCredential(ACCOUNT, KEY)
SOON = datetime.now(timezone.utc) + timedelta(hours=1)
service = TableServiceClient(URL, credential=CREDENTIAL, retry_total=0)


def refused(code, call, *args, **options):
    try:
        call(*args, **options)
    except HttpResponseError as error:
        # Some calls of the library pass on the answer as it is.
        seen = getattr(error, "error_code", None)
        assert getattr(seen, "value", seen) == code or f'"code":"{code}"' in str(error), (error, code)
        return error
    raise AssertionError(f"{call} was not refused with {code}")


def tables():
    service.create_table("Surface")
    refused("TableAlreadyExists", service.create_table, "surface")
    service.create_table_if_not_exists("Surface")
    for name in ("second", "third"):
        service.create_table(name)
    assert [one.name for one in service.list_tables(results_per_page=2)] == ["second", "Surface", "third"]
    assert [one.name for one in service.query_tables("TableName eq 'third'")] == ["third"]
    service.delete_table("third")
    refused("TableNotFound", service.get_table_client("third").create_entity, {"PartitionKey": "a", "RowKey": "b"})
    retention = TableRetentionPolicy(enabled=True, days=3)
    service.set_service_properties(
        analytics_logging=TableAnalyticsLogging(read=True, retention_policy=retention),
        hour_metrics=TableMetrics(enabled=True, include_apis=True, retention_policy=retention),
        cors=[TableCorsRule(["http://a"], ["GET"])],
    )
    properties = service.get_service_properties()
    assert properties["analytics_logging"].read and properties["hour_metrics"].retention_policy.days == 3
    assert properties["cors"][0].allowed_origins == ["http://a"]
    table = service.get_table_client("Surface")
    assert table.get_table_access_policy() == {}
    policy = TableAccessPolicy(permission="r", start=datetime(2020, 1, 1), expiry=datetime(2040, 1, 1))
    table.set_table_access_policy({"reader": policy, "empty": None})
    found = table.get_table_access_policy()
    assert found["reader"].permission == "r" and set(found) == {"reader", "empty"}


VALUES = {
    "text": "it's \u2028 \"quoted\" \\ ü😀\n", "empty": "", "small": 5, "large": (2**62, EdmType.INT64), "half": 1.5, "whole": 3.0,
    "nan": float("nan"), "huge": 1.7976931348623157e308, "minus": float("-inf"), "truth": True, "bytes": b"\x00\xff",
    "guid": uuid.uuid4(), "time": datetime(1973, 10, 4, 1, 2, 3, 456789, tzinfo=timezone.utc), "啊齄": "丂",
}


def entities():
    table = service.get_table_client("second")
    keys = {"PartitionKey": "p'1", "RowKey": "r ü%2F+&="}
    created = table.create_entity({**keys, **VALUES})
    refused("EntityAlreadyExists", table.create_entity, keys)
    found = table.get_entity(keys["PartitionKey"], keys["RowKey"])
    for name, value in VALUES.items():
        seen = found[name]
        if name == "nan":
            assert seen != seen
        elif name == "large":
            assert seen.value == value[0]
        else:
            assert seen == value and type(seen).__name__.endswith(type(value).__name__.replace("datetime", "Datetime")), (name, seen)
    assert found.metadata["etag"] == created["etag"]
    table.update_entity({**keys, "small": 6}, mode=UpdateMode.MERGE)
    assert table.get_entity(**{"partition_key": keys["PartitionKey"], "row_key": keys["RowKey"]})["small"] == 6
    etag, changed = created["etag"], MatchConditions.IfNotModified
    refused("UpdateConditionNotSatisfied", table.update_entity, {**keys, "small": 7}, etag=etag, match_condition=changed)
    refused("UpdateConditionNotSatisfied", table.delete_entity, keys, etag=etag, match_condition=changed)
    table.upsert_entity({**keys, "only": 1}, mode=UpdateMode.REPLACE)
    assert set(table.get_entity(keys["PartitionKey"], keys["RowKey"])) == {*keys, "only"}
    assert list(table.get_entity(keys["PartitionKey"], keys["RowKey"], select="only")) == ["only"]
    table.delete_entity(keys)
    refused("ResourceNotFound", table.get_entity, keys["PartitionKey"], keys["RowKey"])
    refused("PropertyValueTooLarge", table.create_entity, {**keys, "long": "x" * 32769})
    refused("TooManyProperties", table.create_entity, {**keys, **{f"p{n}": n for n in range(253)}})
    refused("PropertyNameTooLong", table.create_entity, {**keys, "n" * 256: 1})
    refused("TableNotFound", service.get_table_client("missing").create_entity, keys)


def transactions():
    table = service.get_table_client("second")
    rows = [{"PartitionKey": "t", "RowKey": f"{n:04}", "n": n} for n in range(2500)]
    for begin in range(0, len(rows), 100):
        answers = table.submit_transaction([("create", row) for row in rows[begin:begin + 100]])
        assert len(answers) == len(rows[begin:begin + 100]) and all("etag" in one for one in answers)
    assert [one["n"] for one in table.query_entities("PartitionKey eq 't'")] == list(range(2500))
    pages = list(table.query_entities("PartitionKey eq 't'", results_per_page=600).by_page())
    assert len(pages) == 5
    assert len(list(table.query_entities("n ge @low and n lt @high", parameters={"low": 10, "high": 20}))) == 10
    existing, new = rows[5], {"PartitionKey": "t", "RowKey": "new"}
    error = refused("EntityAlreadyExists", table.submit_transaction, [("create", new), ("create", existing)])
    assert isinstance(error, TableTransactionError) and error.index == 1
    refused("ResourceNotFound", table.get_entity, "t", "new")
    refused("InvalidDuplicateRow", table.submit_transaction, [("upsert", new), ("upsert", new)])
    table.submit_transaction([
        ("update", {**rows[0], "m": 1}, {"mode": UpdateMode.MERGE}), ("upsert", {**rows[1], "m": 1}, {"mode": UpdateMode.REPLACE}),
        ("delete", rows[2]), ("create", new),
    ])
    assert table.get_entity("t", "0000")["m"] == 1 and table.get_entity("t", "new")
    refused("ResourceNotFound", table.get_entity, "t", "0002")


def signatures():
    bounds = {"start_pk": "t", "start_rk": "0100", "end_pk": "t", "end_rk": "0199"}
    permission = TableSasPermissions(read=True, add=True, update=True, delete=True)
    token = generate_table_sas(CREDENTIAL, "second", permission=permission, expiry=SOON, **bounds)
    table = TableClient(URL, "second", credential=AzureSasCredential(token), retry_total=0)
    assert len(list(table.list_entities())) == 100
    table.submit_transaction([("upsert", {"PartitionKey": "t", "RowKey": "0100", "n": -1})])
    refused("AuthorizationFailure", table.upsert_entity, {"PartitionKey": "t", "RowKey": "0200"})
    token = generate_table_sas(CREDENTIAL, "Surface", policy_id="reader")
    reader = TableClient(URL, "Surface", credential=AzureSasCredential(token), retry_total=0)
    assert list(reader.list_entities()) == []
    refused("AuthorizationFailure", reader.create_entity, {"PartitionKey": "a", "RowKey": "b"})
    token = generate_account_sas(CREDENTIAL, resource_types=ResourceTypes(service=True, container=True, object=True),
                                 permission=AccountSasPermissions(read=True, list=True, create=True, delete=True), expiry=SOON)
    account = TableServiceClient(URL, credential=AzureSasCredential(token), retry_total=0)
    account.create_table("bysas")
    assert "bysas" in [one.name for one in account.list_tables()]
    account.delete_table("bysas")


for part in (tables, entities, transactions, signatures):
    part()
