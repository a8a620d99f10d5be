// Azure's JavaScript SDK over everything that the Table service has, against azring-emulator.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS}/data-tables/`);
const {
  AzureNamedKeyCredential, AzureSASCredential, TableClient, TableServiceClient, TableTransaction,
  generateAccountSas, generateTableSas, odata,
} = require("@azure/data-tables");

const { ACCOUNT, KEY, TABLE_URL } = process.env;
const url = `${TABLE_URL}/${ACCOUNT}`;
const credential = new AzureNamedKeyCredential(ACCOUNT, KEY);
const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
const service = new TableServiceClient(url, credential, options);
const client = (name, by = credential) => new TableClient(url, name, by, options);
const expiresOn = new Date(Date.now() + 3600_000);

async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

async function refused(code, doing) {
  try {
    await doing;
  } catch (error) {
    const seen = error.code ?? error.details?.odataError?.code ?? error.details?.errorCode;
    assert.ok(seen === code || String(error.message).includes(code), `${seen} (${error.message}), not ${code}`);
    return error;
  }
  throw new Error(`this was not refused with ${code}`);
}

async function tables() {
  // The client takes a table that is there for one that it has made.
  await service.createTable("Surface");
  await service.createTable("surface");
  for (const name of ["second", "third"]) await service.createTable(name);
  assert.deepEqual((await all(service.listTables())).map((one) => one.name), ["second", "Surface", "third"]);
  const pages = await all(service.listTables().byPage({ maxPageSize: 2 }));
  assert.deepEqual(pages.map((page) => page.length), [2, 1]);
  const filter = odata`TableName eq ${"third"}`;
  assert.deepEqual((await all(service.listTables({ queryOptions: { filter } }))).map((one) => one.name), ["third"]);
  await service.deleteTable("third");
  await service.deleteTable("third");
  await refused("TableNotFound", client("third").createEntity({ partitionKey: "a", rowKey: "b" }));
  const retentionPolicy = { enabled: true, days: 3 };
  await service.setProperties({
    logging: { version: "1.0", read: true, write: false, delete: false, retentionPolicy },
    hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy },
    cors: [{ allowedOrigins: "http://a", allowedMethods: "GET", allowedHeaders: "", exposedHeaders: "", maxAgeInSeconds: 5 }],
  });
  const properties = await service.getProperties();
  assert.ok(properties.logging.read && properties.hourMetrics.retentionPolicy.days === 3);
  assert.equal(properties.cors[0].allowedOrigins, "http://a");
  const table = client("Surface");
  assert.deepEqual([...(await table.getAccessPolicy())], []);
  const accessPolicy = { permission: "r", start: new Date("2020-01-01T00:00:00Z"), expiry: new Date("2040-01-01T00:00:00Z") };
  await table.setAccessPolicy([{ id: "reader", accessPolicy }, { id: "empty" }]);
  const found = await table.getAccessPolicy();
  assert.deepEqual(found.map((one) => one.id).sort(), ["empty", "reader"]);
  assert.equal(found.find((one) => one.id === "reader").accessPolicy.permission, "r");
}

const VALUES = {
  text: "it's \u2028 \"quoted\" \\ ü😀\n", empty: "", small: 5, half: 1.5, truth: true, large: 2n ** 62n,
  time: new Date("1973-10-04T01:02:03.456Z"), bytes: new Uint8Array([0, 255]), "啊齄": "丂",
  whole: { type: "Double", value: "3.0" }, nan: { type: "Double", value: "NaN" }, minus: { type: "Double", value: "-Infinity" },
  guid: { type: "Guid", value: "c9da6455-213d-42c9-9a79-3e9149a57833" },
  ticks: { type: "DateTime", value: "2014-01-03T11:20:20.1234567Z" },
};

async function entities() {
  const table = client("second");
  const keys = { partitionKey: "p'1", rowKey: "r ü%2F+&=" };
  const get = (select) => table.getEntity(keys.partitionKey, keys.rowKey, select && { queryOptions: { select } });
  const created = await table.createEntity({ ...keys, ...VALUES });
  await refused("EntityAlreadyExists", table.createEntity(keys));
  const found = await get();
  for (const name of ["text", "empty", "small", "half", "truth", "large", "啊齄"]) assert.equal(found[name], VALUES[name], name);
  assert.equal(found.time.toISOString(), VALUES.time.toISOString());
  assert.deepEqual([...found.bytes], [0, 255]);
  assert.equal(found.etag, created.etag);
  const exact = await table.getEntity(keys.partitionKey, keys.rowKey, { disableTypeConversion: true });
  assert.equal(exact.guid.value, VALUES.guid.value);
  assert.equal(exact.ticks.value, VALUES.ticks.value);
  assert.deepEqual([exact.nan.value, exact.minus.value].map(String), ["NaN", "-Infinity"]);
  assert.equal(exact.large.value, String(VALUES.large));
  await table.updateEntity({ ...keys, small: 6 }, "Merge");
  assert.equal((await get()).small, 6);
  const changed = { etag: created.etag };
  await refused("UpdateConditionNotSatisfied", table.updateEntity({ ...keys, small: 7 }, "Replace", changed));
  await refused("UpdateConditionNotSatisfied", table.deleteEntity(keys.partitionKey, keys.rowKey, changed));
  await table.upsertEntity({ ...keys, only: 1 }, "Replace");
  assert.equal((await get()).small, undefined);
  assert.equal((await get(["only"])).rowKey, undefined);
  await table.deleteEntity(keys.partitionKey, keys.rowKey);
  await refused("ResourceNotFound", get());
  await refused("PropertyValueTooLarge", table.createEntity({ ...keys, long: "x".repeat(32769) }));
  const many = Object.fromEntries(Array.from({ length: 253 }, (_, at) => [`p${at}`, at]));
  await refused("TooManyProperties", table.createEntity({ ...keys, ...many }));
  await refused("PropertyNameTooLong", table.createEntity({ ...keys, ["n".repeat(256)]: 1 }));
  await refused("TableNotFound", client("missing").createEntity(keys));
}

async function transactions() {
  const table = client("second");
  const rows = Array.from({ length: 2500 }, (_, n) => ({ partitionKey: "t", rowKey: String(n).padStart(4, "0"), n }));
  for (let begin = 0; begin < rows.length; begin += 100) {
    const answer = await table.submitTransaction(rows.slice(begin, begin + 100).map((row) => ["create", row]));
    assert.equal(answer.status, 202);
    assert.ok(answer.subResponses.length === 100 && answer.subResponses.every((one) => one.status === 204 && one.etag));
  }
  const query = (filter) => ({ queryOptions: { filter } });
  const found = await all(table.listEntities(query(odata`PartitionKey eq ${"t"}`)));
  assert.deepEqual(found.map((one) => one.n), rows.map((row) => row.n));
  assert.equal((await all(table.listEntities(query(odata`n ge ${10} and n lt ${20}`)))).length, 10);
  let pages = 0;
  let token;
  do {
    const page = await table.listEntities(query(odata`PartitionKey eq ${"t"}`)).byPage({ maxPageSize: 600, continuationToken: token }).next();
    token = page.value.continuationToken;
    pages += 1;
  } while (token);
  assert.equal(pages, 5);
  const added = { partitionKey: "t", rowKey: "new" };
  const error = await refused("EntityAlreadyExists", table.submitTransaction([["create", added], ["create", rows[5]]]));
  assert.equal(error.statusCode, 409);
  await refused("ResourceNotFound", table.getEntity("t", "new"));
  const transaction = new TableTransaction();
  transaction.updateEntity({ ...rows[0], m: 1 }, "Merge");
  transaction.upsertEntity({ ...rows[1], m: 1 }, "Replace");
  transaction.deleteEntity("t", rows[2].rowKey);
  transaction.createEntity(added);
  await table.submitTransaction(transaction.actions);
  assert.equal((await table.getEntity("t", "0000")).m, 1);
  assert.ok(await table.getEntity("t", "new"));
  await refused("ResourceNotFound", table.getEntity("t", "0002"));
}

async function signatures() {
  const bounds = { startPartitionKey: "t", startRowKey: "0100", endPartitionKey: "t", endRowKey: "0199" };
  const permissions = { query: true, add: true, update: true, delete: true };
  const bySas = (token) => new AzureSASCredential(token);
  const table = client("second", bySas(generateTableSas("second", credential, { permissions, expiresOn, ...bounds })));
  assert.equal((await all(table.listEntities())).length, 100);
  await table.submitTransaction([["upsert", { partitionKey: "t", rowKey: "0100", n: -1 }]]);
  await refused("AuthorizationFailure", table.upsertEntity({ partitionKey: "t", rowKey: "0200" }));
  await refused("AuthorizationFailure", table.submitTransaction([["upsert", { partitionKey: "t", rowKey: "0200" }]]));
  const reader = client("Surface", bySas(generateTableSas("Surface", credential, { identifier: "reader" })));
  assert.deepEqual(await all(reader.listEntities()), []);
  await refused("AuthorizationFailure", reader.createEntity({ partitionKey: "a", rowKey: "b" }));
  const account = generateAccountSas(credential, {
    services: { table: true }, resourceTypes: "sco", permissions: { query: true, list: true, add: true, write: true, create: true, delete: true }, expiresOn,
  });
  const byAccount = new TableServiceClient(url, bySas(account), options);
  await byAccount.createTable("bysas");
  assert.ok((await all(byAccount.listTables())).some((one) => one.name === "bysas"));
  await byAccount.deleteTable("bysas");
}

for (const part of [tables, entities, transactions, signatures]) await part();
