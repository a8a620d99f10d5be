//! The two output streams of the process, and the progress bar below them.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::time_stamp::now;
use crate::mask::shown;
use crate::terminal;
use crate::usage_error::reason;

/// How often the bar is drawn, per second.
pub(crate) const BAR_HZ: u8 = 5;

/// The importance of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Something failed.
    Error,
    /// Something unexpected that has caused no failure yet.
    Warning,
    /// Information.
    Info,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
        }
    }
}

/// Both streams, and the progress bar at the bottom of one of them.
pub(crate) struct Console {
    pub(super) streams: Mutex<Streams>,
    pub(super) bar: Option<ProgressBar>,
    pub(super) clock: fn() -> String,
    /// Some output could not be written.
    pub(super) has_lost: AtomicBool,
}

pub(super) struct Streams {
    pub(super) results: Box<dyn Write + Send>,
    pub(super) messages: Box<dyn Write + Send>,
    pub(super) notices: Notices,
    /// Standard output holds an object's data. Results are withheld until something fails, and then
    /// go to standard error.
    pub(super) has_data: bool,
    /// An error or a warning was shown.
    pub(super) has_complained: bool,
    /// Standard output has accepted everything so far.
    pub(super) is_read: bool,
}

/// Where notices and progress go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notices {
    /// To standard error, which is a terminal.
    Messages,
    /// To standard output, between the results.
    Results,
    /// Nowhere: programs read standard output.
    Nowhere,
    /// Nowhere, and warnings neither.
    ErrorsOnly,
}

impl Console {
    /// The console of this process. It has a bar if standard error is a terminal that can rewrite a
    /// line.
    pub(crate) fn of_process() -> Self {
        let is_watched = std::io::stderr().is_terminal();
        let has_bar = is_watched && !is_dumb();
        Self {
            streams: Mutex::new(Streams {
                results: Box::new(std::io::stdout()),
                messages: Box::new(std::io::stderr()),
                notices: if is_watched {
                    Notices::Messages
                } else {
                    Notices::Nowhere
                },
                has_data: false,
                has_complained: false,
                is_read: true,
            }),
            bar: has_bar.then(new_bar),
            clock: now,
            has_lost: AtomicBool::new(false),
        }
    }

    /// Prints one or more lines on standard output. After a failed write nothing more is written
    /// there.
    pub(crate) fn result(&self, text: &str) {
        let written = self.aside(|streams| match (streams.has_data, streams.has_complained) {
            (false, _) => streams.result(text),
            (true, false) if streams.notices != Notices::Messages => Ok(()),
            (true, _) => {
                streams.message(text);
                Ok(())
            }
        });
        self.check(written);
    }

    /// Notes a failed write to standard output.
    fn check(&self, written: io::Result<()>) {
        if let Err(error) = written {
            self.lost("cannot write to standard output", &error);
        }
    }

    /// Reports lost output, which makes the call a failure. A reader that closed the pipe (`azring
    /// list | head`) is no failure.
    pub(crate) fn lost(&self, what: &str, error: &io::Error) {
        if error.kind() == ErrorKind::BrokenPipe {
            return;
        }
        self.has_lost.store(true, Ordering::Relaxed);
        self.message(Level::Error, &format!("{what}: {}", reason(error)));
    }

    /// Whether output is lost.
    pub(crate) fn has_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed)
    }

    /// Whether anybody still reads results: not after a `head` that has exited.
    pub(crate) fn is_read(&self) -> bool {
        self.streams().is_read
    }

    /// Reserves standard output for data. Results go to standard error if it is a terminal or
    /// something failed.
    pub(crate) fn leave_output_to_data(&self) {
        let mut streams = self.streams();
        streams.has_data = true;
        if streams.notices == Notices::Results {
            streams.notices = Notices::Nowhere;
        }
    }

    /// Shows errors only from now on: no notices, no progress, no warnings.
    pub(crate) fn show_errors_only(&self) {
        self.streams().notices = Notices::ErrorsOnly;
    }

    /// Sends notices and progress to standard output, unless standard error is a terminal.
    pub(crate) fn show_notices(&self) {
        let mut streams = self.streams();
        if streams.notices == Notices::Nowhere && !streams.has_data {
            streams.notices = Notices::Results;
        }
    }

    /// Prints `[yyyy/MM/dd HH:mm:ss][ERROR] text`. A notice goes where notices go, everything else
    /// to standard error.
    pub(crate) fn message(&self, level: Level, text: &str) {
        let line = format!("[{}][{}] {}", (self.clock)(), level.word(), escaped(text));
        let written = self.aside(|streams| {
            if level == Level::Info {
                return streams.notice(&line);
            }
            streams.has_complained = true;
            if level == Level::Error || streams.notices != Notices::ErrorsOnly {
                streams.message(&line);
            }
            Ok(())
        });
        self.check(written);
    }

    /// Shows a question and runs `answer` while nothing else is printed. Returns the answer.
    pub(crate) fn ask<T>(&self, question: &str, answer: impl FnOnce() -> T) -> T {
        self.aside(|streams| {
            let _ = write!(streams.messages, "{}", shown(question));
            let _ = streams.messages.flush();
            answer()
        })
    }

    /// Puts the cursor back to the end of the bar after Ctrl-C. The terminal shows `^C`, and because the bar
    /// fills its line, that is on a line of its own, of which the bar does not know.
    pub(crate) fn take_back_echo(&self) {
        let is_drawn = |bar: &ProgressBar| !bar.is_finished() && !bar.message().is_empty();
        if self.bar.as_ref().is_some_and(is_drawn) && terminal::shows_control_characters() {
            let mut streams = self.streams();
            let _ = write!(streams.messages, "\r\x1b[2K\x1b[1A");
            let _ = streams.messages.flush();
        }
    }

    /// Removes the bar for good.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// The time as messages show it.
    pub(crate) fn time(&self) -> String {
        (self.clock)()
    }

    /// Whether there is a terminal that can rewrite a line.
    pub(crate) fn has_bar(&self) -> bool {
        self.bar.is_some()
    }

    /// A line of progress, where notices go.
    pub(crate) fn progress(&self, text: &str) {
        let written = self.aside(|streams| streams.notice(text));
        self.check(written);
    }

    /// Sets the text of the bar.
    pub(crate) fn redraw(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    /// Prints while the bar is hidden. The lock of the bar is always taken first.
    fn aside<T>(&self, print: impl FnOnce(&mut Streams) -> T) -> T {
        let print = || print(&mut self.streams());
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(super) fn streams(&self) -> MutexGuard<'_, Streams> {
        // A panic during printing leaves no state that matters half done.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    /// A line for standard output. After a failed write there are no more lines.
    fn result(&mut self, line: &str) -> io::Result<()> {
        if !self.is_read {
            return Ok(());
        }
        let written = write_line(&mut self.results, line);
        self.is_read = written.is_ok();
        written
    }

    /// A line for standard error. A failed write cannot be reported anywhere.
    fn message(&mut self, line: &str) {
        let _unwritten = write_line(&mut self.messages, line);
    }

    fn notice(&mut self, line: &str) -> io::Result<()> {
        match self.notices {
            Notices::Messages => {
                self.message(line);
                Ok(())
            }
            Notices::Results => self.result(line),
            Notices::Nowhere | Notices::ErrorsOnly => Ok(()),
        }
    }
}

/// A bar whose message is its only part; `progress_text` makes the line.
fn new_bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(BAR_HZ);
    let style =
        ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// Writes a line.
fn write_line(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(stream, "{text}").and_then(|()| stream.flush())
}

/// Escapes each line separately: line breaks in azring's own messages are intended.
fn escaped(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// `TERM=dumb`: a terminal that cannot go back to the beginning of a line.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

#[cfg(test)]
mod tests {
    use super::super::testing::console;

    #[test]
    fn results_are_read_until_the_reader_is_gone() {
        let (console, _) = console();
        console.result("first");
        assert!(console.is_read());
        let (reader, writer) = std::io::pipe().unwrap();
        console.streams().results = Box::new(writer);
        drop(reader);
        console.result("second");
        assert!(!console.is_read() && !console.has_lost());
        console.message(super::Level::Info, "the other stream is another matter");
        assert!(!console.is_read());
    }

    #[test]
    fn output_that_cannot_be_written_is_reported_once_and_is_a_failure() {
        let (console, printed) = super::super::testing::console();
        let full = std::fs::File::create("/dev/full").unwrap();
        console.streams().results = Box::new(full);
        console.result("first");
        console.result("second");
        assert!(!console.is_read() && console.has_lost());
        let messages = printed.messages();
        assert!(
            messages.ends_with("cannot write to standard output: no space left on device\n"),
            "{messages}"
        );
        assert_eq!(messages.lines().count(), 1);
    }
}

#[cfg(test)]
mod notice_tests {
    use super::super::testing::{console, unwatched};
    use super::*;

    #[test]
    fn without_a_terminal_notices_are_results_or_nothing() {
        let (console, printed) = unwatched();
        console.message(Level::Info, "unheard");
        assert_eq!(
            (printed.results(), printed.messages()),
            (String::new(), String::new())
        );
        console.show_notices();
        console.message(Level::Info, "heard");
        console.progress("50%");
        console.result("done");
        console.message(Level::Error, "wrong");
        assert_eq!(
            printed.results(),
            "[2018/08/16 15:19:39][INFO] heard\n50%\ndone\n"
        );
        assert_eq!(printed.messages(), "[2018/08/16 15:19:39][ERROR] wrong\n");
    }

    #[test]
    fn of_a_silent_call_only_errors_are_shown() {
        for (console, printed) in [console(), unwatched()] {
            console.show_errors_only();
            console.show_notices();
            console.message(Level::Info, "unheard");
            console.message(Level::Warning, "unheard");
            console.progress("50%");
            console.message(Level::Error, "wrong");
            assert_eq!(printed.results(), "");
            assert_eq!(printed.messages(), "[2018/08/16 15:19:39][ERROR] wrong\n");
        }
    }

    #[test]
    fn where_data_goes_to_standard_output_nothing_else_does() {
        let (first, printed) = unwatched();
        first.show_notices();
        first.leave_output_to_data();
        first.message(Level::Info, "unheard");
        first.result("summary");
        assert_eq!(printed.messages(), "");
        first.message(Level::Warning, "wrong");
        first.result("summary");
        assert_eq!(
            printed.messages(),
            "[2018/08/16 15:19:39][WARNING] wrong\nsummary\n"
        );
        assert_eq!(printed.results(), "");
        let (other, printed) = console();
        other.leave_output_to_data();
        other.result("summary");
        assert_eq!(printed.messages(), "summary\n");
    }
}
