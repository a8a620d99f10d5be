//! Imports while the service fails, throttles or is interrupted: nothing is lost, and nothing is counted twice.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Behaviour, Options, Server};
use azring_emulator_tests::rest::{Table, TableService};

use super::dump_files::{DumpFiles, MANIFEST, entities, entity};

struct World {
    server: Server,
    table: Table,
    folder: Folder,
}

impl World {
    fn new(files: &DumpFiles) -> Self {
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let service = TableService::path_style(&server.table_url(), &Account::development());
        let folder = Folder::new();
        files.write_to(folder.path());
        Self {
            table: service.table("imported"),
            server,
            folder,
        }
    }

    fn import(&self, url: &str, operation: &str) -> Azring {
        Azring::copy(self.folder.path(), url)
            .dest_key(&Account::development())
            .args(["/DestType:Table", "/Y"])
            .arg(format!("/Manifest:{MANIFEST}"))
            .arg(format!("/EntityOperation:{operation}"))
    }
}

/// An import under these rules is complete, and its counts are right.
fn survives(rules: &str, operation: &str) {
    let world = World::new(&DumpFiles::of(&[entities(4, 130)]));
    world
        .server
        .set_fault_plan(&format!("{{\"seed\": 11, \"rules\": [{rules}]}}"));
    let outcome = world.import(&world.table.url(), operation).run();
    world.server.assert_faults_applied();
    let outcome = outcome.succeeded().counting(1, 0, 0);
    let counts = "entities: 520 written, 0 skipped because they exist, 0 refused";
    assert!(outcome.stdout.contains(counts), "{outcome}");
    world.server.clear_faults();
    assert_eq!(world.table.entities().len(), 520);
}

#[test]
fn an_import_to_a_busy_service_ends_whole() {
    survives(
        r#"{ "name": "busy", "when": { "method": "POST", "path": "*/$batch", "every": 2, "times": 3 },
            "then": { "answer": { "status": 503, "code": "ServerBusy" } } }"#,
        "InsertOrReplace",
    );
}

/// The entities of a batch whose answer was lost exist: they are its own, and no others'.
#[test]
fn an_import_whose_answers_are_lost_counts_each_entity_once() {
    for operation in ["InsertOrSkip", "InsertOrMerge"] {
        survives(
            r#"{ "name": "lost", "when": { "method": "POST", "path": "*/$batch", "every": 2, "times": 3 },
                "then": { "lose_answer": true } }"#,
            operation,
        );
    }
}

#[test]
fn an_import_whose_connections_break_ends_whole() {
    survives(
        r#"{ "name": "reset", "when": { "method": "POST", "path": "*/$batch", "every": 3, "times": 2 },
            "then": { "close": { "request_bytes": 1000 }, "how": "reset" } }"#,
        "InsertOrSkip",
    );
}

/// The service clears a deleted table away for a while, and refuses to make one of the same name.
#[test]
fn an_import_waits_for_a_table_that_is_being_deleted() {
    let being_deleted = r#"{ "status": 409, "code": "TableBeingDeleted" }"#;
    survives(
        &format!(
            r#"{{ "name": "being deleted", "when": {{ "method": "POST", "path": "*/Tables", "times": 1 }},
                "then": {{ "answer": {being_deleted} }} }}"#
        ),
        "InsertOrSkip",
    );
}

#[test]
fn a_table_that_is_deleted_during_its_import_is_named() {
    for code in ["TableBeingDeleted", "TableNotFound"] {
        let world = World::new(&DumpFiles::of(&[entities(2, 250)]));
        let status = if code == "TableNotFound" { 404 } else { 409 };
        world.server.set_faults(&format!(
            r#"{{ "when": {{ "method": "POST", "path": "*/$batch", "hits": [3, 4, 5, 6, 7, 8, 9] }},
                "then": {{ "answer": {{ "status": {status}, "code": "{code}" }} }} }}"#
        ));
        let outcome = world.import(&world.table.url(), "InsertOrSkip").run();
        let outcome = outcome.failed().counting(0, 0, 1);
        let said = outcome.errors().join("\n");
        assert!(
            said.contains("there is no table") || said.contains(code),
            "{outcome}"
        );
    }
}

/// The service refuses inside of answers that are successes by their status.
#[test]
fn a_throttled_partition_gets_all_of_its_entities() {
    let world = World::new(&DumpFiles::of(&[entities(1, 1200)]));
    let mut behaviour = Behaviour::default();
    behaviour.table.partition_entities_per_second = 500;
    world.server.set_behaviour(behaviour);
    let outcome = world.import(&world.table.url(), "InsertOrSkip").run();
    let outcome = outcome.succeeded();
    let counts = "entities: 1200 written, 0 skipped";
    assert!(outcome.stdout.contains(counts), "{outcome}");
    world.server.set_behaviour(Behaviour::default());
    assert_eq!(world.table.entities().len(), 1200);
}

/// The second run does not begin at the first entity.
#[test]
fn an_import_that_is_killed_goes_on_inside_the_file() {
    let all = entities(20, 500);
    let world = World::new(&DumpFiles::of(&[all]));
    let url = world.table.url();
    let journal = Folder::new();
    let import = || {
        world
            .import(&url, "InsertOrReplace")
            .arg("/NC:2")
            .arg(format!("/Z:{}", journal.path().display()))
    };
    let batches = || {
        let counters = &world.server.watch().counters;
        counters.of("EntityGroupTransaction").requests
    };
    let mut running = import().launch();
    running.wait_until(|| batches() > 70);
    assert!(running.kill(), "it was killed");
    world.server.watch().counters.reset();
    let outcome = import().run().succeeded().counting(1, 0, 0);
    assert!(
        (1..60).contains(&batches()),
        "{} of 100: {outcome}",
        batches()
    );
    assert_eq!(world.table.entities().len(), 10_000);
}

/// Only the file that failed is imported again by the same command.
#[test]
fn a_file_that_was_imported_is_not_imported_again_after_a_failure() {
    let mut bad = entities(1, 50);
    bad[7] = entity("p00000", "bad/key", "");
    let good = (0..50).map(|row| entity("good", &row.to_string(), ""));
    let world = World::new(&DumpFiles::of(&[good.collect(), bad]));
    let journal = Folder::new();
    let import = || {
        world
            .import(&world.table.url(), "InsertOrReplace")
            .arg(format!("/Z:{}", journal.path().display()))
    };
    import().run().failed().counting(1, 0, 1);
    assert_eq!(world.table.entities().len(), 99);
    let outcome = import().run().failed().counting(0, 1, 1);
    outcome.naming(&["bad/key"]);
    let written = "entities: 49 written";
    assert!(import().run().stdout.contains(written));
}
