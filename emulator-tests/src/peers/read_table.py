"""Prints the entities of a table, one line of JSON each: URL of the account, its name, the table. The key is in AZURE_KEY."""

import json
import os
import sys

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import EntityProperty, TableClient

url, account, name = sys.argv[1:]
table = TableClient(url, name, credential=AzureNamedKeyCredential(account, os.environ["AZURE_KEY"]))


def shown(value):
    """The type of a value, and the value exactly."""
    if isinstance(value, EntityProperty):
        return [str(value.edm_type), repr(value.value)]
    if isinstance(value, float):
        return ["float", value.hex()]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    exact = getattr(value, "tables_service_value", None)
    if exact is not None:
        # Zeros at the end of a fraction are no part of the value, and not every service writes them.
        whole, _, fraction = exact.rstrip("Z").partition(".")
        return [type(value).__name__, whole, fraction.rstrip("0")]
    return [type(value).__name__, str(value)]


for entity in table.list_entities():
    properties = {name: shown(entity[name]) for name in sorted(entity)}
    print(json.dumps([entity["PartitionKey"], entity["RowKey"], properties]))
