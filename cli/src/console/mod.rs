//! The only place that prints.
//!
//! Results go to standard output, everything else to standard error. Lines of several threads do not run into each other,
//! and the progress bar steps aside for each of them. What is shown is escaped and masked once more on its way out,
//! whatever it was made of.

mod units;

mod stamp;

mod complaint;

mod messages;

mod progress;

mod ticker;

mod summary;

mod json;

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::mask::shown;

pub(crate) use complaint::{ended_by, failed, fatal, gave_up, unlisted, unusable};
pub(crate) use json::{JSON, Records, about_object, named, record, terminal_safe};
pub(crate) use messages::Messages;
pub(crate) use stamp::now;
pub(crate) use summary::{Block, block};
pub(crate) use ticker::{Form, Progress};
pub(crate) use units::{bits, count, size};

/// How much a line on standard error matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Something failed.
    Error,
    /// Something that is not as it should be, and fails nothing yet.
    Warning,
    /// Something that the user may want to know.
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

/// Both streams, and the bar that lives at the bottom of one of them.
pub(crate) struct Console {
    streams: Mutex<Streams>,
    bar: Option<ProgressBar>,
    clock: fn() -> String,
}

struct Streams {
    results: Box<dyn Write + Send>,
    messages: Box<dyn Write + Send>,
    /// Standard output took everything so far.
    is_read: bool,
}

impl Console {
    /// The console of this process. There is a bar where standard error is a terminal that can rewrite a line.
    pub(crate) fn of_process() -> Self {
        let has_bar = std::io::stderr().is_terminal() && !is_dumb();
        Self {
            streams: Mutex::new(Streams {
                results: Box::new(std::io::stdout()),
                messages: Box::new(std::io::stderr()),
                is_read: true,
            }),
            bar: has_bar.then(new_bar),
            clock: stamp::now,
        }
    }

    /// Text for standard output, as it is: a line, or several.
    pub(crate) fn result(&self, text: &str) {
        self.aside(|streams| streams.is_read &= write_line(&mut streams.results, text));
    }

    /// Whether results still reach anybody; not behind a `head` that has seen enough.
    pub(crate) fn is_read(&self) -> bool {
        self.streams().is_read
    }

    /// From now on standard output belongs to data: results go to standard error with everything else.
    pub(crate) fn leave_output_to_data(&self) {
        self.streams().results = Box::new(std::io::stderr());
    }

    /// A line for standard error: `[yyyy/MM/dd HH:mm:ss][ERROR] text`.
    pub(crate) fn message(&self, level: Level, text: &str) {
        let line = format!("[{}][{}] {}", (self.clock)(), level.word(), escaped(text));
        self.aside(|streams| {
            write_line(&mut streams.messages, &line);
        });
    }

    /// Shows a question behind which the cursor stays, runs `answer` while nothing else is printed, and hands back what
    /// it found.
    pub(crate) fn ask<T>(&self, question: &str, answer: impl FnOnce() -> T) -> T {
        self.aside(|streams| {
            let _ = write!(streams.messages, "{}", shown(question));
            let _ = streams.messages.flush();
            answer()
        })
    }

    /// Takes the bar away, for good.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// There is a terminal that can rewrite a line.
    pub(crate) fn has_bar(&self) -> bool {
        self.bar.is_some()
    }

    /// A line of progress for standard error.
    fn progress(&self, text: &str) {
        self.aside(|streams| {
            write_line(&mut streams.messages, text);
        });
    }

    /// What the bar shows from now on.
    fn redraw(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    /// Prints while the bar is out of the way. The bar's lock is taken first, always.
    fn aside<T>(&self, print: impl FnOnce(&mut Streams) -> T) -> T {
        let print = || print(&mut self.streams());
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        // A thread that panicked while printing leaves nothing half done that matters.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How wide a page of text may be: what the terminal offers, within what is pleasant to read.
pub(crate) fn page_width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return 80;
    }
    rustix::termios::tcgetwinsize(stdout).map_or(80, |size| usize::from(size.ws_col).clamp(80, 100))
}

/// A bar that is nothing but its message: the line is made in `progress`.
fn new_bar() -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(ticker::HZ);
    let style =
        ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// Writes a line and returns whether it could be written. Nobody may be reading any more (`azring /? | head`): that is not
/// this program's failure.
fn write_line(stream: &mut dyn Write, text: &str) -> bool {
    writeln!(stream, "{text}")
        .and_then(|()| stream.flush())
        .is_ok()
}

/// Each line on its own, because a line break in a message of ours is meant.
fn escaped(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// `TERM=dumb`: a terminal that cannot go back to the beginning of a line.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

#[cfg(test)]
pub(crate) mod testing {
    //! A console whose streams can be looked at.

    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::{Console, Streams};

    /// What was printed, on both streams.
    #[derive(Clone, Default)]
    pub(crate) struct Printed {
        results: Shared,
        messages: Shared,
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Printed {
        /// Standard output so far.
        pub(crate) fn results(&self) -> String {
            self.results.text()
        }

        /// Standard error so far.
        pub(crate) fn messages(&self) -> String {
            self.messages.text()
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A console without a bar, at a moment that never changes.
    pub(crate) fn console() -> (Console, Printed) {
        let printed = Printed::default();
        let console = Console {
            streams: Mutex::new(Streams {
                results: Box::new(printed.results.clone()),
                messages: Box::new(printed.messages.clone()),
                is_read: true,
            }),
            bar: None,
            clock: || "2018/08/16 15:19:39".to_owned(),
        };
        (console, printed)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::console;

    #[test]
    fn results_are_read_until_the_reader_is_gone() {
        let (console, _) = console();
        console.result("first");
        assert!(console.is_read());
        let (reader, writer) = std::io::pipe().unwrap();
        console.streams().results = Box::new(writer);
        drop(reader);
        console.result("second");
        assert!(!console.is_read());
        console.message(super::Level::Info, "the other stream is another matter");
        assert!(!console.is_read());
    }
}
