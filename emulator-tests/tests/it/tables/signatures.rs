//! Exports and imports with a shared access signature for one table, also for a range of its keys.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Table;
use serde_json::Value;

use super::dump_files::{DumpFiles, MANIFEST, entities, entity};
use super::export::{Services, emulator};

/// The keys of partitions `p00000` and on, with the rows `r00000` and on, in one text for each entity.
fn keys(table: &Table) -> Vec<String> {
    let text = |entity: &Value, name: &str| entity[name].as_str().expect("text").to_owned();
    let entities = table.entities();
    entities
        .iter()
        .map(|entity| text(entity, "PartitionKey") + "/" + &text(entity, "RowKey"))
        .collect()
}

fn filled(services: &Services, partitions: usize, rows: usize) -> Table {
    let table = services.tables.fresh_table("signed");
    for partition in entities(partitions, rows).chunks(rows) {
        table.insert_all(partition);
    }
    table
}

fn import(folder: &Folder, table: &Table, operation: &str, sas: &str) -> Azring {
    Azring::copy(folder.path(), table.url())
        .args(["/DestType:Table", "/Y"])
        .arg(format!("/DestSAS:{sas}"))
        .arg(format!("/Manifest:{MANIFEST}"))
        .arg(format!("/EntityOperation:{operation}"))
}

fn folder_with(entities: Vec<String>) -> Folder {
    let folder = Folder::new();
    DumpFiles::of(&[entities]).write_to(folder.path());
    folder
}

#[test]
fn a_signature_for_a_range_of_keys_exports_that_range() {
    let services = emulator();
    let table = filled(&services, 5, 30);
    let sas = table.sas("r", Some([("p00001", "r00010"), ("p00003", "r00004")]));
    for words in [&[][..], &["/PKRS:auto"], &["/PKRS:p00002"]] {
        let folder = Folder::new();
        Azring::copy(table.url(), folder.path())
            .args(["/SourceType:Table", "/Manifest:the.manifest"])
            .arg(format!("/SourceSAS:{sas}"))
            .args(words)
            .run()
            .succeeded();
        let copy = services.tables.unmade_table("copy");
        Azring::copy(folder.path(), copy.url())
            .dest_key(services.tables.account())
            .args(["/DestType:Table", "/Manifest:the.manifest"])
            .arg("/EntityOperation:InsertOrSkip")
            .run()
            .succeeded();
        let keys = keys(&copy);
        assert_eq!(keys.len(), 20 + 30 + 5, "{words:?}");
        assert_eq!(keys[0], "p00001/r00010");
        assert_eq!(keys[54], "p00003/r00004");
    }
}

/// The others are written, and the run fails.
#[test]
fn an_entity_outside_of_a_signatures_keys_is_named() {
    let services = emulator();
    for operation in ["InsertOrSkip", "InsertOrMerge", "InsertOrReplace"] {
        let table = services.tables.fresh_table("bounded");
        // All of a partition is outside, and one row of another one.
        let sas = table.sas("au", Some([("p00001", ""), ("p00002", "r00028")]));
        let folder = folder_with(entities(3, 30));
        let outcome = import(&folder, &table, operation, &sas).run().failed();
        let outcome = outcome.counting(0, 0, 1);
        let counts = "entities: 59 written, 0 skipped because they exist, 31 refused";
        assert!(outcome.stdout.contains(counts), "{outcome}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        for key in ["`p00000`, RowKey `r00000`", "403"] {
            assert!(said.contains(key), "{key}: {outcome}");
        }
        let keys = keys(&table);
        assert_eq!(keys.len(), 59);
        assert_eq!(keys[0], "p00001/r00000");
        assert_eq!(keys[58], "p00002/r00028");
    }
}

#[test]
fn an_entity_outside_of_a_signatures_keys_is_named_among_a_hundred() {
    let services = emulator();
    let table = services.tables.fresh_table("bounded");
    let sas = table.sas("au", Some([("p00000", ""), ("p00000", "r00098")]));
    let folder = folder_with(entities(1, 100));
    let outcome = import(&folder, &table, "InsertOrReplace", &sas).run();
    outcome
        .failed()
        .naming(&["RowKey `r00099`", "AuthorizationFailure"]);
    assert_eq!(table.entities().len(), 99);
}

/// It cannot make the table, and needs no right for that. Rights are those that the operation needs.
#[test]
fn a_signature_for_a_table_writes_in_batches() {
    let services = emulator();
    for (operation, rights) in [
        ("InsertOrSkip", "a"),
        ("InsertOrMerge", "au"),
        ("InsertOrReplace", "au"),
    ] {
        let table = services.tables.fresh_table("batches");
        for row in ["r00003", "r00050"] {
            table.insert(&entity("p00001", row, "\"old\":1"));
        }
        let folder = folder_with(entities(3, 120));
        services.server.watch().counters.reset();
        let sas = table.sas(rights, None);
        let outcome = import(&folder, &table, operation, &sas).run().succeeded();
        let skipped = if operation == "InsertOrSkip" { 2 } else { 0 };
        let counts = format!("entities: {} written, {skipped} skipped", 360 - skipped);
        assert!(outcome.stdout.contains(&counts), "{outcome}");
        let operations = services.server.watch().counters.snapshot().operations;
        let batches = operations["EntityGroupTransaction"].requests;
        assert!((6..20).contains(&batches), "{operations:?}");
        for single in [
            "InsertEntity",
            "MergeEntity",
            "UpdateEntity",
            "InsertOrReplaceEntity",
            "InsertOrMergeEntity",
        ] {
            assert!(!operations.contains_key(single), "{operations:?}");
        }
        assert_eq!(table.entities().len(), 360);
    }
}

/// Azurite refuses batches with a signature for a table, which Azure accepts.
#[test]
fn where_a_signature_is_for_no_batch_entities_are_written_one_by_one() {
    let table = azurite::shared_tables().fresh_table("single");
    table.insert(&entity("p00000", "r00007", "\"old\":1"));
    let folder = folder_with(entities(2, 20));
    let sas = table.sas("raud", None);
    let outcome = import(&folder, &table, "InsertOrReplace", &sas).run();
    let outcome = outcome.succeeded();
    let counts = "entities: 40 written, 0 skipped";
    assert!(outcome.stdout.contains(counts), "{outcome}");
    assert_eq!(table.entities().len(), 40);
}

#[test]
fn a_signature_without_the_right_to_write_writes_nothing() {
    let services = emulator();
    let table = services.tables.fresh_table("readonly");
    let folder = folder_with(entities(1, 150));
    let sas = table.sas("r", None);
    let outcome = import(&folder, &table, "InsertOrReplace", &sas).run();
    outcome.failed().naming(&["lacks `a`"]);
    assert_eq!(table.entities().len(), 0);
}
