//! Another program removes or replaces a file after azring has examined it, or while azring writes its ranges: azring says
//! so, and replaces nothing of that program.

use std::time::{Duration, SystemTime};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::journal::{self, count_records};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::{folder_with, upload};

/// Of four ranges.
const BYTES: usize = (12 << 20) + 12_345;

/// What another program writes.
const THEIRS: &str = "another program's work";

fn large() -> Folder {
    folder_with(&Tree::new().with("large", noise(7, BYTES)))
}

/// A share, and the beginning of the request line of this method for its file `large`.
fn share(method: &str) -> (Server, Share, String) {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("theirs");
    let account = Account::development();
    let line = format!("{method} /{}/{}/large", account.name(), share.name());
    (server, share, line)
}

/// Uploads `large` while another program does this before the second range. The upload fails and says why.
#[track_caller]
fn fails_when(action: fn(&Share)) -> (Server, Share) {
    let (server, share, line) = share("PUT");
    let (request, other) = (format!("{line}?comp=range"), share.clone());
    let between = Interceptor::before_second(&server.file_url(), &request, move || action(&other));
    let seen = between.file_service(&Account::development());
    upload(&large(), &seen.share(share.name()))
        .args(["/NC:1", "/NoJournal"])
        .run()
        .failed()
        .counting(0, 0, 1)
        .naming(&["/large", "was replaced or removed by another program"]);
    (server, share)
}

#[test]
fn a_file_that_is_removed_during_its_upload_fails_with_the_reason() {
    let (_server, share) = fails_when(|share| share.delete("large"));
    assert!(share.names().is_empty());
}

#[test]
fn a_shorter_file_in_the_place_of_the_one_begun_fails_the_upload() {
    let (_server, share) = fails_when(|share| share.put("large", THEIRS));
    assert_eq!(share.get("large"), THEIRS.as_bytes());
}

/// Put Range takes no condition, so that their file gets our ranges: the upload must not count as done.
#[test]
fn a_file_as_long_in_the_place_of_the_one_begun_fails_the_upload() {
    fails_when(|share| share.put("large", noise(8, BYTES)));
}

/// The file is newer than the one in the share, which changes or goes between the two looks of azring.
#[test]
fn what_was_compared_by_date_is_replaced_only_as_it_was() {
    let put: fn(&Share) = |share| share.put("large", THEIRS);
    let delete: fn(&Share) = |share| share.delete("large");
    for (action, word) in [(put, "was changed by another"), (delete, "removed")] {
        let (server, share, line) = share("HEAD");
        share.put("large", "before");
        let (source, other) = (large(), share.clone());
        let later = SystemTime::now() + Duration::from_hours(1);
        let file = std::fs::File::options()
            .write(true)
            .open(source.join("large"));
        file.and_then(|file| file.set_modified(later))
            .expect("a folder of ours");
        let between = Interceptor::before_second(&server.file_url(), &line, move || action(&other));
        let seen = between.file_service(&Account::development());
        upload(&source, &seen.share(share.name()))
            .args(["/XO", "/NoJournal"])
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&["/large", word]);
        assert!(share.names().is_empty() || share.get("large") == THEIRS.as_bytes());
    }
}

/// An upload of `large` that is killed before its second range is there, and goes on after another program did this.
fn goes_on_after(words: &[&str], action: impl Fn(&Share)) -> (Outcome, Server, Share) {
    let (server, share, _) = share("PUT");
    let (source, state) = (large(), Folder::new());
    let command = || {
        Azring::upload(source.path(), &share)
            .args(["/S", "/NC:1"])
            .args(words)
            .env("XDG_STATE_HOME", state.path())
    };
    server.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/large", "query": "*comp=range*", "hits": [2] },
             "then": { "blackhole": true } }"#,
    );
    let mut running = command().launch();
    running.wait_for_faults(&server);
    running.wait_until(|| count_records(state.path(), journal::PLANNED) > 0);
    assert!(running.kill(), "it was killed");
    server.clear_faults();
    action(&share);
    (command().run(), server, share)
}

#[test]
fn a_run_that_goes_on_does_not_replace_a_file_of_another_length() {
    let (outcome, _server, share) = goes_on_after(&[], |share| share.put("large", THEIRS));
    let outcome = outcome.failed().counting(0, 0, 1);
    outcome.naming(&["/large", "was created by another program"]);
    assert_eq!(share.get("large"), THEIRS.as_bytes());
}

/// The ranges that were sent are not in it.
#[test]
fn a_run_that_goes_on_with_y_writes_a_replaced_file_anew() {
    let replace: fn(&Share) = |share| share.put("large", noise(8, BYTES));
    // It stays the same file.
    let shorten: fn(&Share) = |share| {
        let query = [("comp", "properties")];
        let headers = [
            ("x-ms-content-length", "100"),
            ("x-ms-file-attributes", "preserve"),
            ("x-ms-file-creation-time", "preserve"),
            ("x-ms-file-last-write-time", "preserve"),
            ("x-ms-file-permission", "preserve"),
        ];
        share.ask("PUT", "large", &query, &headers, "").succeeded();
    };
    for action in [replace, shorten] {
        let (outcome, _server, share) = goes_on_after(&["/Y"], action);
        outcome.succeeded().counting(1, 0, 0);
        assert!(share.get("large") == noise(7, BYTES));
    }
}
