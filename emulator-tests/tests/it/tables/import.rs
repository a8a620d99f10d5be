//! "Import data into Table storage", and what an import checks before it writes.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Table, TableService};
use serde_json::{Value, json};

use super::dump_files::{DumpFiles, EXPORT, MANIFEST, entities, entity, name};

fn service() -> TableService {
    azurite::shared_tables()
}

/// `AzCopy /Source:C:\myfolder\ /Dest:https://myaccount.table.core.windows.net/mytable1/ /DestKey:key
/// /Manifest:"myaccount_mytable_20140103T112020.manifest" /EntityOperation:InsertOrReplace`
fn import(folder: &Folder, table: &Table, operation: &str) -> Azring {
    Azring::copy(format!("{}/", folder.path().display()), table.url() + "/")
        .dest_key(table.service().account())
        .arg("/DestType:Table")
        .arg(format!("/Manifest:{MANIFEST}"))
        .arg(format!("/EntityOperation:{operation}"))
}

fn folder_with(files: &DumpFiles) -> Folder {
    let folder = Folder::new();
    files.write_to(folder.path());
    folder
}

fn keys(table: &Table) -> Vec<(String, String)> {
    let text =
        |entity: &Value, name: &str| entity[name].as_str().expect("a key is text").to_owned();
    let entities = table.entities();
    entities
        .iter()
        .map(|entity| (text(entity, "PartitionKey"), text(entity, "RowKey")))
        .collect()
}

/// Every type, as the service writes it.
const TYPES: &str = r#""text":"a\"b\u00e9\ud83d\ude00","empty":"","flag":true,"small":-5,"large@odata.type":"Edm.Int64","large":"9223372036854775807","half":0.5,"whole":3.0,"huge":1E+300,"nan@odata.type":"Edm.Double","nan":"NaN","time@odata.type":"Edm.DateTime","time":"2014-01-03T11:20:20.1234567Z","id@odata.type":"Edm.Guid","id":"c9da6455-213d-42c9-9a79-3e9149a57833","bytes@odata.type":"Edm.Binary","bytes":"AAEC""#;

#[test]
fn import_a_table() {
    let files = DumpFiles::of(&[
        vec![entity("a", "1", TYPES), entity("a", "2", "\"other\":1")],
        vec![entity("b", "it's 100%", "")],
    ]);
    let table = service().unmade_table("import");
    let outcome = import(&folder_with(&files), &table, "InsertOrReplace").run();
    let outcome = outcome.succeeded().counting(2, 0, 0);
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    for line in [
        "Validating the integrity of data file list...".to_owned(),
        "Validation of data file list passed.".to_owned(),
        format!(
            "Validating the integrity of data file \"{}\"...",
            files.data[0].0
        ),
        format!("Validation of data file \"{}\" passed.", files.data[1].0),
        "entities: 3 written, 0 skipped because they exist, 0 refused".to_owned(),
    ] {
        assert!(said.contains(&line), "{line}: {outcome}");
    }
    let stored = table.entities();
    assert_eq!(stored.len(), 3);
    let first = &stored[0];
    assert_eq!(first["text"], json!("a\"b\u{e9}\u{1f600}"));
    assert_eq!(first["large"], json!("9223372036854775807"));
    assert!(first["whole"].is_f64(), "{first}");
    assert_eq!(first["huge"], json!(1e300));
    assert_eq!(first["nan"], json!("NaN"));
    assert_eq!(first["time"], json!("2014-01-03T11:20:20.1234567Z"));
    assert_eq!(first["id@odata.type"], json!("Edm.Guid"));
    assert_eq!(first["bytes"], json!("AAEC"));
    assert_eq!(stored[1]["other"], json!(1));
    assert_eq!(stored[2]["RowKey"], json!("it's 100%"));
}

/// `AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:https://myaccount.table.core.windows.net/mytable
/// /SourceKey:key1 /DestKey:key2 /Manifest:".." /EntityOperation:"InsertOrReplace"`
#[test]
fn import_entities_into_a_table_from_blob_storage() {
    let files = DumpFiles::of(&[entities(3, 150)]);
    let container = azurite::shared().blob_service().fresh_container("import");
    for (name, content) in &files.data {
        container.put(name, content.as_str());
    }
    container.put(MANIFEST, files.manifest.as_str());
    container.put("unrelated.json", "x");
    let table = service().unmade_table("fromblobs");
    Azring::copy(container.url(), table.url())
        .source_key(container.service().account())
        .dest_key(table.service().account())
        .args(["/SourceType:Blob", "/DestType:Table"])
        .arg(format!("/Manifest:{MANIFEST}"))
        .arg("/EntityOperation:InsertOrReplace")
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(table.entities().len(), 450);
}

#[test]
fn an_import_skips_merges_or_replaces_what_exists() {
    for (operation, expected) in [
        (
            "InsertOrSkip",
            json!({"PartitionKey": "a", "RowKey": "r050", "old": 1, "both": 1}),
        ),
        (
            "InsertOrMerge",
            json!({"PartitionKey": "a", "RowKey": "r050", "old": 1, "both": 2, "new": 2}),
        ),
        (
            "InsertOrReplace",
            json!({"PartitionKey": "a", "RowKey": "r050", "both": 2, "new": 2}),
        ),
    ] {
        let table = service().fresh_table("exists");
        for row in ["r000", "r050", "r099", "r130"] {
            table.insert(&entity("a", row, "\"old\":1,\"both\":1"));
        }
        let all = (0..150).map(|row| entity("a", &format!("r{row:03}"), "\"both\":2,\"new\":2"));
        let files = DumpFiles::of(&[all.collect()]);
        let outcome = import(&folder_with(&files), &table, operation)
            .run()
            .succeeded();
        let skipped = if operation == "InsertOrSkip" { 4 } else { 0 };
        let written = 150 - skipped;
        let counts = format!("entities: {written} written, {skipped} skipped");
        assert!(outcome.stdout.contains(&counts), "{outcome}");
        let stored = table.entities();
        assert_eq!(stored.len(), 150, "{operation}");
        assert_eq!(stored[50], expected, "{operation}");
    }
}

#[test]
fn the_last_entity_of_a_key_wins() {
    let mut all = entities(1, 120);
    all.push(entity("p00000", "r00000", "\"last\":true"));
    all.push(entity("p00000", "r00119", "\"last\":true"));
    let table = service().unmade_table("twice");
    let folder = folder_with(&DumpFiles::of(&[all]));
    import(&folder, &table, "InsertOrReplace").run().succeeded();
    let stored = table.entities();
    assert_eq!(stored.len(), 120);
    for row in [0, 119] {
        assert_eq!(stored[row]["last"], json!(true));
    }
}

#[test]
fn an_empty_table_is_made() {
    let table = service().unmade_table("empty");
    let folder = folder_with(&DumpFiles::of(&[]));
    import(&folder, &table, "InsertOrSkip").run().succeeded();
    assert!(table.exists());
}

#[test]
fn every_form_of_a_data_file_is_read() {
    let [one, two] = [entity("a", "1", "\"x\":1"), entity("a", "2", "\"x\":2")];
    for content in [
        format!("{{\"value\":[{one},{two}]}}"),
        format!("[{one},\r\n{two}]\r\n"),
        format!("{one}\n{two}\n"),
        format!("\u{feff}{{\"odata.metadata\":\"x\",\"value\":[ {one} , {two} ]}}"),
    ] {
        // The checksum is that of no computation that is known.
        let files = DumpFiles::with(vec![(name(0, 0x0AF3_95F1_DC42_E952), content)]);
        let table = service().unmade_table("forms");
        let folder = folder_with(&files);
        let outcome = import(&folder, &table, "InsertOrMerge").run().succeeded();
        assert!(
            outcome.stderr.contains("cannot be found")
                || outcome.stdout.contains("cannot be found"),
            "{outcome}"
        );
        assert_eq!(keys(&table).len(), 2);
        let strict = service().unmade_table("strict");
        import(&folder, &strict, "InsertOrMerge")
            .arg("/CheckMD5")
            .run()
            .failed()
            .naming(&["checksum in its name"]);
        assert!(!strict.exists());
    }
}

/// A data file that was cut or edited, and a manifest or a list that was changed, are found before the table is made.
#[test]
fn what_was_changed_is_found_before_anything_is_written() {
    type Damage = fn(&mut DumpFiles);
    let damages: [(Damage, &str); 8] = [
        (|files| files.data[1].1.truncate(900), "ends too early"),
        (
            |files| files.data[1].1 = files.data[1].1.replacen("xxx", "yxx", 1),
            "checksum in its name",
        ),
        (
            |files| drop(files.data.pop()),
            "counts 2 data file(s), and 1",
        ),
        (|files| files.data[0].0 = name(0, 1), "the manifest says"),
        (
            |files| files.data[0].0 = format!("{EXPORT}_0_0_renamed.json"),
            "is no name of a data file",
        ),
        (
            |files| files.manifest = files.manifest.replace("Files\":2", "Files\":3"),
            "counts 3 data file(s), and 2",
        ),
        (
            |files| files.manifest = files.manifest.replace("Checksum\":", "Checksum\":1"),
            "the manifest says",
        ),
        (
            |files| files.manifest = files.manifest.replace("Json", "Csv"),
            "only JSON can be imported",
        ),
    ];
    for (damage, says) in damages {
        let all = entities(2, 30);
        let mut files = DumpFiles::of(&[all[..30].to_vec(), all[30..].to_vec()]);
        damage(&mut files);
        let table = service().unmade_table("damaged");
        let outcome = import(&folder_with(&files), &table, "InsertOrSkip").run();
        assert_ne!(outcome.status, Some(0), "{outcome}");
        assert!(
            outcome.errors().join("\n").contains(says),
            "{says}: {outcome}"
        );
        assert!(!table.exists(), "{outcome}");
    }
}

#[test]
fn a_manifest_that_is_not_there_is_named() {
    let folder = Folder::new();
    let table = service().unmade_table("nomanifest");
    let outcome = import(&folder, &table, "InsertOrSkip").run().failed();
    outcome.naming(&["there is no manifest", MANIFEST]);
    assert!(!table.exists());
}

/// The others are written, and the run fails.
#[test]
fn an_entity_that_the_service_refuses_is_named() {
    for bad in [0, 57, 99, 100] {
        let mut all = entities(1, 130);
        all[bad] = entity("p00000", &format!("bad/{bad}"), "\"x\":1");
        let table = service().unmade_table("refused");
        let folder = folder_with(&DumpFiles::of(&[all]));
        let outcome = import(&folder, &table, "InsertOrReplace").run().failed();
        let outcome = outcome.counting(0, 0, 1);
        outcome.naming(&[
            &format!("bad/{bad}"),
            "Failed to insert entities to table",
            "400",
        ]);
        assert_eq!(table.entities().len(), 129);
    }
}

#[test]
fn many_partitions_are_imported_side_by_side() {
    let all = entities(700, 3);
    let table = service().unmade_table("partitions");
    let folder = folder_with(&DumpFiles::of(&[
        all[..1000].to_vec(),
        all[1000..].to_vec(),
    ]));
    let outcome = import(&folder, &table, "InsertOrReplace").run();
    outcome.succeeded().counting(2, 0, 0);
    assert_eq!(table.entities().len(), 2_100);
}

#[test]
fn an_account_signature_imports_a_table() {
    let table = service().unmade_table("sas");
    let folder = folder_with(&DumpFiles::of(&[entities(2, 10)]));
    let sas = table.service().account_sas_for("sco", "rwdlacu");
    Azring::copy(folder.path(), table.url())
        .arg(format!("/DestSAS:{sas}"))
        .args(["/DestType:Table", "/EntityOperation:InsertOrMerge"])
        .arg(format!("/Manifest:{MANIFEST}"))
        .run()
        .succeeded();
    assert_eq!(table.entities().len(), 20);
}

#[test]
fn the_linux_dialect_imports_too() {
    let table = service().unmade_table("dash");
    let folder = folder_with(&DumpFiles::of(&[entities(1, 5)]));
    Azring::new()
        .arg("--source")
        .arg(folder.path())
        .args(["--destination", &table.url(), "--dest-type", "Table"])
        .args(["--dest-key", &table.service().account().key_in_base64()])
        .args(["--manifest", MANIFEST, "--entity-operation", "InsertOrSkip"])
        .run()
        .succeeded();
    assert_eq!(table.entities().len(), 5);
}
