//! Exports that are interrupted, and pages that end anywhere.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Table;

use super::export::{Files, emulator, entities, export, files, has_extension, large};

/// The entities of all data files, each as often as it is there, and the number of manifests.
pub(super) fn content(files: &Files) -> (Vec<String>, usize) {
    let manifests = files.keys().filter(|name| name.ends_with(".manifest"));
    (entities(files), manifests.count())
}

pub(super) fn whole(table: &Table) -> Vec<String> {
    let folder = Folder::new();
    export(table, folder.path()).run().succeeded();
    content(&files(folder.path())).0
}

/// The queries for pages that the server got: the token of each, or an empty text.
fn tokens(server: &Server) -> Vec<String> {
    let lines = server.watch().log.lines();
    let queries = lines.iter().filter(|line| line.contains("()\""));
    queries
        .map(|line| {
            let token = line.split_once("NextPartitionKey=");
            token.map_or(String::new(), |(_, rest)| {
                rest.split(['&', '"']).next().unwrap_or_default().to_owned()
            })
        })
        .collect()
}

pub(super) fn with_journal(run: Azring, journal: &Folder) -> Azring {
    run.arg(format!("/Z:{}", journal.path().display()))
        .arg("/Y")
}

/// The fifth page and all after it are not answered, or not well.
fn fifth_page(then: &str) -> String {
    format!(
        r#"{{ "rules": [{{ "when": {{ "method": "GET", "path": "*()", "query": "*NextPartitionKey*", "hits": [4] }}, "then": {then} }}] }}"#
    )
}

const REFUSED: &str = r#"{ "answer": { "status": 403, "code": "AuthorizationFailure" } }"#;

#[test]
fn an_export_that_is_killed_goes_on_at_its_token() {
    let services = emulator();
    let table = large(&services.tables, 60);
    let wanted = whole(&table);
    let (folder, journal) = (Folder::new(), Folder::new());
    let run = || with_journal(export(&table, folder.path()), &journal);
    services
        .server
        .set_fault_plan(&fifth_page(r#"{ "blackhole": true }"#));
    let mut killed = run().launch();
    killed.wait_for_faults(&services.server);
    assert!(killed.kill());
    services.server.clear_faults();
    services.server.watch().log.keep(1000);

    run().run().succeeded().counting(2, 0, 0);

    let first = tokens(&services.server).first().cloned();
    assert!(
        first.is_some_and(|token| !token.is_empty()),
        "it begins at a token"
    );
    let (entities, manifests) = content(&files(folder.path()));
    assert_eq!(entities, wanted);
    assert_eq!(
        (manifests, files(folder.path()).len()),
        (1, 2),
        "no part file stays"
    );
}

#[test]
fn a_failed_range_has_no_manifest_and_the_next_run_exports_it() {
    let services = emulator();
    let table = large(&services.tables, 60);
    let wanted = whole(&table);
    let (folder, journal) = (Folder::new(), Folder::new());
    let run = || {
        with_journal(
            export(&table, folder.path()).args(["/PKRS:p02", "/NC:1"]),
            &journal,
        )
    };
    services.server.set_fault_plan(&fifth_page(REFUSED));
    run().run().failed();
    assert_eq!(
        content(&files(folder.path())).1,
        0,
        "a manifest says that all is there"
    );
    services.server.clear_faults();

    run().run().succeeded();

    let (entities, manifests) = content(&files(folder.path()));
    assert_eq!((entities, manifests), (wanted, 1));
}

#[test]
fn a_part_file_that_was_changed_is_written_again() {
    let services = emulator();
    let table = large(&services.tables, 60);
    let wanted = whole(&table);
    let (folder, journal) = (Folder::new(), Folder::new());
    let run = || with_journal(export(&table, folder.path()), &journal);
    services.server.set_fault_plan(&fifth_page(REFUSED));
    run().run().failed();
    services.server.clear_faults();
    let part = files(folder.path())
        .into_keys()
        .find(|name| has_extension(name, "part"));
    let part = folder.join(&part.expect("the part file stays"));
    let mut bytes = std::fs::read(&part).expect("it can be read");
    bytes[1000] ^= 1;
    std::fs::write(&part, bytes).expect("it can be written");

    run().run().succeeded();

    assert_eq!(content(&files(folder.path())), (wanted, 1));
}

#[test]
fn pages_that_are_empty_or_short_are_followed_to_the_end() {
    let services = emulator();
    let table = large(&services.tables, 12);
    let wanted = whole(&table);
    let behaviour = r#"{ "listing": { "empty_every": 2, "entries_max": 1 }, "table": { "partition_tokens": true } }"#;
    let behaviour = serde_json::from_str(behaviour).expect("it is valid");
    services.server.set_behaviour(behaviour);
    let folder = Folder::new();
    export(&table, folder.path()).run().succeeded();
    assert_eq!(content(&files(folder.path())), (wanted, 1));
}

#[test]
fn a_page_that_arrives_damaged_is_requested_again() {
    let services = emulator();
    let table = large(&services.tables, 12);
    let wanted = whole(&table);
    for then in [
        r#"{ "close": { "response_bytes": 100000 } }"#,
        r#"{ "answer": { "status": 503, "code": "ServerBusy" } }"#,
        r#"{ "lose_answer": true }"#,
    ] {
        let rule = format!(
            r#"{{ "rules": [{{ "when": {{ "method": "GET", "path": "*()", "hits": [2] }}, "then": {then} }}] }}"#
        );
        services.server.set_fault_plan(&rule);
        let folder = Folder::new();
        export(&table, folder.path()).run().succeeded();
        services.server.assert_faults_applied();
        assert_eq!(
            content(&files(folder.path())),
            (wanted.clone(), 1),
            "{then}"
        );
    }
}
