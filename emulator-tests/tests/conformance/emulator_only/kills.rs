//! The folder store under kill -9 during writes: nothing that was acknowledged is lost.
//!
//! Four clients write to objects of their own: block blobs, append blobs and page blobs. After each
//! kill every object has the state of the last acknowledged write, or that of the write which was
//! under way. `AZRING_KILLS` is the number of kills, `AZRING_SEED` the seed of the moments.

use std::thread;

use super::program::Program;
use crate::client::{Client, Request, base64};

/// The kills of a test run; `scripts/kill_emulator.sh` makes more.
const KILLS: u64 = 10;
const CLIENTS: u64 = 4;
const PAGE: usize = 512;

/// Bytes and metadata of an object; `None` if it does not exist.
type State = Option<(Vec<u8>, String)>;

/// A repeatable sequence of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

struct Object {
    path: String,
    kind: &'static str,
    acknowledged: State,
    /// The state after a write that was not answered.
    under_way: Option<State>,
}

impl Object {
    fn new(client: u64, kind: &'static str) -> Self {
        Self {
            path: format!("box/{kind}-{client}"),
            kind,
            acknowledged: None,
            under_way: None,
        }
    }

    /// Writes once. Returns whether the write was acknowledged.
    fn write(&mut self, client: &Client, number: u64, choice: u64) -> bool {
        let text = format!("write {number} of {}", self.path);
        let Some((before, metadata)) = &self.acknowledged else {
            return match self.kind {
                "BlockBlob" => self.change(self.create(client, &text), &text, text.as_bytes()),
                "PageBlob" => {
                    let create = self.create(client, "");
                    let create = create.header("x-ms-blob-content-length", "4096");
                    self.change(create, "", &[0; 8 * PAGE])
                }
                _ => self.change(self.create(client, ""), "", b""),
            };
        };
        let (before, metadata) = (before.clone(), metadata.clone());
        match (self.kind, choice) {
            (_, 0) => {
                let delete = client.delete(&self.path);
                self.settle(delete, None, 202)
            }
            (_, 1) => {
                let set = client.put(&self.path).query("comp", "metadata");
                self.settle(set.header("x-ms-meta-k", &text), Some((before, text)), 200)
            }
            ("BlockBlob", 2) => self.change(self.create(client, &text), &text, text.as_bytes()),
            ("BlockBlob", _) => {
                let id = base64(&number.to_be_bytes());
                let block = client.put(&self.path).query("comp", "block");
                let block = block.query("blockid", &id).body(text.as_str());
                if block.try_send().is_ok_and(|reply| reply.status == 201) {
                    let list = format!("<BlockList><Latest>{id}</Latest></BlockList>");
                    let commit = client.put(&self.path).query("comp", "blocklist");
                    let commit = commit.header("x-ms-meta-k", &text).body(list);
                    self.change(commit, &text, text.as_bytes())
                } else {
                    false
                }
            }
            ("PageBlob", _) => {
                let at = number as usize % 8 * PAGE;
                let mut after = before;
                after[at..at + PAGE].fill(number as u8);
                let range = format!("bytes={at}-{}", at + PAGE - 1);
                let put = client.put(&self.path).query("comp", "page");
                let put = put.header("x-ms-page-write", "update");
                let put = put.header("x-ms-range", &range);
                self.change(put.body([number as u8; PAGE]), &metadata, &after)
            }
            _ => {
                let append = client.put(&self.path).query("comp", "appendblock");
                let after = [before.as_slice(), text.as_bytes()].concat();
                self.change(append.body(text.as_str()), &metadata, &after)
            }
        }
    }

    fn create(&self, client: &Client, text: &str) -> Request {
        let put = client.put(&self.path).header("x-ms-blob-type", self.kind);
        put.header("x-ms-meta-k", text).body(text)
    }

    fn change(&mut self, request: Request, metadata: &str, bytes: &[u8]) -> bool {
        let after = Some((bytes.to_vec(), metadata.to_owned()));
        self.settle(request, after, 201)
    }

    fn settle(&mut self, request: Request, after: State, status: u16) -> bool {
        self.under_way = Some(after.clone());
        let Ok(reply) = request.try_send() else {
            return false;
        };
        reply.expect(status);
        self.acknowledged = after;
        self.under_way = None;
        true
    }

    /// Compares the object with what was acknowledged.
    fn check(&mut self, client: &Client) {
        let reply = client.get(&self.path).send();
        let found = (reply.status == 200).then(|| {
            let metadata = reply.header("x-ms-meta-k").unwrap_or_default().to_owned();
            (reply.body, metadata)
        });
        assert!(
            found == self.acknowledged || Some(&found) == self.under_way.as_ref(),
            "{}: found {found:?}, acknowledged {:?}, under way {:?}",
            self.path,
            self.acknowledged,
            self.under_way
        );
        self.acknowledged = found;
        self.under_way = None;
    }
}

/// Writes to the objects until the emulator is gone. Returns the objects and the acknowledged
/// writes.
fn write_until_the_end(
    client: &Client,
    mut objects: Vec<Object>,
    seed: u64,
) -> (Vec<Object>, usize) {
    let mut numbers = Numbers(seed);
    let mut acknowledged = 0;
    for number in 0.. {
        let at = numbers.below(objects.len() as u64) as usize;
        if !objects[at].write(client, number, numbers.below(6)) {
            break;
        }
        acknowledged += 1;
    }
    (objects, acknowledged)
}

fn number_of(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("`{name}` is not a number: {text}"))
    })
}

#[expect(
    clippy::print_stdout,
    reason = "a failure is repeated with the seed, and the script shows the counts"
)]
#[test]
fn nothing_acknowledged_is_lost_when_the_emulator_is_killed() {
    let kills = number_of("AZRING_KILLS", KILLS);
    let seed = number_of("AZRING_SEED", u64::from(std::process::id()));
    println!("AZRING_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let start = || Program::start(&["--store", folder.path().to_str().unwrap()]);
    let mut moments = Numbers(seed);
    let kinds = ["BlockBlob", "AppendBlob", "PageBlob"];
    let mut objects: Vec<Vec<Object>> = (0..CLIENTS)
        .map(|client| kinds.map(|kind| Object::new(client, kind)).into())
        .collect();
    let mut writes = 0;
    for kill in 0..kills {
        let program = start();
        let container = program.client.put("box").query("restype", "container");
        container.send();
        let clients = objects.drain(..).zip(0..).map(|(objects, at)| {
            let (client, seed) = (program.client.clone(), moments.below(u64::MAX >> 33) + at);
            thread::spawn(move || write_until_the_end(&client, objects, seed))
        });
        let clients: Vec<_> = clients.collect();
        // The moment of the kill: after some requests of this thread.
        for number in 0..=moments.below(40) {
            let put = program.client.put(&format!("box/mark-{number}"));
            let put = put.header("x-ms-blob-type", "BlockBlob");
            put.body("mark").send().expect(201);
        }
        drop(program);
        for client in clients {
            let (written, acknowledged) = client.join().unwrap();
            objects.push(written);
            writes += acknowledged;
        }
        let program = start();
        for object in objects.iter_mut().flatten() {
            object.check(&program.client);
        }
        assert!(writes > 0, "no write was acknowledged before kill {kill}");
    }
    println!("{kills} kills, {writes} acknowledged writes, none lost");
}
