//! `/PKRS:auto`: ranges that are split while they are exported.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Table, TableService};

use super::export::{Services, assert_manifest, begin, data, emulator, export, files};
use super::export_resume::{content, whole, with_journal};

/// Entities of so many partitions, and pages of a few of them.
fn with_short_pages(services: &Services, partitions: &[String], rows: usize) -> Table {
    let table = filled(&services.tables, partitions, rows);
    let behaviour = serde_json::from_str(r#"{ "listing": { "entries_max": 3 } }"#);
    services
        .server
        .set_behaviour(behaviour.expect("it is valid"));
    table
}

fn filled(tables: &TableService, partitions: &[String], rows: usize) -> Table {
    let table = tables.fresh_table("auto");
    for partition in partitions {
        for row in 0..rows {
            let key = serde_json::to_string(partition).expect("text has a form in JSON");
            table.insert(&format!(
                "{{\"PartitionKey\":{key},\"RowKey\":\"{row:03}\",\"value\":{row}}}"
            ));
        }
    }
    table
}

fn numbered(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("customer-{number:04}"))
        .collect()
}

fn in_threads(table: &Table, folder: &Folder, threads: u32) -> Azring {
    export(table, folder.path()).args(["/PKRS:auto", &format!("/NC:{threads}")])
}

/// The second page of the first range takes long, so that the other threads find it running.
const SLOW_PAGE: &str = r#"{ "rules": [{ "when": { "method": "GET", "path": "*()", "query": "*NextPartitionKey*", "hits": [1] },
    "then": { "delay_ms": 6000 } }] }"#;

/// The first partition key of each data file.
fn first_keys(data: &[(String, String)]) -> Vec<String> {
    data.iter()
        .map(|(_, text)| {
            let (_, rest) = text.split_once("\"PartitionKey\":\"").expect("it has one");
            rest.split_once('"').expect("it ends").0.to_owned()
        })
        .collect()
}

#[test]
fn a_split_range_has_the_files_of_the_same_ranges_given() {
    let services = emulator();
    let table = with_short_pages(&services, &numbered(40), 3);
    services.server.set_fault_plan(SLOW_PAGE);
    let folder = Folder::new();
    let outcome = in_threads(&table, &folder, 3).run().succeeded();
    assert!(
        outcome.stdout.contains("Total entities:          120"),
        "{outcome}"
    );
    services.server.clear_faults();
    let split = files(folder.path());
    let name = begin(&split, &table);
    let split_data = data(&split, &name);
    assert!(split_data.len() > 1, "{:?}", split.keys());
    assert_manifest(&split, &format!("{name}.manifest"), &name, "Json", 200_000);

    let mut keys = first_keys(&split_data);
    keys.sort();
    let given = Folder::new();
    export(&table, given.path())
        .args([&format!("/PKRS:{}", keys[1..].join("#")), "/NC:1"])
        .run()
        .succeeded();
    let given = files(given.path());
    let given = data(&given, &begin(&given, &table));
    let texts = |data: Vec<(String, String)>| {
        let mut texts: Vec<String> = data.into_iter().map(|(_, text)| text).collect();
        texts.sort();
        texts
    };
    assert_eq!(texts(split_data), texts(given));
}

#[test]
fn a_killed_export_goes_on_wherever_a_range_was_being_split() {
    let services = emulator();
    let table = with_short_pages(&services, &numbered(30), 2);
    let wanted = whole(&table);
    // The first queries are a page, those for a key, and the first pages of new ranges.
    for hit in (1..=12).chain([16, 20]) {
        let (folder, journal) = (Folder::new(), Folder::new());
        let run = || with_journal(in_threads(&table, &folder, 3), &journal);
        services.server.set_fault_plan(&format!(
            r#"{{ "rules": [{{ "when": {{ "method": "GET", "path": "*()", "hits": [{hit}] }}, "then": {{ "blackhole": true }} }}] }}"#
        ));
        let mut killed = run().launch();
        killed.wait_for_faults(&services.server);
        assert!(killed.kill(), "{hit}");
        services.server.clear_faults();
        run().run().succeeded();
        let files = files(folder.path());
        assert_eq!(content(&files), (wanted.clone(), 1), "{hit}");
        let name = begin(&files, &table);
        assert_manifest(&files, &format!("{name}.manifest"), &name, "Json", 200_000);
    }
}

#[test]
fn an_export_that_is_killed_after_a_split_has_the_new_range_later() {
    let services = emulator();
    let table = with_short_pages(&services, &numbered(40), 3);
    let wanted = whole(&table);
    let (folder, journal) = (Folder::new(), Folder::new());
    let run = |threads| with_journal(in_threads(&table, &folder, threads), &journal);
    // The second pages stay away: of the first range, and of the one that is split off.
    services.server.set_fault_plan(
        r#"{ "rules": [
            { "when": { "method": "GET", "path": "*()", "query": "NextPartitionKey*", "hits": [1] }, "then": { "blackhole": true } },
            { "when": { "method": "GET", "path": "*()", "query": "*ge*NextPartitionKey*", "hits": [1] }, "then": { "blackhole": true } }
        ] }"#,
    );
    let mut killed = run(2).launch();
    killed.wait_for_faults(&services.server);
    assert!(killed.kill());
    services.server.clear_faults();

    run(1).run().succeeded();

    let files = files(folder.path());
    assert_eq!(content(&files), (wanted, 1));
}

#[test]
fn keys_of_all_kinds_are_split_in_the_order_of_the_service() {
    let services = emulator();
    let long = "l".repeat(200);
    let mut partitions: Vec<String> = [
        "",
        " ",
        "a",
        "a a",
        "a'a",
        "aa",
        "~",
        "\u{e9}",
        "\u{4e00}",
        "\u{4e00}\u{4e01}",
        "\u{1f600}z",
        "\u{1f600}",
        "\u{ffee}",
        "100%",
        "+",
        "Z",
        "_",
    ]
    .map(str::to_owned)
    .to_vec();
    partitions.extend((0..10).map(|number| format!("{long}{number}")));
    let table = with_short_pages(&services, &partitions, 2);
    let wanted = whole(&table);
    services.server.set_fault_plan(SLOW_PAGE);
    let folder = Folder::new();
    in_threads(&table, &folder, 4).run().succeeded();
    let files = files(folder.path());
    assert_eq!(content(&files), (wanted, 1));
    assert!(files.len() > 2, "{:?}", files.keys());
}

#[test]
fn a_single_partition_is_not_split() {
    let services = emulator();
    let table = with_short_pages(&services, &numbered(1), 60);
    let wanted = whole(&table);
    let folder = Folder::new();
    in_threads(&table, &folder, 3)
        .run()
        .succeeded()
        .counting(2, 0, 0);
    assert_eq!(content(&files(folder.path())), (wanted, 1));
}
