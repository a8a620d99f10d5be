//! A table that Azure's Python SDK wrote goes through azring from one service to another, and the SDK reads the same
//! there.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::rest::{Table, TableService};

use super::export::emulator;

/// Exports a table and imports it into another one, which is made.
fn carry(from: &Table, to: &TableService, words: &[&str]) -> Table {
    let folder = Folder::new();
    Azring::copy(from.url(), folder.path())
        .source_key(from.service().account())
        .args(["/SourceType:Table", "/Manifest:the.manifest"])
        .args(words)
        .run()
        .succeeded();
    let target = to.unmade_table("carried");
    Azring::copy(folder.path(), target.url())
        .dest_key(to.account())
        .args(["/DestType:Table", "/Manifest:the.manifest"])
        .arg("/EntityOperation:InsertOrReplace")
        .run()
        .succeeded();
    target
}

/// Names the first difference.
#[track_caller]
fn assert_alike(found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            found == expected,
            "{}\nis not\n{}",
            found.chars().take(3000).collect::<String>(),
            expected.chars().take(3000).collect::<String>()
        );
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn what_the_python_sdk_wrote_is_the_same_in_azurite_and_back() {
    let (services, peers) = (emulator(), Peers::find());
    let written = services.tables.unmade_table("written");
    peers.python_write_table(&written);
    let expected = peers.python_table(&written);
    assert!(expected.len() > 1100, "{}", expected.len());

    let in_azurite = carry(&written, &azurite::shared_tables(), &["/PKRS:auto"]);
    assert_alike(&peers.python_table(&in_azurite), &expected);

    let back = carry(&in_azurite, &services.tables, &["/PKRS:many#types"]);
    assert_alike(&peers.python_table(&back), &expected);
}

#[test]
fn what_the_python_sdk_wrote_to_azurite_is_the_same_in_the_emulator() {
    let (services, peers) = (emulator(), Peers::find());
    let written = azurite::shared_tables().unmade_table("written");
    peers.python_write_table(&written);
    let expected = peers.python_table(&written);
    assert!(expected.len() > 1100, "{}", expected.len());

    let carried = carry(&written, &services.tables, &[]);
    assert_alike(&peers.python_table(&carried), &expected);
}
