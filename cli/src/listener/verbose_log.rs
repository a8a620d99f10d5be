//! The verbose log: every event of every object, in AzCopy's line format, appended to a file.
//!
//! Only the owner can read a new file. It contains no secret: the command at its beginning and
//! every line are masked. A log that has grown large is renamed to `NAME.1` and replaces an older
//! one, so that logs do not fill the disk.

use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::{Event, OverwriteAnswer};

use super::error_text;
use super::listeners::{Listener, RunEnd};
use super::planned_changes;
use super::record_file::RecordFile;
use super::summary_block::block;
use crate::advice::Advice;
use crate::console::{Console, now as time_stamp};
use crate::mask::shown;
use crate::settings::LogLevel;

/// The size at which a log is renamed: some hundred thousand objects.
const LOG_BYTES_MAX: u64 = 64 << 20;

/// The name of the file in messages.
const NAME: &str = "verbose log";

/// The log of one run.
pub(crate) struct VerboseLog {
    file: RecordFile,
    level: LogLevel,
    options: Options,
    advice: Advice,
}

impl VerboseLog {
    /// Opens the log at `path`, creates its folder, and writes the head of a run: the masked
    /// `command`.
    pub(crate) fn open(
        path: &Path,
        level: LogLevel,
        command: &str,
        console: Arc<Console>,
        options: &Options,
        advice: &Advice,
    ) -> io::Result<Self> {
        let file = RecordFile::rotate(path, LOG_BYTES_MAX, NAME, console)?;
        file.begin(&format!("[{}] >>>>>>>>>>>>>>>>\n", now()))?;
        let log = Self {
            file,
            level,
            options: options.clone(),
            advice: advice.clone(),
        };
        log.line(
            "VERBOSE",
            &format!("{} : {command}", env!("CARGO_PKG_VERSION")),
        );
        Ok(log)
    }

    fn verbose(&self, text: &str) {
        if self.level >= LogLevel::Info {
            self.line("VERBOSE", text);
        }
    }

    /// A line that a log of warnings has too.
    fn warning(&self, text: &str) {
        if self.level >= LogLevel::Warning {
            self.line("VERBOSE", text);
        }
    }

    fn error(&self, text: &str) {
        self.line("ERROR", text);
    }

    fn line(&self, level: &str, text: &str) {
        let mut line = format!("[{}][{level}] ", now());
        for part in text.split('\n') {
            line.push_str(&shown(part));
            line.push('\n');
        }
        self.file.write(&line);
    }
}

impl Listener for VerboseLog {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. } | Event::Window(_) | Event::Measured(_) => {}
            Event::IoMode(mode) => self.verbose(&format!("io: {mode}")),
            Event::Outage(news) => self.warning(&news.to_string()),
            Event::Notice(text) => self.verbose(text),
            Event::Warning(text) => self.warning(text),
            Event::NothingSelected(why) => {
                self.warning(&error_text::nothing_selected(
                    why,
                    &self.options.source,
                    self.options.selection.pattern.as_deref(),
                    self.advice.dialect(),
                ));
            }
            Event::CopyStarted { name, copy_id } => {
                self.verbose(&format!(
                    "Start server-side copy: {name} (copy id {copy_id})"
                ));
            }
            Event::Begun { name } => self.verbose(&format!("Start transfer: {name}")),
            Event::Done { name, details, .. } if details.is_moved && !self.options.preview => {
                self.verbose(&format!("Finished transfer, deleted at the source: {name}"));
            }
            Event::Done { name, .. } if self.options.preview => {
                self.verbose(&format!("Would transfer: {name}"));
            }
            Event::Done { name, .. } => self.verbose(&format!("Finished transfer: {name}")),
            Event::Skipped { name, reason, .. } => {
                self.warning(&format!("Skipped transfer: {name}: {reason}"));
            }
            Event::Failed { name, error, .. } => self.error(&error_text::failed(name, error)),
            Event::Interrupted { name, .. } => {
                self.warning(&format!("Interrupted transfer: {name}"));
            }
            Event::Differs {
                name, difference, ..
            } => self.error(&format!("{name}: {difference}")),
            Event::Deleted {
                name,
                trash: Some(trash),
                ..
            } => self.verbose(&format!("Moved to trash: {name} as {trash}")),
            Event::Deleted { name, .. } => self.verbose(&format!("Deleted: {name}")),
            Event::PropertiesSet { name, .. } => {
                self.verbose(&format!("Properties set: {name}"));
            }
            Event::DeletionFailed { name, error, .. } => {
                self.error(&error_text::deletion_failed(name, error));
            }
            Event::Change(change) => {
                let would = planned_changes::word(change.kind);
                self.verbose(&format!("Would {would}: {} ({})", change.name, change.why));
            }
            Event::GaveUp { failures, error } => self.error(&error_text::gave_up(*failures, error)),
            Event::Unlisted { what, error } => self.error(&error_text::unlisted(what, error)),
            Event::DirectoryFailed { name, error } => {
                self.error(&error_text::directory_failed(name, error));
            }
        }
    }

    fn on_answer(&self, target: &str, answer: OverwriteAnswer) {
        self.verbose(&format!("Overwrite {target}? {answer:?}"));
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        match end.result {
            Ok(summary) => {
                let block = block(summary, self.options.preview, &time_stamp());
                self.verbose(&block);
                if let Some(error) = &summary.ended_by {
                    self.error(&error_text::ended_by(error));
                }
            }
            Err(error) => self.error(&error_text::fatal(error, &self.options, &self.advice)),
        }
        self.file.finish();
    }
}

/// `2018/05/29 12:01:49.463+03:00`, local.
fn now() -> String {
    let now = jiff::Zoned::now();
    now.strftime("%Y/%m/%d %H:%M:%S%.3f%:z").to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use azring_core::Error;
    use azring_core::entry::EntryName;
    use azring_core::report::{Details, Summary};
    use insta::assert_snapshot;

    use super::*;
    use crate::console::testing::console;
    use crate::ending::Ending;
    use crate::intent::tests::upload;

    fn log(path: &Path, more: &[&str]) -> VerboseLog {
        log_of(LogLevel::Info, path, more)
    }

    fn log_of(level: LogLevel, path: &Path, more: &[&str]) -> VerboseLog {
        let (console, _) = console();
        let command = "azring /Source:/data /DestKey:******";
        VerboseLog::open(
            path,
            level,
            command,
            Arc::new(console),
            &upload(more),
            &Advice::unknowing(crate::parameter::Dialect::Slash),
        )
        .unwrap()
    }

    /// The log's text with every time replaced by `TIME`.
    fn text(path: &Path) -> String {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| match line.split_once(']') {
            Some((time, rest)) if time.starts_with('[') => format!("[TIME]{rest}"),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_log_shows_what_became_of_every_object() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test/azcopy1.log");
        let log = log(&path, &[]);
        let name = EntryName::from("a\n.txt");
        log.on_event(&Event::Begun { name: &name });
        log.on_event(&Event::Done {
            name: &name,
            bytes: 1,
            details: &Details::default(),
        });
        log.on_event(&Event::Skipped {
            name: &name,
            bytes: 1,
            reason: "it is older",
        });
        log.on_event(&Event::Failed {
            name: &name,
            bytes: 1,
            error: &Error::Changed("it grew".into()),
            details: &Details::default(),
        });
        log.on_answer("/data/a.txt", OverwriteAnswer::All);
        log.on_end(&RunEnd {
            result: Ok(&Summary::default()),
            ending: Ending::Success,
        });
        let text = text(&path);
        // The line of the summary contains a time of its own.
        let (head, block) = text.split_once("Finished 0").unwrap();
        assert_snapshot!(head, @r"
        [TIME] >>>>>>>>>>>>>>>>
        [TIME][VERBOSE] 0.1.0 : azring /Source:/data /DestKey:******
        [TIME][VERBOSE] Start transfer: a\u{a}.txt
        [TIME][VERBOSE] Finished transfer: a\u{a}.txt
        [TIME][VERBOSE] Skipped transfer: a\u{a}.txt: it is older
        [TIME][ERROR] a\u{a}.txt: source might be changed by other process or application: it grew
        [TIME][VERBOSE] Overwrite /data/a.txt? All
        [TIME][VERBOSE]
        ");
        assert!(block.contains("Transfer failed:         0\nElapsed time:"));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_log_of_failures_or_warnings_leaves_out_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let name = EntryName::from("a.txt");
        for (level, lines) in [
            (LogLevel::Error, 1),
            (LogLevel::Warning, 2),
            (LogLevel::Info, 3),
        ] {
            let path = folder.path().join(format!("{level:?}"));
            let log = log_of(level, &path, &[]);
            log.on_event(&Event::Begun { name: &name });
            log.on_event(&Event::Warning("something is wrong"));
            log.on_event(&Event::Failed {
                name: &name,
                bytes: 1,
                error: &Error::Changed("it grew".into()),
                details: &Details::default(),
            });
            // After the head of two lines.
            assert_eq!(text(&path).lines().count(), 2 + lines, "{level:?}");
            assert!(text(&path).ends_with(": it grew"));
        }
    }

    #[test]
    fn a_time_has_milliseconds_and_its_zone() {
        let form: String = now()
            .chars()
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect();
        let form = form.replace('-', "+");
        assert_eq!(form, "0000/00/00 00:00:00.000+00:00");
    }

    #[test]
    fn a_preview_names_what_would_be_copied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = log(&path, &["/L"]);
        let name = EntryName::from("a.txt");
        log.on_event(&Event::Done {
            name: &name,
            bytes: 1,
            details: &Details::default(),
        });
        assert!(text(&path).ends_with("[TIME][VERBOSE] Would transfer: a.txt"));
    }

    #[test]
    fn a_log_that_cannot_be_written_any_more_is_reported_once() {
        let (console, printed) = console();
        let full = Path::new("/dev/full");
        let log = VerboseLog {
            file: RecordFile::append(full, NAME, Arc::new(console)).unwrap(),
            level: LogLevel::Info,
            options: upload(&[]),
            advice: Advice::unknowing(crate::parameter::Dialect::Slash),
        };
        log.verbose("one");
        log.verbose("two");
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][ERROR] the verbose log ends here: no space left on device");
    }
}
