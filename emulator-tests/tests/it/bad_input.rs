//! What can be wrong: a clear error that names the thing, the right exit code, everything else still copied, and
//! nothing written outside the destination.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise, write_noise};

fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

fn folder_with(tree: &Tree) -> Folder {
    let folder = Folder::new();
    tree.write_to(folder.path());
    folder
}

#[track_caller]
fn assert_shows_no_key(outcome: &Outcome, account: &Account) {
    let key = account.key_in_base64();
    assert!(
        !outcome.stdout.contains(&key) && !outcome.stderr.contains(&key),
        "it shows a key"
    );
}

// ---- words ----

#[test]
fn unknown_parameter_is_refused_by_its_name() {
    let account = Account::development();
    let outcome = Azring::copy("/tmp", "http://127.0.0.1:1/devstoreaccount1/c")
        .dest_key(&account)
        .arg("/Frobnicate:7")
        .run()
        .refused()
        .naming(&["/Frobnicate"]);
    assert_shows_no_key(&outcome, &account);
}

#[test]
fn value_out_of_range_is_refused_by_its_name() {
    for (word, named) in [
        // AzCopy has words of its own for some of them.
        ("/NC:0", "Parallel operations count must be positive"),
        ("/NC:513", "/NC"),
        ("/NC:many", "/NC"),
        ("/BlockSizeInMb:0", "BlockSize must be between"),
        ("/BlockSizeInMb:101", "BlockSize must be between"),
        ("/Memory:lots", "/Memory"),
        ("/IO:fast", "/IO"),
    ] {
        let outcome = Azring::copy("/tmp", "http://127.0.0.1:1/devstoreaccount1/c")
            .arg(word)
            .run();
        outcome.refused().naming(&[named]);
    }
}

#[test]
fn malformed_address_is_refused() {
    for url in [
        "http://",
        "https:///container",
        "http://127.0.0.1:port/devstoreaccount1/c",
        "ftp://example/c",
    ] {
        Azring::copy("/tmp", url).run().refused();
    }
}

#[test]
fn copy_without_a_destination_is_refused() {
    let outcome = Azring::new().arg("/Source:/tmp").run();
    outcome.refused().naming(&["/Dest"]);
}

// ---- what is not there, or not allowed ----

#[test]
fn missing_source_folder_is_an_error() {
    let container = container("missing");
    let outcome = Azring::copy("/nowhere/to/be/found", container.url())
        .dest_key(container.service().account())
        .arg("/S")
        .run();
    outcome.failed().naming(&["/nowhere/to/be/found"]);
    assert!(container.names().is_empty());
}

#[test]
fn wrong_key_is_an_error_with_the_services_answer() {
    let container = container("key");
    let wrong = container.service().account().with_wrong_key();
    let folder = folder_with(&Tree::named(["a", "b"]));

    let upload = Azring::copy(folder.path(), container.url())
        .dest_key(&wrong)
        .arg("/S")
        .run();
    let upload = upload.failed().naming(&["403", container.name()]);
    assert_shows_no_key(&upload, &wrong);
    assert!(container.names().is_empty());

    container.put("a", "a");
    let empty = Folder::new();
    let download = Azring::copy(container.url(), empty.path())
        .source_key(&wrong)
        .arg("/S")
        .run();
    let download = download.failed().naming(&["403", container.name()]);
    assert_shows_no_key(&download, &wrong);
    assert!(Tree::read_from(empty.path()).is_empty());
}

#[test]
fn missing_container_is_an_error_on_download() {
    let missing = azurite::shared().blob_service().unmade_container("missing");
    let folder = Folder::new();
    let outcome = Azring::copy(missing.url(), folder.path())
        .source_key(missing.service().account())
        .arg("/S")
        .run();
    outcome.failed().naming(&["404", missing.name()]);
    assert!(!missing.exists(), "a download makes no container");
}

#[test]
fn disk_without_room_is_an_error_and_the_rest_is_copied() {
    let container = container("full");
    let small = Tree::named(["a-small", "z-small"]);
    small.put_into(&container);
    container.put("large", noise(1, 6 << 20));
    let folder = Folder::new();
    let (found, home) = (Folder::new(), Folder::new());
    // A file system of 2 MiB, seen by azring and by the look at its files afterwards, and by nobody else.
    let script = r#"
        mount -t tmpfs -o size=2m none "$1" || exit 99
        "$2" "/Source:$3" "/Dest:$1" "/SourceKey:$4" /S; code=$?
        cp -a "$1/." "$5"; exit $code"#;
    let account = container.service().account();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "full"])
        .args([folder.path(), &program::built("azring")])
        .args([container.url(), account.key_in_base64()])
        .arg(found.path())
        .env("HOME", home.path())
        .env_remove("XDG_STATE_HOME")
        .output()
        .expect("unshare is part of every Debian");
    let words = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert_ne!(
        output.status.code(),
        Some(99),
        "this test needs to mount a tmpfs in a namespace: {words}"
    );
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.contains("large") && words.contains("no space left on device"),
        "{words}"
    );
    assert_same(&small, &Tree::read_from(found.path()));
}

#[test]
fn a_journal_without_room_is_reported_and_costs_no_object() {
    const FILES: u64 = 400;

    let (server, service) = single_account::start();
    let container = service.fresh_container("full");
    // One object is refused once, so that there is something to go on with.
    let plan = r#"{"rules": [{"when": {"method": "PUT", "path": "*-0399-*", "times": 1},
        "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#;
    server.set_fault_plan(plan);
    let long = "long".repeat(50);
    let names: Vec<_> = (0..FILES)
        .map(|number| format!("file-{number:04}-{long}"))
        .collect();
    let tree = Tree::named(names.iter().map(String::as_str));
    let (folder, journal) = (Folder::new(), Folder::new());
    tree.write_to(folder.path());
    // A file system of 32 KiB, in which a journal of all these names has no room.
    let script = r#"
        mount -t tmpfs -o size=32k none "$1" || exit 99
        run() { "$2" "/Source:$3" "/Dest:$4" "/DestKey:$5" "/Z:$1" /DestType:Blob /S /Y; }
        run "$@"; first=$?
        test -s "$1/azring.jnl" || exit 98
        run "$@"; echo "codes: $first $?"
        test ! -e "$1/azring.jnl""#;
    let account = container.service().account();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "full"])
        .args([journal.path(), &program::built("azring"), folder.path()])
        .args([container.url(), account.key_in_base64()])
        .output()
        .expect("unshare is part of every Debian");
    let messages = String::from_utf8_lossy(&output.stderr);
    let results = String::from_utf8_lossy(&output.stdout);
    let told = format!("{messages}{results}");
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        messages
            .to_lowercase()
            .contains("no space left on device: the journal is not complete any more"),
        "{told}"
    );
    assert!(results.contains("codes: 1 0"), "{told}");
    assert!(
        results.contains("Finished 400 of total 400 file(s)."),
        "{told}"
    );
    assert_same(&tree, &Tree::get_from(&container));
}

// ---- hostile names ----

#[test]
fn blob_named_to_leave_the_destination_is_an_error_and_the_rest_is_copied() {
    let emulator = EmulatorProcess::start(&[]);
    let container = emulator.blob_service(None).fresh_container("hostile");
    let harmless = Tree::named(["a", "b/c", "z"]);
    harmless.put_into(&container);
    let hostile = [
        "../x",
        "b/../../x",
        "./y",
        "b/..",
        "../../../../../../tmp/x",
    ];
    for name in hostile {
        container.put(name, "it must not get out");
    }
    assert_eq!(
        container.list().len(),
        3 + hostile.len(),
        "the service keeps these names"
    );
    let outside = Folder::new();
    let folder = outside.join("below");

    let outcome = Azring::copy(container.url(), &folder)
        .source_key(emulator.account())
        .arg("/S")
        .run();

    let outcome = outcome
        .failed()
        .naming(&hostile)
        .counting(3, 0, hostile.len() as u64);
    assert_same(&harmless, &Tree::read_from(&folder));
    assert_same(&harmless.below("below"), &Tree::read_from(outside.path()));
    assert_shows_no_key(&outcome, emulator.account());
}

#[test]
fn surplus_slashes_in_a_blobs_name_are_escaped() {
    let container = container("slashes");
    let blobs = Tree::named(["a//b", "c/", "/d", "e"]);
    blobs.put_into(&container);
    let folder = Folder::new();

    let outcome = Azring::copy(container.url(), folder.path())
        .source_key(container.service().account())
        .arg("/S")
        .run();

    outcome.succeeded().counting(4, 0, 0);
    let expected = [
        ("a//b", "a/%2Fb"),
        ("c/", "c%2F"),
        ("/d", "%2Fd"),
        ("e", "e"),
    ];
    let expected = expected.iter().fold(Tree::new(), |tree, (blob, file)| {
        tree.with(file, blobs.get(blob).expect("it was put"))
    });
    assert_same(&expected, &Tree::read_from(folder.path()));
}

#[test]
fn link_in_the_destination_is_not_followed_out_of_it() {
    let container = container("link");
    Tree::named(["link/x", "plain/y"]).put_into(&container);
    let (folder, outside) = (Folder::new(), Folder::new());
    symlink(outside.path(), folder.join("link")).expect("the folder is ours");

    let outcome = Azring::copy(container.url(), folder.path())
        .source_key(container.service().account())
        .arg("/S")
        .run();

    outcome.failed().naming(&["link/x"]).counting(1, 0, 1);
    assert!(Tree::read_from(outside.path()).is_empty());
}

// ---- files that are no ordinary files, or do not stay what they were ----

#[test]
fn what_is_no_file_is_never_opened_and_the_rest_is_copied() {
    let container = container("kinds");
    let tree = Tree::named(["a", "z"]);
    let folder = folder_with(&tree);
    // Opening a FIFO that nobody writes to would wait for ever.
    let made = Command::new("mkfifo")
        .arg(folder.join("fifo"))
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    symlink("nowhere", folder.join("broken")).expect("the folder is ours");

    let outcome = Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .arg("/S")
        .run();

    outcome.failed().naming(&["broken"]);
    assert_same(&tree, &Tree::get_from(&container));
}

#[test]
fn unreadable_file_and_folder_are_errors_and_the_rest_is_copied() {
    use std::os::unix::fs::PermissionsExt as _;
    let container = container("unreadable");
    let readable = Tree::named(["a", "z"]);
    let folder = folder_with(
        &readable
            .clone()
            .with("closed-file", "x")
            .with("closed-folder/b", "x"),
    );
    for name in ["closed-file", "closed-folder"] {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o000))
            .expect("it is ours");
    }

    let outcome = Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .arg("/S")
        .as_ordinary_user()
        .run();

    outcome.failed().naming(&["closed-file", "closed-folder"]);
    assert_same(&readable, &Tree::get_from(&container));
}

#[test]
fn file_that_vanishes_is_an_error_and_the_rest_is_copied() {
    let target = container("vanish");
    let folder = folder_with(&Tree::named(["a", "m", "z"]));
    let vanishing = folder.join("z");
    // One request at a time: while the first is on its way the last has been listed and not opened.
    let request = format!(
        "PUT /{}/{}/a",
        target.service().account().name(),
        target.name()
    );
    let interceptor = Interceptor::before(azurite::shared().origin(), &request, move || {
        fs::remove_file(vanishing).expect("it is still there");
    });
    let account = target.service().account();
    let through = interceptor.blob_service(account).container(target.name());

    let outcome = Azring::copy(folder.path(), through.url())
        .dest_key(account)
        .args(["/S", "/NC:1"])
        .run();

    outcome.failed().naming(&["z"]).counting(2, 0, 1);
    assert_same(&Tree::named(["a", "m"]), &Tree::get_from(&target));
}

#[test]
fn file_that_grows_while_it_is_read_is_an_error_and_the_rest_is_copied() {
    let container = container("grow");
    let folder = folder_with(&Tree::named(["a", "z"]));
    let growing = folder.join("log");
    write_noise(&growing, 1, 40 << 20);
    let done = Arc::new(AtomicBool::new(false));
    let writer = thread::spawn({
        let done = Arc::clone(&done);
        let mut file = File::options()
            .append(true)
            .open(&growing)
            .expect("it was just made");
        move || {
            while !done.load(Ordering::Acquire) {
                file.write_all(b"one more line\n")
                    .expect("the disk has room");
                thread::yield_now();
            }
        }
    });

    let outcome = Azring::copy(folder.path(), container.url())
        .dest_key(container.service().account())
        .arg("/S")
        .run();
    done.store(true, Ordering::Release);
    writer.join().expect("the disk has room");

    outcome.failed().naming(&["log"]).counting(2, 0, 1);
    assert_same(&Tree::named(["a", "z"]), &Tree::get_from(&container));
}

#[test]
fn blob_that_is_replaced_while_it_is_read_is_no_mix() {
    let container = container("replace");
    let (old, new) = (noise(1, 24 << 20), noise(2, 24 << 20));
    container.put("blob", old);
    let folder = Folder::new();
    let request = format!(
        "GET /{}/{}/blob",
        container.service().account().name(),
        container.name()
    );
    let replaced = container.clone();
    let passed = Arc::new(AtomicBool::new(false));
    // The second range: the first has told which blob this is.
    let interceptor = Interceptor::before_second(azurite::shared().origin(), &request, {
        let passed = Arc::clone(&passed);
        move || {
            replaced.put("blob", new);
            passed.store(true, Ordering::Release);
        }
    });
    let account = container.service().account();
    let through = interceptor
        .blob_service(account)
        .container(container.name());

    let outcome = Azring::copy(through.url(), folder.path())
        .source_key(account)
        .args(["/S", "/NC:1"])
        .run();

    assert!(
        passed.load(Ordering::Acquire),
        "it was replaced on the way: {outcome}"
    );
    outcome.failed().naming(&["blob"]).counting(0, 0, 1);
    let landed = Tree::read_from(folder.path()).only(|name| !name.contains(".azring-"));
    assert!(
        landed.is_empty(),
        "half a blob does not appear under its name"
    );
}
