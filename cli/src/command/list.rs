//! `azring list LOCATION ...`: prints the objects of a folder, a container or a virtual directory, or the
//! keys of the entities of a table.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::sync::Arc;

use azring_core::entry::{Entry, Layout};
use azring_core::location::Location;
use azring_core::options::Selection;
use azring_core::report::NothingSelected;
use azring_core::store::Page;
use azring_core::{Error, Side, job};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::definition::Command;
use super::explain_filter::explain;
use super::list_form::ListForm;
use super::list_table::EntityListing;
use super::one_place::OBJECTS;
use crate::advice::Advice;
use crate::console::{Console, Level, count, size};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::error_text::{nothing_selected, unlisted, unusable};
use crate::listener::record::{named, record};
use crate::parameter::{self as row, joined};
use crate::parsed::{ParsedArgs, choice};
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "list",
        usage: "<location> [parameters]",
        brief: "List the objects of a container, share or folder, or a table's keys",
    },
    taken: &joined::<36>(
        &OBJECTS,
        &[
            &row::PROPERTIES,
            &row::RUNNING_TALLY,
            &row::MACHINE_READABLE,
            &row::MEGA_UNITS,
        ],
    ),
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    list(&COMMAND.read(words)?, console)
}

/// Lists what the parameters say.
pub(super) fn list(args: &ParsedArgs, console: &Arc<Console>) -> Result<Ending, UsageError> {
    if !args.has(&row::SOURCE) {
        return Err(UsageError::meaning(
            "`list` needs the URL of a container or a file share, or of a directory in it, the URL of a table, or the \
             path of a folder",
        ));
    }
    let environment = Environment::of_process(console, prompt::secret_line(console));
    if let Some(ending) = explain(args, &environment, console)? {
        return Ok(ending);
    }
    let location = intent::listed_place(args, &environment)?;
    let engine = intent::engine(args, &environment)?;
    let form = ListForm::of(args)?;
    let json = choice(args, &row::OUTPUT)? == Some("json");
    let advice = Advice::new(args, &environment);
    if let Location::Table(table) = &location {
        let mut of_objects = [
            &row::PATTERN,
            &row::PROPERTIES,
            &row::RUNNING_TALLY,
            &row::MACHINE_READABLE,
            &row::MEGA_UNITS,
        ]
        .into_iter()
        .chain(row::FILTERS.iter().copied());
        if let Some(parameter) = of_objects.find(|parameter| args.has(parameter)) {
            return Err(UsageError::meaning(format!(
                "`{}` is not supported when the source is a table",
                parameter.spelled(args.dialect())
            )));
        }
        let mut listing = EntityListing {
            console,
            json,
            entities: 0,
        };
        return Ok(match listing.list(table, &engine) {
            Ok(()) => {
                listing.end();
                Ending::Success
            }
            Err(error) => {
                let text = unusable(&error, Side::Source, &location, None, &advice);
                console.message(Level::Error, &text);
                not_complete(listing.entities, "entities", console)
            }
        });
    }
    if args.has(&row::PROPERTIES) && !matches!(location, Location::Blob(_)) {
        return Err(UsageError::meaning(format!(
            "`{}` is only for blobs, and `{location}` has none",
            row::PROPERTIES.spelled(args.dialect())
        )));
    }
    let pattern = args.text(&row::PATTERN)?;
    let selection = Selection {
        pattern: pattern.map(Into::into),
        recursive: true,
        filter: intent::filter(args, &location)?,
        metadata: form
            .as_ref()
            .is_some_and(|form| !form.properties.is_empty()),
        facts: form.is_some(),
        versions: form.as_ref().is_some_and(ListForm::has_versions),
        ..Selection::default()
    };
    let mut listing = Listing {
        console,
        json,
        form,
        objects: 0,
        bytes: 0,
        failures: 0,
    };
    let listed = job::list(&location, &selection, &engine, &mut |page| {
        listing.add(page)
    });
    match listed {
        Ok(Some(why)) if why != NothingSelected::Empty => {
            let text = nothing_selected(&why, &location, pattern, args.dialect());
            console.message(Level::Warning, &text);
        }
        Ok(_) => {}
        Err(Error::Usage(text)) => return Err(UsageError::meaning(text)),
        Err(error) => {
            let text = unusable(&error, Side::Source, &location, pattern, &advice);
            console.message(Level::Error, &text);
            return Ok(not_complete(listing.objects, "object(s)", console));
        }
    }
    listing.end();
    Ok(match listing.failures {
        0 => Ending::Success,
        _ => Ending::Failure,
    })
}

/// Reports a listing that ended too early.
fn not_complete(listed: u64, what: &str, console: &Console) -> Ending {
    let listed = count(listed);
    let text = format!("the listing is not complete: it ended after {listed} {what}");
    console.message(Level::Error, &text);
    Ending::Failure
}

/// Prints the objects that are listed, and counts them.
struct Listing<'a> {
    console: &'a Console,
    json: bool,
    form: Option<ListForm>,
    objects: u64,
    bytes: u64,
    failures: u64,
}

impl Listing<'_> {
    /// Prints a page, and names what could not be listed as errors. `Break` when nobody reads standard output any more, as after `| head`.
    fn add(&mut self, page: &Page) -> ControlFlow<()> {
        for (what, error) in &page.unlisted {
            self.failures += 1;
            let text = unlisted(&what.to_string(), error);
            self.console.message(Level::Error, &text);
        }
        for notice in &page.notices {
            self.console.message(Level::Warning, notice);
        }
        for (_, error) in &page.unfound {
            self.failures += 1;
            self.console.message(Level::Error, &error.to_string());
        }
        page.entries.iter().for_each(|entry| self.show(entry));
        if self.console.is_read() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    fn show(&mut self, entry: &Entry) {
        if entry.version.is_unknown() {
            self.failures += 1;
            let text = format!(
                "{}: cannot read its length and time: it is a symbolic link whose target does not exist or is not \
                 accessible, or it was removed",
                entry.name
            );
            self.console.message(Level::Error, &text);
            return;
        }
        if self.form.is_some() && entry.kind == Layout::Folder {
            // AzCopy 10 lists no marks of folders.
            return;
        }
        self.objects += 1;
        self.bytes += entry.bytes;
        self.console.result(&match &self.form {
            form if self.json => as_record(entry, form.as_ref()),
            Some(form) => form.line(entry),
            None => as_line(entry),
        });
    }

    fn end(&self) {
        if let Some(form) = self.form.as_ref().filter(|_| !self.json) {
            if form.tally {
                self.console.result(&form.end(self.objects, self.bytes));
            }
            return;
        }
        self.console.result(&if self.json {
            let fields = json!({ "objects": self.objects, "bytes": self.bytes });
            record(Timestamp::now(), "summary", &fields)
        } else {
            format!(
                "{} object(s), {} ({} bytes)",
                count(self.objects),
                size(self.bytes),
                count(self.bytes)
            )
        });
    }
}

/// `2018-08-16 15:19:39Z          1234  name`.
fn as_line(entry: &Entry) -> String {
    let modified = modified(entry).map_or_else(
        || "-".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    );
    format!("{modified:20} {:>14}  {}", entry.bytes, entry.name)
}

fn as_record(entry: &Entry, form: Option<&ListForm>) -> String {
    let mut fields = named(&entry.name);
    fields.insert("bytes".to_owned(), entry.bytes.into());
    if let Some(time) = modified(entry) {
        fields.insert("modified".to_owned(), format!("{time:.0}").into());
    }
    let properties = form.map_or(&[][..], |form| &form.properties);
    if !properties.is_empty() {
        let shown = properties.iter().map(|property| {
            let value = property.value(entry);
            (property.name().to_owned(), Value::from(value))
        });
        fields.insert("properties".to_owned(), Value::Object(shown.collect()));
    }
    record(Timestamp::now(), "object", &Value::Object(fields))
}

fn modified(entry: &Entry) -> Option<Timestamp> {
    Timestamp::try_from(entry.modified).ok()
}
