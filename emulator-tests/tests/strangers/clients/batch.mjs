// Azure's JavaScript SDK: the batch client, which sends many deletions or tiers in one request.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_FOLDER}/`);
const { BlobServiceClient, StorageSharedKeyCredential } = require("@azure/storage-blob");
const { ACCOUNT, KEY, BLOB_URL } = process.env;
const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
const service = new BlobServiceClient(`${BLOB_URL}/${ACCOUNT}`, credential);
const container = service.getContainerClient("batch");
const blobs = Array.from({ length: 100 }, (_, at) => container.getBlockBlobClient(`folder ${at}/b%.txt`));

const checks = {
  async blobs_are_uploaded() {
    await container.create();
    await Promise.all(blobs.map((blob) => blob.upload("text", 4)));
  },
  async tiers_are_set_in_one_request() {
    const batch = service.getBlobBatchClient();
    const answer = await batch.setBlobsAccessTier(blobs.slice(0, 50), "Cool");
    equal(answer.subResponsesSucceededCount, 50);
    equal((await blobs[0].getProperties()).accessTier, "Cool");
  },
  async blobs_are_deleted_in_one_request() {
    const batch = container.getBlobBatchClient();
    const answer = await batch.deleteBlobs([...blobs, container.getBlobClient("missing")]);
    equal(answer.subResponsesSucceededCount, 100);
    equal(answer.subResponses.at(-1).status, 404);
    for await (const blob of container.listBlobsFlat()) throw new Error(`${blob.name} is still there`);
  },
};

function equal(found, wanted) {
  if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
}

console.log(`version ${require("@azure/storage-blob/package.json").version}`);
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`pass ${name}`);
  } catch (error) {
    console.error(error);
    console.log(`fail ${name}: ${String(error.message).split("\n")[0].slice(0, 120)}`);
  }
}
