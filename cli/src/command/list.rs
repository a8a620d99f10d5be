//! `azring list URL ...`: what a container or virtual directory holds, as it comes, and the sum.

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::Side;
use azring_core::entry::Entry;
use azring_core::location::{BlobLocation, Location};
use azring_core::options::{Engine, Selection};
use azring_core::report::NothingSelected;
use azring_core::select::{Pattern, PatternRule};
use azring_core::store::blob::{self, BlobReadOptions, BlobSource};
use azring_core::store::{ListScope, Source as _, Tools};
use azring_transport::buffer::Pool;
use azring_transport::disk::Disk;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::definition::Command;
use super::service;
use crate::advice::Advice;
use crate::console::{Console, Level, count, size};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::error_text::{nothing_selected, unlisted, unusable};
use crate::listener::record::{named, record};
use crate::parameter as row;
use crate::parsed::choice;
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "list",
        usage: "<url> [parameters]",
        brief: "List the blobs of a container or virtual directory",
    },
    taken: &[
        &row::SOURCE,
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::SOURCE_TYPE,
        &row::PATTERN,
        &row::S,
        &row::CA_FILE,
        &row::RESPONSE_FILE,
        &row::OUTPUT,
    ],
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let args = COMMAND.read(list)?;
    let wanted = || UsageError::meaning("`list` needs the URL of a container or virtual directory");
    if !args.has(&row::SOURCE) {
        return Err(wanted());
    }
    let environment = Environment::of_process(prompt::secret_line(console));
    let location = intent::place(&args, &environment)?;
    let Location::Blob(place) = &location else {
        return Err(wanted());
    };
    let engine = intent::engine(&args, &environment)?;
    let prefix = args.text(&row::PATTERN)?;
    let pattern = Pattern::new(prefix, PatternRule::Prefix)
        .map_err(|error| UsageError::meaning(error.to_string()))?;
    let mut listing = Listing {
        console,
        json: choice(&args, &row::OUTPUT)? == Some("json"),
        objects: 0,
        bytes: 0,
        failures: 0,
    };
    let selection = Selection {
        pattern: prefix.map(Into::into),
        recursive: true,
        ..Selection::default()
    };
    let walked = service::run(walk(
        &engine,
        place.clone(),
        pattern,
        &selection,
        &mut listing,
    ));
    if let Err(error) = &walked {
        let advice = Advice::new(&args, &environment);
        let text = unusable(error, Side::Source, &location, prefix, &advice);
        console.message(Level::Error, &text);
        let listed = count(listing.objects);
        let incomplete = format!("the listing is not complete: it ended after {listed} object(s)");
        console.message(Level::Error, &incomplete);
        return Ok(Ending::Failure);
    }
    match walked {
        Ok(Some(why)) if why != NothingSelected::Empty => {
            let text = nothing_selected(&why, &location, prefix, args.dialect());
            console.message(Level::Warning, &text);
        }
        _ => {}
    }
    listing.end();
    Ok(match listing.failures {
        0 => Ending::Success,
        _ => Ending::Failure,
    })
}

/// Shows every page as it comes. Where nothing came, a URL that is no directory's for certain may be that of a blob, which is
/// shown; else it is told why there is nothing.
async fn walk(
    engine: &Engine,
    place: BlobLocation,
    pattern: Pattern,
    selection: &Selection,
    listing: &mut Listing<'_>,
) -> azring_core::Result<Option<NothingSelected>> {
    let tools = Tools {
        client: service::client(engine)?,
        disk: Disk::threads(),
        pool: Pool::new(0, 1)?,
    };
    let source = BlobSource::directory(place.clone(), pattern, BlobReadOptions::default());
    let source = Arc::new(source);
    let mut pages = Arc::clone(&source).list(&tools, ListScope::default());
    // `azring list | head`: nothing more is asked for than somebody reads.
    while listing.console.is_read()
        && let Some(page) = pages.recv().await
    {
        let page = page?;
        for (what, error) in &page.unlisted {
            listing.failures += 1;
            listing
                .console
                .message(Level::Error, &unlisted(&what.to_string(), error));
        }
        for notice in &page.notices {
            listing.console.message(Level::Warning, notice);
        }
        page.entries.iter().for_each(|entry| listing.show(entry));
    }
    if listing.objects > 0 || listing.failures > 0 {
        return Ok(None);
    }
    if place.directory.is_empty() || place.is_directory || selection.pattern.is_some() {
        // That it cannot be told fails nothing.
        return Ok(source.why_nothing(&tools, selection).await.ok().flatten());
    }
    match blob::look(&tools, &place).await? {
        Some((_, entry)) => listing.show(&entry),
        None => return Err(blob::not_found(&place)),
    }
    Ok(None)
}

/// What was listed so far.
struct Listing<'a> {
    console: &'a Console,
    json: bool,
    objects: u64,
    bytes: u64,
    failures: u64,
}

impl Listing<'_> {
    fn show(&mut self, entry: &Entry) {
        self.objects += 1;
        self.bytes += entry.bytes;
        self.console.result(&if self.json {
            as_record(entry)
        } else {
            as_line(entry)
        });
    }

    fn end(&self) {
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

fn as_record(entry: &Entry) -> String {
    let mut fields = named(&entry.name);
    fields.insert("bytes".to_owned(), entry.bytes.into());
    if let Some(time) = modified(entry) {
        fields.insert("modified".to_owned(), format!("{time:.0}").into());
    }
    record(Timestamp::now(), "object", &Value::Object(fields))
}

fn modified(entry: &Entry) -> Option<Timestamp> {
    Timestamp::try_from(entry.modified).ok()
}
