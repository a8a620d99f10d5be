//! Tests of the translation.

use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::usage_error::UsageError;

fn translated(line: &str) -> Result<Translation, UsageError> {
    let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
    let (verb, rest) = Verb::of(&words).expect("it is a command");
    let words = Words::read(verb, rest)?;
    let is_file = |path: &Path| path.extension().is_some();
    let disk = Disk {
        exists: &|_| false,
        is_file: &is_file,
    };
    read(words, disk, line)
}

fn rows(line: &str) -> String {
    let args = translated(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let words = args.args.words(crate::parameter::Dialect::Slash);
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn refused(line: &str) -> String {
    match translated(line) {
        Err(error) => error.to_string(),
        Ok(translation) => panic!("{line}: {:?}", translation.args),
    }
}

const C: &str = "https://a.blob.core.windows.net/c";

#[test]
fn a_copy_has_the_defaults_of_azcopy_10() {
    let up = rows(&format!("copy /d {C} --recursive=true"));
    assert_eq!(
        up,
        format!(
            "/Source:/d /Dest:{C} /DestType:Blob /S /AsSubdir /Y /SetContentType:detect /BlobType:detect /Links:skip"
        )
    );
    let down = rows(&format!("cp {C}/v/* /d --recursive"));
    assert_eq!(
        down,
        format!("/Source:{C}/v/ /SourceType:Blob /Dest:/d /S /Y /CheckMD5 /MissingMD5:pass")
    );
    let between = rows(&format!(
        "c {C} https://b.blob.core.windows.net/c --recursive"
    ));
    assert!(
        between.ends_with("/DestType:Blob /S /AsSubdir /Y"),
        "{between}"
    );
}

#[test]
fn a_flag_has_its_value_after_the_sign_or_in_the_next_word() {
    for flag in [
        "--overwrite=ifSourceNewer",
        "--overwrite ifsourcenewer",
        "--overwrite=true --overwrite IFSOURCENEWER",
    ] {
        let text = rows(&format!("copy /d {C} {flag}"));
        assert!(text.contains(" /Y /XO"), "{text}");
    }
    for (flag, is_on) in [
        ("--recursive", true),
        ("--recursive=TRUE", true),
        ("--recursive=1", true),
        ("--recursive=f", false),
        ("--recursive --recursive=false", false),
    ] {
        let text = rows(&format!("copy /d {C} {flag}"));
        assert_eq!(text.contains(" /S "), is_on, "{flag}");
    }
}

#[test]
fn links_posix_properties_and_folders_have_rows_with_files_at_one_end() {
    let all = "--preserve-posix-properties --preserve-symlinks --include-directory-stub";
    let up = rows(&format!("copy /d {C} --recursive {all}"));
    assert!(
        up.contains("/Links:keep /Posix:azcopy /FolderMarks"),
        "{up}"
    );
    let down = rows(&format!(
        "copy {C} /d --recursive {all} --posix-properties-style=AMLFS"
    ));
    assert!(
        down.contains("/Links:keep /Posix:amlfs /FolderMarks"),
        "{down}"
    );
    let down = rows(&format!("copy {C} /d --recursive --include-directory-stub"));
    assert!(!down.contains("/FolderMarks"), "{down}");
    let between = rows(&format!("copy {C} https://b.blob.core.windows.net/c {all}"));
    assert!(
        !between.contains("/Links") && !between.contains("/Posix"),
        "{between}"
    );
    let followed = rows(&format!("sync /d {C} --follow-symlinks"));
    assert!(followed.contains("/Links:follow"), "{followed}");
    let passed_over = rows(&format!("copy /d {C} --recursive"));
    assert!(passed_over.contains("/Links:skip"), "{passed_over}");
    let both = refused(&format!(
        "copy /d {C} --follow-symlinks --preserve-symlinks"
    ));
    assert!(both.contains("exclude each other"), "{both}");
    let sync = refused(&format!("sync /d {C} --include-directory-stub"));
    assert!(sync.contains("in a sync"), "{sync}");
}

#[test]
fn what_has_no_meaning_is_refused_with_what_to_do() {
    for (line, says) in [
        (
            format!("copy /d {C} --recursive true"),
            "`--recursive=true`",
        ),
        (format!("copy /d {C} --recursive=yes"), "`true` or `false`"),
        (format!("copy {C}"), "wrong number of arguments"),
        (
            format!("copy {C}/x {C}/y --from-to=BlobPipe"),
            "a pipe is no place",
        ),
        (format!("copy /d {C} --from-to=BlobLocal"), "does not fit"),
        (
            format!("copy /d {C} --from-to=LocalTape"),
            "for `--from-to`",
        ),
        ("copy https://s3.amazonaws.com/b /d".into(), "Amazon S3"),
        (
            format!("copy /d {C} --recursiv"),
            "Did you mean `--recursive`?",
        ),
        (format!("sync /d {C} --overwrite=true"), "no flag of `sync`"),
        (
            format!("sync /d {C} --force"),
            "`--delete-destination=true`",
        ),
        (format!("copy /d {C} --overwrite=maybe"), "`ifSourceNewer`"),
        (format!("copy /d {C} -r"), "two dashes"),
        (format!("copy /d {C} --overwrite"), "needs a value"),
        (
            format!("copy /d {C} --preserve-permissions"),
            "access control",
        ),
        (format!("copy {C}/a* /d"), "cannot use wildcards"),
        (
            format!("copy /d {C} --include-pattern=a/*.txt"),
            "give `--include-path`",
        ),
    ] {
        let text = refused(&line);
        assert!(text.contains(says), "{line}: {text}");
    }
    for harmless in ["--preserve-permissions=false", "--hardlinks=Follow"] {
        rows(&format!("copy /d {C} {harmless}"));
    }
}

#[test]
fn pipes_have_one_place() {
    let up = rows(&format!("copy {C}/x --from-to=PipeBlob"));
    assert_eq!(up, format!("/Source:- /Dest:{C}/x /DestType:Blob /Y"));
    let down = rows(&format!("copy {C}/x --from-to BlobPipe --recursive"));
    assert!(
        down.starts_with(&format!("/Source:{C}/x /SourceType:Blob /Dest:- /Y")),
        "{down}"
    );
}

#[test]
fn a_sync_deletes_and_asks_as_it_is_told() {
    let text = rows(&format!("sync /d {C}"));
    assert_eq!(
        text,
        format!(
            "/Source:/d /Dest:{C} /DestType:Blob /Sync /Y /SetContentType:detect /BlobType:detect /Links:skip"
        )
    );
    assert!(rows(&format!("sync /d {C} --delete-destination=TRUE")).contains("/Delete:on"));
    let asks = rows(&format!("sync /d {C} --delete-destination prompt"));
    assert!(
        asks.contains("/Delete:ask") && !asks.contains("/Y"),
        "{asks}"
    );
    let always = rows(&format!("sync /d {C} --mirror-mode=true"));
    assert!(always.contains("/Compare:always"), "{always}");
    let file = rows(&format!("sync /d/a.txt {C}"));
    assert!(file.contains("/Y /XO") && !file.contains("/Sync"), "{file}");
    refused(&format!("sync /d/a.txt {C} --delete-destination=true"));
    let flat = rows(&format!("sync /d {C} --recursive=false"));
    assert!(flat.contains("/ExcludePattern:/*/"), "{flat}");
}

#[test]
fn a_removal_asks_nothing() {
    let text = rows(&format!(
        "rm {C}/v --recursive=true --from-to=BlobTrash --delete-snapshots=include"
    ));
    assert_eq!(
        text,
        format!("/Source:{C}/v /SourceType:Blob /S /Y /DeleteSnapshots:include")
    );
    refused(&format!("rm {C}/v --from-to=BlobLocal"));
}

#[test]
fn what_differs_is_said_once() {
    let notices = |line: &str| translated(line).unwrap().notices;
    assert!(notices(&format!("copy /d {C} --put-md5 --check-length=false")).is_empty());
    let lake = "https://a.dfs.core.windows.net/c";
    assert_eq!(
        notices(&format!("copy {lake} {lake}/x --recursive")).len(),
        1
    );
    assert_eq!(
        notices(&format!("copy /d {C} --block-size-mb=0.25")).len(),
        1
    );
    assert!(notices(&format!("copy /d {C} --block-size-mb=8")).is_empty());
    let text = rows(&format!("copy /d {C} --block-size-mb=256"));
    assert!(text.contains("/BlockSizeInMb:100"), "{text}");
}

#[test]
fn every_flag_is_in_the_table_once_for_a_command() {
    for (at, flag) in flags::FLAGS.iter().enumerate() {
        let rest = &flags::FLAGS[at + 1..];
        let twice = rest
            .iter()
            .any(|other| other.name == flag.name && other.verbs & flag.verbs != 0);
        assert!(!twice, "--{}", flag.name);
    }
    assert!(flags::FLAGS.len() >= 60);
}

#[test]
fn filters_are_split_and_mean_the_same() {
    let text = rows(&format!(
        "copy /d {C} --recursive --include-pattern=*.a;{{b}} --include-path=x/;y --exclude-path=z"
    ));
    for word in [
        "/IncludePattern:*.a",
        "/IncludePattern:[{]b[}]",
        "/IncludePath:x /IncludePath:y",
        "/ExcludePath:z",
        "/IncludeMode:all",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let one = rows(&format!("copy /d {C} --include-regex=^a;b$"));
    assert!(one.contains("/IncludeRegex:^a /IncludeRegex:b$"), "{one}");
    assert!(!one.contains("/IncludeMode"), "{one}");
    let files = rows(&format!("copy /d/*.txt {C} --recursive"));
    assert!(
        files.contains("/IncludePattern:/*.txt /IncludePattern:/*.txt/"),
        "{files}"
    );
    let flat = rows(&format!("copy {C}/v/* /d"));
    assert!(flat.contains("/S /ExcludePattern:/*/"), "{flat}");
}
