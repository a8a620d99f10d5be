//! The parameters that concern the program and not the copy: logs, progress, exit codes.

use std::path::PathBuf;

use crate::advice::Advice;
use crate::ending::ExitPolicy;
use crate::environment::Environment;
use crate::job_id::JobId;
use crate::metrics_file::MetricsFile;
use crate::parameter::{self as row, Dialect};
use crate::parsed::ParsedArgs;
use crate::parsed::{choice, local};
use crate::usage_error::{UsageError, reason};

/// What is printed and written about a run, and the exit code.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The dialect of error messages and advice.
    pub(crate) dialect: Dialect,
    /// The command, safe to print.
    pub(crate) command: String,
    /// Finds causes when a service refuses.
    pub(crate) advice: Advice,
    /// The file of the verbose log.
    pub(crate) verbose_log: Option<PathBuf>,
    /// What the verbose log has.
    pub(crate) log_level: LogLevel,
    /// The file of the ledger.
    pub(crate) ledger: Option<PathBuf>,
    /// The file of the report.
    pub(crate) report: Option<PathBuf>,
    /// The file of the controller's trace.
    pub(crate) trace: Option<PathBuf>,
    /// The file of the metrics.
    pub(crate) metrics: Option<MetricsFile>,
    /// Records on standard output instead of text.
    pub(crate) json: bool,
    /// What is not printed.
    pub(crate) silence: Silence,
    /// The user chose to skip objects that the destination has.
    pub(crate) skips_by_choice: bool,
    /// The number of the job, as AzCopy 10 shows it.
    pub(crate) job: JobId,
    /// The wanted form of progress.
    pub(crate) progress: ProgressChoice,
    /// The kind of exit code.
    pub(crate) exit_policy: ExitPolicy,
}

/// What the verbose log has: the events of this level and of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LogLevel {
    /// Failures.
    Error,
    /// Warnings, and objects that were skipped or interrupted.
    Warning,
    /// Everything.
    Info,
}

/// What is not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Everything is printed.
    None,
    /// Nothing goes to standard output.
    NoOutput,
    /// The same, and nothing but errors goes to standard error.
    ErrorsOnly,
}

/// The form of progress that the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressChoice {
    /// The form that suits the output.
    Auto,
    /// Lines, even if a bar is possible.
    Lines,
    /// None.
    Off,
}

/// A form of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressForm {
    /// One line that is rewritten.
    Bar,
    /// A new line of AzCopy's text each time.
    Lines,
    /// JSON records on standard output.
    Records,
    /// A new line of AzCopy 10's text each time.
    AzCopy10Lines,
    /// AzCopy 10's JSON records on standard output.
    AzCopy10Records(JobId),
}

impl Settings {
    /// The settings of one command.
    pub(crate) fn new(args: &ParsedArgs, environment: &Environment) -> Result<Self, UsageError> {
        let has_errors_only = args.has(&row::SILENT);
        let is_json = choice(args, &row::OUTPUT)? == Some("json");
        if has_errors_only && is_json {
            return Err(UsageError::meaning(format!(
                "`{}` prints nothing, and `{}` prints records: give one of them",
                row::SILENT.spelled(args.dialect()),
                row::OUTPUT.with_value("json", args.dialect())
            )));
        }
        Ok(Self {
            dialect: args.dialect(),
            command: args.to_string(),
            advice: Advice::new(args, environment),
            verbose_log: verbose_log(args, environment)?,
            log_level: match choice(args, &row::LOG_LEVEL)? {
                Some("error") => LogLevel::Error,
                Some("warning") => LogLevel::Warning,
                _ => LogLevel::Info,
            },
            ledger: local(args, &row::LEDGER)?,
            report: local(args, &row::REPORT)?,
            trace: local(args, &row::TRACE_CONTROLLER)?,
            metrics: local(args, &row::METRICS)?.map(MetricsFile::new),
            json: is_json,
            silence: match choice(args, &row::OUTPUT)? {
                _ if has_errors_only => Silence::ErrorsOnly,
                Some("none") => Silence::NoOutput,
                _ => Silence::None,
            },
            skips_by_choice: choice(args, &row::OVERWRITE)? == Some("never"),
            job: JobId::any(),
            progress: match choice(args, &row::PROGRESS)? {
                Some("lines") => ProgressChoice::Lines,
                Some("none") => ProgressChoice::Off,
                _ => ProgressChoice::Auto,
            },
            exit_policy: ExitPolicy {
                is_detailed: choice(args, &row::EXIT_CODES)? == Some("detailed"),
                fail_if_empty: args.has(&row::FAIL_IF_EMPTY),
                is_azcopy10: args.dialect() == Dialect::AzCopy10,
            },
        })
    }

    /// The settings of this command of azring: its printed command names it.
    pub(crate) fn of_command(self, name: &str) -> Self {
        Self {
            command: self
                .command
                .replacen("azring", &format!("azring {name}"), 1),
            ..self
        }
    }

    /// Logs a command of AzCopy 10 as it does, if its variable names a folder: one file for a job.
    pub(crate) fn log_as_azcopy10(
        &mut self,
        args: &ParsedArgs,
        environment: &Environment,
    ) -> Result<(), UsageError> {
        let folder = environment.raw("AZCOPY_LOG_LOCATION").map(PathBuf::from);
        let is_wanted = self.dialect == Dialect::AzCopy10
            && !args.has(&row::V)
            && choice(args, &row::LOG_LEVEL)? != Some("none");
        let Some(folder) = folder.filter(|_| is_wanted) else {
            return Ok(());
        };
        std::fs::create_dir_all(&folder).map_err(|error| {
            UsageError::meaning(format!(
                "cannot make the folder `{}` of `AZCOPY_LOG_LOCATION`: {}",
                folder.display(),
                reason(&error)
            ))
        })?;
        self.verbose_log = Some(folder.join(format!("{}.log", self.job)));
        Ok(())
    }

    /// Nothing goes to standard output.
    pub(crate) fn is_silent(&self) -> bool {
        self.silence != Silence::None
    }

    /// Nothing is printed but errors.
    pub(crate) fn has_errors_only(&self) -> bool {
        self.silence == Silence::ErrorsOnly
    }

    /// The files that are written during the run.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = [&self.verbose_log, &self.ledger, &self.trace, &self.report];
        let metrics = self.metrics.iter().flat_map(MetricsFile::files);
        files.into_iter().flatten().chain(metrics)
    }

    /// The form of progress for a console with or without a bar.
    pub(crate) fn form(&self, has_bar: bool) -> Option<ProgressForm> {
        match self.progress {
            ProgressChoice::Off => None,
            _ if self.is_silent() => None,
            _ if self.json && self.dialect == Dialect::AzCopy10 => {
                Some(ProgressForm::AzCopy10Records(self.job))
            }
            _ if self.json => Some(ProgressForm::Records),
            ProgressChoice::Auto if has_bar => Some(ProgressForm::Bar),
            ProgressChoice::Auto | ProgressChoice::Lines if self.dialect == Dialect::AzCopy10 => {
                Some(ProgressForm::AzCopy10Lines)
            }
            ProgressChoice::Auto | ProgressChoice::Lines => Some(ProgressForm::Lines),
        }
    }
}

/// Where the verbose log goes: to the given file, or to `AzCopyVerbose.log` in azring's state folder.
fn verbose_log(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Option<PathBuf>, UsageError> {
    let level = choice(args, &row::LOG_LEVEL)?;
    if level == Some("none") || (level.is_none() && !args.has(&row::V)) {
        return Ok(None);
    }
    if let Some(path) = local(args, &row::V)? {
        return Ok(Some(path));
    }
    match environment.state_folder() {
        Some(folder) => Ok(Some(folder.join("AzCopyVerbose.log"))),
        None => Err(UsageError::meaning(format!(
            "`{}` needs a file, because there is no home folder for one",
            if args.has(&row::V) {
                row::V.spelled(args.dialect())
            } else {
                row::LOG_LEVEL.spelled(args.dialect())
            }
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use insta::assert_snapshot;

    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    fn settings(list: &[&str], variables: &[(&str, &str)]) -> Result<Settings, String> {
        let list: Vec<_> = list.iter().map(OsString::from).collect();
        let args = args::read(&list).unwrap();
        Settings::new(&args, &alone(variables)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_verbose_log_has_a_default_place() {
        let at = |list: &[&str], variables: &[(&str, &str)]| {
            let settings = settings(list, variables).unwrap();
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
        let by_level = |level: &str| at(&[&format!("/LogLevel:{level}")], &[state]);
        let default = Some("/state/azring/AzCopyVerbose.log");
        assert_eq!(by_level("Error").as_deref(), default);
        assert_eq!(by_level("DEBUG").as_deref(), default);
        assert_eq!(by_level("NONE"), None);
        assert_eq!(at(&["/V:a.log", "/LogLevel:none"], &[state]), None);
        assert_snapshot!(settings(&["/V"], &[]).unwrap_err(), @"`/V` needs a file, because there is no home folder for one");
    }

    #[test]
    fn progress_suits_the_place_unless_it_is_chosen() {
        let form = |list: &[&str], has_bar| settings(list, &[]).unwrap().form(has_bar);
        assert_eq!(form(&[], true), Some(ProgressForm::Bar));
        assert_eq!(form(&[], false), Some(ProgressForm::Lines));
        assert_eq!(form(&["/Progress:lines"], true), Some(ProgressForm::Lines));
        assert_eq!(form(&["/Progress:none"], true), None);
        assert_eq!(form(&["/Output:json"], true), Some(ProgressForm::Records));
        assert_eq!(form(&["/Output:json", "/Progress:none"], true), None);
    }
}
