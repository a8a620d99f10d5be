//! `/CapMbps`: the cap is what limits the run, and nothing is lost by it.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{Storage as _, TableService};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::sync::says;

#[test]
fn a_cap_limits_uploads_and_downloads_and_the_trace_says_so() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("cap");
    let (folder, copy, state) = (Folder::new(), Folder::new(), Folder::new());
    let tree = Tree::new()
        .with("a", noise(1, 700_000))
        .with("b", noise(2, 300_000));
    tree.write_to(folder.path());
    let up = || Azring::upload(folder.path(), &container);
    let down = || Azring::download(&container, copy.path());
    for (name, run) in [("up", up()), ("down", down())] {
        let trace = state.join(name);
        run.args(["/S", "/Y", "/CapMbps:6.4"])
            .arg(format!("/TraceController:{}", trace.display()))
            .run()
            .succeeded();
        let trace = fs::read_to_string(trace).expect("the trace is ours");
        assert!(trace.contains(r#""bound":"rate_cap""#), "{name}: {trace}");
    }
    assert_same(&tree, &Tree::read_from(copy.path()));
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
fn tables_are_exported_and_imported_under_a_cap() {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let account = Account::development();
    let tables = TableService::path_style(&server.table_url(), &account);
    let (table, copy) = (tables.fresh_table("from"), tables.fresh_table("to"));
    let text = "x".repeat(1000);
    let entities: Vec<String> = (0..300)
        .map(|row| format!(r#"{{"PartitionKey":"p","RowKey":"{row:04}","text":"{text}"}}"#))
        .collect();
    table.insert_all(&entities);
    let folder = Folder::new();
    let here = format!("{}/", folder.path().display());
    let export = Azring::copy(format!("{}/", table.url()), &here)
        .source_key(&account)
        .args(["/SourceType:Table", "/Manifest:m.manifest"]);
    let import = Azring::copy(&here, copy.url()).dest_key(&account).args([
        "/DestType:Table",
        "/Manifest:m.manifest",
        "/EntityOperation:InsertOrReplace",
    ]);
    for run in [export, import] {
        run.args(["/Y", "/CapMbps:1.6"]).run().succeeded();
    }
    assert_eq!(copy.count(), 300);
    assert_eq!(copy.entities().len(), table.entities().len());
}
