//! `azring doctor [SOURCE [DESTINATION]]`: finds what makes azring slow or makes copies fail.
//!
//! It checks this machine, the connection to a source and to a destination, and what their credentials allow; of an
//! end on this machine, what the user may do there. Each finding says what there is and, if it is not good, what to do.
//! At the destination it writes one object of one byte, or an empty file, and removes it; nothing else is written.

mod machine;

mod service_path;

mod permissions;

mod local_end;

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::Side;
use azring_core::location::Location;
use azring_core::options::{Engine, Options};
use jiff::Timestamp;
use serde_json::json;

use self::permissions::Permissions;
use super::definition::Command;
use crate::advice::Advice;
use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::record::record;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, choice};
use crate::prompt;
use crate::usage_error::{UsageError, word_of};

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "doctor",
        usage: "[<source> [<destination>]] [parameters]",
        brief: "Find causes of slow or failed copies",
    },
    taken: &[
        &row::SOURCE,
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::SOURCE_TYPE,
        &row::DEST,
        &row::DEST_KEY,
        &row::DEST_SAS,
        &row::DEST_TYPE,
        &row::IO,
        &row::CAP_MBPS,
        &row::CA_FILE,
        &row::AUTH,
        &row::TRUSTED_MICROSOFT_SUFFIXES,
        &row::RESPONSE_FILE,
        &row::OUTPUT,
    ],
    has_own_help: false,
    run,
};

/// The result of one check.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    state: State,
    what: &'static str,
    found: String,
    /// What to do; empty for a good finding.
    advice: String,
}

/// The state of what was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As it should be.
    Good,
    /// Copies work, but not as well as they could.
    Poor,
    /// Copies fail.
    Bad,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Poor => "poor",
            Self::Bad => "BAD",
        }
    }
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            state: State::Good,
            what,
            found: found.into(),
            advice: String::new(),
        }
    }

    fn not(state: State, what: &'static str, found: impl Into<String>, advice: &str) -> Self {
        Self {
            state,
            what,
            found: found.into(),
            advice: advice.to_owned(),
        }
    }
}

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let args = COMMAND.read_ends(list)?;
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let engine = intent::engine(&args, &environment)?;
    let mut findings = machine::check(engine.io, engine.bytes_per_second_max);
    if args.has(&row::SOURCE) {
        let location = intent::place(&args, &environment)?;
        findings.extend(end(&args, &environment, &engine, Side::Source, &location)?);
    }
    if args.has(&row::DEST) {
        let location = intent::target(&args, &environment)?;
        findings.extend(end(&args, &environment, &engine, Side::Target, &location)?);
    }
    let json = choice(&args, &row::OUTPUT)? == Some("json");
    for finding in &findings {
        console.result(&if json {
            as_record(finding)
        } else {
            as_lines(finding)
        });
    }
    let is_bad = findings.iter().any(|finding| finding.state == State::Bad);
    Ok(if is_bad {
        Ending::Failure
    } else {
        Ending::Success
    })
}

/// Checks the way to one end, and what its credential allows. At the destination one object is written and removed.
fn end(
    args: &ParsedArgs,
    environment: &Environment,
    engine: &Engine,
    side: Side,
    location: &Location,
) -> Result<Vec<Finding>, UsageError> {
    if let Location::Local(path) = location {
        let mut findings = vec![Finding::good(word_of(side), location.to_string())];
        findings.extend(match side {
            Side::Source => local_end::of_source(path),
            Side::Target => local_end::of_target(path),
        });
        return Ok(findings);
    }
    let advice = Advice::new(args, environment);
    let mut findings = way(engine, side, location, &advice)?;
    if is_reached(&findings) && has_objects(location) {
        let permissions = Permissions {
            engine,
            advice: &advice,
            side,
            location,
        };
        findings.extend(match side {
            Side::Source => permissions.of_source(),
            Side::Target => permissions.of_target(&trial(args, environment, location)?),
        });
    }
    Ok(findings)
}

/// The upload of one object into a directory of its own at the destination.
fn trial(
    args: &ParsedArgs,
    environment: &Environment,
    location: &Location,
) -> Result<Options, UsageError> {
    let stamp = Timestamp::now().as_millisecond();
    let folder = location
        .folder(&format!("{}{stamp}", permissions::FOLDER))
        .map_err(|error| UsageError::meaning(error.to_string()))?;
    intent::trial(args, folder, environment)
}

/// Checks the way to the service of one end.
fn way(
    engine: &Engine,
    side: Side,
    location: &Location,
    advice: &Advice,
) -> Result<Vec<Finding>, UsageError> {
    let Some(place) = location.account_place() else {
        return Err(UsageError::meaning(
            "`doctor` checks folders, files and the connection to a service: give a path, a URL, or nothing",
        ));
    };
    let mut findings = vec![Finding::good(word_of(side), location.to_string())];
    findings.extend(service_path::check(engine, side, location, place, advice));
    Ok(findings)
}

/// Whether the service answered for the location, so that there is something to try. A container that does not
/// exist is not made.
fn is_reached(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.what == "service" && finding.state == State::Good)
}

/// Whether the location holds objects. A table holds entities.
fn has_objects(location: &Location) -> bool {
    matches!(location, Location::Blob(_) | Location::Share(_))
}

fn as_lines(finding: &Finding) -> String {
    let Finding {
        state,
        what,
        found,
        advice,
    } = finding;
    let mut text = format!("{:5} {what:18} {found}", state.word());
    if !advice.is_empty() {
        text.push_str("\n                         ");
        text.push_str(advice);
    }
    text
}

fn as_record(finding: &Finding) -> String {
    let mut fields = json!({
        "state": finding.state.word().to_lowercase(),
        "what": finding.what,
        "found": finding.found,
    });
    if !finding.advice.is_empty() {
        fields["advice"] = finding.advice.as_str().into();
    }
    record(Timestamp::now(), "finding", &fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_stands_below_what_it_is_about() {
        let finding = Finding::not(State::Poor, "locked memory", "64 KiB", "raise it");
        assert_eq!(
            as_lines(&finding),
            "poor  locked memory      64 KiB\n                         raise it"
        );
        assert_eq!(
            as_lines(&Finding::good("kernel", "6.1")),
            "ok    kernel             6.1"
        );
    }

    #[test]
    fn a_finding_is_a_record_too() {
        let finding = Finding::not(State::Bad, "clock", "behind", "set it");
        let record: serde_json::Value = serde_json::from_str(&as_record(&finding)).unwrap();
        assert_eq!(
            (&record["type"], &record["state"]),
            (&"finding".into(), &"bad".into())
        );
        assert_eq!(record["advice"], "set it");
    }
}
