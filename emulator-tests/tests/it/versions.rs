//! Versions of blobs as a source: one by its URL, several by a list, between services, and their removal.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, Server};
use azring_emulator_tests::rest::{BlobService, Container, Storage as _};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// A service that keeps versions, and a container with three versions of one blob.
struct Versions {
    _server: Server,
    service: BlobService,
    container: Container,
    /// The ids of the versions, the oldest first; the last one is the current version.
    ids: Vec<String>,
}

const NAME: &str = "d/a.txt";

fn body(number: usize) -> Vec<u8> {
    noise(number as u64, 3000 + number)
}

impl Versions {
    fn new() -> Self {
        let (server, service) = single_account::start();
        server.set_behaviour(Behaviour {
            versioning: true,
            ..Behaviour::default()
        });
        let container = service.fresh_container("versions");
        for number in 0..3 {
            container.put(NAME, body(number));
        }
        let listed = Azring::new()
            .args([
                "list",
                &container.url(),
                "/SourceType:Blob",
                "/Properties:VersionId",
            ])
            .source_key(container.account())
            .run()
            .succeeded();
        let ids = listed.stdout.lines().filter_map(|line| {
            let id = line.split("VersionId: ").nth(1)?;
            Some(id.split(';').next().unwrap_or_default().trim().to_owned())
        });
        let ids: Vec<String> = ids.collect();
        assert_eq!(ids.len(), 3, "{listed}");
        Self {
            _server: server,
            service,
            container,
            ids,
        }
    }

    fn url(&self, id: &str) -> String {
        format!("{}/{NAME}?versionid={id}", self.container.url())
    }
}

fn list_of(folder: &Folder, ids: &[&str]) -> String {
    let path = folder.join("ids");
    fs::write(&path, ids.join("\n")).expect("the folder is ours");
    format!("/ListOfVersions:{}", path.display())
}

fn download(from: &str, to: &Folder) -> Azring {
    Azring::copy(from, format!("{}/", to.path().display()))
        .source_key(&Account::development())
        .args(["/SourceType:Blob", "/Y"])
}

#[test]
fn a_version_in_the_url_is_copied_under_the_name_of_the_blob() {
    let versions = Versions::new();
    let target = Folder::new();
    download(&versions.url(&versions.ids[0]), &target)
        .run()
        .succeeded();
    let expected = Tree::new().with("a.txt", body(0));
    assert_same(&expected, &Tree::read_from(target.path()));
    let none = versions.url("2020-01-01T00:00:00.0000000Z");
    download(&none, &target)
        .run()
        .failed()
        .naming(&["there is no version"]);
    let wrong = versions.url("..%2Fx");
    download(&wrong, &target)
        .run()
        .refused()
        .naming(&["no version of a blob"]);
    // To standard output too.
    let piped = Azring::copy(versions.url(&versions.ids[1]), "-")
        .source_key(&Account::development())
        .args(["/SourceType:Blob"])
        .run()
        .succeeded();
    assert_eq!(
        piped.stdout.as_bytes(),
        String::from_utf8_lossy(&body(1)).as_bytes()
    );
}

#[test]
fn listed_versions_have_times_in_their_names_and_a_missing_one_fails() {
    let versions = Versions::new();
    let (lists, target) = (Folder::new(), Folder::new());
    let missing = "2020-01-01T00:00:00.0000000Z";
    let ids = [&*versions.ids[1], missing, &versions.ids[0]];
    let list = list_of(&lists, &ids);
    let url = format!("{}/{NAME}", versions.container.url());
    let down = download(&url, &target).arg(&list).run();
    down.failed().naming(&[missing]).counting(2, 0, 1);
    let label = |id: &str| {
        id.trim_end_matches('Z')
            .replace(':', "")
            .replace(['T', '.'], " ")
    };
    let expected = (0..2).fold(Tree::new(), |tree, number| {
        tree.with(
            &format!("a ({}).txt", label(&versions.ids[number])),
            body(number),
        )
    });
    assert_same(&expected, &Tree::read_from(target.path()));
    // As AzCopy 10 names them.
    let target = Folder::new();
    let list = list_of(&lists, &ids[2..]);
    let down = download(&url, &target).args([&list, "/VersionLabel:name"]);
    down.run().succeeded();
    let name = format!("{}-a.txt", versions.ids[0].replace(':', "-"));
    assert_same(
        &Tree::new().with(&name, body(0)),
        &Tree::read_from(target.path()),
    );
}

#[test]
fn a_service_copies_a_version_and_a_version_can_replace_the_blob() {
    let versions = Versions::new();
    let target = versions.service.fresh_container("target");
    for (words, name) in [
        (&[][..], "auto"),
        (&["/ServerCopy:async"], "async"),
        (&["/ServerCopy:blocks"], "blocks"),
        (&["/SyncCopy"], "sync"),
    ] {
        let copy = Azring::copy(
            versions.url(&versions.ids[0]),
            format!("{}/{name}", target.url()),
        )
        .source_key(&Account::development())
        .dest_key(&Account::development())
        .args(["/SourceType:Blob", "/DestType:Blob", "/Y"])
        .args(words);
        copy.run().succeeded();
        assert_eq!(target.get(name), body(0), "{name}");
    }
    let back = Azring::copy(
        versions.url(&versions.ids[1]),
        format!("{}/{NAME}", versions.container.url()),
    );
    let back = back
        .source_key(&Account::development())
        .dest_key(&Account::development())
        .args(["/SourceType:Blob", "/DestType:Blob", "/Y"]);
    back.run().succeeded();
    assert_eq!(versions.container.get(NAME), body(1));
}

#[test]
fn versions_are_removed_and_the_blob_stays() {
    let versions = Versions::new();
    let lists = Folder::new();
    let remove = |url: &str, words: &[&str]| {
        Azring::new()
            .args(["remove", url, "/SourceType:Blob", "/Y"])
            .source_key(&Account::development())
            .args(words)
            .run()
    };
    let url = format!("{}/{NAME}", versions.container.url());
    let list = list_of(&lists, &[&versions.ids[0]]);
    remove(&url, &[&list]).succeeded();
    remove(&versions.url(&versions.ids[1]), &[]).succeeded();
    assert_eq!(versions.container.get(NAME), body(2));
    let target = Folder::new();
    for id in &versions.ids[..2] {
        download(&versions.url(id), &target).run().failed();
    }
    assert_eq!(versions.container.names(), [NAME]);
}

#[test]
fn a_version_is_refused_where_it_has_no_meaning() {
    let versions = Versions::new();
    let lists = Folder::new();
    let url = versions.url(&versions.ids[0]);
    for command in ["list", "make", "set-properties"] {
        let run = Azring::new()
            .args([command, &url, "/SourceType:Blob"])
            .source_key(&Account::development());
        run.run().refused().naming(&["versionid"]);
    }
    let folder = Folder::new();
    let up = Azring::copy(folder.path(), &url)
        .dest_key(&Account::development())
        .args(["/DestType:Blob", "/S"]);
    up.run().refused().naming(&["versionid"]);
    let list = list_of(&lists, &[&versions.ids[0]]);
    let of_container = download(&versions.container.url(), &folder).arg(&list);
    of_container.run().refused().naming(&["single blob"]);
    let sync = download(&versions.container.url(), &folder).args([&*list, "/Sync"]);
    sync.run().refused().naming(&["exclude each other"]);
}
