//! Opens the journal before a copy begins: reads it, asks questions, begins or resumes.
//!
//! The questions are AzCopy's. If nobody can answer, the same command resumes, and the journal of
//! another command stays as it is.

use std::fs;
use std::path::Path;

use azring_core::journal::{self, Claim, Error, Session};

use super::command_journal::CommandJournal;
use super::leftovers;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::prompt;

/// Why a copy does not begin.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// An error with its ending.
    Because(Ending, String),
    /// The user's answer was no.
    Cancelled,
}

/// How questions are asked.
pub(crate) struct Questions<'a> {
    /// There is a terminal.
    pub(crate) can_ask: bool,
    /// Waits for a line; `None` at the end of input.
    pub(crate) read: &'a dyn Fn() -> Option<String>,
}

/// Begins or resumes the journal. `None` if none can be kept and the command names none; the
/// console shows why.
pub(crate) fn open(
    journal: &CommandJournal,
    console: &Console,
    questions: &Questions<'_>,
) -> Result<Option<Session>, Refusal> {
    match try_open(journal, console, questions) {
        Ok(session) => Ok(Some(session)),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Journal(error @ Error::Disk { .. })) if !journal.is_named => {
            let text = format!("{error}; an interrupted copy will start from the beginning");
            console.message(Level::Warning, &text);
            Ok(None)
        }
        Err(Failure::Journal(error)) => Err(Refusal::Because(
            Ending::of_journal(&error),
            error_text(&error),
        )),
    }
}

/// Either kind of failure.
enum Failure {
    Journal(Error),
    Refused(Refusal),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Journal(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn try_open(
    journal: &CommandJournal,
    console: &Console,
    questions: &Questions<'_>,
) -> Result<Session, Failure> {
    let CommandJournal {
        folder,
        name,
        command,
        is_quiet,
        ..
    } = journal;
    let claim = Claim::at(folder, name)?;
    let replayed = match claim.look() {
        Ok(None) => return Ok(claim.begin(command)?),
        Ok(Some(replayed)) => replayed,
        Err(error @ (Error::Disk { .. } | Error::Held { .. })) => return Err(error.into()),
        // A damaged journal, or one of another version.
        Err(error) => {
            may_replace(&error, journal, console, questions)?;
            leftovers::name(command, console);
            return Ok(claim.begin(command)?);
        }
    };
    if replayed.command().words == command.words {
        let days = age_in_days(journal);
        return Ok(if !goes_on(folder, *is_quiet, days, console, questions)? {
            leftovers::remove(folder, &replayed, console);
            claim.begin(command)?
        } else if replayed.has_ended() {
            // The old listing does not contain later changes of the source.
            claim.list_anew(&replayed)?
        } else {
            claim.resume(replayed)?
        });
    }
    let shown = replayed.command().shown.clone();
    different(&shown, journal, console, questions)?;
    leftovers::remove(folder, &replayed, console);
    Ok(claim.begin(command)?)
}

/// Services delete uncommitted blocks after a week, and the source may have changed by then.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#remarks>
const DAYS_MAX: u64 = 7;

/// The age of the journal's last change, in days.
fn age_in_days(journal: &CommandJournal) -> u64 {
    const DAY_S: u64 = 24 * 60 * 60;

    let written = fs::metadata(journal.path()).and_then(|found| found.modified());
    let age = written.ok().and_then(|written| written.elapsed().ok());
    age.map_or(0, |age| age.as_secs() / DAY_S)
}

/// Decides whether the interrupted run of the same command is resumed.
fn goes_on(
    folder: &Path,
    is_quiet: bool,
    days: u64,
    console: &Console,
    questions: &Questions<'_>,
) -> Result<bool, Refusal> {
    let is_old = days >= DAYS_MAX;
    if is_quiet || !questions.can_ask {
        if is_old {
            let text = format!(
                "the operation in the journal folder `{}` was interrupted {days} days ago, and services keep unfinished objects for {DAYS_MAX} days: a new operation replaces it",
                folder.display()
            );
            console.message(Level::Warning, &text);
        }
        return Ok(!is_old);
    }
    let age = if is_old {
        format!(
            "It was interrupted {days} days ago: its unfinished objects have been deleted by now. "
        )
    } else {
        String::new()
    };
    let question = format!(
        "{age}Incomplete operation with same command line detected at the journal directory \"{}\", do you want to resume the \
         operation? Choose Yes to resume, choose No to overwrite the journal to start a new operation. (Yes/No) ",
        folder.display()
    );
    prompt::yes_or_no(console, &question, questions.read).ok_or(Refusal::Cancelled)
}

/// Decides whether the journal of another command is replaced.
fn different(
    shown: &str,
    journal: &CommandJournal,
    console: &Console,
    questions: &Questions<'_>,
) -> Result<(), Refusal> {
    let folder = journal.folder.display();
    console.message(
        Level::Warning,
        &format!(
            "The command line \"{shown}\" in the journal file \"{folder}/{}\" is different from your input.",
            journal.name
        ),
    );
    if journal.is_quiet {
        return Ok(());
    }
    let detected = format!(
        "Incomplete operation with different command line detected at the journal directory \"{folder}\""
    );
    if !questions.can_ask {
        console.message(Level::Warning, &format!("{detected}."));
        return Err(Refusal::Because(
            Ending::Contested,
            "the operation is cancelled: give the command of the journal to resume it, another journal folder, or `/Y` \
             (`--quiet`) to replace the journal"
                .to_owned(),
        ));
    }
    let question = format!(
        "[WARNING] {detected}, do you want to overwrite the journal to start a new operation? Choose Yes to overwrite, \
         choose No to cancel the current operation. (Yes/No) "
    );
    match prompt::yes_or_no(console, &question, questions.read) {
        Some(true) => Ok(()),
        Some(false) | None => Err(Refusal::Cancelled),
    }
}

/// Decides whether a journal that cannot be read is replaced.
fn may_replace(
    error: &Error,
    journal: &CommandJournal,
    console: &Console,
    questions: &Questions<'_>,
) -> Result<(), Refusal> {
    if journal.is_quiet {
        let text = format!("{}; a new operation replaces it", error_text(error));
        console.message(Level::Warning, &text);
        return Ok(());
    }
    if !questions.can_ask {
        return Err(Refusal::Because(
            Ending::Unreadable,
            format!(
                "{}: delete it, or give another journal folder",
                error_text(error)
            ),
        ));
    }
    console.message(Level::Warning, &error_text(error));
    let question = "Do you want to overwrite the journal to start a new operation? (Yes/No) ";
    match prompt::yes_or_no(console, question, questions.read) {
        Some(true) => Ok(()),
        Some(false) | None => Err(Refusal::Cancelled),
    }
}

/// The error in AzCopy's words, if AzCopy has some.
fn error_text(error: &journal::Error) -> String {
    match error {
        Error::Disk { place, why, .. } => format!("Failed to open file {place}: {why}."),
        Error::Damaged { place, offset } => {
            format!("The journal stream is corrupted. (`{place}`, byte {offset})")
        }
        other => other.to_string(),
    }
}
