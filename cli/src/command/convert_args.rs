//! `azring convert-args ...`: prints the same command in the other dialect, quoted for a shell.
//!
//! The parameters of response files are included. A variable replaces each secret.

use std::ffi::OsString;
use std::sync::Arc;

use super::definition::Command;
use crate::args;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::mask::masked;
use crate::parameter::{Dialect, Parameter, RESPONSE_FILE};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "convert-args",
        usage: "<parameters>",
        brief: "Print the same command in the other dialect",
    },
    taken: &[],
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let args = args::read(list)?;
    if args.is_empty() {
        return Err(UsageError::meaning(
            "`convert-args` needs the parameters of a command",
        ));
    }
    let (line, hidden) = convert(&args)?;
    for variable in hidden {
        console.message(
            Level::Info,
            &format!("a secret is not shown: set it in the variable `{variable}`"),
        );
    }
    console.result(&line);
    Ok(Ending::Success)
}

/// The command in the other dialect, and the variables that have to hold its secrets.
fn convert(args: &ParsedArgs) -> Result<(String, Vec<String>), UsageError> {
    let mut other = ParsedArgs::new(match args.dialect() {
        Dialect::Slash => Dialect::Dash,
        Dialect::Dash | Dialect::AzCopy10 => Dialect::Slash,
    });
    let mut hidden = Vec::new();
    for (parameter, value) in args.typed() {
        if parameter.is(&RESPONSE_FILE) {
            continue;
        }
        let is_secret = args.secrets().any(|secret| Some(secret) == value);
        let value = if parameter.secret && is_secret {
            let variable = variable(parameter);
            let reference = format!("@env:{variable}");
            hidden.push(variable);
            Some(reference.into())
        } else {
            value.map(|value| {
                value
                    .to_str()
                    .map_or_else(|| value.to_owned(), |text| masked(text).into())
            })
        };
        other.add(parameter, value)?;
    }
    let mut line = String::from("azring");
    for word in other.words(other.dialect()) {
        line.push(' ');
        line.push_str(&quoted(&word.to_string_lossy()));
    }
    Ok((line, hidden))
}

/// `AZRING_SOURCE_KEY` for `--source-key`.
fn variable(parameter: &Parameter) -> String {
    let name = parameter.dash[0].replace('-', "_");
    format!("AZRING_{}", name.to_ascii_uppercase())
}

/// The word, quoted for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/:.,_-=@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn converted(list: &[&str]) -> (String, Vec<String>) {
        let list: Vec<OsString> = list.iter().map(OsString::from).collect();
        convert(&args::read(&list).unwrap()).unwrap()
    }

    #[test]
    fn a_command_is_printed_in_the_other_dialect() {
        let slash = [
            "/source:/my data",
            "/Dest:https://a.blob.core.windows.net/c",
            "/Pattern:*.txt",
            "/S",
            "/V",
        ];
        assert_snapshot!(converted(&slash).0, @"azring --source '/my data' --destination https://a.blob.core.windows.net/c --include '*.txt' --recursive --verbose");
        let dash = ["--source", "it's", "--include=-x", "--recursive"];
        assert_snapshot!(converted(&dash).0, @r"azring '/Source:it'\''s' /Pattern:-x /S");
    }

    #[test]
    fn a_secret_becomes_a_variable() {
        let (line, hidden) = converted(&[
            "/SourceKey:canary",
            "/DestSAS:@env:MINE",
            "/Source:http://h/c?sig=canary",
        ]);
        assert_snapshot!(line, @"azring --source-key @env:AZRING_SOURCE_KEY --dest-sas @env:MINE --source 'http://h/c?sig=******'");
        assert_eq!(hidden, ["AZRING_SOURCE_KEY"]);
    }

    #[test]
    fn a_shell_reads_the_word_that_was_meant() {
        assert_eq!(quoted("/S"), "/S");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("*&$"), "'*&$'");
    }

    proptest! {
        #[test]
        fn converting_twice_gives_the_same_command(value in "[-a-z/:= *']{1,10}", flag in any::<bool>()) {
            let mut list = vec![OsString::from(format!("/Pattern:{value}"))];
            list.extend(flag.then(|| "/XO".into()));
            let args = args::read(&list).unwrap();
            let dash = args::read(&args.words(Dialect::Dash)).unwrap();
            prop_assert_eq!(dash.words(Dialect::Slash).len(), list.len());
            prop_assert_eq!(convert(&dash).unwrap().0.contains("/XO"), flag);
            prop_assert_eq!(dash.text(&crate::parameter::PATTERN).unwrap(), Some(value.as_str()));
        }
    }
}
