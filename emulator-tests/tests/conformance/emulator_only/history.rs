//! The journal of blobs with many snapshots, versions and deleted blobs: it records changes only,
//! and a restart finds everything.

use std::fs;
use std::path::Path;

use azring_emulator_tests::emulator::{Behaviour, Options, StoreChoice};
use tempfile::TempDir;

use super::own::{self, list};
use crate::client::Client;

fn in_folder(versioning: bool) -> (TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreChoice::Folder(folder.path().to_owned()),
        behaviour: Behaviour {
            versioning,
            ..Behaviour::default()
        },
        ..Options::default()
    };
    (folder, options)
}

fn set_policy(client: &Client, on: bool) {
    let days = if on { "<Days>1</Days>" } else { "" };
    let policy =
        format!("<DeleteRetentionPolicy><Enabled>{on}</Enabled>{days}</DeleteRetentionPolicy>");
    own::set_service_properties(client, &policy).expect(202);
}

fn put(client: &Client, body: &str) {
    let put = client.put("box/b").header("x-ms-blob-type", "BlockBlob");
    put.body(body).send().expect(201);
}

fn journal_bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let journals = files.filter(|file| file.file_name().to_string_lossy().contains("journal"));
    journals.map(|file| file.metadata().unwrap().len()).sum()
}

#[test]
fn each_overwrite_adds_as_much_to_the_journal_as_the_one_before() {
    for (versioning, deletion_policy) in [(true, false), (false, true), (true, true)] {
        let (folder, options) = in_folder(versioning);
        let (_server, client) = own::with_box(&options);
        set_policy(&client, deletion_policy);
        let growth = || {
            let before = journal_bytes(folder.path());
            for _ in 0..50 {
                put(&client, "x");
            }
            journal_bytes(folder.path()) - before
        };
        let first = growth();
        let second = growth();
        assert!(first > 0 && second < first * 3 / 2, "{first} {second}");
    }
}

/// A number below `limit`, from a linear congruential generator.
fn next(seed: &mut u64, limit: usize) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % limit
}

/// One change of `box/b`, drawn by the seed. Refusals are answers too.
fn change(client: &Client, seed: &mut u64, number: usize) {
    let listed = list(client, "snapshots,versions");
    let one_of = |names: Vec<String>, seed: &mut u64| {
        let index = next(seed, names.len().max(1));
        names.into_iter().nth(index).unwrap_or_default()
    };
    let snapshot = one_of(listed.all("Snapshot"), seed);
    let version = one_of(listed.all("VersionId"), seed);
    let tags = "<Tags><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tags>";
    match next(seed, 9) {
        0..=2 => put(client, &number.to_string()),
        3 => {
            client.put("box/b").query("comp", "snapshot").send();
        }
        4 => {
            let delete = client.delete("box/b");
            delete.header("x-ms-delete-snapshots", "include").send();
        }
        5 => {
            client.delete("box/b").query("snapshot", &snapshot).send();
        }
        6 => {
            client.delete("box/b").query("versionid", &version).send();
        }
        7 => {
            let set = client.put("box/b").query("comp", "tags");
            set.query("versionid", &version).body(tags).send();
        }
        _ => {
            client.put("box/b").query("comp", "undelete").send();
        }
    }
}

/// Everything that is listed, without the address of the server.
fn everything(client: &Client) -> String {
    let listed = list(client, "snapshots,versions,deleted,tags,uncommittedblobs");
    listed.text().split_once("<Blobs>").unwrap().1.to_owned()
}

#[test]
fn a_restart_finds_snapshots_and_versions_after_any_changes() {
    for mut seed in 0..6 {
        let (_folder, options) = in_folder(seed % 2 == 0);
        let (mut server, mut client) = own::with_box(&options);
        for number in 0..120 {
            if number % 20 == 0 {
                set_policy(&client, next(&mut seed, 3) > 0);
            }
            change(&client, &mut seed, number);
            if number % 10 == 9 {
                let before = everything(&client);
                drop(server);
                (server, client) = own::start(&options);
                assert_eq!(everything(&client), before, "after {number}");
            }
        }
    }
}
