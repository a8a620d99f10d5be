//! Twelve wrong answers of a service or of a file system, each given to azring, AzCopy 10 and rclone. The bytes at the
//! destination are compared with the exit code. `scripts/wrong_data.sh` runs it and prints the table of `WRONG_DATA.md`; it needs `scripts/peers.sh`. With `AZRING_WRONG_DATA`
//! set, only the rows that hold that text are run. What the programs say goes to standard error.
//!
//! Each row is a function in [`reads`], [`writes`] or [`places`] that gives the same work to one [`Tool`].

mod places;
mod reads;
mod tool;
mod writes;

use azring_emulator_tests::compare;
use azring_emulator_tests::tree::Tree;

use tool::{Ran, Tool};

/// How a program dealt with one fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing is wrong, and the program says so.
    Right,
    /// The program says that it failed, and nothing wrong has an object's name.
    Noticed,
    /// The program does not end.
    Endless,
    /// The program says that it failed, and something wrong has an object's name.
    Left,
    /// Something is wrong or missing, and the program says that all is well.
    Wrong,
    /// This program has no part that the fault could reach, or this machine cannot produce it.
    Untried(&'static str),
}

impl Verdict {
    /// Compares what was asked for with what is there, and that with what the program says.
    fn of(ran: &Ran, expected: &Tree, found: &Tree) -> Self {
        let same = compare::trees(expected, found).is_empty();
        let all_true = found
            .files()
            .filter(|(name, _)| !name.contains(".azring-"))
            .all(|(name, bytes)| expected.get(name) == Some(bytes));
        match (ran.succeeded, same, all_true) {
            _ if !ran.ended => Self::Endless,
            (true, true, _) => Self::Right,
            (true, false, _) => Self::Wrong,
            (false, _, true) => Self::Noticed,
            (false, _, false) => Self::Left,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Right => "right".into(),
            Self::Noticed => "fails, and says so".into(),
            Self::Endless => "does not end".into(),
            Self::Left => "fails, wrong bytes stay".into(),
            Self::Wrong => "**wrong, exit code 0**".into(),
            Self::Untried(why) => format!("not tried: {why}"),
        }
    }
}

/// What is wrong, and the function that gives it to a program.
type Row = (&'static str, fn(&Tool) -> Verdict);

const ROWS: [Row; 12] = [
    (
        "Another range, with its own right label, in the place of one",
        reads::another_range,
    ),
    (
        "The first bytes with 200 in the place of a range",
        reads::first_bytes,
    ),
    (
        "A newer version in the middle of a blob: `If-Match` is ignored",
        reads::newer_version,
    ),
    (
        "`Content-Range` with another length of the whole than the listing",
        reads::another_length,
    ),
    (
        "A spare answer to a read on a kept connection",
        reads::spare_answer,
    ),
    (
        "A spare answer to a write, and the next write is refused",
        writes::spare_answer,
    ),
    (
        "A write answered with 200 and not stored",
        writes::not_stored,
    ),
    (
        "The answer to a write is lost (nothing may be replaced)",
        writes::lost_answer,
    ),
    (
        "Somebody else writes the target meanwhile (nothing may be replaced)",
        writes::somebody_else,
    ),
    (
        "The container is replaced between a run with failures and the next",
        writes::replaced_container,
    ),
    ("Two names that are one in the folder", places::one_name),
    (
        "A file whose size says 0 has content (`/proc`)",
        places::no_size,
    ),
];

#[test]
#[ignore = "it needs other programs and minutes: scripts/wrong_data.sh runs it"]
#[expect(clippy::print_stdout, reason = "the table is what the script is for")]
fn who_reports_wrong_data() {
    let tools = Tool::all();
    let names: Vec<&str> = tools.iter().map(Tool::name).collect();
    println!("| fault | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    let mut own = Vec::new();
    let wanted = std::env::var("AZRING_WRONG_DATA").unwrap_or_default();
    for (claim, row) in ROWS
        .into_iter()
        .filter(|(claim, _)| claim.contains(&wanted))
    {
        let verdicts: Vec<Verdict> = std::thread::scope(|scope| {
            let rows = tools.each_ref().map(|tool| scope.spawn(move || row(tool)));
            let ends = rows.into_iter().map(std::thread::ScopedJoinHandle::join);
            ends.map(|end| end.expect("a row is tried")).collect()
        });
        let texts: Vec<String> = verdicts.iter().map(|verdict| verdict.text()).collect();
        println!("| {claim} | {} |", texts.join(" | "));
        own.push((claim, verdicts[0]));
    }
    for (claim, verdict) in own {
        let is_true = !matches!(verdict, Verdict::Wrong | Verdict::Left | Verdict::Endless);
        assert!(is_true, "azring: {claim}: {verdict:?}");
    }
}
