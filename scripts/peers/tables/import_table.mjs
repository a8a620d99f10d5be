// Writes the entities of a file, a line of JSON for each, with the batch client of @azure/data-tables.
//
// A batch has up to a hundred entities of one partition. The file is in the order of its keys. Eight batches are on
// their way at a time.
//
// usage: import_table.mjs URL ACCOUNT TABLE FILE      (the account's key is in AZURE_KEY, the package in NODE_FOLDER)

import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.NODE_FOLDER}/package.json`);
const { AzureNamedKeyCredential, TableClient } = require("@azure/data-tables");

const BATCH = 100;
const IN_FLIGHT = 8;

async function* batches(path) {
  let batch = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { PartitionKey: partitionKey, RowKey: rowKey, ...properties } = JSON.parse(line);
    const isOther = batch.length > 0 && batch[0][1].partitionKey !== partitionKey;
    if (isOther || batch.length === BATCH) {
      yield batch;
      batch = [];
    }
    batch.push(["upsert", { partitionKey, rowKey, ...properties }, "Replace"]);
  }
  if (batch.length > 0) yield batch;
}

const [url, account, name, path] = process.argv.slice(2);
const credential = new AzureNamedKeyCredential(account, process.env.AZURE_KEY);
const table = new TableClient(url, name, credential, { allowInsecureConnection: true });
const inFlight = new Set();
for await (const batch of batches(path)) {
  const sent = table.submitTransaction(batch).finally(() => inFlight.delete(sent));
  inFlight.add(sent);
  if (inFlight.size === IN_FLIGHT) await Promise.race(inFlight);
}
await Promise.all(inFlight);
