//! The options of a move: what is deleted at the source.

use azring_core::options::MoveOptions;

use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The parameters of a copy that a move does not accept, and why.
const FOREIGN: &[(&Parameter, &str)] = &[
    (&row::SYNC, "copies what was selected: give one of them"),
    (
        &row::SNAPSHOT,
        "deletes blobs and never their snapshots alone",
    ),
    (
        &row::PRESERVE_SMB,
        "changes the times of directories at the source before it can read them",
    ),
];

/// The parameters whose value `off` a move does not accept, and why.
const NEEDED: &[(&Parameter, &str)] = &[
    (&row::CRC64, "deletes only what was verified"),
    (&row::DURABILITY, "deletes only what is durable"),
];

/// Refuses what has no meaning in this move.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    if !args.has(&row::MOVE) {
        return Ok(());
    }
    for (parameter, why) in FOREIGN {
        if args.has(parameter) {
            let name = parameter.spelled(args.dialect());
            return Err(UsageError::meaning(format!(
                "`{name}` has no meaning in a move, which {why}"
            )));
        }
    }
    for (parameter, why) in NEEDED {
        if read::choice(args, parameter)? == Some("off") {
            let word = parameter.with_value("off", args.dialect());
            return Err(UsageError::meaning(format!(
                "`{word}` has no meaning in a move, which {why}"
            )));
        }
    }
    Ok(())
}

/// The options of the move that the command asks for; `None` for a copy.
pub(super) fn moves(args: &ParsedArgs) -> Option<MoveOptions> {
    args.has(&row::MOVE).then(|| MoveOptions {
        deletes_snapshots: args.has(&row::DELETE_SNAPSHOTS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    fn wanted(more: &[&str]) -> Result<Option<MoveOptions>, String> {
        let target = "/Dest:https://a.blob.core.windows.net/c";
        let words: Vec<_> = ["/Source:/data", target]
            .iter()
            .chain(more)
            .map(Into::into)
            .collect();
        let options = args::read(&words)
            .and_then(|args| crate::intent::options(&args, &alone(&[])))
            .map_err(|error| error.to_string());
        options.map(|options| options.moves)
    }

    #[test]
    fn a_move_deletes_snapshots_only_where_that_was_asked_for() {
        let moves = |words: &[&str]| wanted(words).unwrap();
        assert_eq!(moves(&["/S"]), None);
        assert_eq!(moves(&["/S", "/Move"]), Some(MoveOptions::default()));
        let with_snapshots = moves(&["/Move", "/DeleteSnapshots:include"]);
        assert!(with_snapshots.is_some_and(|moves| moves.deletes_snapshots));
    }

    #[test]
    fn a_move_without_proof_is_refused_by_name() {
        for (words, says) in [
            (&["/Move", "/Sync"][..], "`/Sync` has no meaning in a move"),
            (&["/Move", "/Snapshot"], "`/Snapshot` has no meaning"),
            (&["/Move", "/CRC64:off"], "`/CRC64:off` has no meaning"),
            (
                &["/Move", "/Durability:off"],
                "`/Durability:off` has no meaning",
            ),
            (
                &["/DeleteSnapshots:include"],
                "is only for `azring remove`, `azring move` and `azring sync`",
            ),
        ] {
            let text = wanted(words).unwrap_err();
            assert!(text.contains(says), "{words:?}: {text}");
        }
    }
}
