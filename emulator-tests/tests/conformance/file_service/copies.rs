//! Copy File, Abort Copy File and Put Range From URL.

use azring_emulator_tests::emulator::{Behaviour, CopyBehaviour, CopyOutcome, Options};

use super::own_share::{OwnShare, SHARE};
use crate::client::{Client, Request, crc64, md5};
use crate::sas::{self, ServiceSas, account_sas, by_sas};

/// The URL of a file, with a signature or without.
fn url(own: &OwnShare, path: &str, sas: &[(&'static str, String)]) -> String {
    let client = &own.client;
    format!(
        "http://{}/{}/{SHARE}/{path}?{}",
        client.address,
        client.account,
        sas::query(sas)
    )
}

/// A SAS of the file `docs/f`.
fn file_sas(client: &Client, permissions: &str) -> sas::SasPairs {
    ServiceSas::file("f", permissions).pairs(client, "docs/f")
}

fn copy(own: &OwnShare, source: &str, target: &str) -> Request {
    own.file("PUT", target, "")
        .header("x-ms-copy-source", source)
}

fn pending(polls: u32, outcome: CopyOutcome) -> Behaviour {
    Behaviour {
        copy: CopyBehaviour {
            pending_polls: polls,
            outcome,
            ..CopyBehaviour::default()
        },
        ..Behaviour::default()
    }
}

/// A blob of the same emulator with these bytes, open to everybody. Returns its URL.
fn blob(own: &OwnShare, body: &[u8]) -> String {
    let mut blobs = own.client.clone();
    blobs.address = own.server.address().to_string();
    let create = blobs.put("box").query("restype", "container");
    create
        .header("x-ms-blob-public-access", "blob")
        .send()
        .expect(201);
    let put = blobs.put("box/b").header("x-ms-blob-type", "BlockBlob");
    put.header("x-ms-meta-of", "blob")
        .header("x-ms-blob-content-type", "text/x")
        .body(body)
        .send()
        .expect(201);
    format!("http://{}/{}/box/b", blobs.address, blobs.account)
}

#[test]
fn a_copy_has_bytes_properties_and_metadata_of_its_source() {
    let own = OwnShare::new();
    let create = own
        .create("f", 3)
        .header("x-ms-content-type", "text/plain")
        .header("x-ms-meta-k", "v");
    create
        .header("x-ms-content-md5", &md5(b"abc"))
        .send()
        .expect(201);
    own.put_range("f", 0, b"abc", 0).send().expect(201);
    let source = url(&own, "f", &[]);
    let reply = copy(&own, &source, "g").send().expect(202);
    assert_eq!(reply.header("x-ms-copy-status"), Some("success"));
    let head = own.file("HEAD", "g", "").send().expect(200);
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-md5", md5(b"abc").as_str()),
        ("x-ms-meta-k", "v"),
        ("x-ms-copy-progress", "3/3"),
        ("x-ms-copy-source", source.trim_end_matches('?')),
    ] {
        assert_eq!(head.header(name), Some(value), "{name}");
    }
    assert_eq!(own.bytes("g"), b"abc");
    // The copy does not see later writes to its source.
    own.put_range("f", 0, b"xyz", 0).send().expect(201);
    assert_eq!(own.bytes("g"), b"abc");
    copy(&own, &source, "h")
        .header("x-ms-meta-n", "1")
        .send()
        .expect(202);
    assert_eq!(
        own.file("HEAD", "h", "")
            .send()
            .expect(200)
            .header("x-ms-meta-k"),
        None
    );
}

#[test]
fn smb_properties_are_copied_when_the_request_says_so() {
    let own = OwnShare::new();
    let create = own.create("f", 1).header("x-ms-file-attributes", "Hidden");
    let create = create.header("x-ms-file-permission", "O:BAG:BAD:(A;;FA;;;BA)");
    let created = create
        .header("x-ms-file-last-write-time", "2001-01-01T00:00:00Z")
        .send()
        .expect(201);
    let put = copy(&own, &url(&own, "f", &[]), "g").header("x-ms-file-attributes", "source");
    let put = put
        .header("x-ms-file-last-write-time", "source")
        .header("x-ms-file-permission-copy-mode", "source");
    put.send().expect(202);
    let head = own.file("HEAD", "g", "").send().expect(200);
    for name in [
        "x-ms-file-attributes",
        "x-ms-file-last-write-time",
        "x-ms-file-permission-key",
    ] {
        assert_eq!(head.header(name), created.header(name), "{name}");
    }
}

#[test]
fn a_pending_copy_ends_as_the_behaviour_says() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let status = || {
        let head = own.file("HEAD", "g", "").send().expect(200);
        head.header("x-ms-copy-status").unwrap().to_owned()
    };
    for (outcome, end, bytes) in [
        (CopyOutcome::Success, "success", b"abc".as_slice()),
        (CopyOutcome::Failed, "failed", b""),
    ] {
        own.server.set_behaviour(pending(2, outcome));
        let reply = copy(&own, &url(&own, "f", &[]), "g").send().expect(202);
        assert_eq!(reply.header("x-ms-copy-status"), Some("pending"));
        own.put_range("g", 0, b"x", 0)
            .send()
            .refused(409, "PendingCopyOperation");
        assert_eq!([status(), status(), status()], ["pending", "pending", end]);
        assert_eq!(own.bytes("g"), bytes);
    }
}

#[test]
fn a_pending_copy_can_be_aborted_and_leaves_an_empty_file() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    own.server.set_behaviour(pending(9, CopyOutcome::Success));
    let reply = copy(&own, &url(&own, "f", &[]), "g").send().expect(202);
    let id = reply.header("x-ms-copy-id").unwrap().to_owned();
    let lease = own.file("PUT", "g", "lease");
    let lease = lease
        .header("x-ms-lease-action", "acquire")
        .header("x-ms-lease-duration", "-1")
        .send()
        .expect(201);
    let unleased = |id: &str| {
        let abort = own.file("PUT", "g", "copy").query("copyid", id);
        abort.header("x-ms-copy-action", "abort")
    };
    let lease = lease.header("x-ms-lease-id").unwrap();
    let abort = |id: &str| unleased(id).header("x-ms-lease-id", lease);
    unleased(&id).send().refused(412, "LeaseIdMissing");
    abort("11111111-1111-1111-1111-111111111111")
        .send()
        .refused(409, "CopyIdMismatch");
    abort(&id)
        .header("x-ms-copy-action", "stop")
        .send()
        .refused(400, "InvalidHeaderValue");
    abort(&id).send().expect(204);
    abort(&id).send().refused(409, "NoPendingCopyOperation");
    let head = own.file("HEAD", "g", "").send().expect(200);
    assert_eq!(head.header("x-ms-copy-status"), Some("aborted"));
    assert_eq!(head.header("content-length"), Some("0"));
}

#[test]
fn sources_need_a_credential_and_must_exist() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    copy(&own, &url(&own, "no", &[]), "g")
        .send()
        .refused(404, "CannotVerifyCopySource");
    copy(&own, &url(&own, "f", &[]), "no/g")
        .send()
        .refused(404, "ParentNotFound");
    let writer = account_sas(&own.client, "f", "o", "cw");
    let by = |source: String| {
        let put = copy(&own, &source, "g");
        by_sas(put, &writer).send()
    };
    assert!((400..500).contains(&by(url(&own, "f", &[])).status));
    let wrong = ServiceSas::file("f", "r").pairs(&own.client, "docs/other");
    by(url(&own, "f", &wrong)).refused(403, "CannotVerifyCopySource");
    by(url(&own, "f", &file_sas(&own.client, "w"))).refused(403, "CannotVerifyCopySource");
    by(url(&own, "f", &file_sas(&own.client, "r"))).expect(202);
    assert_eq!(own.bytes("g"), b"abc");
}

#[test]
fn blobs_become_files_and_files_become_blobs() {
    let own = OwnShare::new();
    let source = blob(&own, b"of the blob");
    copy(&own, &source, "f").send().expect(202);
    assert_eq!(own.bytes("f"), b"of the blob");
    let head = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(head.header("content-type"), Some("text/x"));
    assert_eq!(head.header("x-ms-meta-of"), Some("blob"));
    let mut blobs = own.client.clone();
    blobs.address = own.server.address().to_string();
    let source = url(
        &own,
        "f",
        &ServiceSas::file("s", "r").pairs(&own.client, SHARE),
    );
    let put = blobs.put("box/c").header("x-ms-copy-source", &source);
    put.send().expect(202);
    assert_eq!(blobs.get("box/c").send().expect(200).body, b"of the blob");
    let unsigned = url(&own, "f", &[]);
    let put = blobs
        .put("box/d")
        .header("x-ms-copy-source", &unsigned)
        .send();
    assert!((400..500).contains(&put.status), "{}", put.status);
}

#[test]
fn ranges_are_written_from_files_and_blobs() {
    let own = OwnShare::new();
    own.put("f", b"0123456789");
    own.create("g", 10).send().expect(201);
    let sources = [
        url(&own, "f", &file_sas(&own.client, "r")),
        blob(&own, b"0123456789"),
    ];
    for (at, source) in sources.iter().enumerate() {
        let range = format!("bytes={}-{}", at * 4, at * 4 + 3);
        let put = own.file("PUT", "g", "range").header("x-ms-write", "update");
        let put = put
            .header("x-ms-range", &range)
            .header("x-ms-copy-source", source);
        let reply = put
            .header("x-ms-source-range", "bytes=2-5")
            .send()
            .expect(201);
        assert_eq!(
            reply.header("x-ms-content-crc64"),
            Some(crc64(b"2345").as_str())
        );
    }
    assert_eq!(own.bytes("g"), b"23452345\0\0");
}

#[test]
fn a_source_of_another_length_writes_nothing() {
    let own = OwnShare::new();
    own.put("f", b"0123456789");
    own.create("g", 20).send().expect(201);
    let put = |range: &str, source_range: &str| {
        let put = own.file("PUT", "g", "range").header("x-ms-write", "update");
        let put = put.header("x-ms-range", range);
        let put = put.header("x-ms-copy-source", &url(&own, "f", &[]));
        put.header("x-ms-source-range", source_range).send()
    };
    put("bytes=0-10", "bytes=0-10").refused(409, "CannotVerifyCopySource");
    put("bytes=0-10", "bytes=0-5").refused(400, "InvalidHeaderValue");
    let too_long = "bytes=0-4194304";
    put(too_long, too_long).refused(413, "RequestBodyTooLarge");
    assert_eq!(own.bytes("g"), [0; 20]);
}

#[test]
fn files_are_copied_between_hosts() {
    let own = OwnShare::new();
    let other = OwnShare::with(&Options::default());
    let create = other.create("f", 8).header("x-ms-content-type", "text/x");
    create
        .header("x-ms-content-language", "en")
        .header("x-ms-meta-k", "v")
        .send()
        .expect(201);
    other.put_range("f", 0, b"far away", 0).send().expect(201);
    let source = url(&other, "f", &file_sas(&other.client, "r"));
    copy(&own, &source, "g").send().expect(202);
    assert_eq!(own.bytes("g"), b"far away");
    let head = own.file("HEAD", "g", "").send().expect(200);
    assert_eq!(head.header("content-type"), Some("text/x"));
    assert_eq!(head.header("content-language"), Some("en"));
    assert_eq!(head.header("x-ms-meta-k"), Some("v"));
}
