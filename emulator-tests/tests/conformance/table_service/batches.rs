//! Entity group transactions.

use azring_emulator_tests::emulator::{Behaviour, TableBehaviour};

use super::own_table::{OwnTable, TABLE, entity, keys};

fn row(number: usize) -> String {
    format!(r#"{{"PartitionKey":"p","RowKey":"{number:03}","n":{number}}}"#)
}

/// The status and the message of the only answer in a batch.
fn only_answer(text: &str) -> (String, String) {
    assert_eq!(text.matches("HTTP/1.1").count(), 1, "{text}");
    let (_, rest) = text.split_once("HTTP/1.1 ").unwrap();
    let message = rest.split_once("\"value\":\"").map_or("", |(_, rest)| rest);
    let message = message.split("\\nRequestId").next().unwrap_or_default();
    (rest[..3].to_owned(), message.to_owned())
}

#[test]
fn changes_of_all_kinds_are_made_together() {
    let own = OwnTable::new();
    own.put("p", "old", 1);
    own.put("p", "gone", 1);
    let answer = own.batch(&[
        (
            "POST",
            TABLE,
            r#"{"PartitionKey":"p","RowKey":"new","a":1}"#,
        ),
        ("MERGE", &entity("p", "old"), r#"{"b":2}"#),
        ("DELETE", &entity("p", "gone"), ""),
    ]);
    let text = answer.expect(202).text();
    assert_eq!(
        text.matches("HTTP/1.1 204 No Content\r\n").count(),
        3,
        "{text}"
    );
    assert_eq!(text.matches("DataServiceVersion: 1.0;\r\n").count(), 2);
    assert_eq!(
        text.matches("DataServiceVersion: 3.0;\r\nLocation: http")
            .count(),
        1
    );
    assert_eq!(text.matches("ETag: W/").count(), 2);
    assert!(text.ends_with("--\r\n"));
    assert_eq!(keys(&own.query("").expect(200)), ["p/new", "p/old"]);
}

#[test]
fn one_refused_change_refuses_all_and_is_named() {
    let own = OwnTable::new();
    own.put("p", "002", 1);
    let documents: Vec<String> = (0..4).map(row).collect();
    let inserts: Vec<(&str, &str, &str)> = documents
        .iter()
        .map(|document| ("POST", TABLE, document.as_str()))
        .collect();
    let text = own.batch(&inserts).expect(202).text();
    assert_eq!(
        only_answer(&text),
        (
            "409".to_owned(),
            "2:The specified entity already exists.".to_owned()
        )
    );
    assert_eq!(keys(&own.query("").expect(200)), ["p/002"]);
    // A change that is alone is not numbered, except if the table is missing.
    let text = own.batch(&inserts[2..3]).expect(202).text();
    assert_eq!(only_answer(&text).1, "The specified entity already exists.");
    let text = own
        .batch(&[("POST", "Missing", &documents[0])])
        .expect(202)
        .text();
    assert_eq!(
        only_answer(&text),
        (
            "404".to_owned(),
            "0:The table specified does not exist.".to_owned()
        )
    );
}

#[test]
fn a_batch_is_of_one_partition_and_names_each_entity_once() {
    let own = OwnTable::new();
    let (first, other) = (row(1), r#"{"PartitionKey":"q","RowKey":"1"}"#);
    let text = own
        .batch(&[("POST", TABLE, &first), ("POST", TABLE, other)])
        .text();
    assert_eq!(
        only_answer(&text).1,
        "1:All commands in a batch must operate on same entity group."
    );
    let text = own
        .batch(&[("POST", TABLE, &first), ("PUT", &entity("p", "001"), "{}")])
        .text();
    assert_eq!(
        only_answer(&text).1,
        "1:The batch request contains multiple changes with same row key. An entity can appear only once in a batch request."
    );
    assert!(keys(&own.query("").expect(200)).is_empty());
}

#[test]
fn a_batch_has_at_most_100_changes_and_4_mib() {
    let own = OwnTable::new();
    let documents: Vec<String> = (0..101).map(row).collect();
    let inserts: Vec<(&str, &str, &str)> = documents
        .iter()
        .map(|document| ("POST", TABLE, document.as_str()))
        .collect();
    let text = own.batch(&inserts).expect(202).text();
    assert_eq!(
        only_answer(&text).1,
        "99:The batch request operation exceeds the maximum 100 changes per change set."
    );
    own.batch(&inserts[..100]).expect(202);
    assert_eq!(keys(&own.query("").expect(200)).len(), 100);
    let body = format!("--batch_1\r\n{}", "x".repeat(4 << 20));
    own.send_batch(&body).refused(413, "RequestBodyTooLarge");
}

#[test]
fn lines_of_both_kinds_and_relative_addresses_are_read() {
    let own = OwnTable::new();
    let body = format!(
        "--batch_1\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nPOST /{TABLE} HTTP/1.1\nContent-ID: 7\nAccept: application/json;odata=minimalmetadata\nContent-Type: application/json\nPrefer: return-no-content\nContent-Length: 9999\n\n{}\n\n--c--\n--batch_1--",
        row(1)
    );
    let text = own.send_batch(&body).expect(202).text();
    assert!(text.contains("HTTP/1.1 204 No Content\r\nContent-ID: 7\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nPreference-Applied: return-no-content\r\n"), "{text}");
    let empty =
        "--batch_1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--batch_1--\r\n";
    let text = own.send_batch(empty).expect(202).text();
    assert!(
        text.contains("changesetresponse_") && !text.contains("HTTP/1.1"),
        "{text}"
    );
    for bad in ["", "--batch_1\r\n", "--other--"] {
        own.send_batch(bad).refused(400, "InvalidInput");
    }
}

#[test]
fn a_query_is_alone_in_its_batch() {
    let own = OwnTable::new();
    own.put("p", "r", 7);
    let part = format!(
        "--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET http://h/devstoreaccount1/{} HTTP/1.1\r\nAccept: application/json;odata=nometadata\r\n\r\n",
        entity("p", "r")
    );
    let text = own
        .send_batch(&format!("{part}--batch_1--"))
        .expect(202)
        .text();
    assert!(
        text.contains("HTTP/1.1 200 OK\r\n") && text.contains("\"n\":7}"),
        "{text}"
    );
    own.send_batch(&format!("{part}{part}--batch_1--"))
        .refused(400, "InvalidInput");
}

#[test]
fn a_busy_partition_refuses_inside_of_the_answer() {
    let own = OwnTable::new();
    own.server.set_behaviour(Behaviour {
        table: TableBehaviour {
            partition_entities_per_second: 1,
            ..TableBehaviour::default()
        },
        ..Behaviour::default()
    });
    let documents: Vec<String> = (0..50).map(row).collect();
    let inserts: Vec<(&str, &str, &str)> = documents
        .iter()
        .map(|document| ("POST", TABLE, document.as_str()))
        .collect();
    own.batch(&inserts).expect(202);
    let text = own.batch(&inserts).expect(202).text();
    assert_eq!(
        only_answer(&text),
        ("503".to_owned(), "0:The server is busy.".to_owned())
    );
    own.insert(r#"{"PartitionKey":"p","RowKey":"x"}"#)
        .refused(503, "ServerBusy");
    own.insert(r#"{"PartitionKey":"q","RowKey":"x"}"#)
        .expect(204);
}

#[test]
fn the_fault_plan_refuses_a_batch_inside_of_its_answer() {
    let own = OwnTable::new();
    own.server.set_faults(
        r#"{ "when": { "path": "*$batch", "times": 1 }, "then": { "batch_status": 503 } }"#,
    );
    let document = row(1);
    let insert = [("POST", TABLE, document.as_str())];
    let text = own.batch(&insert).expect(202).text();
    assert_eq!(only_answer(&text).0, "503");
    assert!(text.contains("\"code\":\"ServerBusy\""), "{text}");
    assert!(keys(&own.query("").expect(200)).is_empty());
    own.batch(&insert).expect(202);
    assert_eq!(keys(&own.query("").expect(200)).len(), 1);
}
