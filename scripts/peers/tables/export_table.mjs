// Exports a table with @azure/data-tables, as a line of JSON for each entity.
//
// usage: export_table.mjs URL ACCOUNT TABLE FILE      (the account's key is in AZURE_KEY, the package in NODE_FOLDER)

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_FOLDER}/package.json`);
const { AzureNamedKeyCredential, TableClient } = require("@azure/data-tables");

// An Int64 is a BigInt, which JSON does not know.
BigInt.prototype.toJSON = function () {
  return this.toString();
};

const [url, account, name, path] = process.argv.slice(2);
const credential = new AzureNamedKeyCredential(account, process.env.AZURE_KEY);
const table = new TableClient(url, name, credential, { allowInsecureConnection: true });
const lines = createWriteStream(path);
for await (const page of table.listEntities().byPage()) {
  const text = page.map((entity) => JSON.stringify(entity) + "\n").join("");
  if (!lines.write(text)) await once(lines, "drain");
}
lines.end();
await once(lines, "finish");
