//! The values of parameters: what they become, their defaults, and which are refused.

use std::ffi::OsString;
use std::path::PathBuf;

use azring_core::options::{BlobType, ContentType, Durability, ExtensionTypes, Io, Overwrite};
use insta::assert_snapshot;

use super::{DOWNLOAD, UPLOAD, alone, options, read, refused, upload};
use crate::args;

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
fn a_number_stays_within_azcopys_limits() {
    assert_snapshot!(refused(UPLOAD, &["/NC:0"]), @"Parallel operations count must be positive: `/NC` is 0");
    assert_snapshot!(refused(UPLOAD, &["/NC:513"]), @"`/NC` must be between 1 and 512");
    assert_snapshot!(refused(UPLOAD, &["/NC:many"]), @"`/NC` needs a number, not `many`");
    assert_snapshot!(refused(UPLOAD, &["/BlockSizeInMb:104"]), @"BlockSize must be between 4MB and 100MB.");
    assert_snapshot!(refused(UPLOAD, &["/BlockSizeInMb:6"]), @"BlockSize must be multiple of 4MB.");
    assert_snapshot!(refused(UPLOAD, &["/Memory:lots"]), @"`lots` is no size, but `/Memory` needs one: a number of bytes, or a number followed by K, M, G or T, for example `512M`");
    assert_snapshot!(refused(UPLOAD, &["/Memory:1M"]), @"`/Memory` must be at least 32M");
}

#[test]
fn a_choice_is_one_of_the_known_words() {
    assert_snapshot!(refused(UPLOAD, &["/IO:fast"]), @"invalid value `fast` for `/IO`: it takes `auto`, `ring`, `threads`");
    assert_snapshot!(refused(UPLOAD, &["/MD5:yes"]), @"invalid value `yes` for `/MD5`: it takes `on`, `off`");
    assert_snapshot!(refused(UPLOAD, &["/BlobType:tape"]), @"invalid value `tape` for `/BlobType`: it takes `block`, `page`, `append`, `detect`");
    let blob_type = |word| read(UPLOAD, &[word]).unwrap().upload.blob_type;
    assert_eq!(blob_type("/BlobType:Block"), Some(BlobType::Block));
    assert_eq!(blob_type("/BlobType:PAGE"), Some(BlobType::Page));
    assert_eq!(blob_type("/BlobType:append"), Some(BlobType::Append));
}

#[test]
fn a_delimiter_is_one_character_of_a_download() {
    let delimiter = |word| read(DOWNLOAD, &[word]).unwrap().download.delimiter;
    assert_eq!(delimiter("/Delimiter:#"), '#');
    assert_eq!(delimiter("/Delimiter:ü"), 'ü');
    assert_eq!(read(DOWNLOAD, &[]).unwrap().download.delimiter, '/');
    assert_snapshot!(refused(DOWNLOAD, &["/Delimiter:::"]), @"`/Delimiter` must be one character, not `::`");
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
    // For a container the pattern is only the beginning of a name.
    assert!(read(DOWNLOAD, &["/Pattern:../x"]).is_ok());
}

#[test]
fn values_are_checked_before_combinations() {
    assert_snapshot!(refused(UPLOAD, &["/XA:RQ"]), @"`Q` is no attribute: `/XA` takes letters of `RASHCNETOI`");
    assert_snapshot!(refused(UPLOAD, &["/SplitSize:16"]), @"`/SplitSize` must be at least 32");
    assert_snapshot!(refused(UPLOAD, &["/PayloadFormat:XML"]), @"invalid value `XML` for `/PayloadFormat`: it takes `JSON`, `CSV`");
    assert_snapshot!(refused(UPLOAD, &["/Snapshot", "/NC:0"]), @"Parallel operations count must be positive: `/NC` is 0");
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
