//! Fault plans: each effect as the client sees it.

use std::io::ErrorKind;
use std::time::Instant;

use azring_emulator_tests::emulator::fault::Plan;
use azring_emulator_tests::emulator::{Options, Server};

use super::own::with_blob;
use crate::client::{Client, md5};

const BODY: &[u8] = b"0123456789";

/// An emulator with the blob `box/b` and these faults.
pub(super) fn with_faults(rules: &str) -> (Server, Client) {
    let options = Options {
        log_lines: 100,
        ..Options::default()
    };
    let (server, client) = with_blob(&options, BODY);
    server.watch().log.clear();
    server.watch().counters.reset();
    server.watch().faults.set(Some(Plan::parse(rules).unwrap()));
    (server, client)
}

fn rule(when: &str, then: &str) -> String {
    format!(r#"{{"rules":[{{"name":"it","when":{when},"then":{then}}}]}}"#)
}

#[test]
fn a_request_can_be_refused_once_with_retry_after() {
    let (_server, client) = with_faults(&rule(
        r#"{"method":"GET","times":1}"#,
        r#"{"answer":{"status":503,"retry_after":7}}"#,
    ));
    let reply = client.get("box/b").send().refused(503, "ServerBusy");
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(client.get("box/b").send().expect(200).body, BODY);
}

#[test]
fn a_connection_can_end_after_some_bytes_of_the_answer() {
    let (_server, client) = with_faults(&rule("{}", r#"{"close":{"response_bytes":4}}"#));
    let error = client.get("box/b").try_send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn a_connection_can_be_reset_in_the_middle_of_an_upload() {
    let (server, client) = with_faults(&rule(
        r#"{"method":"PUT"}"#,
        r#"{"close":{"request_bytes":100000},"how":"reset"}"#,
    ));
    let put = client
        .put("box/new")
        .header("x-ms-blob-type", "BlockBlob")
        .body(vec![1; 8 << 20]);
    let error = put.try_send().unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        ),
        "{error}"
    );
    server.watch().faults.set(None);
    client.get("box/new").send().refused(404, "BlobNotFound");
}

#[test]
fn a_write_can_take_effect_and_its_answer_be_lost() {
    let (server, client) = with_faults(&rule(
        r#"{"method":"PUT","times":1}"#,
        r#"{"lose_answer":true}"#,
    ));
    let put = client
        .put("box/new")
        .header("x-ms-blob-type", "BlockBlob")
        .body("x");
    assert!(put.try_send().is_err());
    client.get("box/new").send().expect(200);
    assert_eq!(
        server.watch().counters.snapshot().operations["PutBlob"].requests,
        1
    );
}

#[test]
fn a_bit_can_flip_on_the_way_out() {
    let (_server, client) = with_faults(&rule("{}", r#"{"flip_response_bit":3}"#));
    assert_eq!(client.get("box/b").send().expect(200).body, b"0122456789");
}

#[test]
fn a_bit_that_flips_on_the_way_in_is_caught_by_the_checksum() {
    let (server, client) = with_faults(&rule(r#"{"method":"PUT"}"#, r#"{"flip_request_bit":3}"#));
    let put = || {
        client
            .put("box/new")
            .header("x-ms-blob-type", "BlockBlob")
            .body(BODY)
    };
    put()
        .header("Content-MD5", &md5(BODY))
        .send()
        .refused(400, "Md5Mismatch");
    put().send().expect(201);
    server.watch().faults.set(None);
    assert_eq!(client.get("box/new").send().body, b"0122456789");
}

#[test]
fn lengths_and_ranges_can_be_wrong() {
    let (server, client) = with_faults(&rule("{}", r#"{"content_length":"+5"}"#));
    assert_eq!(
        client.get("box/b").try_send().unwrap_err().kind(),
        ErrorKind::UnexpectedEof
    );
    let plan = rule(
        "{}",
        r#"{"content_length":4,"content_range":"bytes 5-8/10"}"#,
    );
    server.watch().faults.set(Some(Plan::parse(&plan).unwrap()));
    let reply = client.get("box/b").header("x-ms-range", "bytes=0-9").send();
    assert_eq!(
        (reply.body.as_slice(), reply.header("content-range")),
        (&BODY[..4], Some("bytes 5-8/10"))
    );
}

#[test]
fn a_range_can_be_ignored_though_it_was_signed() {
    let (_server, client) = with_faults(&rule("{}", r#"{"ignore_range":true}"#));
    let reply = client
        .get("box/b")
        .header("Range", "bytes=2-3")
        .send()
        .expect(200);
    assert_eq!(reply.body, BODY);
}

#[test]
fn the_version_can_change_between_two_ranges() {
    let (_server, client) = with_faults(&rule(r#"{"range_first":5}"#, r#"{"etag":"new"}"#));
    let first = client
        .get("box/b")
        .header("x-ms-range", "bytes=0-4")
        .send()
        .expect(206);
    let second = client
        .get("box/b")
        .header("x-ms-range", "bytes=5-9")
        .send()
        .expect(206);
    assert_ne!(first.header("etag"), second.header("etag"));
}

#[test]
fn headers_can_be_set_and_taken_away() {
    let (_server, client) = with_faults(&rule("{}", r#"{"headers":{"etag":null,"x-odd":"1"}}"#));
    let reply = client.get("box/b").send().expect(200);
    assert_eq!(
        (reply.header("etag"), reply.header("x-odd")),
        (None, Some("1"))
    );
}

#[test]
fn a_budget_refuses_what_exceeds_it_and_others_pass() {
    let (server, client) = with_faults(
        r#"{"budgets":[{"account":"devstoreaccount1","requests_per_second":1,"retry_after":1}]}"#,
    );
    let began = Instant::now();
    let refused = (0..20)
        .filter(|_| client.get("box/b").send().status == 503)
        .count() as u64;
    // One request of credit, and one more for each second that passed.
    let accepted = 20 - refused;
    assert!(accepted <= 1 + began.elapsed().as_secs() + 1, "{accepted}");
    let plan = r#"{"budgets":[{"account":"other","requests_per_second":1}]}"#;
    server.watch().faults.set(Some(Plan::parse(plan).unwrap()));
    assert!((0..5).all(|_| client.get("box/b").send().status == 200));
}

#[test]
fn a_slow_body_still_arrives_whole() {
    let (_server, client) = with_faults(&rule(
        "{}",
        r#"{"byte_delay_ms":1,"response_bytes_per_second":100000}"#,
    ));
    assert_eq!(client.get("box/b").send().expect(200).body, BODY);
}

#[test]
fn a_blackhole_sends_no_answer_and_ends_with_the_server() {
    let (server, client) = with_faults(&rule("{}", r#"{"blackhole":true}"#));
    let asking = std::thread::spawn(move || client.get("box/b").try_send());
    while !server.watch().counters.snapshot().statuses.contains_key(&0) {
        std::thread::yield_now();
    }
    drop(server);
    assert!(asking.join().unwrap().is_err());
}
