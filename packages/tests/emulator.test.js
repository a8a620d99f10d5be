"use strict";
// The module of the npm package azring-emulator. scripts/package_test.sh runs it; docs/emulator-in-ci.md shows it.

const assert = require("node:assert");
const { after, before, beforeEach, test } = require("node:test");
const { start } = require("azring-emulator");

let emulator;
before(async () => { emulator = await start(); });
beforeEach(() => emulator.reset());
after(() => emulator.stop());

test("a container can be read without a key once it is public", async () => {
  const health = JSON.parse(await emulator.control("GET", "/health"));
  assert.equal(health.status, "ok");
  const answer = await fetch(`${emulator.urls.blob}/devstoreaccount1/pictures/cat.jpg`);
  assert.equal(answer.status, 404);
});
