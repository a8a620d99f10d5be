//! Tests that both dialects mean the same and refuse the same in their own words.

use std::ffi::OsString;

use insta::assert_snapshot;
use proptest::prelude::*;

use std::ffi::OsStr;

use super::*;
use crate::parameter::{self, Parameter, Value};
use crate::parsed::ParsedArgs;

fn words(text: &[&str]) -> Vec<OsString> {
    text.iter().map(OsString::from).collect()
}

fn complaint(text: &[&str]) -> String {
    read(&words(text)).expect_err("must be refused").to_string()
}

#[test]
fn names_are_read_without_regard_to_case_after_a_slash() {
    let args = read(&words(&["/sourceKEY:abc", "/Destkey:def", "/s"])).unwrap();
    assert_eq!(args.text(&parameter::SOURCE_KEY), Ok(Some("abc")));
    assert_eq!(args.text(&parameter::DEST_KEY), Ok(Some("def")));
    assert!(args.has(&parameter::S));
}

#[test]
fn a_value_keeps_every_colon_and_equals_sign_behind_the_first() {
    let url = "https://127.0.0.1:10000/a/c?sv=1&sig=x%3D";
    let slash = read(&words(&[&format!("/Source:{url}")])).unwrap();
    let dash = read(&words(&[&format!("--source={url}")])).unwrap();
    assert_eq!(slash.text(&parameter::SOURCE), Ok(Some(url)));
    assert_eq!(dash.text(&parameter::SOURCE), Ok(Some(url)));
}

#[test]
fn a_dash_parameter_takes_a_path_that_looks_like_a_slash_parameter() {
    let args = read(&words(&["--source", "/S", "--destination", "/V:x"])).unwrap();
    assert_eq!(args.text(&parameter::SOURCE), Ok(Some("/S")));
    assert_eq!(args.text(&parameter::DEST), Ok(Some("/V:x")));
    assert!(!args.has(&parameter::S));
}

#[test]
fn a_value_need_not_be_text_until_somebody_wants_text() {
    use std::os::unix::ffi::OsStringExt;
    let args = read(&[OsString::from_vec(b"/Source:/data/\xff".to_vec())]).unwrap();
    assert_eq!(
        args.raw(&parameter::SOURCE).map(OsStr::as_encoded_bytes),
        Some(&b"/data/\xff"[..])
    );
    assert_snapshot!(args.text(&parameter::SOURCE).unwrap_err(), @"the value of `/Source` is not UTF-8");
}

#[test]
fn an_optional_value_may_be_missing_or_empty() {
    for text in [
        &["/SetContentType"][..],
        &["/SetContentType:"],
        &["--set-content-type"],
        &["--set-content-type="],
    ] {
        let args = read(&words(text)).unwrap();
        assert!(args.has(&parameter::SET_CONTENT_TYPE));
        assert_eq!(args.raw(&parameter::SET_CONTENT_TYPE), None, "{text:?}");
    }
}

#[test]
fn an_unknown_parameter_is_refused_in_azcopys_words() {
    assert_snapshot!(complaint(&["copy"]), @r#"The syntax of the command is incorrect. Error parsing the argument "copy": parameter name is required."#);
    assert_snapshot!(complaint(&["copy", "--source", "x"]), @"The syntax of the command is incorrect. Unrecognized command or argument 'copy'.");
    assert_snapshot!(complaint(&["/MOV"]), @r#"The syntax of the command is incorrect. Unknown parameter "/MOV". Did you mean `/Move`?"#);
    assert_snapshot!(complaint(&["/SorceKey:abc"]), @r#"The syntax of the command is incorrect. Unknown parameter "/SorceKey". Did you mean `/SourceKey`?"#);
    assert_snapshot!(complaint(&["/recursive"]), @r#"The syntax of the command is incorrect. Unknown parameter "/recursive". Did you mean `/S`?"#);
    assert_snapshot!(complaint(&["/home/me/data", "/Dest:x"]), @r#"The syntax of the command is incorrect. Error parsing the argument "/home/me/data": parameter name is required."#);
    assert_snapshot!(complaint(&["/home/me/data", "https://a.blob.core.windows.net/c?sig=x"]), @r#"The syntax of the command is incorrect. Error parsing the argument "/home/me/data": parameter name is required. Name both places: `/Source:<source> /Dest:<destination>` or `--source <source> --destination <destination>`. AzCopy 10's commands begin with `copy`."#);
    assert_snapshot!(complaint(&["--source", "x", "--delete-destination", "true"]), @"The syntax of the command is incorrect. `--delete-destination` is a flag of AzCopy 10: begin the command with AzCopy 10's word, `azring sync ...`.");
    assert_snapshot!(complaint(&["--sorce", "x"]), @"The syntax of the command is incorrect. Unrecognized command or argument '--sorce'. Did you mean `--source`?");
    assert_snapshot!(complaint(&["--recursive", "data"]), @"The syntax of the command is incorrect. Unrecognized command or argument 'data'.");
}

#[test]
fn a_value_is_there_where_one_is_needed_and_nowhere_else() {
    assert_snapshot!(complaint(&["/Source"]), @"The syntax of the command is incorrect. `/Source` needs a value: `/Source:<source>`.");
    assert_snapshot!(complaint(&["/Source:"]), @"The syntax of the command is incorrect. `/Source` needs a value: `/Source:<source>`.");
    assert_snapshot!(complaint(&["/S:yes"]), @"The syntax of the command is incorrect. `/S` takes no value.");
    assert_snapshot!(complaint(&["--source"]), @"The syntax of the command is incorrect. `--source` needs a value: `--source <source>`.");
    assert_snapshot!(complaint(&["--source="]), @"The syntax of the command is incorrect. `--source` needs a value: `--source <source>`.");
    assert_snapshot!(complaint(&["--source", "--recursive"]), @"The syntax of the command is incorrect. `--source` needs a value: `--source <source>`.");
    assert_snapshot!(complaint(&["--recursive=yes"]), @"The syntax of the command is incorrect. `--recursive` takes no value.");
}

#[test]
fn a_value_is_given_once_and_a_flag_as_often_as_one_likes() {
    assert_snapshot!(complaint(&["/Pattern:a", "/pattern:b"]), @"The syntax of the command is incorrect. `/Pattern` is given more than once.");
    assert_snapshot!(complaint(&["--include", "a", "--include=b"]), @"The syntax of the command is incorrect. `--include` is given more than once.");
    assert!(read(&words(&["/S", "/s"])).is_ok());
    assert!(read(&words(&["--recursive", "--recursive"])).is_ok());
}

#[test]
fn a_flag_of_the_linux_dialect_may_say_true_or_false() {
    let is_recursive = |text: &[&str]| read(&words(text)).unwrap().has(&parameter::S);
    for yes in ["true", "True", "1", "t"] {
        assert!(is_recursive(&[&format!("--recursive={yes}")]), "{yes}");
    }
    for no in ["false", "FALSE", "0"] {
        assert!(!is_recursive(&[&format!("--recursive={no}")]), "{no}");
    }
    assert!(!is_recursive(&["--recursive", "--recursive=false"]));
    assert!(is_recursive(&["--recursive=false", "--recursive=true"]));
    assert_snapshot!(complaint(&["--source=true", "--source=false"]), @"The syntax of the command is incorrect. `--source` is given more than once.");
    assert_snapshot!(complaint(&["/S:true"]), @"The syntax of the command is incorrect. `/S` takes no value.");
}

#[test]
fn the_dialects_are_not_mixed() {
    assert_snapshot!(complaint(&["/Source:x", "--recursive"]), @"The syntax of the command is incorrect. `--recursive` is in another dialect than the rest of the command: write it `/S`.");
    assert_snapshot!(complaint(&["--source", "x", "/S"]), @"The syntax of the command is incorrect. `/S` is in another dialect than the rest of the command: write it `--recursive`.");
    assert_snapshot!(complaint(&["--source", "x", "/DestKey:abc"]), @"The syntax of the command is incorrect. `/DestKey` is in another dialect than the rest of the command: write it `--dest-key`.");
}

#[test]
fn a_stray_key_is_not_shown() {
    let key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    for text in [
        &[key][..],
        &["/S", key],
        &["--recursive", key],
        &["--source-key=", key],
    ] {
        assert!(!complaint(text).contains(&key[..20]), "{text:?}");
    }
}

/// A parameter with a value that it may have; `None` for none.
fn one_given() -> impl Strategy<Value = (&'static Parameter, Option<String>)> {
    let rows: Vec<_> = parameter::all().collect();
    prop::sample::select(rows).prop_flat_map(|row| {
        let value = match row.value {
            Value::Flag => Just(None).boxed(),
            Value::Switch => prop::option::of(Just("off".to_owned())).boxed(),
            Value::Optional(_) => prop::option::of(any_value()).boxed(),
            Value::Required(_) | Value::Choice(_) | Value::Repeated(_) => {
                any_value().prop_map(Some).boxed()
            }
        };
        (Just(row), value)
    })
}

/// Text that parsers often read wrongly: colons, equals signs, slashes, dashes, quotes.
fn any_value() -> impl Strategy<Value = String> {
    "[-a-zA-Z0-9/:=?&#@.*' \"\\\\äß]{1,12}"
}

fn slash_words(list: &[(&'static Parameter, Option<String>)]) -> Vec<OsString> {
    list.iter()
        .map(|(row, value)| match value {
            Some(value) => format!("/{}:{value}", row.slash),
            None => format!("/{}", row.slash),
        })
        .map(OsString::from)
        .collect()
}

/// `joined`: `--name=value`, else two words. As in every Unix program, a value that begins with a
/// dash must be joined.
fn dash_words(list: &[(&'static Parameter, Option<String>)], joined: bool) -> Vec<OsString> {
    list.iter()
        .flat_map(|(row, value)| match value {
            Some(value) if joined || value.starts_with('-') => {
                vec![format!("--{}={value}", row.dash[0])]
            }
            Some(value) => vec![format!("--{}", row.dash[0]), value.clone()],
            None => vec![format!("--{}", row.dash[0])],
        })
        .map(OsString::from)
        .collect()
}

/// The parameters in an order that does not depend on the dialect; `None` if the command was
/// refused.
fn meaning(words: &[OsString]) -> Option<Vec<(&'static str, Option<OsString>)>> {
    let args = read_typed(words).ok()?;
    let mut list: Vec<_> = args
        .typed()
        .map(|(row, value)| (row.slash, value.map(ToOwned::to_owned)))
        .collect();
    list.sort_by_key(|&(name, _)| name);
    Some(list)
}

proptest! {
    #[test]
    fn every_command_means_the_same_in_both_dialects(
        list in prop::collection::vec(one_given(), 1..8),
        joined in any::<bool>(),
    ) {
        prop_assert_eq!(meaning(&slash_words(&list)), meaning(&dash_words(&list, joined)));
    }

    #[test]
    fn no_words_whatever_upset_the_reader(list in prop::collection::vec("[-/a-zA-Z:=@?]{0,10}", 0..6)) {
        let _ = read(&words(&list.iter().map(String::as_str).collect::<Vec<_>>()));
    }
}

/// Reads a command whose `@FILE` stands for a response file with this text.
fn with_file(command: &[&str], text: &str) -> Result<ParsedArgs, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().to_str().unwrap();
    let words: Vec<OsString> = command
        .iter()
        .map(|word| word.replace("@FILE", path).into())
        .collect();
    read(&words).map_err(|error| error.to_string().replace(path, "FILE"))
}

#[test]
fn a_response_file_is_read_as_if_it_stood_on_the_command_line() {
    let text = "# the copy\n/Source:http://h/c /Dest:\"/my folder\"\n\n/sourcekey:abc\n/S\n/Y\n";
    let args = with_file(&["/@:@FILE", "/XO"], text).unwrap();
    assert_eq!(args.text(&parameter::SOURCE), Ok(Some("http://h/c")));
    assert_eq!(args.text(&parameter::DEST), Ok(Some("/my folder")));
    assert_eq!(args.text(&parameter::SOURCE_KEY), Ok(Some("abc")));
    for flag in [&parameter::S, &parameter::Y, &parameter::XO] {
        assert!(args.has(flag));
    }
    let args = with_file(&["--config-file", "@FILE"], "--source /x\n--recursive").unwrap();
    assert_eq!(args.text(&parameter::SOURCE), Ok(Some("/x")));
    assert!(args.has(&parameter::S));
}

#[test]
fn a_response_file_may_be_on_a_drive_of_windows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("files")).unwrap();
    std::fs::write(folder.path().join("files/copy.txt"), "/Source:http://h/c").unwrap();
    let map = format!("/MapDrive:C:={}", folder.path().display());
    let args = read(&words(&["/@:C:\\files\\copy.txt", &map])).unwrap();
    assert_eq!(args.text(&parameter::SOURCE), Ok(Some("http://h/c")));
    assert_snapshot!(complaint(&["/@:C:\\files\\copy.txt"]), @r"cannot read the response file `C:\files\copy.txt`: `C:\files\copy.txt` is a Windows path: give a local path, or map the drive to a folder, for example `/MapDrive:C:=/mnt/c`");
}

#[test]
fn several_response_files_mix_with_arguments() {
    let source = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(source.path(), "/Source:http://h/c").unwrap();
    let first = format!("/@:{}", source.path().display());
    let args = with_file(&[&first, "/SourceKey:k", "/@:@FILE"], "/Dest:/x /S").unwrap();
    assert_eq!(args.text(&parameter::SOURCE), Ok(Some("http://h/c")));
    assert_eq!(args.text(&parameter::SOURCE_KEY), Ok(Some("k")));
    assert_eq!(args.text(&parameter::DEST), Ok(Some("/x")));
}

#[test]
fn each_misuse_of_a_response_file_is_reported_with_its_file_and_line() {
    let wrong = |text| with_file(&["/@:@FILE", "/Dest:/x"], text).unwrap_err();
    // The article's example of a failure: a parameter that continues on the next line.
    assert_snapshot!(wrong("/S\n/sourcekey:\nabc\n"), @"The syntax of the command is incorrect. `/SourceKey` needs a value: `/SourceKey:<key>`. (response file `FILE`, line 2)");
    assert_snapshot!(wrong("http://h/c\n/S"), @r#"The syntax of the command is incorrect. Error parsing the argument "http://h/c": parameter name is required. (response file `FILE`, line 1)"#);
    assert_snapshot!(wrong("/S\n\n/Dest:/y"), @"The syntax of the command is incorrect. `/Dest` is given more than once. (response file `FILE`, line 3)");
    assert_snapshot!(wrong("/@:other.txt"), @"The syntax of the command is incorrect. `/@` cannot be used in a response file. (response file `FILE`, line 1)");
    assert_snapshot!(wrong("/Source:\"/my\nfolder\""), @"The syntax of the command is incorrect. A quote is not closed: a parameter cannot continue on the next line. (response file `FILE`, line 1)");
    assert_snapshot!(wrong("--recursive"), @"The syntax of the command is incorrect. `--recursive` is in another dialect than the rest of the command: write it `/S`. (response file `FILE`, line 1)");
    assert_snapshot!(with_file(&["/@:@FILE/x"], "").unwrap_err(), @"cannot read the response file `FILE/x`: not a directory");
    let dash = |text| with_file(&["--config-file=@FILE"], text).unwrap_err();
    assert_snapshot!(dash("--source\n/x"), @"The syntax of the command is incorrect. `--source` needs a value: `--source <source>`. (response file `FILE`, line 1)");
    assert_snapshot!(dash("--recursive --config-file x"), @"The syntax of the command is incorrect. `--config-file` cannot be used in a response file. (response file `FILE`, line 1)");
}
