//! Files under way that a run left (`.azring-….part`): no upload takes them for files, and they go when nobody will go on
//! with them.

use std::fs;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below, noise};

struct Service {
    server: Server,
    container: Container,
    journal: Folder,
}

impl Service {
    fn new() -> Self {
        let (server, service) = single_account::start();
        Self {
            container: service.fresh_container("parts"),
            server,
            journal: Folder::new(),
        }
    }

    fn place_of_journal(&self) -> String {
        format!("/Z:{}", self.journal.path().display())
    }

    fn download(&self, target: &Path, words: &[&str]) -> Azring {
        Azring::download(&self.container, target)
            .args(["/S", &self.place_of_journal()])
            .args(words)
    }

    /// A download that fails in the middle of a large file and leaves a part of it.
    fn leaves_a_part(&self, target: &Path) {
        Tree::new()
            .with("d/large", noise(3, 40 << 20))
            .put_into(&self.container);
        let rule = r#"{ "rules": [{ "when": { "method": "GET", "path": "*/d/large", "range_first": 37748736 },
                                    "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }] }"#;
        self.server.set_fault_plan(rule);
        self.download(target, &["/Y"]).run().failed();
        self.server.clear_faults();
        let names = parts(target);
        assert_eq!(names.len(), 1, "{names:?}");
    }
}

fn parts(target: &Path) -> Vec<String> {
    let mut names = names_below(target);
    names.retain(|name| name.contains(".azring-"));
    names
}

#[test]
fn left_parts_are_not_uploaded_and_files_named_like_them_are() {
    for words in [
        &["/S"][..],
        &["/S", "/Pattern:."],
        &["/S", "/Pattern:.azring*"],
    ] {
        let source = Folder::new();
        fs::create_dir(source.join("d")).expect("it can be made");
        for own in [
            ".azring-0123456789abcdef-0123456789abcdef.part",
            "d/.azring-0123456789abcdef0123456789abcdef.part",
        ] {
            fs::write(source.join(own), "half a file").expect("it can be written");
        }
        let users = [".azring-notes.part", ".azring-0123456789abcdef.part"];
        for name in users {
            fs::write(source.join(name), "a user's file").expect("it can be written");
        }
        let service = Service::new();
        let outcome = Azring::upload(source.path(), &service.container)
            .arg("/Y")
            .args(words.iter().filter(|word| **word != "/Pattern:."))
            .run()
            .succeeded()
            .counting(2, 0, 0);
        let mut names = service.container.names();
        names.sort();
        let mut users = users.map(str::to_owned).to_vec();
        users.sort();
        assert_eq!(names, users, "{outcome}");
    }
}

#[test]
fn cleaning_a_job_removes_what_it_left_and_nothing_else() {
    let service = Service::new();
    let target = Folder::new();
    let foreign = target.join(".azring-0123456789abcdef-0123456789abcdef.part");
    fs::write(&foreign, "of another job").expect("it can be written");
    let inner = Folder::new();
    service.leaves_a_part(inner.path());
    Azring::new()
        .args(["jobs", "clean", &service.place_of_journal()])
        .run()
        .succeeded();
    assert!(parts(inner.path()).is_empty(), "{:?}", parts(inner.path()));

    let service = Service::new();
    service.container.put("small", "small");
    service.download(target.path(), &["/Y"]).run().succeeded();
    assert!(foreign.exists(), "what another job has under way stays");
}

#[test]
fn another_command_in_the_same_journal_removes_what_the_first_left() {
    let service = Service::new();
    let (first, second) = (Folder::new(), Folder::new());
    service.leaves_a_part(first.path());
    service.download(second.path(), &["/Y"]).run().succeeded();
    assert!(parts(first.path()).is_empty(), "{:?}", parts(first.path()));
    assert!(second.join("d/large").exists());
}

#[test]
fn the_same_command_goes_on_with_the_part_and_leaves_none() {
    let service = Service::new();
    let target = Folder::new();
    service.leaves_a_part(target.path());
    service.download(target.path(), &["/Y"]).run().succeeded();
    assert!(parts(target.path()).is_empty());
    let large = fs::read(target.join("d/large")).expect("it is there");
    assert!(large == noise(3, 40 << 20));
}

#[test]
fn where_the_journal_cannot_be_read_what_is_left_is_named() {
    let service = Service::new();
    let target = Folder::new();
    service.leaves_a_part(target.path());
    let left = parts(target.path());
    for name in names_below(service.journal.path()) {
        let path = service.journal.join(&name);
        fs::write(path, "no journal any more").expect("it can be written");
    }
    let outcome = service.download(target.path(), &["/Y"]).run().succeeded();
    assert!(outcome.stderr.contains(&left[0]), "{outcome}");
}
