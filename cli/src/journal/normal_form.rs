//! The normal form of a command: the command that its journal stores.
//!
//! It contains what decides which objects are copied and how, and nothing about the user,
//! credentials or output. Two commands with the same normal form are one job. With its credentials
//! the normal form can be run again.

use std::env;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use azring_core::journal::{Command, Needs};
use azring_core::location::Location;
use azring_core::options::Options;

use crate::parameter::{self as row, Dialect, Parameter, Value};
use crate::parsed::{ParsedArgs, translated};
use crate::usage_error::UsageError;

/// The source and the target of a command in normal form: without credentials, with absolute paths.
pub(crate) fn ends_of(options: &Options) -> [String; 2] {
    let folder = env::current_dir().unwrap_or_default();
    let ends = [
        place(&options.source, &folder),
        destination(&options.target, &folder),
    ];
    ends.map(|end| end.to_string_lossy().into_owned())
}

/// The command as its journal stores it.
pub(crate) fn command(args: &ParsedArgs, options: &Options) -> Result<Command, UsageError> {
    let folder = env::current_dir().unwrap_or_default();
    Ok(Command::now(
        words(args, options, &folder)?,
        args.to_string(),
        folder.into_os_string().into_vec(),
        Needs {
            source: needs_credential(&options.source),
            target: needs_credential(&options.target),
        },
    ))
}

/// The words of the normal form, in the order of the table. The dialect stays, since it decides the
/// meaning of patterns.
fn words(args: &ParsedArgs, options: &Options, folder: &Path) -> Result<Vec<Vec<u8>>, UsageError> {
    let dialect = args.dialect().of_rows();
    let mut normal = ParsedArgs::new(dialect);
    for parameter in row::all().filter(|parameter| parameter.identity) {
        if !args.has(parameter) {
            continue;
        }
        if parameter.is(&row::SOURCE) {
            normal.add(parameter, Some(place(&options.source, folder)))?;
        } else if parameter.is(&row::DEST) {
            normal.add(parameter, Some(destination(&options.target, folder)))?;
        } else {
            add_as_it_is(&mut normal, args, parameter, options, folder)?;
        }
    }
    let words = normal.words(dialect).into_iter();
    let words = words.map(OsString::into_vec).chain(filter_files(options));
    Ok(words.collect())
}

/// The beginning of the word about the files that a filter was read from. It is no parameter.
const FILTER_FILES: &[u8] = b"filter-files=";

/// The word about the files that a filter was read from: their digest. Other files make another job.
pub(super) fn filter_files(options: &Options) -> Option<Vec<u8>> {
    let digest = options.selection.filter.digest_of_files()?;
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    Some([FILTER_FILES, digits.collect::<String>().as_bytes()].concat())
}

/// That word of the command in a journal.
pub(super) fn filter_files_of(command: &Command) -> Option<&Vec<u8>> {
    let last = command.words.last();
    last.filter(|word| word.starts_with(FILTER_FILES))
}

fn add_as_it_is(
    normal: &mut ParsedArgs,
    args: &ParsedArgs,
    parameter: &'static Parameter,
    options: &Options,
    folder: &Path,
) -> Result<(), UsageError> {
    // Only a sync is recursive by itself.
    if args.is_off(parameter) && !args.has(&row::SYNC) {
        return Ok(());
    }
    let values = args.typed().filter(|(typed, _)| typed.is(parameter));
    for (_, value) in values {
        let value = match (value, parameter.value) {
            // A relative path would depend on the current folder.
            (Some(_), _) if parameter.is(&row::CA_FILE) => options
                .engine
                .ca_file
                .as_ref()
                .map(|path| absolute(path, folder)),
            (Some(value), _)
                if value != "-" && row::FILTER_FILES.iter().any(|row| row.is(parameter)) =>
            {
                let path = translated(args, value).map_err(UsageError::meaning)?;
                Some(absolute(Path::new(&path), folder))
            }
            (Some(value), Value::Choice(_)) => Some(value.to_ascii_lowercase()),
            (value, _) => value.map(Into::into),
        };
        normal.add(parameter, value)?;
        if parameter.value == Value::Flag {
            break;
        }
    }
    Ok(())
}

/// A location without its credential, independent of the current folder.
fn place(location: &Location, folder: &Path) -> OsString {
    if let Location::Local(path) = location {
        absolute(path, folder)
    } else {
        location.to_string().into()
    }
}

/// The same for a destination. A slash at its end stays, because it marks a folder.
fn destination(location: &Location, folder: &Path) -> OsString {
    let mut place = place(location, folder);
    if let Location::Local(path) = location {
        let typed = path.as_os_str().as_bytes();
        let is_folder = typed.ends_with(b"/") || typed.ends_with(b"/.");
        if is_folder && !place.as_bytes().ends_with(b"/") {
            place.push("/");
        }
    }
    place
}

/// The absolute path without `.` and empty parts. Links are not followed.
fn absolute(path: &Path, folder: &Path) -> OsString {
    let path: PathBuf = folder.join(path).components().collect();
    path.into()
}

fn needs_credential(location: &Location) -> bool {
    location
        .account_place()
        .is_some_and(|place| !place.account.credential.is_anonymous())
}

/// The words of the command in a journal, and their dialect.
pub(crate) fn of_journal(command: &Command) -> (Vec<OsString>, Dialect) {
    let words: Vec<_> = command
        .words
        .iter()
        .filter(|word| !word.starts_with(FILTER_FILES))
        .map(|word| OsString::from_vec(word.clone()))
        .collect();
    let is_slash = words
        .first()
        .is_none_or(|word| word.as_bytes().starts_with(b"/"));
    let dialect = if is_slash {
        Dialect::Slash
    } else {
        Dialect::Dash
    };
    (words, dialect)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use insta::assert_snapshot;

    use super::*;
    use crate::args;
    use crate::intent;
    use crate::intent::tests::alone;

    const KEY: &str =
        "Q0FOQVJZLWFjY291bnQta2V5LW5ldmVyLXRvLWJlLXNlZW4tYW55d2hlcmUtMDEyMzQ1Njc4OWFi";

    fn normal(list: &[&str]) -> Command {
        let list: Vec<_> = list.iter().map(OsString::from).collect();
        let args = args::read(&list).unwrap();
        let options = intent::options(&args, &alone(&[])).unwrap();
        command(&args, &options).unwrap()
    }

    fn joined(list: &[&str]) -> String {
        let words = normal(list).words;
        let words = words.iter().map(|word| String::from_utf8_lossy(word));
        words.collect::<Vec<_>>().join(" ")
    }

    const URL: &str = "https://a.blob.core.windows.net/c";

    #[test]
    fn the_order_the_credentials_and_the_telling_do_not_make_another_job() {
        let source = ["/Source:/data/../data", "/S"];
        let key = format!("/DestKey:{KEY}");
        let plain = normal(&["/Source:/data/../data", "/S", &format!("/Dest:{URL}"), &key]);
        let signed = format!("/Dest:{URL}?sv=2021-01-01&sr=c&sig=CANARY%2Fsig%3D");
        for more in [
            &["/Y", "/V:log", "/NC:3", "/Z:/j", "/Output:json"][..],
            &["/Progress:none", "/IO:threads", "/Memory:1G"],
        ] {
            let mut list = more.to_vec();
            list.push(&signed);
            list.extend(source);
            let other = normal(&list);
            assert_eq!(other.words, plain.words);
            assert_eq!(other.fingerprint(), plain.fingerprint());
        }
        assert_ne!(
            normal(&["/Source:/data/../data", &format!("/Dest:{URL}"), &key]).words,
            plain.words
        );
        assert_snapshot!(joined(&["/S", &signed, "/Source:/data/../data"]), @"/Source:/data/../data /Dest:https://a.blob.core.windows.net/c /S");
        assert_snapshot!(joined(&["--recursive", "--dest", URL, "--source", "/a//b/", "--blob-type", "PAGE", "--dest-key", KEY]), @"--source /a/b --destination https://a.blob.core.windows.net/c --recursive --blob-type page");
    }

    #[test]
    fn a_relative_path_is_one_from_the_root() {
        let here = env::current_dir().unwrap();
        let expected = format!("/Source:{}/x", here.display());
        let url = format!("/Dest:{URL}");
        let words = normal(&["/Source:x", &url]).words;
        assert_eq!(words[0], expected.as_bytes());
    }

    #[test]
    fn a_destination_keeps_the_slash_that_makes_it_a_folder() {
        for (typed, journal) in [
            ("/x", "/Dest:/x"),
            ("/x/", "/Dest:/x/"),
            ("/x//.", "/Dest:/x/"),
            ("/", "/Dest:/"),
        ] {
            let source = format!("/Source:{URL}/a");
            let words = normal(&[&source, &format!("/Dest:{typed}")]).words;
            assert_eq!(words[1], journal.as_bytes(), "{typed}");
        }
    }

    #[test]
    fn no_secret_is_in_a_command() {
        let command = normal(&[
            "/Source:/data",
            &format!("/Dest:{URL}"),
            &format!("/DestKey:{KEY}"),
        ]);
        assert!(command.needs.target && !command.needs.source);
        let signed = normal(&[&format!("/Source:{URL}?sig=CANARY&sv=1"), "/Dest:/data"]);
        assert!(signed.needs.source && !signed.needs.target);
        for command in [command, signed] {
            let text = format!("{command:?}");
            assert!(!text.contains(KEY) && !text.contains("CANARY"), "{text}");
        }
    }

    #[test]
    fn other_names_in_the_file_of_a_filter_make_another_job() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names");
        let of = |names: &str| {
            std::fs::write(&path, names).unwrap();
            let list = format!("/FilesFrom:{}", path.display());
            normal(&["/Source:/data", &format!("/Dest:{URL}"), &list])
        };
        let (first, other) = (of("a\n"), of("a\nb\n"));
        assert_ne!(first.fingerprint(), other.fingerprint());
        assert_eq!(of("a\n").words, first.words);
        let (words, _) = of_journal(&first);
        assert_eq!(words.len() + 1, first.words.len());
        assert!(
            filter_files_of(&first).is_some() && filter_files_of(&first) != filter_files_of(&other)
        );
    }

    #[test]
    fn the_normal_form_is_a_command_that_means_the_same() {
        let first = normal(&[
            "/Source:/data",
            "/S",
            "/Pattern:*.a",
            &format!("/Dest:{URL}"),
        ]);
        let (words, dialect) = of_journal(&first);
        assert_eq!(dialect, Dialect::Slash);
        let list: Vec<_> = words.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(normal(&list).words, first.words);
    }
}
