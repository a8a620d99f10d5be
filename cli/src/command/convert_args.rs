//! `azring convert-args ...`: prints the same command in another dialect, quoted for a shell.
//!
//! The parameters of response files are included. A variable replaces each secret.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use super::azcopy10;
use super::definition::{Command, place_first};
use crate::args;
use crate::args::azcopy10::{Disk, Verb, Words, read as read_azcopy10, write as write_azcopy10};
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::mask::masked;
use crate::parameter::{self as row, Dialect, Parameter, RESPONSE_FILE};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "convert-args",
        usage: "[--to slash|dash|azcopy10] [command] <parameters>",
        brief: "Print the same command in another dialect",
    },
    taken: &[],
    has_own_help: false,
    run,
};

/// The commands that can be converted, beside the copy, which has no name.
const COMMANDS: [&str; 6] = ["sync", "move", "list", "remove", "make", "set-properties"];

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (to, rest) = target(list)?;
    let (command, args) = read(rest)?;
    if args.is_empty() {
        return Err(UsageError::meaning(
            "`convert-args` needs the parameters of a command",
        ));
    }
    let (line, hidden) = convert(&command, &args, to)?;
    for variable in hidden {
        console.message(
            Level::Info,
            &format!("a secret is not shown: set it in the variable `{variable}`"),
        );
    }
    console.result(&line);
    Ok(Ending::Success)
}

/// The dialect after `--to`, and the words of the command.
fn target(list: &[OsString]) -> Result<(Option<Dialect>, &[OsString]), UsageError> {
    let (word, rest) = match list {
        [first, word, rest @ ..] if first == "--to" => (word.to_str(), rest),
        [first, rest @ ..] => match first.to_str().and_then(|first| first.strip_prefix("--to=")) {
            Some(word) => (Some(word), rest),
            None => return Ok((None, list)),
        },
        [] => return Ok((None, list)),
    };
    let dialect = match word.map(str::to_ascii_lowercase).as_deref() {
        Some("slash") => Dialect::Slash,
        Some("dash") => Dialect::Dash,
        Some("azcopy10") => Dialect::AzCopy10,
        _ => {
            return Err(UsageError::meaning(
                "`--to` takes `slash`, `dash` or `azcopy10`",
            ));
        }
    };
    Ok((Some(dialect), rest))
}

/// The command's name and its parameters, in any dialect.
fn read(words: &[OsString]) -> Result<(String, ParsedArgs), UsageError> {
    if azcopy10::is_meant(words, OsStr::new("azring"), &COMMANDS)
        && let Some((verb, rest)) = Verb::of(words)
    {
        let disk = Disk {
            exists: &|path| path.exists(),
            is_file: &|path| path.is_file(),
        };
        let read = read_azcopy10(Words::read(verb, rest)?, disk, "azring")?;
        let name = match read.verb {
            Verb::Copy | Verb::Sync => "",
            verb => verb.name(),
        };
        return Ok((name.to_owned(), read.args));
    }
    let name = words.first().and_then(|word| word.to_str());
    let Some(name) = name.filter(|name| COMMANDS.contains(name)) else {
        return Ok((String::new(), args::read(words)?));
    };
    let (source, rest) = place_first(&words[1..]);
    let (target, rest) = place_first(rest);
    let mut args = args::read(rest)?;
    for (place, parameter) in [(source, &row::SOURCE), (target, &row::DEST)] {
        if let Some(place) = place {
            args.add(parameter, Some(place.clone()))?;
        }
    }
    Ok((name.to_owned(), args))
}

/// The command in another dialect, and the variables that have to hold its secrets.
fn convert(
    command: &str,
    args: &ParsedArgs,
    to: Option<Dialect>,
) -> Result<(String, Vec<String>), UsageError> {
    let to = to.unwrap_or(match args.dialect() {
        Dialect::Slash | Dialect::AzCopy10 => Dialect::Dash,
        Dialect::Dash => Dialect::Slash,
    });
    let mut other = ParsedArgs::new(to.of_rows());
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
        check_pattern(parameter, value.as_deref(), args, to)?;
        other.add(parameter, value)?;
    }
    let words = if to == Dialect::AzCopy10 {
        let verb = match command {
            "sync" => Verb::Sync,
            "remove" => Verb::Remove,
            "" if other.has(&row::SYNC) => Verb::Sync,
            "" => Verb::Copy,
            name => {
                return Err(UsageError::meaning(format!(
                    "`{name}` is not converted into AzCopy 10's dialect: `copy`, `sync` and `remove` are"
                )));
            }
        };
        write_azcopy10(verb, &other, args.dialect())?
    } else {
        let name = Some(command).filter(|name| !name.is_empty());
        let words = name.into_iter().map(OsString::from);
        words.chain(other.words(to)).collect()
    };
    let mut line = String::from("azring");
    for word in words {
        line.push(' ');
        line.push_str(&quoted(&word.to_string_lossy()));
    }
    Ok((line, hidden))
}

/// Refuses a pattern that means something else in the slash dialect, where a backslash separates folders.
fn check_pattern(
    parameter: &Parameter,
    value: Option<&OsStr>,
    args: &ParsedArgs,
    to: Dialect,
) -> Result<(), UsageError> {
    let is_pattern = parameter.is(&row::INCLUDE_PATTERN) || parameter.is(&row::EXCLUDE_PATTERN);
    let has_backslash = value.is_some_and(|value| value.as_encoded_bytes().contains(&b'\\'));
    let changes = (args.dialect() == Dialect::Slash) != (to == Dialect::Slash);
    if is_pattern && has_backslash && changes {
        return Err(UsageError::meaning(format!(
            "`{}` has a backslash, which means something else in the other dialect",
            parameter.spelled(args.dialect())
        )));
    }
    Ok(())
}

/// `AZRING_SOURCE_KEY` for `--source-key`.
fn variable(parameter: &Parameter) -> String {
    let name = parameter.dash[0].replace('-', "_");
    format!("AZRING_{}", name.to_ascii_uppercase())
}

/// The word, quoted for a shell.
pub(super) fn quoted(word: &str) -> String {
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
        convert("", &args::read(&list).unwrap(), None).unwrap()
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
            prop_assert_eq!(convert("", &dash, None).unwrap().0.contains("/XO"), flag);
            prop_assert_eq!(dash.text(&crate::parameter::PATTERN).unwrap(), Some(value.as_str()));
        }
    }

    /// The command of these words in a dialect, as words.
    fn through(words: &[String], to: Dialect) -> Vec<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let (command, args) = read(&words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
        let converted = convert(&command, &args, Some(to));
        let (line, _) = converted.unwrap_or_else(|error| panic!("{words:?}: {error}"));
        let line = line.strip_prefix("azring ").unwrap();
        // No word of these tests has a space.
        line.split(' ')
            .map(|word| {
                word.replace(r"'\''", "\0")
                    .replace('\'', "")
                    .replace('\0', "'")
            })
            .collect()
    }

    #[test]
    fn a_command_is_printed_in_azcopy_10s_dialect_and_back() {
        let line =
            "copy /data https://a.blob.core.windows.net/c --recursive --overwrite=ifSourceNewer";
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let slash = through(&words, Dialect::Slash).join(" ");
        assert_snapshot!(slash, @"/Source:/data /Dest:https://a.blob.core.windows.net/c /DestType:Blob /S /AsSubdir /Y /XO /SetContentType:detect /BlobType:detect /Links:skip");
        let words: Vec<_> = slash.split(' ').map(str::to_owned).collect();
        assert_eq!(through(&words, Dialect::AzCopy10).join(" "), line);
    }

    #[test]
    fn what_azcopy_10_cannot_say_is_refused_by_name() {
        let refused = |list: &[&str]| {
            let list: Vec<OsString> = list.iter().map(OsString::from).collect();
            let (command, args) = read(&list).unwrap();
            let converted = convert(&command, &args, Some(Dialect::AzCopy10));
            converted.unwrap_err().to_string()
        };
        let url = "/Dest:https://a.blob.core.windows.net/c";
        for (word, name) in [
            ("/XN", "`/XN`"),
            ("/MinSize:5", "`/MinSize`"),
            ("/IncludePattern:a/*.txt", "`/IncludePattern`"),
            ("/DestKey:a2V5", "`/DestKey`"),
        ] {
            let text = refused(&["/Source:/data", url, "/Y", word]);
            assert!(text.contains(name), "{word}: {text}");
        }
    }

    const FLAGS_OF_COPY: &[&str] = &[
        "--recursive",
        "--overwrite=false",
        "--include-pattern=*.a;[^b]?;{c}",
        "--exclude-path=x;y/z",
        "--include-regex=^a",
        "--block-blob-tier=Cool",
        "--metadata=a=b;c=d",
        "--as-subdir=false",
        "--dry-run",
        "--cap-mbps=5",
        "--log-level=ERROR",
        "--output-type=json",
        "--no-guess-mime-type",
        "--block-size-mb=8",
        "--check-md5=NoCheck",
    ];

    proptest! {
        #[test]
        fn a_command_comes_back_from_every_dialect_as_it_was(
            chosen in proptest::collection::vec(any::<bool>(), FLAGS_OF_COPY.len()),
            is_up in any::<bool>(),
        ) {
            let url = "https://a.blob.core.windows.net/c/d";
            let places = if is_up { ["/data/x", url] } else { [url, "/data/x"] };
            let flags = FLAGS_OF_COPY.iter().zip(&chosen).filter(|(_, is_chosen)| **is_chosen);
            let flags = flags.map(|(flag, _)| *flag);
            let words: Vec<_> = ["copy"].into_iter().chain(places).chain(flags).map(str::to_owned).collect();
            let slash = through(&words, Dialect::Slash);
            let dash = through(&slash, Dialect::Dash);
            let sorted = |mut words: Vec<String>| {
                words.sort();
                words
            };
            // The dash dialect has the order of the table.
            prop_assert_eq!(sorted(through(&dash, Dialect::Slash)), sorted(slash.clone()));
            let back = through(&slash, Dialect::AzCopy10);
            prop_assert_eq!(sorted(through(&back, Dialect::Slash)), sorted(slash));
        }
    }
}
