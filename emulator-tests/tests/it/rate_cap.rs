//! `/CapMbps`: the cap is what limits the run, and nothing is lost by it.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{BlobService, FileService, Storage, TableService};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use serde_json::Value;

use super::links::Trace;
use super::sync::says;

/// Runs a copy under this cap; its trace says that the cap was what limited it.
fn limited_by_the_cap(run: Azring, megabits: &str, name: &str) -> Trace {
    let state = Folder::new();
    let trace = state.join("trace");
    run.args(["/Y"])
        .arg(format!("/CapMbps:{megabits}"))
        .arg(format!("/TraceController:{}", trace.display()))
        .run()
        .succeeded();
    let trace = Trace::read(&trace);
    let is_limited = |line: &Value| line["bound"] == "rate_cap";
    assert!(trace.windows().iter().any(is_limited), "{name}: {trace:?}");
    trace
}

/// Uploads and downloads a megabyte under a cap.
fn up_and_down(storage: &impl Storage) {
    let (folder, copy) = (Folder::new(), Folder::new());
    let tree = Tree::new()
        .with("a", noise(1, 700_000))
        .with("b", noise(2, 300_000));
    tree.write_to(folder.path());
    let up = Azring::upload(folder.path(), storage).arg("/S");
    let down = Azring::download(storage, copy.path()).arg("/S");
    limited_by_the_cap(up, "6.4", "up");
    limited_by_the_cap(down, "6.4", "down");
    assert_same(&tree, &Tree::read_from(copy.path()));
}

#[test]
fn a_cap_limits_uploads_and_downloads_and_the_trace_says_so() {
    let (_server, service) = single_account::start();
    up_and_down(&service.fresh_container("cap"));
}

#[test]
fn a_cap_limits_copies_to_and_from_a_share_and_the_trace_says_so() {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let service = FileService::path_style(&server.file_url(), &Account::development(), None);
    up_and_down(&service.fresh_share("cap"));
}

#[test]
fn a_copy_by_the_service_says_that_the_cap_does_not_concern_it() {
    let (_server, service) = single_account::start();
    let (from, to) = (
        service.fresh_container("from"),
        service.fresh_container("to"),
    );
    from.put("a", "x");
    let outcome = Azring::between(&from, &to)
        .args(["/S", "/CapMbps:1"])
        .run()
        .succeeded();
    says(&outcome, "here the service copies by itself");
    let outcome = Azring::between(&from, &to)
        .args(["/S", "/Y", "/CapMbps:1", "/SyncCopy"])
        .run()
        .succeeded();
    assert!(!outcome.stderr.contains("copies by itself"), "{outcome}");
}

#[test]
fn standard_input_goes_up_under_a_cap() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("cap");
    let folder = Folder::new();
    let bytes = noise(3, 400_000);
    fs::write(folder.join("input"), &bytes).expect("ours");
    Azring::copy("-", format!("{}/a", container.url()))
        .dest_key(container.account())
        .args(["/DestType:Blob", "/Y", "/CapMbps:8"])
        .input(folder.join("input"))
        .run()
        .succeeded();
    assert_eq!(container.get("a"), bytes);
}

#[test]
fn a_cap_limits_exports_and_imports_of_tables_and_the_trace_says_so() {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let account = Account::development();
    let tables = TableService::path_style(&server.table_url(), &account);
    let blobs = BlobService::path_style(&server.blob_url(), &account, None);
    let container = blobs.fresh_container("cap");
    let (table, copy) = (tables.fresh_table("from"), tables.fresh_table("to"));
    let text = "x".repeat(1000);
    // All of it is one page, one answer of the service.
    let entities: Vec<String> = (0..300)
        .map(|row| format!(r#"{{"PartitionKey":"p","RowKey":"{row:04}","text":"{text}"}}"#))
        .collect();
    table.insert_all(&entities);
    let folder = Folder::new();
    let here = format!("{}/", folder.path().display());
    let export = |target: &str| {
        Azring::copy(format!("{}/", table.url()), target)
            .source_key(&account)
            .args(["/SourceType:Table", "/Manifest:m.manifest"])
    };
    let to_blobs = export(&container.url())
        .dest_key(&account)
        .args(["/DestType:Blob"]);
    let import = Azring::copy(&here, copy.url()).dest_key(&account).args([
        "/DestType:Table",
        "/Manifest:m.manifest",
        "/EntityOperation:InsertOrReplace",
    ]);
    let trace = limited_by_the_cap(export(&here), "1.6", "to a folder");
    // It is measured while it runs, and not only at its end.
    assert!(trace.windows().len() > 1, "{trace:?}");
    limited_by_the_cap(to_blobs, "3.2", "to blobs");
    limited_by_the_cap(import, "1.6", "from a folder");
    assert_eq!(copy.count(), 300);
    assert_eq!(copy.entities().len(), table.entities().len());
}
