//! What each parameter comes to, and what is refused. Written in the slash dialect; `args` tests that the other one
//! gives the same.

mod every_parameter;

use insta::assert_snapshot;

use std::ffi::OsString;

use super::*;
use std::path::PathBuf;

use azring_core::location::Location;
use azring_core::options::{
    BlobType, ContentType, CopyWay, Durability, ExtensionTypes, Io, Options, Overwrite,
};
use azring_transport::auth::Credential;

use crate::environment::Environment;
use crate::parameter as row;
use crate::usage_error::UsageError;

use crate::args;
use crate::file_kind::FileKind;
use crate::parameter::Value;

/// The emulator's account key, which Microsoft publishes.
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const UPLOAD: &[&str] = &["/Source:/data", "/Dest:https://a.blob.core.windows.net/c"];
const DOWNLOAD: &[&str] = &["/Source:https://a.blob.core.windows.net/c", "/Dest:/data"];

/// Nobody at the terminal, nothing on standard input, these variables.
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

#[test]
fn a_bare_copy_gets_azcopys_defaults() {
    let options = upload(&[]);
    assert_eq!(options.source.to_string(), "/data");
    assert_eq!(
        options.target.to_string(),
        "https://a.blob.core.windows.net/c"
    );
    assert!(options.selection.pattern.is_none() && !options.selection.recursive);
    assert!(!options.conflict.skip_older && !options.conflict.skip_newer);
    assert_eq!(options.conflict.overwrite, Overwrite::Ask);
    assert_eq!(options.upload.content_type, ContentType::Unset);
    assert_eq!(options.upload.block_bytes, 4 << 20);
    assert!(options.integrity.store_md5 && options.integrity.crc64);
    assert!(!options.integrity.check_md5 && !options.download.keep_modified);
    assert_eq!(options.download.durability, Durability::Batch);
    assert_eq!(options.engine.concurrency, None);
    assert_eq!(options.engine.io, Io::Auto);
    assert!(options.engine.memory_bytes.is_none() && options.engine.ca_file.is_none());
    assert!(!options.preview);
}

#[test]
fn flags_switch_on_what_they_name() {
    let options = upload(&["/S", "/XO", "/XN", "/L", "/CheckMD5", "/MT"]);
    assert!(options.selection.recursive && options.preview);
    assert!(options.conflict.skip_older && options.conflict.skip_newer);
    assert!(options.integrity.check_md5 && options.download.keep_modified);
}

#[test]
fn attributes_are_asked_for_by_their_letters() {
    let rule = upload(&["/A", "/IA:rh", "/XA:SO"]).selection.attributes;
    assert!(rule.archive_only);
    assert_eq!(
        (rule.include.to_string(), rule.exclude.to_string()),
        ("RH".into(), "SO".into())
    );
    assert!(upload(&[]).selection.attributes.is_void());
}

#[test]
fn a_pattern_ignores_case_in_the_slash_dialect_only() {
    let options = upload(&["/Pattern:a*"]);
    assert_eq!(options.selection.pattern.as_deref(), Some("a*"));
    assert!(options.selection.ignore_case);
    let dash = [
        "--source=/data",
        "--destination=https://a.blob.core.windows.net/c",
    ];
    let options = read(&dash, &["--include", "a*"]).unwrap();
    assert_eq!(options.selection.pattern.as_deref(), Some("a*"));
    assert!(!options.selection.ignore_case);
}

#[test]
fn what_exists_is_asked_about_only_where_somebody_answers() {
    assert_eq!(upload(&["/Y"]).conflict.overwrite, Overwrite::Always);
    let words: Vec<OsString> = UPLOAD.iter().map(OsString::from).collect();
    let unattended = options(&args::read(&words).unwrap(), &alone(&[]));
    assert_eq!(unattended.unwrap().conflict.overwrite, Overwrite::Never);
}

#[test]
fn azrings_own_parameters_reach_the_engine() {
    let own = [
        "/IO:Threads",
        "/Memory:512M",
        "/MD5:off",
        "/CRC64:OFF",
        "/Durability:file",
        "/CaFile:ca.pem",
        "/NC:512",
        "/BlockSizeInMb:100",
    ];
    let options = upload(&own);
    assert_eq!(options.engine.io, Io::Threads);
    assert_eq!(options.engine.memory_bytes, Some(512 << 20));
    assert!(!options.integrity.store_md5 && !options.integrity.crc64);
    assert_eq!(options.download.durability, Durability::File);
    assert_eq!(options.engine.ca_file, Some(PathBuf::from("ca.pem")));
    assert_eq!(options.engine.concurrency, Some(512));
    assert_eq!(options.upload.block_bytes, 100 << 20);
}

#[test]
fn a_content_type_is_the_extensions_or_the_given_one() {
    let of = |word| upload(&[word]).upload.content_type;
    assert_eq!(
        of("/SetContentType"),
        ContentType::ByExtension(ExtensionTypes::default())
    );
    assert_eq!(
        of("/SetContentType:video/mp4"),
        ContentType::Fixed("video/mp4".into())
    );
    assert_snapshot!(refused(UPLOAD, &["/SetContentType:a\nb"]), @r"`a\u{a}b` as the value of `/SetContentType` contains a character that is not allowed in headers");
}

#[test]
fn a_key_or_a_signature_goes_to_its_own_side() {
    let key = format!("/DestKey:{KEY}");
    assert!(read(UPLOAD, &[&key]).is_ok());
    assert!(read(DOWNLOAD, &["/SourceSAS:?sv=2020-01-01&sig=abc%3D"]).is_ok());
    let misplaced = refused(UPLOAD, &[&format!("/SourceKey:{KEY}")]);
    assert!(!misplaced.contains(KEY));
    assert_snapshot!(misplaced, @r#"Error parsing source location "/data": `/data` is a path of this machine, but an account key is given for it. For more details, please type "azring /?:Source"."#);
    assert_snapshot!(refused(UPLOAD, &["/DestKey:no base64!"]), @r#"Error parsing destination location "https://a.blob.core.windows.net/c": the key given for the account `a` is not base64: copy it again from the account's access keys. For more details, please type "azring /?:Dest"."#);
}

#[test]
fn a_service_is_named_where_the_host_does_not_tell() {
    let emulator = ["/Source:http://127.0.0.1:10000/a/c", "/Dest:/data"];
    assert!(read(&emulator, &["/SourceType:blob"]).is_ok());
    assert_snapshot!(refused(&emulator, &["/SourceType:Table", "/SourceKey:a2V5"]), @"`Table` as the value of `/SourceType` is not built yet in azring 0.1.0");
    assert_snapshot!(refused(UPLOAD, &["/DestType:queue"]), @"`queue` is no value of `/DestType`: it takes `Blob`, `File`, `Table`");
}

#[test]
fn a_location_that_is_none_is_named_with_its_side_and_without_its_secrets() {
    let source = ["/Source:ftp://host/x", "/Dest:/data"];
    assert_snapshot!(refused(&source, &[]), @r#"Error parsing source location "ftp://host/x": `ftp://` is not supported: a location is a path of this machine or a URL that begins with `https://` or `http://`. For more details, please type "azring /?:Source"."#);
    let target = [
        "/Source:/data",
        "/Dest:https://a.blob.core.windows.net?sig=canary",
    ];
    let text = refused(&target, &[]);
    assert!(!text.contains("canary"));
    assert_snapshot!(text, @r#"Error parsing destination location "https://a.blob.core.windows.net?sig=******": the URL names no container: copying a whole account is not supported. For more details, please type "azring /?:Dest"."#);
    assert_snapshot!(refused(&["/Source:C:\\data", UPLOAD[1]], &[]), @r#"Error parsing source location "C:\data": `C:\data` is a Windows path: give a path of this machine, or map the drive to a folder, for example `/MapDrive:C:=/mnt/c`. For more details, please type "azring /?:Source"."#);
}

#[test]
fn both_ends_are_needed() {
    assert_snapshot!(refused(&UPLOAD[..1], &[]), @"`/Dest` is missing: both a source and a destination are needed");
    assert_snapshot!(refused(&["--destination=/x"], &[]), @"`--source` is missing: both a source and a destination are needed (data from a pipe is a source too)");
}

#[test]
fn a_number_stays_within_azcopys_limits() {
    assert_snapshot!(refused(UPLOAD, &["/NC:0"]), @"Parallel operations count must be positive: `/NC` is 0");
    assert_snapshot!(refused(UPLOAD, &["/NC:513"]), @"`/NC` must be between 1 and 512");
    assert_snapshot!(refused(UPLOAD, &["/NC:many"]), @"`many` is no number, but `/NC` needs one");
    assert_snapshot!(refused(UPLOAD, &["/BlockSizeInMb:104"]), @"BlockSize must be between 4MB and 100MB.");
    assert_snapshot!(refused(UPLOAD, &["/BlockSizeInMb:6"]), @"BlockSize must be multiple of 4MB.");
    assert_snapshot!(refused(UPLOAD, &["/Memory:lots"]), @"`lots` is no size, but `/Memory` needs one: a number of bytes, or a number followed by K, M, G or T, for example `512M`");
    assert_snapshot!(refused(UPLOAD, &["/Memory:1M"]), @"`/Memory` must be at least 32M");
}

#[test]
fn a_choice_is_one_of_the_known_words() {
    assert_snapshot!(refused(UPLOAD, &["/IO:fast"]), @"`fast` is no value of `/IO`: it takes `auto`, `ring`, `threads`");
    assert_snapshot!(refused(UPLOAD, &["/MD5:yes"]), @"`yes` is no value of `/MD5`: it takes `on`, `off`");
    assert_snapshot!(refused(UPLOAD, &["/BlobType:tape"]), @"`tape` is no value of `/BlobType`: it takes `block`, `page`, `append`");
    let blob_type = |word| read(UPLOAD, &[word]).unwrap().upload.blob_type;
    assert_eq!(blob_type("/BlobType:Block"), Some(BlobType::Block));
    assert_eq!(blob_type("/BlobType:PAGE"), Some(BlobType::Page));
    assert_eq!(blob_type("/BlobType:append"), Some(BlobType::Append));
}

#[test]
fn two_folders_are_no_copy() {
    assert_snapshot!(refused(&["/Source:/a", "/Dest:/b"], &[]), @"Both Source and Destination are locally accessible locations. At least one of source and destination should be an Azure Storage location.");
}

#[test]
fn a_place_is_not_copied_onto_itself() {
    let same = [DOWNLOAD[0], UPLOAD[1]];
    assert_snapshot!(refused(&same, &[]), @"Source and destination cannot be the same.");
}

#[test]
fn between_services_either_the_service_copies_or_this_machine() {
    let between = [DOWNLOAD[0], "/Dest:https://b.blob.core.windows.net/c"];
    let options = read(&between, &["/SyncCopy", "/Snapshot"]).unwrap();
    assert!(options.sync_copy && options.selection.snapshots);
    let way = |words| read(&between, words).unwrap().copy_way;
    assert_eq!(way(&[]), CopyWay::Auto);
    assert_eq!(way(&["/ServerCopy:async"]), CopyWay::Async);
    assert_eq!(way(&["/servercopy:Blocks"]), CopyWay::Blocks);
    assert_snapshot!(refused(&between, &["/SyncCopy", "/ServerCopy:auto"]), @"`/SyncCopy` and `/ServerCopy` exclude each other: either this machine copies or the service does");
    assert_snapshot!(refused(UPLOAD, &["/ServerCopy:async"]), @"`/ServerCopy` is only for copies from a service to a service");
    assert_snapshot!(refused(&between, &["/SyncCopy", "/CheckMD5"]), @"`/CheckMD5` is only for downloads");
}

#[test]
fn what_is_for_uploads_is_refused_on_a_download() {
    assert_snapshot!(refused(DOWNLOAD, &["/BlobType:block"]), @"`/BlobType` is only for uploads to blobs");
    assert_snapshot!(refused(DOWNLOAD, &["/SetContentType"]), @"`/SetContentType` is only for uploads");
}

#[test]
fn a_delimiter_is_one_character_of_a_download() {
    let delimiter = |word| read(DOWNLOAD, &[word]).unwrap().download.delimiter;
    assert_eq!(delimiter("/Delimiter:#"), '#');
    assert_eq!(delimiter("/Delimiter:ü"), 'ü');
    assert_eq!(read(DOWNLOAD, &[]).unwrap().download.delimiter, '/');
    assert_snapshot!(refused(DOWNLOAD, &["/Delimiter:::"]), @"`::` as the value of `/Delimiter` is not a single character");
    assert_snapshot!(refused(UPLOAD, &["/Delimiter:#"]), @"`/Delimiter` is only for downloads of blobs");
}

#[test]
fn a_local_pattern_does_not_climb() {
    for pattern in [
        "/Pattern:..",
        "/Pattern:../x",
        "/Pattern:x/..",
        "/Pattern:a..",
    ] {
        assert!(refused(UPLOAD, &[pattern]).starts_with("Search pattern cannot contain"));
    }
    for pattern in ["/Pattern:a..b", "/Pattern:..a123"] {
        assert!(read(UPLOAD, &[pattern]).is_ok(), "{pattern}");
    }
    // To a service it is only the beginning of a name.
    assert!(read(DOWNLOAD, &["/Pattern:../x"]).is_ok());
}

#[test]
fn every_parameter_that_is_not_built_is_refused_by_its_name() {
    for parameter in row::all().filter(|parameter| !parameter.built) {
        let name = parameter.slash;
        let word = match parameter.value {
            Value::Flag | Value::Optional(_) => format!("/{name}"),
            Value::Choice(choices) => format!("/{name}:{}", choices[0].word),
            Value::Required("MB") => format!("/{name}:32"),
            Value::Required(_) | Value::Repeated(_) => format!("/{name}:R"),
        };
        let text = [UPLOAD, DOWNLOAD].map(|base| refused(base, &[&word]));
        let is_told = |text: &String| text.starts_with(&format!("`/{name}` is "));
        assert!(text.iter().all(is_told), "{text:?}");
        let is_table = parameter.applies_to == [row::Service::Tables];
        let not_built = format!("`/{name}` is not built yet");
        assert!(
            is_table || text.iter().any(|text| text.starts_with(&not_built)),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_for_one_direction_is_refused_in_the_others() {
    let between = [DOWNLOAD[0], "/Dest:https://b.blob.core.windows.net/c"];
    assert_snapshot!(refused(DOWNLOAD, &["/IA:R"]), @"`/IA` is only for uploads");
    assert_snapshot!(refused(UPLOAD, &["/Delimiter:#"]), @"`/Delimiter` is only for downloads of blobs");
    assert_snapshot!(refused(&between, &["/Delimiter:#"]), @"`/Delimiter` is only for downloads of blobs");
    assert_snapshot!(refused(UPLOAD, &["/Snapshot"]), @"`/Snapshot` is only for copies from blobs");
    assert_snapshot!(refused(UPLOAD, &["/SyncCopy"]), @"`/SyncCopy` is only for copies from a service to a service");
    assert_snapshot!(refused(&between, &["/BlobType:page"]), @"`/BlobType` is only for uploads to blobs");
    assert_snapshot!(refused(UPLOAD, &["/PKRS:a#b"]), @"`/PKRS` is only for tables");
}

#[test]
fn values_are_checked_before_anything_is_refused_as_not_built() {
    assert_snapshot!(refused(UPLOAD, &["/XA:RQ"]), @"`Q` is no attribute: `/XA` takes letters of `RASHCNETOI`");
    assert_snapshot!(refused(UPLOAD, &["/SplitSize:16"]), @"`/SplitSize` must be at least 32");
    assert_snapshot!(refused(UPLOAD, &["/PayloadFormat:XML"]), @"`XML` is no value of `/PayloadFormat`: it takes `JSON`, `CSV`");
    assert_snapshot!(refused(UPLOAD, &["/Snapshot", "/NC:0"]), @"Parallel operations count must be positive: `/NC` is 0");
}

const BLOB: &str = "https://a.blob.core.windows.net/c/d/e.gz";

#[test]
fn a_pipe_is_the_source_if_there_is_no_other_or_if_it_is_named() {
    let piped = |words: &[&str], has_input| {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let environment = Environment {
            has_input,
            ..alone(&[])
        };
        let options = options(&args::read(&words).unwrap(), &environment).unwrap();
        (options.source.to_string(), options.target.to_string())
    };
    let inward = ("-".to_owned(), BLOB.to_owned());
    assert_eq!(piped(&[&format!("--destination={BLOB}")], true), inward);
    assert_eq!(
        piped(&[&format!("/Dest:{BLOB}"), "/Source:-"], false),
        inward
    );
    let outward = (BLOB.to_owned(), "-".to_owned());
    assert_eq!(
        piped(&[&format!("/Source:{BLOB}"), "/Dest:-"], false),
        outward
    );
    // What is named comes before what happens to be at standard input.
    assert_eq!(piped(UPLOAD, true).0, "/data");
}

#[test]
fn what_makes_no_sense_beside_a_pipe_is_refused() {
    let inward = &["/Source:-", &format!("/Dest:{BLOB}")];
    let outward = &[&*format!("/Source:{BLOB}"), "/Dest:-"];
    for more in ["/Pattern:x", "/XO", "/XN", "/L"] {
        for base in [inward, outward] {
            let told = refused(base, &[more]);
            let name = more.split(':').next().unwrap();
            assert_eq!(
                told,
                format!(
                    "`{name}` cannot be used with standard input or output, which are a single object"
                )
            );
        }
    }
    for more in ["/S", "/MT", "/Snapshot", "/Delimiter:-"] {
        assert!(
            refused(outward, &[more]).contains("which are a single object"),
            "{more}"
        );
    }
    assert_snapshot!(refused(inward, &["/Z:/j"]), @"Resuming transfer from or to a stream is not supported.");
    assert_snapshot!(refused(inward, &["/BlobType:page"]), @"Source must be fixed size when destination is Page Blob.");
    assert_snapshot!(refused(inward, &["/DestKey:-"]), @"`/DestKey` is read from standard input, but standard input is empty");
    assert_snapshot!(refused(inward, &["/SourceKey:x"]), @"`/SourceKey` is given, but the source is a pipe");
    assert_snapshot!(refused(outward, &["/DestType:Blob"]), @"`/DestType` is given, but the destination is a pipe");
    assert_snapshot!(refused(outward, &["/Output:json"]), @"`/Output` and the blob cannot both go to standard output");
    assert_snapshot!(refused(&["/Source:-", "/Dest:-"], &[]), @"Both Source and Destination are locally accessible locations. At least one of source and destination should be an Azure Storage location.");
    assert_snapshot!(refused(&["/Source:-", UPLOAD[1]], &[]), @"`https://a.blob.core.windows.net/c` as the value of `/Dest` names no blob: standard input becomes one blob");
    assert_snapshot!(refused(&["--source=https://a.blob.core.windows.net/c/d/", "--destination=-"], &[]), @"`https://a.blob.core.windows.net/c/d/` as the value of `--source` names no blob: standard output gets the bytes of one blob");
}

#[test]
fn a_folder_may_have_a_name_that_is_no_text() {
    use std::os::unix::ffi::OsStringExt;
    let words = [
        OsString::from_vec(b"/Source:/data/\xff".to_vec()),
        UPLOAD[1].into(),
    ];
    let options = options(&args::read(&words).unwrap(), &alone(&[])).unwrap();
    let Location::Local(path) = options.source else {
        panic!("not a folder");
    };
    assert_eq!(path.as_os_str().as_encoded_bytes(), b"/data/\xff");
}

#[test]
fn addresses_of_the_environment_reach_the_engine() {
    let words: Vec<OsString> = UPLOAD.iter().map(OsString::from).collect();
    let environment = |text: &str| alone(&[("AZRING_RESOLVE", text)]);
    let args = args::read(&words).unwrap();
    let options_ = options(&args, &environment("a.blob.core.windows.net:443:127.0.0.1")).unwrap();
    assert_eq!(options_.engine.resolve.len(), 1);
    assert_snapshot!(options(&args, &environment("nonsense")).unwrap_err(), @"`nonsense` in `AZRING_RESOLVE` is not `host:port:address`");
}

/// Who the other end would see, as text: the credential's kind and its secret.
fn identity(location: &Location) -> String {
    let Location::Blob(place) = location else {
        panic!("not a service");
    };
    match &place.account().credential {
        Credential::Anonymous => "nobody".to_owned(),
        Credential::SharedKey { account, key } => {
            format!("{account} {}", key.expose().escape_ascii())
        }
        Credential::Sas(query) => query.expose().clone(),
        Credential::Bearer(_) => "a token".to_owned(),
    }
}

/// The identity of the destination of an upload.
fn uploading(more: &[&str], environment: &Environment) -> Result<String, String> {
    let words: Vec<OsString> = UPLOAD.iter().chain(more).map(OsString::from).collect();
    let args = args::read(&words).unwrap();
    options(&args, environment)
        .map(|options| identity(&options.target))
        .map_err(|error| error.to_string())
}

#[test]
fn a_secret_may_be_in_a_variable_a_file_or_standard_input() {
    let environment = Environment {
        secret_line: Box::new(|question| Some(question.replace("/DestKey: ", "bGluZQ=="))),
        ..alone(&[("MY_KEY", "dmFyaWFibGU=")])
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "ZmlsZQ==\nand more").unwrap();
    let in_file = format!("/DestKey:@file:{}", file.path().display());
    assert_eq!(
        uploading(&["/DestKey:@env:MY_KEY"], &environment),
        Ok("a variable".into())
    );
    assert_eq!(uploading(&[&in_file], &environment), Ok("a file".into()));
    assert_eq!(
        uploading(&["/DestKey:-"], &environment),
        Ok("a line".into())
    );
}

#[test]
fn a_secret_that_is_not_where_it_is_said_to_be_is_missed_by_name() {
    let missing = |word| uploading(&[word], &alone(&[("EMPTY", "")])).unwrap_err();
    assert_snapshot!(missing("/DestKey:@env:NOT_SET"), @"the variable `NOT_SET`, which `/DestKey` names, is not set");
    assert_snapshot!(missing("/DestKey:@env:EMPTY"), @"the variable `EMPTY`, which `/DestKey` names, is not set");
    assert_snapshot!(missing("/DestKey:@file:/no/such/file"), @"cannot read the file `/no/such/file`, which `/DestKey` names: no such file or directory");
    assert_snapshot!(missing("/DestKey:@file:/dev/null"), @"cannot read the file `/dev/null`, which `/DestKey` names: it is empty");
    assert_snapshot!(missing("/DestSAS:-"), @"`/DestSAS` is read from standard input, but standard input is empty");
}

#[test]
fn the_environment_is_asked_in_the_order_of_azures_tools() {
    let all = [
        ("AZRING_DEST_SAS", "sig=own"),
        ("AZRING_DEST_KEY", "b3du"),
        (
            "AZURE_STORAGE_CONNECTION_STRING",
            "AccountName=a;AccountKey=c3RyaW5n;EndpointSuffix=core.windows.net",
        ),
        ("AZURE_STORAGE_ACCOUNT", "a"),
        ("AZURE_STORAGE_SAS_TOKEN", "?sig=shared"),
        ("AZURE_STORAGE_KEY", "c2hhcmVk"),
    ];
    let expected = [
        "sig=own",
        "a own",
        "a string",
        "sig=shared",
        "nobody",
        "nobody",
    ];
    for (first, expected) in expected.iter().enumerate() {
        assert_eq!(
            uploading(&[], &alone(&all[first..])).as_deref(),
            Ok(*expected),
            "from {first}"
        );
    }
    assert_eq!(
        uploading(&[], &alone(&[all[3], all[5]])),
        Ok("a shared".into())
    );
}

#[test]
fn what_is_typed_comes_before_the_environment() {
    let environment = alone(&[("AZRING_DEST_SAS", "sig=own")]);
    assert_eq!(
        uploading(&["/DestKey:dHlwZWQ="], &environment),
        Ok("a typed".into())
    );
    let words = [
        "/Source:/data",
        "/Dest:https://a.blob.core.windows.net/c?sig=url",
    ];
    let args = args::read(&words.map(OsString::from)).unwrap();
    assert_eq!(
        identity(&options(&args, &environment).unwrap().target),
        "sig=url"
    );
}

#[test]
fn the_environments_account_gets_its_secret_and_no_other_does() {
    let environment = alone(&[
        ("AZURE_STORAGE_ACCOUNT", "a"),
        ("AZURE_STORAGE_SAS_TOKEN", "sig=shared"),
    ]);
    let from = |url: &str| {
        let words = [
            format!("/Source:{url}").into(),
            OsString::from("/Dest:/data"),
            "/SourceType:Blob".into(),
        ];
        let args = args::read(&words).unwrap();
        identity(&options(&args, &environment).unwrap().source)
    };
    assert_eq!(from("https://a.blob.core.windows.net/c"), "sig=shared");
    assert_eq!(
        from("https://a-secondary.blob.core.windows.net/c"),
        "sig=shared"
    );
    assert_eq!(from("http://127.0.0.1:10000/a/c"), "sig=shared");
    assert_eq!(from("https://b.blob.core.windows.net/c"), "nobody");
    assert_eq!(from("http://10.0.0.1:10000/a/c"), "nobody");
}

#[test]
fn a_connection_string_belongs_to_its_endpoint() {
    let string = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c3RyaW5n;BlobEndpoint=http://127.0.0.1:10000/a;";
    let environment = alone(&[("AZURE_STORAGE_CONNECTION_STRING", string)]);
    let to = |url: &str| {
        let words = [
            OsString::from("/Source:/data"),
            format!("/Dest:{url}").into(),
            "/DestType:Blob".into(),
        ];
        identity(
            &options(&args::read(&words).unwrap(), &environment)
                .unwrap()
                .target,
        )
    };
    assert_eq!(to("http://127.0.0.1:10000/a/c"), "a string");
    assert_eq!(to("http://127.0.0.1:10001/a/c"), "nobody");
    assert_eq!(to("https://a.blob.core.windows.net/c"), "nobody");
}

#[test]
fn a_wrong_secret_of_the_environment_is_named_by_its_variable() {
    let environment = alone(&[("AZRING_DEST_KEY", "canary!")]);
    let text = uploading(&[], &environment).unwrap_err();
    assert!(!text.contains("canary"));
    assert_snapshot!(text, @r#"Error parsing destination location "https://a.blob.core.windows.net/c": the key given for the account `a` is not base64: copy it again from the account's access keys (the variable `AZRING_DEST_KEY` is set). For more details, please type "azring /?:Dest"."#);
}
