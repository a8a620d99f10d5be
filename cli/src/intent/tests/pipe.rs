//! Standard input as the source and standard output as the destination: when they are one, and what is refused beside
//! them.

use std::ffi::OsString;

use insta::assert_snapshot;

use super::{UPLOAD, alone, options, refused};
use crate::args;
use crate::environment::Environment;

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
    // A named source has precedence over standard input.
    assert_eq!(piped(UPLOAD, true).0, "/data");
}

#[test]
fn what_makes_no_sense_beside_a_pipe_is_refused() {
    let inward = &["/Source:-", &format!("/Dest:{BLOB}")];
    let outward = &[&*format!("/Source:{BLOB}"), "/Dest:-"];
    for more in ["/Pattern:x", "/XO", "/XN", "/L"] {
        for base in [inward, outward] {
            let message = refused(base, &[more]);
            let name = more.split(':').next().unwrap();
            assert_eq!(
                message,
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
