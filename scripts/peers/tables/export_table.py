"""Exports a table with azure-data-tables, as a line of JSON for each entity.

usage: export_table.py URL ACCOUNT TABLE FILE      (the account's key is in AZURE_KEY)
"""

import json
import os
import sys

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableClient

url, account, name, path = sys.argv[1:]
credential = AzureNamedKeyCredential(account, os.environ["AZURE_KEY"])
with TableClient(url, name, credential=credential) as table, open(path, "w", encoding="utf-8") as lines:
    for entity in table.list_entities():
        lines.write(json.dumps(entity, default=str, ensure_ascii=False))
        lines.write("\n")
