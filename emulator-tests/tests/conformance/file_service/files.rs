//! Files: create, read, overwrite, delete.

use super::own_share::OwnShare;
use crate::client::md5;

#[test]
fn a_created_file_has_zeros_and_the_properties_of_the_request() {
    let own = OwnShare::new();
    let create = own.create("f", 5).header("x-ms-content-type", "text/plain");
    let create = create
        .header("x-ms-content-md5", &md5(b"later"))
        .header("x-ms-meta-k", "v");
    let reply = create
        .header("x-ms-cache-control", "no-store")
        .send()
        .expect(201);
    assert_eq!(reply.header("x-ms-file-attributes"), Some("Archive"));
    assert_eq!(own.bytes("f"), [0; 5]);
    let reply = own.file("HEAD", "f", "").send().expect(200);
    for (name, value) in [
        ("content-length", "5"),
        ("content-type", "text/plain"),
        ("content-md5", md5(b"later").as_str()),
        ("cache-control", "no-store"),
        ("x-ms-meta-k", "v"),
        ("x-ms-type", "File"),
        ("x-ms-server-encrypted", "true"),
        ("x-ms-lease-state", "available"),
        ("x-ms-lease-status", "unlocked"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
}

#[test]
fn a_file_without_a_content_type_is_a_stream_of_octets() {
    let own = OwnShare::new();
    own.put("f", b"x");
    let reply = own.file("GET", "f", "").send().expect(200);
    assert_eq!(
        reply.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(reply.header("content-md5"), None);
    assert_eq!(reply.header("accept-ranges"), Some("bytes"));
}

#[test]
fn a_file_needs_a_type_and_a_length_of_at_most_4_tib() {
    let own = OwnShare::new();
    own.create("f", 1)
        .without("x-ms-type")
        .send()
        .refused(400, "MissingRequiredHeader");
    own.create("f", 1)
        .header("x-ms-type", "blob")
        .send()
        .refused(400, "InvalidHeaderValue");
    own.create("f", 1)
        .without("x-ms-content-length")
        .send()
        .refused(400, "MissingRequiredHeader");
    own.create("f", 4 << 40).send().expect(201);
    own.create("g", (4 << 40) + 1)
        .send()
        .refused(400, "OutOfRangeInput");
}

#[test]
fn creating_over_a_file_drops_its_bytes_and_metadata() {
    let own = OwnShare::new();
    own.create("File", 3)
        .header("x-ms-meta-k", "v")
        .send()
        .expect(201);
    own.put_range("File", 0, b"abc", 0).send().expect(201);
    own.create("file", 2).send().expect(201);
    assert_eq!(own.bytes("FILE"), [0; 2]);
    assert_eq!(
        own.file("HEAD", "file", "")
            .send()
            .expect(200)
            .header("x-ms-meta-k"),
        None
    );
    assert_eq!(own.names(""), ["File"]);
}

#[test]
fn ranges_are_read_with_their_md5_on_request() {
    let own = OwnShare::new();
    let create = own
        .create("f", 10)
        .header("x-ms-content-md5", &md5(b"0123456789"));
    create.send().expect(201);
    own.put_range("f", 0, b"0123456789", 0).send().expect(201);
    let get = own.file("GET", "f", "").header("x-ms-range", "bytes=2-4");
    let reply = get
        .header("x-ms-range-get-content-md5", "true")
        .send()
        .expect(206);
    assert_eq!(reply.body, b"234");
    assert_eq!(reply.header("content-range"), Some("bytes 2-4/10"));
    assert_eq!(reply.header("content-md5"), Some(md5(b"234").as_str()));
    assert_eq!(
        reply.header("x-ms-content-md5"),
        Some(md5(b"0123456789").as_str())
    );
    let open = own.file("GET", "f", "").header("Range", "bytes=7-");
    assert_eq!(open.send().expect(206).body, b"789");
}

#[test]
fn ranges_behind_the_end_and_of_empty_files_are_416() {
    let own = OwnShare::new();
    own.put("empty", b"");
    own.put("f", b"abc");
    for (path, range, total) in [
        ("empty", "bytes=0-33554431", "bytes */0"),
        ("f", "bytes=3-", "bytes */3"),
    ] {
        let reply = own.file("GET", path, "").header("x-ms-range", range).send();
        let reply = reply.refused(416, "InvalidRange");
        assert_eq!(reply.header("content-range"), Some(total));
    }
    assert_eq!(own.bytes("empty"), b"");
}

#[test]
fn read_only_files_are_neither_written_nor_deleted() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let attributes = |value| {
        let set = own
            .file("PUT", "f", "properties")
            .header("x-ms-file-attributes", value);
        set.send().expect(200);
    };
    attributes("ReadOnly|Archive");
    own.put_range("f", 0, b"x", 0)
        .send()
        .refused(409, "ReadOnlyAttribute");
    own.create("f", 1).send().refused(409, "ReadOnlyAttribute");
    own.file("DELETE", "f", "")
        .send()
        .refused(409, "ReadOnlyAttribute");
    attributes("None");
    own.put_range("f", 0, b"x", 0).send().expect(201);
    own.file("DELETE", "f", "").send().expect(202);
    own.file("DELETE", "f", "")
        .send()
        .refused(404, "ResourceNotFound");
}

#[test]
fn a_body_of_create_file_is_for_new_versions() {
    let own = OwnShare::new();
    let create = |version: &str| {
        own.create("f", 5)
            .header("x-ms-version", version)
            .body("abc")
    };
    create("2025-07-05")
        .send()
        .refused(400, "InvalidHeaderValue");
    own.file("HEAD", "f", "")
        .send()
        .refused(404, "ResourceNotFound");
    let reply = create("2026-02-06")
        .header("Content-MD5", &md5(b"abc"))
        .send()
        .expect(201);
    assert_eq!(reply.header("content-md5"), Some(md5(b"abc").as_str()));
    assert_eq!(own.bytes("f"), b"abc\0\0");
    let wrong = create("2026-02-06")
        .header("Content-MD5", &md5(b"xyz"))
        .send();
    wrong.refused(400, "Md5Mismatch");
}

#[test]
fn calls_that_the_emulator_lacks_are_refused() {
    let own = OwnShare::new();
    own.put("f", b"x");
    own.file("PUT", "f", "nonsense")
        .send()
        .refused(400, "InvalidQueryParameterValue");
    own.file("POST", "f", "")
        .send()
        .refused(405, "UnsupportedHttpVerb");
    own.share("PUT", "undelete")
        .send()
        .refused(400, "InvalidQueryParameterValue");
}
