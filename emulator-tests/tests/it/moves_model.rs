//! Moves under random failures of the service and kills: at no moment is an object nowhere.
//!
//! After every run, however it ended, each object is at the target with its very bytes, or at the source. The
//! last run has no failures: then the source is empty. `AZRING_MOVES` says how many moves there are
//! (`scripts/move_model.sh`: 200), `AZRING_SEED` which is the first.

use std::time::Duration;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::rest::{BlobService, FileService};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::end::End;
use super::kills::Draw;

/// What may happen to a request of a move, as `then` of a fault plan.
const FAULTS: [&str; 9] = [
    r#"{"answer":{"status":503,"code":"ServerBusy"}}"#,
    r#"{"answer":{"status":500,"code":"InternalError"}}"#,
    r#"{"answer":{"status":403,"code":"AuthorizationFailure"}}"#,
    r#"{"answer":{"status":412,"code":"ConditionNotMet"}}"#,
    r#"{"lose_answer":true,"how":"reset"}"#,
    r#"{"close":"before_answer","how":"reset"}"#,
    r#"{"flip_response_bit":17}"#,
    r#"{"flip_request_bit":17}"#,
    r#"{"etag":"\"new\""}"#,
];

/// Which requests it happens to.
const REQUESTS: [&str; 7] = [
    r#""method":"PUT""#,
    r#""method":"PUT","query":"*comp=block*""#,
    r#""method":"GET""#,
    r#""method":"HEAD""#,
    r#""method":"DELETE""#,
    r#""method":"POST""#,
    r#""query":"*comp=list*""#,
];

/// A move, and everything that it needs.
struct Case<'s> {
    server: &'s Server,
    tree: Tree,
    source: End,
    target: End,
    state: Folder,
}

impl<'s> Case<'s> {
    fn draw(
        draw: &mut Draw,
        server: &'s Server,
        (blobs, files): (&BlobService, &FileService),
        number: u64,
    ) -> Self {
        let container =
            |side: &str| End::Container(blobs.fresh_container(&format!("{side}{number}")));
        let share = || End::Share(files.fresh_share(&format!("share{number}")));
        let folder = || End::Folder(Folder::new());
        let (source, target) = match draw.below(6) {
            0 | 1 => (folder(), container("to")),
            2 => (container("from"), folder()),
            3 => (container("from"), container("to")),
            4 => (folder(), share()),
            _ => (share(), folder()),
        };
        let tree = drawn_tree(draw);
        source.fill(&tree);
        Self {
            server,
            tree,
            source,
            target,
            state: Folder::new(),
        }
    }

    fn command(&self) -> Azring {
        let words = ["/S", "/Y", "/NC:4", "/GiveUp:1s"];
        let moved = self.source.command("move", &self.target, &words);
        moved.env("XDG_STATE_HOME", self.state.path())
    }

    /// Runs the move under failures, and perhaps kills it.
    fn run_badly(&self, draw: &mut Draw) {
        self.server.set_fault_plan(&plan(draw));
        let requests = draw.below(60);
        let is_killed = draw.below(2) == 0;
        let before = self.requests();
        let mut run = self.command().launch();
        if is_killed {
            while self.requests() < before + requests && !run.has_ended() {
                pause(Duration::from_micros(200));
            }
            run.kill();
        } else {
            run.end();
        }
        // What a dead process had sent is served to its end.
        while self.server.connections() > 0 {
            pause(Duration::from_millis(1));
        }
        self.server.clear_faults();
    }

    fn requests(&self) -> u64 {
        let counters = &self.server.watch().counters;
        let each = [
            "PutBlob",
            "PutBlock",
            "PutBlockList",
            "GetBlob",
            "CopyBlob",
            "DeleteBlob",
            "CreateFile",
            "PutRange",
            "GetFile",
            "DeleteFile",
            "SubmitContainerBatch",
            "GetBlobProperties",
            "GetFileProperties",
        ];
        each.map(|operation| counters.of(operation).requests)
            .iter()
            .sum()
    }

    /// Every object is somewhere, with its very bytes.
    fn check(&self, what: &str) {
        let (source, target) = (self.source.tree(), self.target.tree());
        for (name, bytes) in self.tree.files() {
            let is_at = |tree: &Tree| tree.get(name) == Some(bytes);
            assert!(
                is_at(&source) || is_at(&target),
                "{what}: `{name}` is nowhere: {:?} bytes at the source, {:?} at the target of {}",
                source.get(name).map(<[u8]>::len),
                target.get(name).map(<[u8]>::len),
                bytes.len()
            );
        }
    }
}

fn drawn_tree(draw: &mut Draw) -> Tree {
    let small = 1 + draw.below(30);
    let tree = (0..small).fold(Tree::new(), |tree, number| {
        let length = draw.below(3000) as usize;
        tree.with(&format!("{}/{number}", number % 4), noise(number, length))
    });
    match draw.below(3) {
        0 => tree.with("large", noise(99, (5 << 20) + 77)),
        _ => tree,
    }
}

/// A few failures with a probability each.
fn plan(draw: &mut Draw) -> String {
    let mut rules = Vec::new();
    for _ in 0..draw.below(4) {
        let when = REQUESTS[draw.below(REQUESTS.len() as u64) as usize];
        let then = FAULTS[draw.below(FAULTS.len() as u64) as usize];
        let percent = 5 + draw.below(60);
        rules.push(format!(
            r#"{{"when":{{{when},"probability":0.{percent:02},"times":40}},"then":{then}}}"#
        ));
    }
    format!(
        r#"{{"seed":{},"rules":[{}]}}"#,
        draw.below(1 << 30),
        rules.join(",")
    )
}

fn moves() -> u64 {
    let moves = std::env::var("AZRING_MOVES");
    moves.map_or(12, |moves| moves.parse().expect("AZRING_MOVES is a number"))
}

#[test]
fn no_move_under_failures_and_kills_leaves_an_object_nowhere() {
    let (server, blobs) = single_account::start();
    let files = FileService::path_style(&server.file_url(), blobs.account(), None);
    let mut draw = Draw::new("moves");
    for number in 0..moves() {
        let case = Case::draw(&mut draw, &server, (&blobs, &files), number);
        for run in 0..=draw.below(3) {
            case.run_badly(&mut draw);
            case.check(&format!("move {number}, run {run}"));
        }
        case.command().run().succeeded();
        let what = format!("move {number}, the last run");
        case.check(&what);
        assert!(case.source.tree().is_empty(), "{what}: something stays");
    }
}
