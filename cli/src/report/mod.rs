//! The report of a run: one file of HTML with everything in it, to be opened by anybody anywhere. No script, nothing that is
//! asked for from elsewhere, readable in light and in dark, by a screen reader and on paper.
//!
//! `course` has gathered what there is to tell; [`page`] tells it, with `chart` and `histogram` for what is drawn and `html`
//! for what must not be taken for markup. Nothing here knows where azring is run from or with which key.

mod html;

mod scale;

mod figure;

mod chart;

mod histogram;

mod over_time;

mod page;

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::Event;
use jiff::Zoned;

use crate::audience::{End, Listener};
use crate::console::Console;
use crate::course::Course;
use crate::mask::shown;
use crate::misuse::{Misuse, reason};
use crate::output_file;

use page::{Found, Outcome};

/// Opens the file of a report, so that it is known before a run begins whether it can be written. What is in it stays until
/// there is something to put in its place. Only the file's owner can read a new one.
pub(crate) fn open(path: &Path) -> Result<File, Misuse> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| {
            Misuse::meaning(format!(
                "cannot write the report `{}`: {}",
                shown(&path.to_string_lossy()),
                reason(&error)
            ))
        })
}

/// Gathers the course of a run and writes the report at its end, however it ends.
pub(crate) struct Report {
    file: File,
    console: Arc<Console>,
    command: String,
    source: String,
    target: String,
    is_preview: bool,
    begun: Zoned,
    course: RefCell<Course>,
}

impl Report {
    /// The report of a run with these options, which begins now.
    pub(crate) fn new(file: File, command: &str, options: &Options, console: Arc<Console>) -> Self {
        Self {
            file,
            console,
            command: command.to_owned(),
            source: shown(&options.source.to_string()),
            target: shown(&options.target.to_string()),
            is_preview: options.preview,
            begun: Zoned::now(),
            course: RefCell::default(),
        }
    }

    fn write(&self, end: &End<'_>) -> io::Result<()> {
        let course = self.course.borrow();
        let ended = Zoned::now();
        let found = Found {
            version: env!("CARGO_PKG_VERSION"),
            command: &self.command,
            source: &self.source,
            target: &self.target,
            is_preview: self.is_preview,
            begun: &self.begun,
            ended: &ended,
            outcome: match end.result {
                Ok(summary) => Outcome::Run(summary),
                Err(error) => Outcome::Broken(shown(&error.to_string())),
            },
            ending: end.ending,
            course: &course,
        };
        let mut file = &self.file;
        // A pipe or a terminal has no length.
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        file.write_all(page::page(&found).as_bytes())?;
        output_file::finish(file)
    }
}

impl Listener for Report {
    fn hear(&self, event: &Event<'_>) {
        self.course.borrow_mut().hear(event);
    }

    fn hear_end(&self, end: &End<'_>) {
        if let Err(error) = self.write(end) {
            self.console.lost("cannot write the report", &error);
        }
    }
}
