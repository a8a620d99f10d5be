//! The options that parameters lead to, and commands that are refused.
//!
//! Commands are in the slash dialect; `args` tests that the other dialect has the same results. [`ends`] and [`pipe`]
//! test the source and the destination, [`direction`] what only some directions have, and [`values`] what a parameter
//! becomes. [`every_parameter`] has a row for each parameter, and [`secret`] tests where a key comes from.

mod ends;

mod pipe;

mod direction;

mod values;

mod every_parameter;

mod secret;

use std::cell::OnceCell;
use std::ffi::OsString;

use azring_core::options::Options;

use super::*;
use crate::args;
use crate::environment::Environment;
use crate::file_kind::FileKind;
use crate::usage_error::UsageError;

const UPLOAD: &[&str] = &["/Source:/data", "/Dest:https://a.blob.core.windows.net/c"];
const DOWNLOAD: &[&str] = &["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"];

/// An environment without a terminal and without standard input, with these variables.
pub(crate) fn alone(variables: &[(&str, &str)]) -> Environment {
    Environment {
        is_recalled: false,
        can_ask: false,
        has_input: false,
        variables: variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        program_folder: None,
        file_kind: |_| FileKind::Ordinary,
        tokens: OnceCell::new(),
        console: None,
        secret_line: Box::new(|_| None),
    }
}

fn read(base: &[&str], more: &[&str]) -> Result<Options, UsageError> {
    let words: Vec<OsString> = base.iter().chain(more).map(OsString::from).collect();
    let environment = Environment {
        can_ask: true,
        ..alone(&[])
    };
    options(&args::read(&words)?, &environment)
}

pub(crate) fn upload(more: &[&str]) -> Options {
    read(UPLOAD, more).unwrap()
}

pub(crate) fn upload_with(more: &[&str], environment: &Environment) -> Options {
    let words: Vec<OsString> = UPLOAD.iter().chain(more).map(OsString::from).collect();
    options(&args::read(&words).unwrap(), environment).unwrap()
}

pub(crate) fn refused(base: &[&str], more: &[&str]) -> String {
    read(base, more).expect_err("must be refused").to_string()
}
