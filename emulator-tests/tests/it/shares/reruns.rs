//! Objects whose names a share takes for one: a later run of the job keeps what an earlier run copied, and fails the same
//! object again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::journal::{self, count_records};
use azring_emulator_tests::rest::{BlobService, Container, Share};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

/// A job to a share from a container, or from a folder.
struct Job {
    server: Server,
    folder: Option<Folder>,
    container: Container,
    share: Share,
    state: Folder,
}

impl Job {
    /// From each kind of source, with two names that the share takes for one.
    fn from_both() -> [Self; 2] {
        [true, false].map(|is_local| {
            let (server, files) = single_account::start_for_files();
            let account = Account::development();
            let blobs = BlobService::path_style(&server.blob_url(), &account, None);
            let job = Self {
                folder: is_local.then(Folder::new),
                container: blobs.fresh_container("from"),
                share: files.fresh_share("to"),
                state: Folder::new(),
                server,
            };
            job.put(
                &Tree::new()
                    .with("v/Readme", "1")
                    .with("v/readme", "2")
                    .with("v/z", "3"),
            );
            job
        })
    }

    fn put(&self, tree: &Tree) {
        match &self.folder {
            Some(folder) => tree.write_to(folder.path()),
            None => tree.put_into(&self.container),
        }
    }

    fn run(&self) -> Azring {
        let copy = match &self.folder {
            Some(folder) => Azring::upload(folder.path(), &self.share).arg("/Y"),
            None => Azring::between(&self.container, &self.share),
        };
        let copy = copy.args(["/S", "/NC:1"]);
        copy.env("XDG_STATE_HOME", self.state.path())
    }

    /// Runs it until this many objects are done and one has failed, and kills it while it sends `v/z`.
    fn run_and_kill(&self, done: usize) {
        self.server.set_faults(
            r#"{ "when": {"method": "PUT", "path": "*/z"}, "then": {"blackhole": true} }"#,
        );
        let mut running = self.run().launch();
        running.wait_for_faults(&self.server);
        running.wait_until(|| count_records(self.state.path(), journal::DONE) >= done);
        running.wait_until(|| count_records(self.state.path(), journal::FAILED) > 0);
        assert!(running.kill(), "it was killed");
        self.server.clear_faults();
    }

    fn assert_first_is_there(&self) {
        let expected = Tree::new().with("v/Readme", "1").with("v/z", "3");
        assert_same(&expected, &Tree::get_from(&self.share));
    }
}

const COLLIDES: &[&str] = &[
    "`v/readme` would become `v/readme` at the destination, which ignores case, and so replace `v/Readme`",
];

#[test]
fn the_same_spelling_fails_in_every_later_run() {
    for job in Job::from_both() {
        for words in [&[][..], &[], &[], &["/NoJournal"]] {
            job.run().args(words).run().failed().naming(COLLIDES);
            job.assert_first_is_there();
        }
    }
}

#[test]
fn a_resumed_run_keeps_the_spelling_that_was_copied() {
    for job in Job::from_both() {
        job.run_and_kill(1);
        job.run().run().failed().naming(COLLIDES);
        job.assert_first_is_there();
    }
}

#[test]
fn a_new_spelling_does_not_replace_what_an_earlier_run_copied() {
    for job in Job::from_both() {
        job.run().run().failed();
        // It is listed before the other two.
        job.put(&Tree::new().with("v/README", "4"));
        job.run()
            .run()
            .failed()
            .naming(&["`v/README` would become", "replace `v/Readme`"]);
        job.assert_first_is_there();
    }
}

#[test]
fn an_object_that_changed_keeps_its_name_from_another_spelling() {
    for job in Job::from_both() {
        job.run().run().failed();
        job.put(
            &Tree::new()
                .with("v/README", "4")
                .with("v/Readme", "it changed"),
        );
        job.run()
            .run()
            .failed()
            .naming(&["`v/README` would become", "replace `v/Readme`"]);
        let expected = Tree::new().with("v/Readme", "it changed").with("v/z", "3");
        assert_same(&expected, &Tree::get_from(&job.share));
    }
}

/// The user mends the collision, and the next run copies what is left.
#[test]
fn the_name_of_an_object_that_is_gone_is_free() {
    let [local, _] = Job::from_both();
    local.run().run().failed();
    let folder = local.folder.as_ref().expect("it is local");
    fs::remove_file(folder.join("v/Readme")).expect("it is ours");
    local.run().run().succeeded();
    let expected = Tree::new().with("v/Readme", "2").with("v/z", "3");
    assert_same(&expected, &Tree::get_from(&local.share));
}

/// The journal is shortened when the second run begins. The third has digests of the names only.
#[test]
fn a_shortened_journal_keeps_the_spelling_that_was_copied() {
    const FILES: usize = 600;
    let [job, _] = Job::from_both();
    let folder = job.folder.as_ref().expect("it is local");
    let path = ["n"; 7].map(|part| part.repeat(250)).join("/");
    let path = folder.join(&format!("a/{path}"));
    fs::create_dir_all(&path).expect("it is ours");
    for number in 0..FILES {
        fs::write(path.join(number.to_string()), "").expect("it is ours");
    }
    job.run_and_kill(FILES + 1);
    let journal = journal::journals_below(job.state.path()).remove(0);
    let bytes = || fs::metadata(&journal).expect("it stays").len();
    assert!(bytes() > 1 << 20, "{}", bytes());
    job.run_and_kill(0);
    assert!(bytes() < 1 << 20, "{}", bytes());
    job.run().run().failed().naming(&[
        "`v/readme` would become `v/readme` at the destination, which ignores case, and so replace `v/Readme`",
    ]);
    assert_eq!(job.share.get("v/Readme"), b"1");
    assert_eq!(job.share.names().len(), FILES + 2);
}

/// What an unreadable folder has is not known, so nothing takes a name that may be there.
#[test]
fn a_folder_that_cannot_be_listed_keeps_its_names() {
    let (_server, files) = single_account::start_for_files();
    let (share, state, folder) = (files.fresh_share("to"), Folder::new(), Folder::new());
    Tree::new()
        .with("D/x", "1")
        .with("d/x", "2")
        .with("z", "3")
        .write_to(folder.path());
    let run = || {
        let copy = Azring::upload(folder.path(), &share).args(["/S", "/Y"]);
        let journal = format!("/Z:{}", state.path().display());
        copy.arg(journal).as_ordinary_user().run()
    };
    for place in [state.path(), folder.path()] {
        fs::set_permissions(place, fs::Permissions::from_mode(0o777)).expect("it is ours");
    }
    run().failed().naming(&["replace `D/x`"]);
    let unreadable = folder.join("D");
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o000)).expect("it is ours");
    Tree::new().with("d/new", "4").write_to(folder.path());
    run().failed().naming(&[
        "`d/x` would become `d/x` at the destination, which ignores case, and may replace an object that an earlier run \
         copied from `D",
        "`d/new` would become",
    ]);
    let readable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&unreadable, readable).expect("it is ours");
    assert_eq!(share.get("d/x"), b"1");
    assert_eq!(share.names().len(), 2);
    run().failed().naming(&["replace `D/x`"]);
    assert_eq!(share.get("d/x"), b"1");
    assert_eq!(share.get("d/new"), b"4");
}
