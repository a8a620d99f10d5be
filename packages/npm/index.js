"use strict";
// Starts azring-emulator, an emulator of Azure Blob, File and Table Storage, for tests.

const { spawn } = require("node:child_process");
const http = require("node:http");
const path = require("node:path");
const readline = require("node:readline");

const program = path.join(__dirname, "bin", "azring-emulator");
const account = "devstoreaccount1";
// The key of Azurite's account, which everybody knows.
const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** A running emulator. */
class Emulator {
  constructor(child, urls) {
    this.child = child;
    this.urls = urls;
    const services = ["Blob", "File", "Table"].map((name) => `${name}Endpoint=${urls[name.toLowerCase()]}/${account};`);
    const scheme = urls.blob.split(":", 1)[0];
    this.connectionString =
      `DefaultEndpointsProtocol=${scheme};AccountName=${account};AccountKey=${key};` + services.join("");
  }

  /** Removes all data and ends all faults. */
  async reset() {
    await this.control("POST", "/reset");
  }

  /** A request to the control endpoint (`azring-emulator --help control`). */
  control(method, resource, body = "") {
    return new Promise((resolve, reject) => {
      const request = http.request(this.urls.control + resource, { method, agent: false }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode < 300) resolve(text);
          else reject(new Error(`${method} ${resource}: ${answer.statusCode} ${text}`));
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  /** Ends it. */
  stop() {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve();
      this.child.once("exit", () => resolve());
      this.child.kill("SIGTERM");
    });
  }
}

/** Starts an emulator on free ports of this machine. `options` are those of `azring-emulator --help`. */
function start(options = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`azring-emulator did not start: exit code ${code}`)));
    readline.createInterface({ input: child.stdout }).once("line", (line) => {
      const urls = Object.fromEntries(line.split(" ").slice(1).map((word) => word.split(/=(.*)/s).slice(0, 2)));
      child.removeAllListeners("exit");
      resolve(new Emulator(child, urls));
    });
  });
}

module.exports = { start, program, account, key };
