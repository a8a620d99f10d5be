// Azure's old JavaScript library (azure-storage, deprecated, still installed by many) over the Table service, against
// azring-emulator. It speaks the version of 2018 and asks for other metadata than the new one.
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");

const azure = createRequire(`${process.env.PEERS}/data-tables/`)("azure-storage");
const { ACCOUNT, KEY, TABLE_URL } = process.env;
const connection = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};TableEndpoint=${TABLE_URL}/${ACCOUNT};`;
const service = azure.createTableService(connection);
const make = azure.TableUtilities.entityGenerator;

// The methods take callbacks.
const call = (method, ...words) => new Promise((resolve, reject) => {
  service[method](...words, (error, result, response) => (error ? reject(error) : resolve({ result, response })));
});

async function refused(code, doing) {
  try {
    await doing;
  } catch (error) {
    assert.equal(error.code, code, error.message);
    return error;
  }
  throw new Error(`this was not refused with ${code}`);
}

async function tables() {
  await call("createTable", "Legacy");
  await refused("TableAlreadyExists", call("createTable", "legacy"));
  assert.equal((await call("createTableIfNotExists", "second")).result.created, true);
  assert.equal((await call("createTableIfNotExists", "second")).result.created, false);
  assert.equal((await call("doesTableExist", "missing")).result.exists, false);
  assert.deepEqual((await call("listTablesSegmented", null)).result.entries, ["Legacy", "second"]);
  await call("setTableAcl", "Legacy", { reader: { Permissions: "r", Start: new Date("2020-01-01"), Expiry: new Date("2040-01-01") } });
  assert.equal((await call("getTableAcl", "Legacy")).result.signedIdentifiers.reader.Permissions, "r");
  const { result: properties } = await call("getServiceProperties");
  properties.HourMetrics = { Version: "1.0", Enabled: true, IncludeAPIs: true, RetentionPolicy: { Enabled: true, Days: 3 } };
  await call("setServiceProperties", properties);
  assert.equal((await call("getServiceProperties")).result.HourMetrics.RetentionPolicy.Days, 3);
}

async function entities() {
  const keys = { PartitionKey: make.String("p'1"), RowKey: make.String("r ü%2F+&=") };
  const entity = {
    ...keys, text: make.String("it's \"quoted\" ü😀\n"), empty: make.String(""), small: make.Int32(5), large: make.Int64("4611686018427387904"),
    half: make.Double(1.5), truth: make.Boolean(true), time: make.DateTime(new Date("1973-10-04T01:02:03.456Z")),
    bytes: make.Binary(Buffer.from([0, 255])), guid: make.Guid("c9da6455-213d-42c9-9a79-3e9149a57833"), "啊齄": make.String("丂"),
  };
  await call("insertEntity", "second", entity);
  await refused("EntityAlreadyExists", call("insertEntity", "second", entity));
  const found = (await call("retrieveEntity", "second", "p'1", "r ü%2F+&=")).result;
  for (const name of ["text", "empty", "small", "large", "half", "truth", "guid", "啊齄"]) assert.equal(found[name]._, entity[name]._, name);
  assert.equal(found.time._.toISOString(), "1973-10-04T01:02:03.456Z");
  assert.deepEqual([...found.bytes._], [0, 255]);
  await call("mergeEntity", "second", { ...keys, small: make.Int32(6) });
  assert.equal((await call("retrieveEntity", "second", "p'1", "r ü%2F+&=")).result.small._, 6);
  await refused("UpdateConditionNotSatisfied", call("replaceEntity", "second", { ...keys, ".metadata": found[".metadata"] }));
  await call("insertOrReplaceEntity", "second", { ...keys, only: make.Int32(1) });
  assert.equal((await call("retrieveEntity", "second", "p'1", "r ü%2F+&=")).result.small, undefined);
  await call("insertOrMergeEntity", "second", { ...keys, more: make.Int32(2) });
  await call("deleteEntity", "second", keys);
  await refused("ResourceNotFound", call("retrieveEntity", "second", "p'1", "r ü%2F+&="));
}

async function transactions() {
  const row = (n) => ({ PartitionKey: make.String("t"), RowKey: make.String(String(n).padStart(4, "0")), n: make.Int32(n) });
  for (let begin = 0; begin < 1500; begin += 100) {
    const batch = new azure.TableBatch();
    for (let n = begin; n < begin + 100; n += 1) batch.insertEntity(row(n), { echoContent: false });
    const { result } = await call("executeBatch", "second", batch);
    assert.equal(result.length, 100);
  }
  const query = new azure.TableQuery().where("PartitionKey eq ?", "t");
  let token = null;
  let seen = 0;
  do {
    const { result } = await call("queryEntities", "second", query, token);
    for (const entity of result.entries) assert.equal(entity.n._, seen++);
    token = result.continuationToken;
  } while (token);
  assert.equal(seen, 1500);
  const top = await call("queryEntities", "second", new azure.TableQuery().select("n").top(3).where("n ge ?", 10), null);
  assert.deepEqual(top.result.entries.map((entity) => entity.n._), [10, 11, 12]);
  const batch = new azure.TableBatch();
  batch.insertEntity(row(9000));
  batch.insertEntity(row(5));
  await refused("EntityAlreadyExists", call("executeBatch", "second", batch));
  await refused("ResourceNotFound", call("retrieveEntity", "second", "t", "9000"));
}

async function signatures() {
  const bounds = { StartPk: "t", StartRk: "0100", EndPk: "t", EndRk: "0199" };
  const token = service.generateSharedAccessSignature("second", {
    AccessPolicy: { Permissions: "raud", Expiry: new Date(Date.now() + 3600_000), ...bounds },
  });
  const limited = azure.createTableServiceWithSas(`${TABLE_URL}/${ACCOUNT}`, token);
  const query = () => new Promise((resolve, reject) => {
    limited.queryEntities("second", new azure.TableQuery(), null, (error, result) => (error ? reject(error) : resolve(result)));
  });
  assert.equal((await query()).entries.length, 100);
}

async function main() {
  for (const part of [tables, entities, transactions, signatures]) await part();
  await call("deleteTable", "Legacy");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
