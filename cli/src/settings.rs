//! What was given that concerns this program and not the copy: how to tell what happens, and to whom.

use std::path::PathBuf;

use crate::advice::Advice;
use crate::console::Form;
use crate::given::Given;
use crate::intent::{choice, local};
use crate::misuse::Misuse;
use crate::parameter::{self as row, Dialect};
use crate::surroundings::Surroundings;

/// How a run is told.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How complaints and advice are spelled.
    pub(crate) dialect: Dialect,
    /// The command, fit to be shown.
    pub(crate) command: String,
    /// What is said of the cause when a service refuses.
    pub(crate) advice: Advice,
    /// Where the verbose log goes, if there is one.
    pub(crate) verbose_log: Option<PathBuf>,
    /// Where the ledger goes, if there is one.
    pub(crate) ledger: Option<PathBuf>,
    /// Where the report goes, if there is one.
    pub(crate) report: Option<PathBuf>,
    /// Where the controller's trace goes, if there is one.
    pub(crate) trace: Option<PathBuf>,
    /// Records on standard output instead of text.
    pub(crate) json: bool,
    /// How far the run is.
    pub(crate) progress: Progress,
    /// Exit codes tell what failed, not only that something did.
    pub(crate) detailed_codes: bool,
    /// A run that finds nothing to copy has failed.
    pub(crate) fail_if_empty: bool,
}

/// Which progress is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// What suits the place it is told at.
    Auto,
    /// Lines, also where a bar could be.
    Lines,
    /// None.
    Off,
}

impl Settings {
    /// The settings of one command.
    pub(crate) fn new(given: &Given, around: &Surroundings) -> Result<Self, Misuse> {
        Ok(Self {
            dialect: given.dialect(),
            command: given.to_string(),
            advice: Advice::new(given, around),
            verbose_log: verbose_log(given, around)?,
            ledger: local(given, &row::LEDGER)?,
            report: local(given, &row::REPORT)?,
            trace: local(given, &row::TRACE_CONTROLLER)?,
            json: choice(given, &row::OUTPUT)? == Some("json"),
            progress: match choice(given, &row::PROGRESS)? {
                Some("lines") => Progress::Lines,
                Some("none") => Progress::Off,
                _ => Progress::Auto,
            },
            detailed_codes: choice(given, &row::EXIT_CODES)? == Some("detailed"),
            fail_if_empty: given.has(&row::FAIL_IF_EMPTY),
        })
    }

    /// The files that are written while it is told.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = [&self.verbose_log, &self.ledger, &self.trace, &self.report];
        files.into_iter().flatten()
    }

    /// The form of progress for a console that has a bar or has none.
    pub(crate) fn form(&self, has_bar: bool) -> Option<Form> {
        match self.progress {
            Progress::Off => None,
            _ if self.json => Some(Form::Records),
            Progress::Auto if has_bar => Some(Form::Bar),
            Progress::Auto | Progress::Lines => Some(Form::Lines),
        }
    }
}

/// Where the verbose log goes: to the given file, or to `AzCopyVerbose.log` in azring's state folder.
fn verbose_log(given: &Given, around: &Surroundings) -> Result<Option<PathBuf>, Misuse> {
    if !given.has(&row::V) {
        return Ok(None);
    }
    if let Some(path) = local(given, &row::V)? {
        return Ok(Some(path));
    }
    match around.state_folder() {
        Some(folder) => Ok(Some(folder.join("AzCopyVerbose.log"))),
        None => Err(Misuse::meaning(format!(
            "`{}` needs a file, because there is no home folder for one",
            row::V.spelled(given.dialect())
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use insta::assert_snapshot;

    use super::*;
    use crate::intent::tests::alone;
    use crate::words;

    fn settings(list: &[&str], environment: &[(&str, &str)]) -> Result<Settings, String> {
        let list: Vec<_> = list.iter().map(OsString::from).collect();
        let given = words::read(&list).unwrap();
        Settings::new(&given, &alone(environment)).map_err(|misuse| misuse.to_string())
    }

    #[test]
    fn the_verbose_log_has_a_default_place() {
        let at = |list: &[&str], environment: &[(&str, &str)]| {
            let settings = settings(list, environment).unwrap();
            settings.verbose_log.map(|path| path.display().to_string())
        };
        let home = ("HOME", "/home/me");
        let state = ("XDG_STATE_HOME", "/state");
        assert_eq!(at(&[], &[home]), None);
        assert_eq!(at(&["/V:a/b.log"], &[]).as_deref(), Some("a/b.log"));
        assert_eq!(
            at(&["/V"], &[home]).as_deref(),
            Some("/home/me/.local/state/azring/AzCopyVerbose.log")
        );
        assert_eq!(
            at(&["--verbose"], &[home, state]).as_deref(),
            Some("/state/azring/AzCopyVerbose.log")
        );
        assert_snapshot!(settings(&["/V"], &[]).unwrap_err(), @"`/V` needs a file, because there is no home folder for one");
    }

    #[test]
    fn progress_suits_the_place_unless_it_is_chosen() {
        let form = |list: &[&str], has_bar| settings(list, &[]).unwrap().form(has_bar);
        assert_eq!(form(&[], true), Some(Form::Bar));
        assert_eq!(form(&[], false), Some(Form::Lines));
        assert_eq!(form(&["/Progress:lines"], true), Some(Form::Lines));
        assert_eq!(form(&["/Progress:none"], true), None);
        assert_eq!(form(&["/Output:json"], true), Some(Form::Records));
        assert_eq!(form(&["/Output:json", "/Progress:none"], true), None);
    }
}
