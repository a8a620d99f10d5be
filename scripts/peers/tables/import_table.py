"""Writes the entities of a file, a line of JSON for each, with the batch client of azure-data-tables.

A batch has up to a hundred entities of one partition. The file is in the order of its keys.

usage: import_table.py URL ACCOUNT TABLE FILE      (the account's key is in AZURE_KEY)
"""

import itertools
import json
import os
import sys

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableClient, UpdateMode

BATCH = 100


def batches(lines):
    entities = map(json.loads, lines)
    for _, of_partition in itertools.groupby(entities, lambda entity: entity["PartitionKey"]):
        while batch := list(itertools.islice(of_partition, BATCH)):
            yield batch


url, account, name, path = sys.argv[1:]
credential = AzureNamedKeyCredential(account, os.environ["AZURE_KEY"])
replace = {"mode": UpdateMode.REPLACE}
with TableClient(url, name, credential=credential) as table, open(path, encoding="utf-8") as lines:
    for batch in batches(lines):
        table.submit_transaction(("upsert", entity, replace) for entity in batch)
