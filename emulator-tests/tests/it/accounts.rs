//! Whole accounts of blobs: all containers or those whose names match, as a source, as a target, and in a list.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::BlobService;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};
use azring_emulator_tests::two_accounts::TwoAccounts;

use super::kills::{Draw, Scene, many};

/// Containers whose order in the service (`aaa`, `aaa-b`) is not that of the full names in them.
const CONTAINERS: [&str; 4] = ["$web", "aaa", "aaa-b", "logs1"];

fn fill(service: &BlobService) -> Tree {
    let mut all = Tree::new();
    for name in CONTAINERS {
        let container = service.container(name);
        container.make();
        let tree = Tree::named(["x.txt", "sub/y.txt"]);
        tree.put_into(&container);
        for (blob, bytes) in tree.files() {
            all = all.with(&format!("{name}/{blob}"), bytes);
        }
    }
    all
}

fn download(url: &str, target: &Folder, words: &[&str]) -> Outcome {
    Azring::copy(url, target.path())
        .source_key(&Account::development())
        .args(["/SourceType:Blob", "/S", "/Y"])
        .args(words)
        .run()
}

fn between(accounts: &TwoAccounts, from: &str, to: &str) -> Azring {
    Azring::copy(from, to)
        .source_key(accounts.one.account())
        .dest_key(accounts.other.account())
        .args(["/SourceType:Blob", "/DestType:Blob", "/S", "/Y"])
}

#[test]
fn an_account_is_downloaded_container_by_container() {
    let (_server, service) = single_account::start();
    let all = fill(&service);
    service.fresh_container("empty");
    let target = Folder::new();
    let outcome = download(&service.url(), &target, &[]).succeeded();
    outcome.counting(all.len() as u64, 0, 0);
    assert_same(&all, &Tree::read_from(target.path()));
}

#[test]
fn a_wildcard_selects_containers_and_rules_select_blobs_in_each() {
    let (_server, service) = single_account::start();
    let all = fill(&service);
    for (wildcard, containers) in [
        ("aaa*", &["aaa", "aaa-b"][..]),
        ("a*b", &["aaa-b"]),
        ("*s*1", &["logs1"]),
        ("*a", &["aaa"]),
    ] {
        let target = Folder::new();
        let url = format!("{}/{wildcard}", service.url());
        download(&url, &target, &["/ExcludePath:sub"]).succeeded();
        let expected = all.clone().only(|name| {
            let (container, blob) = name.split_once('/').unwrap_or_default();
            containers.contains(&container) && !blob.starts_with("sub/")
        });
        assert_same(&expected, &Tree::read_from(target.path()));
    }
}

#[test]
fn containers_are_made_at_the_other_account() {
    let accounts = TwoAccounts::of_emulator();
    let all = fill(&accounts.one);
    let at_other = |name: &str| accounts.other.container(name);
    for words in [&[][..], &["/SyncCopy"]] {
        let copy = between(&accounts, &accounts.one.url(), &accounts.other.url());
        let outcome = copy.args(words).run().succeeded();
        outcome.counting(all.len() as u64, 0, 0);
        for name in CONTAINERS {
            let expected = Tree::get_from(&accounts.one.container(name));
            assert_same(&expected, &Tree::get_from(&at_other(name)));
            for blob in at_other(name).names() {
                at_other(name).delete(&blob);
            }
        }
    }
    // Into one container the containers are directories.
    let one = accounts.other.unmade_container("all");
    between(&accounts, &accounts.one.url(), &one.url())
        .run()
        .succeeded();
    assert_same(&all, &Tree::get_from(&one));
}

#[test]
fn what_an_account_cannot_take_is_refused_before_anything_is_written() {
    let accounts = TwoAccounts::of_emulator();
    fill(&accounts.one);
    let folder = Folder::new();
    Tree::named(["x"]).write_to(folder.path());
    let (one, other) = (accounts.one.url(), accounts.other.url());
    let upload = Azring::copy(folder.path(), &other)
        .dest_key(accounts.other.account())
        .args(["/DestType:Blob", "/S"]);
    upload.run().refused().naming(&["root of a service"]);
    let from_directory = between(&accounts, &format!("{one}/aaa/sub/"), &other);
    from_directory
        .run()
        .refused()
        .naming(&["root of a service"]);
    let to_itself = between(&accounts, &one, &format!("{one}/aaa"));
    to_itself.run().refused().naming(&["in the account"]);
    let to_some = between(&accounts, &one, &format!("{other}/aaa*"));
    to_some.run().refused().naming(&["wildcard"]);
    for command in ["remove", "make", "set-properties"] {
        let other_command = Azring::new()
            .args([command, &one, "/SourceType:Blob"])
            .source_key(accounts.one.account());
        other_command
            .run()
            .refused()
            .naming(&["names no container"]);
    }
    for word in ["/Sync", "/Move"] {
        let copy = between(&accounts, &one, &other).arg(word);
        copy.run().refused().naming(&["names no container"]);
    }
    assert!(!accounts.other.container("aaa").exists());
}

#[test]
fn a_container_that_cannot_be_listed_fails_and_the_others_are_copied() {
    let (server, service) = single_account::start();
    let all = fill(&service);
    server.set_faults(
        r#"{"when": {"path": "/devstoreaccount1/aaa-b", "query": "*comp=list*"},
            "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}"#,
    );
    let (target, state) = (Folder::new(), Folder::new());
    let copy = || {
        Azring::copy(service.url(), target.path())
            .source_key(&Account::development())
            .args(["/SourceType:Blob", "/S", "/Y"])
            .env("XDG_STATE_HOME", state.path())
            .run()
    };
    copy().failed().naming(&["aaa-b"]);
    let expected = all.clone().only(|name| !name.starts_with("aaa-b/"));
    assert_same(&expected, &Tree::read_from(target.path()));
    server.clear_faults();
    // The run after it lists what could not be listed, and nothing else again.
    copy().succeeded().counting(all.len() as u64, 0, 0);
    assert_same(&all, &Tree::read_from(target.path()));
}

#[test]
fn a_list_names_the_blobs_of_all_containers() {
    let (_server, service) = single_account::start();
    fill(&service);
    let list = |url: &str| {
        let listed = Azring::new()
            .args(["list", url, "/SourceType:Blob"])
            .source_key(&Account::development());
        let outcome = listed.run().succeeded();
        let names = outcome.stdout.lines().filter_map(|line| {
            let name = line.rsplit("  ").next()?;
            name.contains('/').then(|| name.to_owned())
        });
        names.collect::<Vec<_>>()
    };
    let expected: Vec<_> = ["$web", "aaa-b", "aaa", "logs1"]
        .iter()
        .flat_map(|container| ["sub/y.txt", "x.txt"].map(|blob| format!("{container}/{blob}")))
        .collect();
    assert_eq!(list(&service.url()), expected);
    assert_eq!(list(&format!("{}/logs*", service.url())), expected[6..]);
}

#[test]
fn a_signature_that_cannot_list_containers_is_said_at_once() {
    let (_server, service) = single_account::start();
    fill(&service);
    let sas = service.account_sas_for("co", "rl");
    let target = Folder::new();
    let copy = Azring::copy(format!("{}?{sas}", service.url()), target.path());
    let outcome = copy.args(["/SourceType:Blob", "/S", "/Y"]).run();
    outcome.failed().naming(&["`s`", "srt=co"]);
    assert!(names_below(target.path()).is_empty());
}

#[test]
fn a_copy_of_an_account_that_is_killed_goes_on() {
    let (scene, mut draw) = (Scene::new(many()), Draw::new("account"));
    // The folders of the tree are containers here.
    for (name, bytes) in scene.tree.files() {
        let (folder, blob) = name.split_once('/').expect("it is in a folder");
        let container = scene.blob_service().container(&format!("box-{folder}"));
        if !container.exists() {
            container.make();
        }
        container.put(blob, bytes);
    }
    let target = Folder::new();
    scene.kill_and_run_again(&mut draw, || {
        Azring::copy(scene.blob_service().url(), target.path())
            .source_key(&Account::development())
            .arg("/SourceType:Blob")
    });
    let found = Tree::read_from(target.path());
    let expected = scene.tree.files().fold(Tree::new(), |tree, (name, bytes)| {
        tree.with(&format!("box-{name}"), bytes)
    });
    assert_same(&expected, &found);
}
