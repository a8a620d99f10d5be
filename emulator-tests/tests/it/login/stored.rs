//! The file of a stored login: who may read it, what happens to it when two write it or the disk is full, and what a
//! logout leaves.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::PathBuf;
use std::time::Duration;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::identity::DEFAULT_USER;
use azring_emulator_tests::tree::Tree;

use super::provided::{Provided, hides_secrets};
use super::user;

/// The file of the stored login.
fn file(provided: &Provided) -> PathBuf {
    provided.folder.join("azring/login.json")
}

/// What the file says.
fn text(provided: &Provided) -> String {
    fs::read_to_string(file(provided)).expect("a stored login")
}

/// A copy of one file, with the stored login.
fn copy(provided: &Provided) -> Azring {
    let source = provided.folder.join("source");
    Tree::named(["a"]).write_to(&source);
    let target = provided.container("stored").url();
    provided.copy(&source.display().to_string(), &target)
}

fn mode(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a file of ours");
}

#[test]
fn a_login_that_others_could_read_or_replace_is_not_used() {
    let provided = Provided::new();
    user::log_in(&provided);
    copy(&provided).run().succeeded();
    let path = file(&provided);
    let refused = |says: &str| {
        let outcome = copy(&provided).run().refused().naming(&[says]);
        hides_secrets(&outcome);
        let status = provided.command(&["login", "status"]).run().failed();
        status.naming(&[says]);
    };
    for open in [0o640, 0o604, 0o660] {
        mode(&path, open);
        refused("chmod 600");
    }
    mode(&path, 0o600);
    let elsewhere = provided.folder.join("elsewhere.json");
    fs::rename(&path, &elsewhere).expect("a folder of ours");
    symlink(&elsewhere, &path).expect("a folder of ours");
    refused("cannot use the login");
    fs::rename(&elsewhere, &path).expect("a folder of ours");
    if chown(&path, Some(12_345), None).is_ok() {
        refused("belongs to another user");
        chown(&path, Some(0), None).expect("root may");
    }
    copy(&provided).run().succeeded();
}

#[test]
fn two_logins_at_once_leave_one_whole_login() {
    let provided = Provided::new();
    user::enters_codes(&provided);
    let running: Vec<_> = (0..4).map(|_| user::login(&provided).start()).collect();
    for running in running {
        let outcome = running.wait().succeeded();
        hides_secrets(&outcome);
    }
    assert_eq!(
        fs::metadata(file(&provided)).expect("a login").mode() & 0o777,
        0o600
    );
    provided.command(&["login", "status"]).run().succeeded();
    let left = fs::read_dir(provided.folder.join("azring")).expect("a folder of ours");
    let mut left: Vec<_> = left
        .map(|entry| entry.expect("a folder of ours").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["login.json", "login.lock"]);
}

#[test]
fn a_full_disk_is_told_and_leaves_the_earlier_login_as_it_was() {
    let provided = Provided::new();
    user::log_in(&provided);
    let before = text(&provided);
    let login = user::login(&provided).file_size(16).run().failed();
    hides_secrets(&login.naming(&["cannot store the login", "login.json"]));
    assert_eq!(text(&provided), before);
    assert!(!provided.folder.join("azring/login.json.part").exists());
    // A run is given a new refresh token, which has no room. It says so, and goes on.
    let outcome = copy(&provided).arg("--no-journal").file_size(16).run();
    let outcome = outcome.succeeded();
    assert!(
        outcome.stderr.contains("cannot store the login"),
        "{outcome}"
    );
    hides_secrets(&outcome);
    assert_eq!(text(&provided), before);
    // The identity service takes the earlier one as well.
    copy(&provided).run().succeeded();
    assert_ne!(
        text(&provided),
        before,
        "the new token is stored once there is room"
    );
}

#[test]
fn an_ordinary_user_logs_in_and_is_told_where_a_login_cannot_be_stored() {
    let provided = Provided::new();
    mode(provided.folder.path(), 0o755);
    mode(&provided.authority, 0o644);
    user::enters_codes(&provided);
    let login = || user::login(&provided).as_ordinary_user();
    let own = Folder::new();
    mode(own.path(), 0o777);
    login().env("XDG_STATE_HOME", own.path()).run().succeeded();
    let made = fs::metadata(own.join("azring")).expect("a folder of the user");
    assert_eq!(made.mode() & 0o777, 0o700);
    let stored = fs::metadata(own.join("azring/login.json")).expect("a login of the user");
    assert_eq!((stored.mode() & 0o777, stored.uid()), (0o600, made.uid()));
    if rustix::process::geteuid().is_root() {
        // The folder of another user.
        let outcome = login().run().failed();
        hides_secrets(&outcome.naming(&["cannot store the login", "permission denied"]));
        assert!(!file(&provided).exists());
    }
}

#[test]
fn a_login_revoked_in_mid_run_is_one_error_and_the_run_goes_on_later() {
    let provided = Provided::new();
    user::log_in(&provided);
    provided
        .server
        .identity()
        .change(|settings| settings.token_seconds = 3600);
    provided.server.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/stored/*" }, "then": { "delay_ms": 50 } }"#,
    );
    let source = Folder::new();
    let names: Vec<_> = (0..60).map(|number| format!("f{number}")).collect();
    let tree = Tree::named(names.iter().map(String::as_str));
    tree.write_to(source.path());
    let container = provided.container("stored");
    let journal = provided.folder.join("journal").display().to_string();
    let copy = || {
        provided
            .copy(&source.path().display().to_string(), &container.url())
            .args(["--parallel-level", "1", "--resume", journal.as_str()])
    };
    let running = copy().start();
    let put = || provided.server.watch().counters.of("PutBlob");
    // It may have failed before, and is not waited for without end.
    let mut looks = 0..100_000;
    while put().requests < 5 && looks.next().is_some() {
        pause(Duration::from_millis(1));
    }
    provided.server.identity().revoke(DEFAULT_USER, 50_173);
    let outcome = running.wait().failed();
    hides_secrets(&outcome);
    let told = outcome.stderr.matches("AADSTS50173").count();
    assert_eq!(told, 1, "{outcome}");
    outcome.naming(&["azring login", "the run stops here: the login has ended"]);
    let done = put().requests - put().failures;
    assert!((1..60).contains(&done), "{done} files were copied");

    user::log_in(&provided);
    let outcome = copy().run().succeeded();
    // The journal knows what was copied.
    assert!(outcome.stdout.contains("by the run of"), "{outcome}");
    assert_same(&tree, &Tree::get_from(&container));
}

#[test]
fn a_logout_removes_the_login_and_says_what_it_cannot_end() {
    let provided = Provided::new();
    user::log_in(&provided);
    let logout = || {
        let logout = Azring::new().arg("logout");
        logout
            .env("XDG_STATE_HOME", provided.folder.path())
            .run()
            .succeeded()
    };
    let outcome = logout();
    assert!(outcome.stdout.contains("Logout succeeded."), "{outcome}");
    assert!(
        outcome.stdout.contains("stays valid until it expires"),
        "{outcome}"
    );
    assert!(!file(&provided).exists());
    assert!(logout().stdout.contains("not logged in"));
    let status = provided.command(&["login", "status"]).run().failed();
    status.naming(&["not logged in"]);
    copy(&provided).run().failed();
}
