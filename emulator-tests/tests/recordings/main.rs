//! The emulator against recordings of the real service: each recorded request is signed anew and
//! sent, and the answer is compared with the recorded one. `own_requests` compares the requests of
//! azring itself with the recorded ones.
//!
//! ```text
//! RecordingFolder -> Cassette -> Preparation -> Substitution -> Signer -> Connection
//!                                                                  Comparison -> AcceptedDifferences
//! ```
//! The recordings are no part of the repository: `AZRING_RECORDINGS` names the folder that has
//! `azure-recordings.tar.xz`. Without the variable nothing is replayed.

#![expect(
    unreachable_pub,
    reason = "a test binary has no users; `pub` says what other modules of it use"
)]

mod cassette;
mod folder;
mod yaml;

mod service;

mod account_state;
mod blob_preparation;
mod preparation;
mod share_preparation;
mod table_preparation;
mod unrecorded_blob;

mod connection;
mod request;
mod signer;
mod substitution;

mod comparison;
mod difference;
mod entity_times;
mod xml_leaves;

mod accepted;
mod replay;

mod own_requests;

use accepted::AcceptedDifferences;
use folder::RecordingFolder;
use service::RecordedService;

/// The whole text of a difference is printed for so many of a kind.
const EXAMPLES_MAX: usize = 3;

#[test]
fn answers_to_recorded_blob_requests_are_those_of_the_service() {
    replay_all(&service::BLOB, accepted::BLOB);
}

#[test]
fn answers_to_recorded_file_requests_are_those_of_the_service() {
    replay_all(&service::FILE, accepted::FILE);
}

#[test]
fn answers_to_recorded_table_requests_are_those_of_the_service() {
    replay_all(&service::TABLE, accepted::TABLE);
}

fn replay_all(service: &RecordedService, accepted: &'static [accepted::AcceptedDifference]) {
    let Some(folder) = RecordingFolder::open() else {
        return;
    };
    let mut accepted = AcceptedDifferences::new(accepted);
    let (mut requests, mut cassettes, mut same) = (0, 0, 0);
    let mut unexplained = Vec::new();
    for cassette in folder.cassettes(service) {
        let outcome = replay::run(service, &cassette);
        cassettes += 1;
        requests += outcome.requests;
        same += outcome.same;
        unexplained.extend(
            outcome
                .differences
                .into_iter()
                .filter(|one| !accepted.explains(one)),
        );
    }
    assert!(
        requests > 0,
        "the recordings have requests to the {} service",
        service.label
    );
    let summary = format!(
        "{cassettes} cassettes, {requests} requests, {same} answered without any difference, \
         {} accepted differences, {} unexplained",
        accepted.count(),
        unexplained.len()
    );
    let idle = accepted.idle();
    assert!(
        unexplained.is_empty() && idle.is_empty(),
        "{summary}\n{}{}",
        difference::table(&unexplained, EXAMPLES_MAX),
        idle.join(
            "
"
        )
    );
    println(&summary);
}

#[expect(
    clippy::print_stdout,
    reason = "a run with --nocapture shows the figures"
)]
fn println(text: &str) {
    println!("{text}");
}
