//! Runs that are longer than their tokens: one token in each life and process, through outages of the token service and
//! with a clock that is wrong. `scripts/login_soak.py` does the same for minutes.

use std::time::Instant;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Behaviour;
use azring_emulator_tests::emulator::identity::{CONFIDENTIAL_CLIENT, DEFAULT_TENANT};
use azring_emulator_tests::tree::Tree;

use super::provided::{Provided, hides_secrets};
use super::user;

/// Each request waits a little, so that a run outlives a few tokens.
const DELAYED: &str =
    r#"{ "when": { "method": "PUT", "path": "*/soak-*/*" }, "then": { "delay_ms": 100 } }"#;

/// Files of which a run copies two at a time.
struct Soak {
    provided: Provided,
    source: Folder,
    tree: Tree,
}

impl Soak {
    fn new(files: usize, token_seconds: u64) -> Self {
        let provided = Provided::new();
        provided.server.identity().change(|settings| {
            settings.token_seconds = token_seconds;
            settings.single_use_refresh_tokens = true;
        });
        provided.server.set_faults(DELAYED);
        let source = Folder::new();
        let names: Vec<_> = (0..files).map(|number| format!("f{number}")).collect();
        let tree = Tree::named(names.iter().map(String::as_str));
        tree.write_to(source.path());
        Self {
            provided,
            source,
            tree,
        }
    }

    /// A copy into this container, with the stored login.
    fn copy(&self, container: &str) -> Azring {
        let source = self.source.path().display().to_string();
        let target = self.provided.container(container).url();
        self.provided
            .copy(&source, &target)
            .args(["--parallel-level", "2"])
    }

    /// A copy into this container as an application.
    fn copy_as_application(&self, container: &str) -> Azring {
        self.provided.as_application(self.copy(container))
    }

    /// Nothing failed, everything is there, and no secret was shown.
    #[track_caller]
    fn is_done(&self, outcome: Outcome, container: &str) {
        let files = self.tree.len() as u64;
        let outcome = outcome.succeeded().counting(files, 0, 0);
        hides_secrets(&outcome);
        assert_same(
            &self.tree,
            &Tree::get_from(&self.provided.container(container)),
        );
    }

    /// The tokens that were issued.
    fn tokens(&self) -> u64 {
        let counts = self.provided.server.watch().counters.of("Token");
        counts.requests - counts.failures
    }
}

#[test]
fn two_processes_with_one_login_renew_their_tokens_once_in_each_life() {
    let soak = Soak::new(100, 4);
    user::log_in(&soak.provided);
    let begun = Instant::now();
    let before = soak.tokens();
    let running = ["soak-a", "soak-b"].map(|container| (soak.copy(container).start(), container));
    for (running, container) in running {
        soak.is_done(running.wait(), container);
    }
    // The requests of each take five seconds at least. A token is used for three.
    let most = 2 * (begun.elapsed().as_secs() / 3 + 2);
    let tokens = soak.tokens() - before;
    assert!(
        (4..=most).contains(&tokens),
        "{tokens} tokens, {most} at most"
    );
    soak.provided
        .command(&["login", "status"])
        .run()
        .succeeded();
}

#[test]
fn a_token_service_that_is_down_for_a_while_costs_no_object() {
    let soak = Soak::new(100, 4);
    // The first token comes. Then nobody answers, and then somebody else does.
    soak.provided.server.set_faults(&format!(
        r#"{{ "when": {{ "path": "*/oauth2/v2.0/token", "hits": [2, 3] }}, "then": {{ "close": "before_answer" }} }},
           {{ "when": {{ "path": "*/oauth2/v2.0/token", "hits": [2] }},
              "then": {{ "answer": {{ "status": 503, "code": "temporarily_unavailable" }} }} }}, {DELAYED}"#
    ));
    let outcome = soak.copy_as_application("soak-c").run();
    soak.is_done(outcome, "soak-c");
    let applied = soak.provided.server.applied_faults();
    assert_eq!(applied[..2], [2, 1]);
}

#[test]
fn a_clock_that_is_ten_minutes_off_is_told_and_costs_nothing() {
    for (ahead_ms, says) in [
        (600_000, "clock is 10 minutes behind"),
        (-600_000, "clock is 10 minutes ahead of"),
    ] {
        let soak = Soak::new(4, 3600);
        soak.provided.server.set_behaviour(Behaviour {
            clock_ahead_ms: ahead_ms,
            ..Behaviour::default()
        });
        let outcome = soak.copy_as_application("soak-d").run();
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(shown.matches(says).count(), 1, "{shown}");
        soak.is_done(outcome, "soak-d");
        assert_eq!(
            soak.tokens(),
            1,
            "the token's life does not depend on the clock"
        );

        let identity = soak.provided.server.identity();
        let pem = identity
            .certificate(CONFIDENTIAL_CLIENT)
            .expect("an application");
        let certificate = soak.provided.file("application.pem", &pem);
        let login = soak
            .provided
            .command(&["login", "--service-principal"])
            .args([
                "--application-id",
                CONFIDENTIAL_CLIENT,
                "--tenant-id",
                DEFAULT_TENANT,
                "--certificate-path",
                &certificate,
                "--aad-endpoint",
                &soak.provided.server.identity_url(),
            ]);
        let login = login.run().succeeded();
        assert!(login.stderr.contains(says), "{login}");
        hides_secrets(&login);
    }
}
