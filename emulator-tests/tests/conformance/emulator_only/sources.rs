//! Copies from sources on other servers: what a source is asked for, and how its answers are passed
//! on.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use azring_emulator_tests::emulator::{Options, TlsChoice};

use super::own;
use crate::client::{Client, Reply, Request, crc64, md5};

const BODY: &[u8] = b"0123456789abcdef";
const LATE: &str = "Fri, 01 Jan 2100 00:00:00 GMT";

/// A server that sends the same answer to every request, and keeps the heads of all requests.
struct Source {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Source {
    fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/any/path?sig=x", listener.local_addr().unwrap());
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heads);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(mut socket) = socket else { return };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if socket.read(&mut byte).unwrap_or(0) == 0 {
                        break;
                    }
                    head.push(byte[0]);
                }
                kept.lock().unwrap().push(String::from_utf8(head).unwrap());
                let _ = socket.write_all(&answer);
            }
        });
        Self { url, heads }
    }

    /// A part of [`BODY`] as an answer to a range.
    fn part(first: usize, last: usize) -> Self {
        let range = format!("Content-Range: bytes {first}-{last}/{}", BODY.len());
        Self::with("206 Partial Content", &[&range], &BODY[first..=last])
    }

    fn with(status: &str, headers: &[&str], body: &[u8]) -> Self {
        let lines: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{lines}\r\n");
        Self::answering([head.as_bytes(), body].concat())
    }

    fn head(&self) -> String {
        self.heads.lock().unwrap().join("\n")
    }
}

/// A block of `box/t` that comes from the source.
fn block(client: &Client, source: &str) -> Request {
    let put = client.put("box/t").query("comp", "block");
    put.query("blockid", "AAAA")
        .header("x-ms-copy-source", source)
}

fn commit(client: &Client, ids: &[String]) -> Reply {
    let each = |id: &String| format!("<Latest>{id}</Latest>");
    let list: String = ids.iter().map(each).collect();
    let put = client.put("box/t").query("comp", "blocklist");
    put.body(format!("<BlockList>{list}</BlockList>"))
        .send()
        .expect(201)
}

#[test]
fn a_source_is_asked_for_the_range_and_for_nothing_else() {
    let (_server, client) = own::with_box(&Options::default());
    let source = Source::part(5, 8);
    let put = block(&client, &source.url).header("x-ms-source-range", "bytes=5-8");
    put.send().expect(201);
    commit(&client, &["AAAA".to_owned()]);
    assert_eq!(client.get("box/t").send().text(), "5678");
    let head = source.head();
    assert!(
        head.starts_with("GET /any/path?sig=x HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("\r\nRange: bytes=5-8\r\n"), "{head}");

    let append = client.put("box/a").header("x-ms-blob-type", "AppendBlob");
    append.send().expect(201);
    let source = Source::part(9, 15);
    let append = client.put("box/a").query("comp", "appendblock");
    let append = append.header("x-ms-source-range", "bytes=9-");
    append
        .header("x-ms-copy-source", &source.url)
        .send()
        .expect(201);
    assert_eq!(client.get("box/a").send().text(), "9abcdef");
    assert!(source.head().contains("\r\nRange: bytes=9-\r\n"));
}

#[test]
fn a_source_gets_the_token_of_the_copy() {
    let (_server, client) = own::with_box(&Options::default());
    let source = Source::with("200 OK", &[], BODY);
    let put = block(&client, &source.url).header("x-ms-copy-source-authorization", "Bearer token");
    put.send().expect(201);
    let head = source.head();
    assert!(
        head.contains("\r\nAuthorization: Bearer token\r\n"),
        "{head}"
    );
}

#[test]
fn pages_come_from_a_range_of_exactly_their_length() {
    let (_server, client) = own::with_box(&Options::default());
    let page = client.put("box/p").header("x-ms-blob-type", "PageBlob");
    page.header("x-ms-blob-content-length", "1024")
        .send()
        .expect(201);
    let put = |source: &Source, range: &str| {
        let put = client.put("box/p").query("comp", "page");
        let put = put.header("x-ms-page-write", "update");
        put.header("x-ms-range", "bytes=512-1023")
            .header("x-ms-source-range", range)
            .header("x-ms-copy-source", &source.url)
            .send()
    };
    let whole = Source::with(
        "206 Partial Content",
        &["Content-Range: bytes 512-1023/2048"],
        &[7; 512],
    );
    put(&whole, "bytes=512-1023").expect(201);
    assert_eq!(client.get("box/p").send().body[512..], [7; 512]);
    put(&whole, "bytes=512-1535").refused(400, "InvalidHeaderValue");
    assert_eq!(whole.heads.lock().unwrap().len(), 1);
    let short = Source::with(
        "206 Partial Content",
        &["Content-Range: bytes 512-611/612"],
        &[7; 100],
    );
    put(&short, "bytes=512-1023").refused(409, "CannotVerifyCopySource");
}

#[test]
fn a_server_without_ranges_gives_the_same_bytes() {
    let (_server, client) = own::with_box(&Options::default());
    let source = Source::with("200 OK", &[], BODY);
    let put = |range| block(&client, &source.url).header("x-ms-source-range", range);
    put("bytes=5-8").send().expect(201);
    commit(&client, &["AAAA".to_owned()]);
    assert_eq!(client.get("box/t").send().text(), "5678");
    let beyond = put("bytes=16-20").send();
    beyond.refused(416, "CannotVerifyCopySource");
}

#[test]
fn another_range_than_the_requested_one_is_refused() {
    let (_server, client) = own::with_box(&Options::default());
    for (first, last) in [(5, 9), (4, 8), (6, 8)] {
        let source = Source::part(first, last);
        let put = block(&client, &source.url).header("x-ms-source-range", "bytes=5-8");
        put.send().refused(409, "CannotVerifyCopySource");
    }
    let headers = ["Content-Range: bytes 5-9/16"];
    let shorter = Source::with("206 Partial Content", &headers, &BODY[5..=8]);
    let put = block(&client, &shorter.url).header("x-ms-source-range", "bytes=5-8");
    put.send().refused(409, "CannotVerifyCopySource");
    let unasked = Source::part(5, 8);
    let whole = block(&client, &unasked.url).send();
    whole.refused(409, "CannotVerifyCopySource");
}

#[test]
fn an_error_of_the_source_is_passed_on_with_its_status() {
    let (_server, client) = own::with_box(&Options::default());
    for (status, line, passed) in [
        ("403", "403 Forbidden", 403),
        ("404", "404 Not Found", 404),
        ("409", "409 Conflict", 409),
        ("416", "416 Range Not Satisfiable", 416),
        ("500", "500 Internal Server Error", 500),
        ("503", "503 Service Unavailable", 503),
        ("302", "302 Found", 404),
    ] {
        let source = Source::with(line, &["x-ms-error-code: Odd"], b"");
        let old = block(&client, &source.url).send();
        assert_eq!(old.header("x-ms-copy-source-status-code"), None);
        old.refused(passed, "CannotVerifyCopySource");
        let put = block(&client, &source.url).without("x-ms-version");
        let new = put.header("x-ms-version", "2024-08-04").send();
        assert_eq!(new.header("x-ms-copy-source-status-code"), Some(status));
        assert_eq!(new.header("x-ms-copy-source-error-code"), Some("Odd"));
        assert_eq!(new.one("CopySourceStatusCode"), status);
        assert_eq!(new.one("CopySourceErrorMessage"), line[4..]);
        new.refused(passed, "CannotVerifyCopySource");
    }
}

#[test]
fn own_sources_are_refused_as_sources_elsewhere_are() {
    let (_server, client) = own::with_blob(&Options::default(), BODY);
    let url = |path: &str| format!("http://{}/{}/{path}", client.address, client.account);
    for (path, range, status, code) in [
        ("box/none", "bytes=0-1", 404, "BlobNotFound"),
        ("none/none", "bytes=0-1", 404, "ContainerNotFound"),
        ("box/b", "bytes=16-17", 416, "InvalidRange"),
    ] {
        let put = block(&client, &url(path)).header("x-ms-source-range", range);
        let put = put.without("x-ms-version");
        let reply = put.header("x-ms-version", "2024-08-04").send();
        assert_eq!(reply.header("x-ms-copy-source-error-code"), Some(code));
        reply.refused(status, "CannotVerifyCopySource");
    }
}

#[test]
fn conditions_go_to_the_source_and_hold_where_it_ignores_them() {
    let (_server, client) = own::with_box(&Options::default());
    let unchanged = Source::with("304 Not Modified", &[], b"");
    let put = block(&client, &unchanged.url).header("x-ms-source-if-none-match", "\"a\"");
    put.send().expect(304);
    assert!(unchanged.head().contains("\r\nIf-None-Match: \"a\"\r\n"));

    let dated = [
        "ETag: \"a\"",
        "Last-Modified: Sat, 28 Nov 2020 21:25:23 GMT",
    ];
    let source = Source::with("200 OK", &dated, BODY);
    for (name, value, status) in [
        ("x-ms-source-if-match", "\"a\"", 201),
        ("x-ms-source-if-match", "\"b\"", 412),
        ("x-ms-source-if-none-match", "\"b\"", 201),
        ("x-ms-source-if-none-match", "\"a\"", 304),
        ("x-ms-source-if-modified-since", LATE, 304),
        ("x-ms-source-if-unmodified-since", LATE, 201),
    ] {
        let reply = block(&client, &source.url).header(name, value).send();
        assert_eq!(reply.status, status, "{name}: {value}");
    }
    let put = client.put("box/w").header("x-ms-blob-type", "BlockBlob");
    let put = put.header("x-ms-copy-source", &source.url);
    let put = put.header("x-ms-source-if-match", "\"b\"");
    put.send().refused(412, "SourceConditionNotMet");
}

#[test]
fn checksums_of_the_source_are_compared() {
    let (_server, client) = own::with_box(&Options::default());
    let source = Source::part(5, 8);
    for (name, right, wrong, code) in [
        (
            "x-ms-source-content-md5",
            md5(b"5678"),
            md5(b"5679"),
            "Md5Mismatch",
        ),
        (
            "x-ms-source-content-crc64",
            crc64(b"5678"),
            crc64(b"5679"),
            "Crc64Mismatch",
        ),
    ] {
        let put = |sum: &str| {
            let put = block(&client, &source.url).header("x-ms-source-range", "bytes=5-8");
            put.header(name, sum).send()
        };
        put(&right).expect(201);
        put(&wrong).refused(400, code);
    }
}

#[test]
fn a_source_of_an_absurd_length_is_refused_before_it_is_read() {
    let (_server, client) = own::with_box(&Options::default());
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n";
    let source = Source::answering(head);
    let reply = block(&client, &source.url).send();
    reply.refused(413, "RequestBodyTooLarge");
    let silent = Source::answering("HTTP/1.1 200 OK\r\n\r\nbytes");
    let reply = block(&client, &silent.url).send();
    reply.refused(404, "CannotVerifyCopySource");
}

/// Puts 16 blocks at the same time, each from a range of one source, and reads the blob.
fn many_at_once(client: &Client, source: &str) -> Vec<u8> {
    let ids: Vec<String> = (10..26).map(|number| format!("AA{number}")).collect();
    thread::scope(|scope| {
        for (at, id) in ids.iter().enumerate() {
            let put = client.put("box/t").query("comp", "block");
            let put = put.query("blockid", id).header("x-ms-copy-source", source);
            let put = put.header("x-ms-source-range", &format!("bytes={at}-{at}"));
            scope.spawn(|| put.send().expect(201));
        }
    });
    commit(client, &ids);
    client.get("box/t").send().body
}

#[test]
fn several_blocks_come_from_one_source_at_once() {
    let (_there, other) = own::with_blob(&Options::default(), BODY);
    let acl = other.put("box").query("restype", "container");
    let acl = acl.query("comp", "acl");
    acl.header("x-ms-blob-public-access", "blob")
        .send()
        .expect(200);
    let (_here, client) = own::with_blob(&Options::default(), BODY);
    for server in [&client, &other] {
        let url = format!("http://{}/{}/box/b", server.address, server.account);
        assert_eq!(many_at_once(&client, &url), BODY);
    }
}

#[test]
fn a_source_under_https_needs_an_authority_to_trust() {
    let (there, other) = own::start(&Options {
        tls: TlsChoice::Own,
        ..Options::default()
    });
    let authority = tempfile::NamedTempFile::new().unwrap();
    fs::write(authority.path(), there.authority_pem().unwrap()).unwrap();
    let container = other.put("box").query("restype", "container");
    let container = container.header("x-ms-blob-public-access", "blob");
    assert_eq!(container.send_tls(authority.path()).status, 201);
    let put = other.put("box/a").header("x-ms-blob-type", "BlockBlob");
    assert_eq!(put.body(BODY).send_tls(authority.path()).status, 201);
    let url = format!("https://{}/{}/box/a", other.address, other.account);
    for (trust, status) in [(Some(authority.path().to_owned()), 201), (None, 404)] {
        let (_server, client) = own::with_box(&Options {
            trust,
            ..Options::default()
        });
        let put = block(&client, &url).header("x-ms-source-range", "bytes=5-8");
        put.send().expect(status);
        if status == 201 {
            commit(&client, &["AAAA".to_owned()]);
            assert_eq!(client.get("box/t").send().text(), "5678");
        }
    }
}
