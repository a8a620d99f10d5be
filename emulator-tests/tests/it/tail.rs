//! The end of a run does not wait for one answer that does not come: what is late is sent a second time, once there is nothing
//! else to do. Counted by what the service saw: had the first attempt been given up, it would have been a retry.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// Sixteen blocks or ranges.
const LARGE_BYTES: usize = 16 << 22;

struct World {
    server: Server,
    there: Container,
    here: Folder,
    tree: Tree,
}

impl World {
    fn new() -> Self {
        let (server, service) = single_account::start();
        Self {
            server,
            there: service.fresh_container("tail"),
            here: Folder::new(),
            tree: Tree::new().with("large", noise(7, LARGE_BYTES)),
        }
    }

    /// The twelfth request of this kind gets no answer, whatever becomes of it.
    fn set_faults(&self, when: &str, then: &str) {
        self.server.set_faults(&format!(
            r#"{{ "when": {{ "path": "*/large", "hits": [12], {when} }}, "then": {then} }}"#
        ));
        self.server.watch().counters.reset();
    }

    /// Sixteen requests suffice, and each further one was the second attempt of a late one: how many are late depends on the
    /// machine too.
    fn run(&self, copy: Azring, operation: &str) {
        let trace = Folder::new();
        let trace = trace.join("trace");
        copy.args(["/S", "/Y"])
            .arg(format!("/TraceController:{}", trace.display()))
            .run()
            .succeeded()
            .counting(1, 0, 0);
        let seen = self.server.watch().counters.of(operation).requests;
        let text = std::fs::read_to_string(trace).expect("there is a trace");
        let sum = |field: &str| -> u64 {
            let lines = text.lines().map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
                line[field].as_u64().unwrap_or_default()
            });
            lines.sum()
        };
        assert_eq!(sum("timeouts"), 0, "{text}");
        // Exactly 17 where no other request was late.
        assert!(
            (17..=16 + sum("raced")).contains(&seen),
            "{operation} {seen}: {text}"
        );
        assert!(sum("failed_bytes") > 0, "{text}");
    }

    fn up(&self) -> Azring {
        self.tree.write_to(self.here.path());
        Azring::copy(self.here.path(), self.there.url())
            .dest_key(&Account::development())
            .arg("/DestType:Blob")
    }

    fn down(&self) -> Azring {
        self.tree.put_into(&self.there);
        Azring::copy(self.there.url(), self.here.path())
            .source_key(&Account::development())
            .arg("/SourceType:Blob")
    }
}

#[test]
fn a_range_that_is_never_answered_is_fetched_by_a_second_request() {
    let world = World::new();
    let copy = world.down();
    world.set_faults(
        r#""method": "GET""#,
        r#"{ "lose_answer": true, "how": "blackhole" }"#,
    );
    world.run(copy, "GetBlob");
    assert_same(&world.tree, &Tree::read_from(world.here.path()));
}

#[test]
fn a_range_that_crawls_is_overtaken() {
    let world = World::new();
    let copy = world.down();
    world.set_faults(
        r#""method": "GET""#,
        r#"{ "response_bytes_per_second": 20000 }"#,
    );
    world.run(copy, "GetBlob");
    assert_same(&world.tree, &Tree::read_from(world.here.path()));
}

#[test]
fn a_block_whose_answer_is_lost_is_sent_a_second_time() {
    let world = World::new();
    let copy = world.up();
    world.set_faults(
        r#""method": "PUT", "query": "*comp=block&*""#,
        r#"{ "lose_answer": true, "how": "blackhole" }"#,
    );
    world.run(copy, "PutBlock");
    assert_same(&world.tree, &Tree::get_from(&world.there));
}

#[test]
fn an_append_is_never_sent_twice_at_the_same_time() {
    let world = World::new();
    let copy = world.up().arg("/BlobType:append");
    world.set_faults(
        r#""method": "PUT", "query": "*comp=appendblock*""#,
        r#"{ "delay_ms": 3000 }"#,
    );
    copy.args(["/S", "/Y"]).run().succeeded().counting(1, 0, 0);
    let seen = world.server.watch().counters.of("AppendBlock").requests;
    assert_eq!(seen, 16);
    assert_same(&world.tree, &Tree::get_from(&world.there));
}
