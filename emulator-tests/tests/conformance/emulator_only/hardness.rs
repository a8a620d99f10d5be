//! Broken and malicious clients: each gets a clear answer or a closed connection, and other clients
//! are not disturbed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use azring_emulator_tests::emulator::{Options, PatternBlob, Server, StoreChoice};

use super::own;
use crate::client::Client;

fn start() -> (Server, Client) {
    own::with_blob(&Options::default(), "x")
}

/// The server's answer to these bytes, before it closes the connection.
fn say(server: &Server, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(server.address()).unwrap();
    // The server may answer and close before it has everything.
    let _ = socket.write_all(bytes);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_malformed_request_line_is_400() {
    let (server, client) = start();
    for rubbish in [
        "rubbish\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{1}\u{2}\u{3}\r\n\r\n",
        "GET /a b c HTTP/1.1\r\n\r\n",
    ] {
        let answer = say(&server, rubbish.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400 "), "{rubbish:?}: {answer}");
    }
    client.get("box/b").send().expect(200);
}

#[test]
fn bytes_that_are_no_text_are_400() {
    let (server, _) = start();
    assert!(say(&server, b"GET / HTTP/1.1\r\nX: \xff\xfe\r\n\r\n").starts_with("HTTP/1.1 400 "));
}

#[test]
fn headers_without_end_are_431() {
    let (server, _) = start();
    let mut request = b"GET / HTTP/1.1\r\n".to_vec();
    request.extend(
        std::iter::repeat_n(b"X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".as_slice(), 60).flatten(),
    );
    request.extend(b"Y: ");
    request.extend(std::iter::repeat_n(b'y', 128 * 1024));
    assert!(say(&server, &request).starts_with("HTTP/1.1 431 "));
}

#[test]
fn too_many_headers_are_400() {
    let (server, _) = start();
    let request = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(200));
    assert!(say(&server, request.as_bytes()).starts_with("HTTP/1.1 400 "));
}

#[test]
fn a_length_that_is_none_is_400() {
    let (server, _) = start();
    for length in ["-1", "1x", "99999999999999999999", "1, 2"] {
        let request = format!("PUT /a/b/c HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        assert!(
            say(&server, request.as_bytes()).starts_with("HTTP/1.1 400 "),
            "{length}"
        );
    }
}

#[test]
fn an_absurd_length_does_not_cost_memory() {
    let (server, client) = start();
    let (head, _, _) = client
        .put("box/huge")
        .header("x-ms-blob-type", "BlockBlob")
        .header("Content-Length", "9000000000000")
        .to_bytes();
    assert!(say(&server, &head).starts_with("HTTP/1.1 413 "));
}

#[test]
fn entities_do_not_explode() {
    let (_server, client) = start();
    let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><BlockList><Latest>&b;</Latest></BlockList>";
    client
        .put("box/b")
        .query("comp", "blocklist")
        .body(bomb)
        .send()
        .refused(400, "InvalidXmlDocument");
}

#[test]
fn a_header_cannot_be_smuggled_into_an_answer() {
    let (_server, client) = start();
    let reply = client.get("box/b").query("rscc", "a\r\nX-Evil: 1").send();
    assert!(
        reply
            .headers
            .iter()
            .all(|(name, _)| !name.eq_ignore_ascii_case("x-evil"))
    );
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let (server, client) = start();
    let put = client
        .put("box/broken")
        .header("x-ms-blob-type", "BlockBlob")
        .body(vec![1; 100_000]);
    let (head, body, _) = put.to_bytes();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    socket.write_all(&head).unwrap();
    socket.write_all(&body[..50_000]).unwrap();
    drop(socket);
    // The service has seen the end after it has counted the request.
    while server.watch().counters.of("PutBlob").requests < 2 {
        std::thread::yield_now();
    }
    client.get("box/broken").send().refused(404, "BlobNotFound");
}

#[test]
fn ten_thousand_silent_connections_delay_no_request() {
    let (server, client) = start();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile)
        .current
        .unwrap_or(u64::MAX);
    // This process has both ends of each connection.
    let count = 10_000.min((limit.saturating_sub(500) / 2) as usize);
    let idle: Vec<TcpStream> = (0..count)
        .map(|_| TcpStream::connect(server.address()).unwrap())
        .collect();
    for _ in 0..20 {
        client.get("box/b").send().expect(200);
    }
    // An idle connection is served after it sends a request.
    let (head, _, _) = client.get("box/b").to_bytes();
    let mut last = idle.into_iter().last().unwrap();
    last.write_all(&head).unwrap();
    let mut answer = String::new();
    last.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "));
}

/// An emulator that soon gives up clients without progress, with the blob `box/large` of 32 MiB.
/// The test sends it nothing that a busy machine could interrupt for so long.
fn impatient() -> (Server, Client) {
    let large = PatternBlob {
        container: "box".to_owned(),
        blob: "large".to_owned(),
        length: 32 << 20,
    };
    own::start(&Options {
        patience: Duration::from_millis(200),
        pattern_blobs: vec![large],
        store: StoreChoice::Null,
        ..Options::default()
    })
}

#[test]
fn a_client_that_stops_reading_is_given_up() {
    let (server, client) = impatient();
    let (head, _, _) = client.get("box/large").to_bytes();
    let mut socket = TcpStream::connect(server.address()).unwrap();
    socket.write_all(&head).unwrap();
    let mut begin = [0; 12];
    socket.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200");
    while server.connections() > 0 {
        std::thread::yield_now();
    }
    drop(socket);
}

#[test]
fn a_client_that_stops_in_the_middle_of_a_head_is_given_up() {
    let (server, _) = impatient();
    assert_eq!(say(&server, b"GET / HTTP/1.1\r\nHos"), "");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (server, client) = start();
    client
        .put("box/c")
        .header("x-ms-blob-type", "BlockBlob")
        .body("second")
        .send()
        .expect(201);
    let keep = |path: &str| {
        let (head, _, _) = client.get(path).to_bytes();
        String::from_utf8(head)
            .unwrap()
            .replace("Connection: close\r\n", "")
    };
    let (last, _, _) = client.get("box/c").to_bytes();
    let both = [keep("box/b").into_bytes(), last].concat();
    let answer = say(&server, &both);
    assert!(
        answer.matches("HTTP/1.1 200 ").count() == 2 && answer.ends_with("second"),
        "{answer}"
    );
}
