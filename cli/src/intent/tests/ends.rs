//! The source and the destination: which texts name one, and which pair of them is a copy.

use std::ffi::OsString;

use azring_core::location::Location;
use insta::assert_snapshot;

use super::{DOWNLOAD, UPLOAD, alone, options, read, refused};
use crate::args;

/// The emulator's account key, which Microsoft publishes.
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

#[test]
fn a_key_or_a_signature_goes_to_its_own_side() {
    let key = format!("/DestKey:{KEY}");
    assert!(read(UPLOAD, &[&key]).is_ok());
    assert!(read(DOWNLOAD, &["/SourceSAS:?sv=2020-01-01&sig=abc%3D"]).is_ok());
    let misplaced = refused(UPLOAD, &[&format!("/SourceKey:{KEY}")]);
    assert!(!misplaced.contains(KEY));
    assert_snapshot!(misplaced, @r#"Error parsing source location "/data": `/data` is a local path, but an account key is given for it. For more details, please type "azring /?:Source"."#);
    assert_snapshot!(refused(UPLOAD, &["/DestKey:no base64!"]), @r#"Error parsing destination location "https://a.blob.core.windows.net/c": the key given for the account `a` is not base64: copy it again from the account's access keys. For more details, please type "azring /?:Dest"."#);
}

#[test]
fn a_service_is_named_where_the_host_does_not_tell() {
    let emulator = ["/Source:http://127.0.0.1:10000/a/c", "/Dest:/data"];
    assert!(read(&emulator, &["/SourceType:blob"]).is_ok());
    let table = ["/Source:http://127.0.0.1:10002/a/mytable", "/Dest:/data"];
    let export = read(&table, &["/SourceType:Table", "/SourceKey:a2V5"]).unwrap();
    assert!(matches!(export.source, Location::Table(_)));
    assert_snapshot!(refused(UPLOAD, &["/DestType:queue"]), @"invalid value `queue` for `/DestType`: it takes `Blob`, `File`, `Table`");
}

#[test]
fn a_location_that_is_none_is_named_with_its_side_and_without_its_secrets() {
    let source = ["/Source:ftp://host/x", "/Dest:/data"];
    assert_snapshot!(refused(&source, &[]), @r#"Error parsing source location "ftp://host/x": `ftp://` is not supported: a location is a local path or a URL that begins with `https://` or `http://`. For more details, please type "azring /?:Source"."#);
    let target = [
        "/Source:/data",
        "/Dest:https://a.blob.core.windows.net/c*/d?sig=canary",
    ];
    let text = refused(&target, &[]);
    assert!(!text.contains("canary"));
    assert_snapshot!(text, @r#"Error parsing destination location "https://a.blob.core.windows.net/c*/d?sig=******": a `*` in the name of a container stands for several containers: only a copy and a list read several, and nothing can follow that name. For more details, please type "azring /?:Dest"."#);
    assert_snapshot!(refused(&["/Source:C:\\data", UPLOAD[1]], &[]), @r#"Error parsing source location "C:\data": `C:\data` is a Windows path: give a local path, or map the drive to a folder, for example `/MapDrive:C:=/mnt/c`. For more details, please type "azring /?:Source"."#);
}

#[test]
fn both_ends_are_needed() {
    assert_snapshot!(refused(&UPLOAD[..1], &[]), @"`/Dest` is missing: both a source and a destination are needed");
    assert_snapshot!(refused(&["--destination=/x"], &[]), @"`--source` is missing: both a source and a destination are needed (data from a pipe is a source too)");
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
