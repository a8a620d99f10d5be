//! Carries a copy out: hands the options to the job, under the eyes of its audience and the hand of the signals, and says
//! how it ended.

use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::Answer;
use azring_core::{Stop, job};

use crate::audience::{Audience, End, Listener};
use crate::console::{Block, Console, Level, Messages, Progress, Records};
use crate::exit::Ending;
use crate::ledger::Ledger;
use crate::misuse::reason;
use crate::settings::Settings;
use crate::verbose_log::VerboseLog;
use crate::{prompt, signal, terminal};

/// Copies what `options` say, and tells it as `settings` say.
pub(crate) fn copy(options: &Options, settings: &Settings, console: &Arc<Console>) -> Ending {
    let stop = Stop::default();
    let switch = stop.clone();
    let caught = match signal::watch(Arc::clone(console), move || switch.stop()) {
        Ok(caught) => caught,
        Err(error) => {
            return failed(
                console,
                &format!("cannot watch for signals: {}", reason(&error)),
            );
        }
    };
    let listeners = match listeners(options, settings, console) {
        Ok(listeners) => listeners,
        Err(text) => return failed(console, &text),
    };
    let audience = Audience::new(listeners, asker(console, &stop));
    let result = job::run(options, None, &audience, &stop);
    let ending = caught
        .ending()
        .unwrap_or_else(|| Ending::of(&result, settings.detailed_codes));
    audience.end(&End {
        result: result.as_ref(),
        ending,
    });
    ending
}

fn failed(console: &Console, text: &str) -> Ending {
    console.message(Level::Error, text);
    Ending::Failure
}

/// Everybody who is to hear of the run; or why that cannot be.
fn listeners(
    options: &Options,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Vec<Box<dyn Listener>>, String> {
    let console = || Arc::clone(console);
    let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
    // Progress first: when it is over, nothing may be drawn over what the others say.
    if let Some(form) = settings.form(console().has_bar()) {
        listeners.push(Box::new(Progress::new(console(), form)));
    }
    if let Some(path) = &settings.verbose_log {
        let log = VerboseLog::open(
            path,
            &settings.command,
            console(),
            options,
            settings.dialect,
        );
        listeners.push(Box::new(
            log.map_err(|error| cannot_write("verbose log", path, &error))?,
        ));
    }
    if let Some(path) = &settings.ledger {
        let ledger = Ledger::open(path, options.preview, console());
        listeners.push(Box::new(
            ledger.map_err(|error| cannot_write("ledger", path, &error))?,
        ));
    }
    listeners.push(Box::new(Messages::new(
        console(),
        options,
        settings.dialect,
    )));
    if settings.json {
        listeners.push(Box::new(Records::new(console(), options)));
    } else {
        listeners.push(Box::new(Block::new(console(), options.preview)));
    }
    Ok(listeners)
}

fn cannot_write(what: &str, path: &Path, error: &io::Error) -> String {
    format!(
        "cannot write the {what} `{}`: {}",
        path.display(),
        reason(error)
    )
}

/// Asks at the terminal, as long as the run is not called off.
fn asker(console: &Arc<Console>, stop: &Stop) -> impl Fn(&str, &str) -> Answer + 'static {
    let console = Arc::clone(console);
    let stop = stop.clone();
    move |source, target| {
        prompt::overwrite(&console, source, target, || terminal::line(|| stop.is_on()))
    }
}
