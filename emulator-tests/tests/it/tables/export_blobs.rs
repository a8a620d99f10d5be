//! "Export a table to Blob storage": the blobs are the files that an export to a folder writes.

use std::collections::BTreeMap;
use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{BlobService, Container, Table};

use super::export::{Files, Services, emulator, export, files, filled, has_extension, large};

/// A service with tables and blobs, and a container that does not exist.
pub(super) fn with_container() -> (Services, Container) {
    let services = emulator();
    let account = services.tables.account();
    let blobs = BlobService::path_style(&services.server.blob_url(), account, None);
    let container = blobs.unmade_container("export");
    (services, container)
}

/// `AzCopy /Source:https://myaccount.table.core.windows.net/myTable/
/// /Dest:https://myaccount.blob.core.windows.net/mycontainer/ /SourceKey:key1 /Destkey:key2`
pub(super) fn to_blobs(table: &Table, container: &Container) -> Azring {
    below(table, container, "")
}

/// The same with a virtual directory.
fn below(table: &Table, container: &Container, directory: &str) -> Azring {
    Azring::copy(
        format!("{}/", table.url()),
        format!("{}/{directory}", container.url()),
    )
    .source_key(table.service().account())
    .dest_key(container.service().account())
    .args(["/SourceType:Table", "/DestType:Blob"])
}

/// The blobs of a container: names and contents.
pub(super) fn contents(container: &Container) -> Files {
    if !container.exists() {
        return Files::new();
    }
    let names = container.names().into_iter();
    names
        .map(|name| (name.clone(), container.get(&name)))
        .collect()
}

/// Whether a folder for journals has neither a journal nor a spool.
pub(super) fn is_empty(folder: &Path) -> bool {
    let mut entries = std::fs::read_dir(folder).expect("the folder exists");
    entries.all(|entry| {
        let name = entry.expect("it can be read").file_name();
        !has_extension(&name, "spool") && !has_extension(&name, "jnl")
    })
}

/// The contents by names without the time of the export: it is the third part of a name, and in the
/// manifest the value of `Timestamp`.
fn timeless(files: &Files) -> BTreeMap<String, String> {
    let named = files.iter().map(|(name, content)| {
        let text = String::from_utf8(content.clone()).expect("it is UTF-8");
        let is_manifest = text.starts_with("{\"Version\"");
        let text = if is_manifest {
            let (before, after) = text.split_once("\"Timestamp\":\"").expect("it has a time");
            let (_, after) = after.split_once('"').expect("a time ends");
            format!("{before}{after}")
        } else {
            text
        };
        let parts: Vec<&str> = name.split('_').collect();
        let name = match parts[..] {
            [account, table, _, range, split, crc] => {
                format!("{account}_{table}_{range}_{split}_{crc}")
            }
            _ if is_manifest => "manifest".to_owned(),
            _ => name.clone(),
        };
        (name, text)
    });
    named.collect()
}

#[test]
fn export_a_table_to_blob_storage() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    for more in [
        &[][..],
        &["/PKRS:aa#bb"],
        &["/PayloadFormat:CSV", "/PKRS:aa#bb"],
        &["/Manifest:abc.manifest"],
    ] {
        let (folder, journal) = (Folder::new(), Folder::new());
        export(&table, folder.path()).args(more).run().succeeded();
        let outcome = to_blobs(&table, &container)
            .arg(format!("/Z:{}", journal.path().display()))
            .args(more)
            .run()
            .succeeded();

        let (wanted, found) = (files(folder.path()), contents(&container));
        outcome.counting(found.len() as u64, 0, 0);
        assert_eq!(timeless(&found), timeless(&wanted), "{more:?}");
        assert!(is_empty(journal.path()), "{more:?}");
        for name in found.keys() {
            container.delete(name);
        }
    }
}

#[test]
fn export_a_table_of_azurite_to_blobs_of_azurite() {
    let table = filled(&azurite::shared_tables());
    let container = azurite::shared().blob_service().unmade_container("export");
    let folder = Folder::new();
    export(&table, folder.path()).run().succeeded();
    to_blobs(&table, &container)
        .run()
        .succeeded()
        .counting(2, 0, 0);
    assert_eq!(
        timeless(&contents(&container)),
        timeless(&files(folder.path()))
    );
}

#[test]
fn what_was_exported_to_blobs_is_imported_again() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    below(&table, &container, "2018-05-28/")
        .args(["/PKRS:aa#bb", "/Manifest:abc"])
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert!(
        container
            .names()
            .iter()
            .all(|name| name.starts_with("2018-05-28/"))
    );
    let copy = services.tables.unmade_table("copy");
    Azring::copy(format!("{}/2018-05-28", container.url()), copy.url())
        .source_key(container.service().account())
        .dest_key(services.tables.account())
        .args(["/SourceType:Blob", "/DestType:Table", "/Manifest:abc"])
        .arg("/EntityOperation:InsertOrReplace")
        .run()
        .succeeded();
    assert_eq!(copy.entities(), table.entities());
}

#[test]
fn the_linux_dialect_exports_to_append_blobs_with_signatures_and_splits() {
    let (services, container) = with_container();
    container.make();
    let table = large(&services.tables, 80);
    let tables = services.tables.account_sas_for("o", "r");
    let blobs = container.service().account_sas_for("co", "wac");
    let outcome = Azring::new()
        .args(["--source", &table.url(), "--destination", &container.url()])
        .args(["--source-sas", &tables, "--dest-sas", &blobs])
        .args(["--source-type", "table", "--dest-type", "blob"])
        .args(["--blob-type", "append", "--split-size", "32", "--quiet"])
        .run();
    outcome.succeeded().counting(3, 0, 0);
    let listed = container.list();
    assert!(listed.values().all(|blob| blob.blob_type == "AppendBlob"));
    let data = contents(&container);
    let data = data.iter().filter(|(name, _)| has_extension(name, "json"));
    let sizes: Vec<usize> = data.map(|(_, content)| content.len()).collect();
    assert_eq!(sizes.len(), 2);
    assert!(sizes.iter().all(|bytes| *bytes <= 32 << 20), "{sizes:?}");
    assert!(sizes.iter().sum::<usize>() > 38_000_000, "{sizes:?}");
}

#[test]
fn an_empty_table_makes_a_manifest_and_a_missing_one_makes_nothing() {
    let (services, container) = with_container();
    let journal = Folder::new();
    let run = |table: &Table| {
        to_blobs(table, &container)
            .arg(format!("/Z:{}", journal.path().display()))
            .run()
    };
    run(&services.tables.unmade_table("missing")).failed();
    assert!(!container.exists(), "nothing was there to export");
    assert!(is_empty(journal.path()));

    run(&services.tables.fresh_table("empty"))
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(contents(&container).len(), 1);
    assert!(is_empty(journal.path()));
}

#[test]
fn an_export_without_a_journal_leaves_no_file_on_this_machine() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let state = Folder::new();
    let run = || {
        to_blobs(&table, &container)
            .env("XDG_STATE_HOME", state.path())
            .arg("/NoJournal")
            .run()
    };
    run().succeeded().counting(2, 0, 0);
    assert!(is_empty(&state.join("azring")));

    let refused = r#"{ "rules": [{ "when": { "method": "PUT", "path": "*.json" },
        "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }] }"#;
    services.server.set_fault_plan(refused);
    run().failed();
    assert!(is_empty(&state.join("azring")), "nobody goes on with it");
}

#[test]
fn an_export_without_any_folder_for_its_files_says_so() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let outcome = to_blobs(&table, &container).env("HOME", "").run();
    outcome.refused().naming(&["needs a folder"]);
    assert!(!container.exists());
}

#[test]
fn an_existing_manifest_is_replaced_only_with_permission() {
    let (services, container) = with_container();
    container.make();
    container.put("abc.manifest", "old");
    let table = filled(&services.tables);
    let again = || to_blobs(&table, &container).arg("/Manifest:abc.manifest");
    again().run().succeeded().counting(0, 1, 0);
    assert_eq!(container.names(), ["abc.manifest"], "nothing is exported");
    again().arg("/Y").run().succeeded().counting(2, 0, 0);
    assert_ne!(container.get("abc.manifest"), b"old");
}

#[test]
fn an_export_goes_on_through_throttling() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let plan = r#"{ "rules": [{ "when": { "count_by": "url", "hits": [1] },
        "then": { "answer": { "status": 503, "code": "ServerBusy" } } }] }"#;
    services.server.set_fault_plan(plan);
    let outcome = to_blobs(&table, &container).arg("/PKRS:aa#bb").run();
    outcome.succeeded().counting(4, 0, 0);
    services.server.clear_faults();
    assert_eq!(contents(&container).len(), 4);
}

#[test]
fn an_ordinary_user_exports_to_blobs() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let outcome = to_blobs(&table, &container).as_ordinary_user().run();
    outcome.succeeded().counting(2, 0, 0);
}

#[test]
fn a_preview_of_an_export_copies_nothing_and_finds_a_missing_table() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let folder = Folder::new();
    let previews: [fn(Azring) -> Azring; 2] = [|run| run.arg("/L"), |run| run.args(["/L", "/Y"])];
    for preview in previews {
        let outcome = preview(to_blobs(&table, &container).arg("/PKRS:aa#bb"))
            .run()
            .succeeded();
        assert!(outcome.stdout.contains("in 3 range(s)"), "{outcome}");
        assert!(!container.exists());
        preview(export(&table, folder.path())).run().succeeded();
        assert!(files(folder.path()).is_empty());
    }
    let missing = services.tables.unmade_table("missing");
    to_blobs(&missing, &container).arg("/L").run().failed();
}

#[test]
fn a_preview_of_an_import_counts_entities_and_writes_none() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    to_blobs(&table, &container)
        .arg("/Manifest:abc")
        .run()
        .succeeded();
    let copy = services.tables.unmade_table("copy");
    let import = |manifest: &str| {
        Azring::copy(container.url(), copy.url())
            .source_key(container.service().account())
            .dest_key(services.tables.account())
            .args(["/SourceType:Blob", "/DestType:Table", "/L"])
            .args([
                &format!("/Manifest:{manifest}"),
                "/EntityOperation:InsertOrSkip",
            ])
            .run()
    };
    let outcome = import("abc").succeeded().counting(1, 0, 0);
    assert!(
        outcome.stdout.contains("4 entities of 1 data file(s)"),
        "{outcome}"
    );
    assert!(!copy.exists());
    import("missing").failed();
}
