//! `kill -9` of a sync at moments that nobody chose, also among its deletions.
//!
//! After each kill everything that the source has is at the target in its old or its new version, unless only
//! the target had it; the source is as it was. Half of the containers are in an account with a hierarchical
//! namespace. With a trash, what is gone from the target is in the trash. The same command then makes the target like the source.
//! `AZRING_SYNC_KILLS` says how many syncs are killed (`scripts/sync_kills.sh`: 200), `AZRING_SEED` which.

use std::time::Duration;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{BlobService, FileService};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::TwoAccounts;

use super::end::End;
use super::kills::Draw;

/// A sync that deletes, and both trees as they were.
struct Case<'s> {
    server: &'s Server,
    before: Tree,
    wanted: Tree,
    source: End,
    target: End,
    has_trash: bool,
    state: Folder,
}

impl<'s> Case<'s> {
    fn draw(
        draw: &mut Draw,
        server: &'s Server,
        (blobs, files): ([&BlobService; 2], &FileService),
    ) -> Self {
        let blobs = blobs[draw.below(2) as usize];
        let container = || End::Container(blobs.fresh_container("kills"));
        let folder = || End::Folder(Folder::new());
        let (source, target) = match draw.below(5) {
            0 | 1 => (folder(), container()),
            2 => (container(), folder()),
            3 => (container(), container()),
            _ => (folder(), End::Share(files.fresh_share("kills"))),
        };
        let (mut before, mut wanted) = (Tree::new(), Tree::new());
        for number in 0..60 {
            let name = format!("{}/{number}", number % 5);
            // Every version has a length of its own.
            let version = |kind: u64| noise(number, (10 * number + kind) as usize);
            match draw.below(4) {
                0 => before = before.with(&name, version(1)),
                1 => wanted = wanted.with(&name, version(2)),
                2 => {
                    before = before.with(&name, version(3));
                    wanted = wanted.with(&name, version(4));
                }
                _ => {
                    before = before.with(&name, version(5));
                    wanted = wanted.with(&name, version(5));
                }
            }
        }
        target.fill(&before);
        source.fill(&wanted);
        Self {
            server,
            before,
            wanted,
            source,
            target,
            has_trash: draw.below(2) > 0,
            state: Folder::new(),
        }
    }

    /// What the target has beside its trash. A file that is not complete has another name.
    fn complete_tree(&self) -> Tree {
        let is_other = |name: &str| !name.contains("/.azring-") && !name.starts_with(".trash/");
        self.target.tree().only(is_other)
    }

    /// Whether an object is in the trash with these bytes, where there is one.
    fn is_kept(&self, all: &Tree, name: &str, bytes: &[u8]) -> bool {
        let end = format!("/{name}");
        let is_it = |(kept, found): (&str, &[u8])| {
            kept.starts_with(".trash/") && kept.ends_with(&end) && found == bytes
        };
        !self.has_trash || all.files().any(is_it)
    }

    fn command(&self) -> Azring {
        let mut words = vec!["/Delete:on", "/MaxDelete:100%", "/Compare:size", "/NC:4"];
        if self.has_trash {
            words.push("/Trash:.trash");
        }
        let sync = self.source.command("sync", &self.target, &words);
        sync.env("XDG_STATE_HOME", self.state.path())
    }

    /// What the service and the folder show of the progress: requests, and files that are gone.
    fn progress(&self) -> u64 {
        let counters = &self.server.watch().counters;
        let each = [
            "PutBlob",
            "GetBlob",
            "CopyBlob",
            "DeleteBlob",
            "SubmitContainerBatch",
            "CreateFile",
            "PutRange",
            "DeleteFile",
        ];
        each.map(|operation| counters.of(operation).requests)
            .iter()
            .sum()
    }

    /// Kills the sync after so many requests; returns whether it was killed.
    fn kill_after(&self, requests: u64, micros: u64) -> bool {
        let before = self.progress();
        let mut run = self.command().launch();
        while self.progress() < before + requests && !run.has_ended() {
            pause(Duration::from_micros(100));
        }
        pause(Duration::from_micros(micros));
        let is_killed = run.kill();
        while self.server.connections() > 0 {
            pause(Duration::from_millis(1));
        }
        is_killed
    }

    fn check(&self) {
        assert_same(&self.wanted, &self.source.tree());
        let (found, all) = (self.complete_tree(), self.target.tree());
        for (name, bytes) in self.before.files() {
            let (now, new) = (found.get(name), self.wanted.get(name));
            let is_old = now == Some(bytes);
            let is_as_wanted = now == new && (new.is_some() || self.is_kept(&all, name, bytes));
            assert!(is_old || is_as_wanted, "`{name}` is neither old nor new");
        }
        for (name, bytes) in found.files() {
            let is_known =
                self.before.get(name) == Some(bytes) || self.wanted.get(name) == Some(bytes);
            assert!(is_known, "`{name}` has bytes of nobody");
        }
    }
}

fn kills() -> u64 {
    let kills = std::env::var("AZRING_SYNC_KILLS");
    kills.map_or(10, |kills| {
        kills.parse().expect("AZRING_SYNC_KILLS is a number")
    })
}

#[test]
fn a_sync_that_is_killed_at_any_moment_loses_nothing_and_goes_on() {
    let accounts = TwoAccounts::flat_and_hierarchical(Options::default());
    let (server, blobs) = (accounts.emulator(), [&accounts.one, &accounts.other]);
    let [files, _] = accounts.file_services();
    let mut draw = Draw::new("sync kills");
    for _ in 0..kills() {
        let case = Case::draw(&mut draw, server, (blobs, &files));
        for _ in 0..=draw.below(2) {
            let (requests, micros) = (draw.below(60), draw.below(3000));
            case.kill_after(requests, micros);
            case.check();
        }
        case.command().run().succeeded();
        case.check();
        assert_same(&case.wanted, &case.complete_tree());
    }
}
