//! The same smoke test in every way of reading and writing files: as who runs the tests, as an ordinary user, with
//! io_uring refused, and with threads by choice. Each run says which way it is, once at most.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, ORDINARY_MEMLOCK, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::{Tree, noise};

/// The best way, which a run need not mention.
const REGISTERED: &str = "io: ring, registered buffers";

/// Small and empty files, and one of several blocks with an end that is aligned to nothing.
fn tree() -> Tree {
    Tree::named(["a", "b/c", "b/d/e"])
        .with("empty", "")
        .with("large", noise(5, 13 * 1024 * 1024 + 321))
}

/// Uploads and downloads the tree, each by a run that `how` changes, and returns the notices of both about their mode.
fn smoke(how: impl Fn(Azring) -> Azring) -> Vec<String> {
    let container = azurite::shared().blob_service().fresh_container("mode");
    let account = container.service().account();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let files = tree().len() as u64;

    let upload = Azring::copy(source.path(), container.url())
        .dest_key(account)
        .arg("/S");
    let upload = how(upload).run().succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&container));

    let download = Azring::copy(container.url(), target.path())
        .source_key(account)
        .arg("/S");
    let download = how(download).run().succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));

    [upload, download].iter().map(the_notice).collect()
}

/// The one notice of a run about its mode; the best mode needs none.
#[track_caller]
fn the_notice(outcome: &Outcome) -> String {
    let notices = outcome.mode_notices();
    assert!(
        notices.len() <= 1,
        "it says more than once which mode it is in: {outcome}"
    );
    notices
        .into_iter()
        .next()
        .unwrap_or_else(|| REGISTERED.to_owned())
}

#[track_caller]
fn assert_all_begin(notices: &[String], with: &str) {
    assert!(
        notices.iter().all(|notice| notice.starts_with(with)),
        "{notices:?}"
    );
}

#[test]
fn smoke_as_whoever_runs_the_tests() {
    // A machine may refuse io_uring to everybody, and then the run has to say so.
    let notices = smoke(|azring| azring);
    assert!(
        notices.iter().all(|notice| is_a_mode(notice)),
        "{notices:?}"
    );
}

#[test]
fn smoke_as_an_ordinary_user_who_may_lock_little_memory() {
    let notices = smoke(|azring| azring.as_ordinary_user().memlock(ORDINARY_MEMLOCK));
    assert!(
        notices.iter().all(|notice| is_a_mode(notice)),
        "{notices:?}"
    );
}

#[test]
fn smoke_with_no_memory_to_lock_at_all() {
    let notices = smoke(|azring| azring.as_ordinary_user().memlock(0));
    assert!(
        notices.iter().all(|notice| is_a_mode(notice)),
        "{notices:?}"
    );
    let registered = notices.iter().any(|notice| notice.contains("registered"));
    assert!(!registered, "{notices:?}");
}

/// One of the three ways, with its reason where it is not the best.
fn is_a_mode(notice: &str) -> bool {
    notice == REGISTERED
        || notice.starts_with("io: ring, plain buffers (")
        || notice.starts_with("io: threads (")
}

#[test]
fn smoke_with_io_uring_refused() {
    assert_all_begin(&smoke(Azring::without_io_uring), "io: threads (");
}

#[test]
fn smoke_with_threads_by_choice() {
    assert_all_begin(&smoke(|azring| azring.arg("/IO:threads")), "io: threads (");
}

#[test]
fn ring_by_choice_is_an_error_where_it_is_refused() {
    let container = azurite::shared().blob_service().fresh_container("mode");
    let source = Folder::new();
    tree().write_to(source.path());
    let outcome = Azring::copy(source.path(), container.url())
        .dest_key(container.service().account())
        .args(["/S", "/IO:ring"])
        .without_io_uring()
        .run();
    outcome.failed().naming(&["io_uring"]);
    assert!(container.names().is_empty());
}
