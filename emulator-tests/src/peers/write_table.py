"""Makes a table and writes entities with every type: URL of the account, its name, the table. The key is in AZURE_KEY."""

import os
import sys
import uuid
from datetime import datetime, timezone

from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import EdmType, TableServiceClient

url, account, name = sys.argv[1:]
service = TableServiceClient(url, credential=AzureNamedKeyCredential(account, os.environ["AZURE_KEY"]))
table = service.create_table(name)

KEYS = ["", "a", "A", "aa", "a ", "a-", "Z", "_", "10", "9", "it's", "100%", "%41", "a+b&c=d", "\"q\"", "<x>;,:@$", "é", "丂", "😀", "\uffee"]
EVERY_TYPE = {
    "text": "it's \u2028 \"quoted\" \\ ü😀\r\n\t,;", "empty": "", "spaces": "  ", "longest": "é" * 32768, "zero": 0, "least": -(2**31), "most": 2**31 - 1,
    "large": (2**63 - 1, EdmType.INT64), "small": (-(2**63), EdmType.INT64), "one": (1, EdmType.INT64),
    "half": 0.5, "whole": 3.0, "tenth": 0.1, "huge": 1e308, "largest": 1.7976931348623157e308, "tiny": 5e-324, "nan": float("nan"),
    "infinite": float("inf"), "minus": float("-inf"), "yes": True, "no": False,
    "time": datetime(1973, 10, 4, 1, 2, 3, 456789, tzinfo=timezone.utc), "ticks": ("2014-01-03T11:20:20.1234567Z", EdmType.DATETIME),
    "first": ("1601-01-01T00:00:00Z", EdmType.DATETIME), "last": ("9999-12-31T23:59:59.9999999Z", EdmType.DATETIME),
    "guid": uuid.UUID("c9da6455-213d-42c9-9a79-3e9149a57833"), "bytes": bytes(range(256)), "no_bytes": b"", "most_bytes": b"\x00\xff" * 32768,
    "啊齄": "丂", "_under": 1, "value": "[{", "é": 2.0,
}
entities = [{"PartitionKey": partition, "RowKey": row, "n": n} for n, partition in enumerate(KEYS) for row in KEYS[: 1 + n % 4]]
entities += [{"PartitionKey": "types", "RowKey": row, **EVERY_TYPE} for row in KEYS[:6]]
entities += [{"PartitionKey": "types", "RowKey": "252", **{f"p{n}": n for n in range(252)}}]
# More than a page in one partition.
entities += [{"PartitionKey": "many", "RowKey": f"{n:05}", "n": n} for n in range(1100)]
for partition in {entity["PartitionKey"] for entity in entities}:
    rows = [("upsert", entity) for entity in entities if entity["PartitionKey"] == partition]
    step = 8 if partition == "types" else 100
    for begin in range(0, len(rows), step):
        table.submit_transaction(rows[begin : begin + step])
