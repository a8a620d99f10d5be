//! Words in, words out: the command line of azring.
//!
//! A command travels like this: [`words`] reads it in AzCopy's Windows or Linux dialect, with the table in [`parameter`];
//! what was typed becomes [`given`], what it means [`intent`]. Help is made from the same table. How it ends, [`exit`] tells.

mod parameter;

mod words;

mod given;

mod intent;

mod misuse;

mod mask;

mod help;

mod console;

mod exit;

use std::ffi::OsString;
use std::process::ExitCode;

use exit::Ending;
use given::Given;
use intent::Surroundings;
use misuse::Misuse;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let ending = words::read(&words)
        .and_then(|given| answer(&given))
        .unwrap_or_else(|misuse| {
            console::error(&misuse.to_string());
            Ending::Misuse
        });
    ending.into()
}

/// Does what the command asks for.
fn answer(given: &Given) -> Result<Ending, Misuse> {
    if given.is_empty() {
        console::result(&help::short());
    } else if given.has(&parameter::HELP) {
        let topic = given.text(&parameter::HELP)?;
        let page = help::page(topic, given.dialect(), console::page_width())?;
        console::result(&page);
    } else if given.has(&parameter::VERSION) {
        console::result(&help::version());
    } else {
        intent::options(given, &Surroundings::of_process())?;
        return Err(Misuse::meaning("copying is not built yet"));
    }
    Ok(Ending::Success)
}
