//! Transactions of tables under kill -9: after each kill the last one that was acknowledged is there,
//! or the one that was under way, and never a part of one.

use std::collections::BTreeSet;
use std::thread;

use serde_json::Value;

use super::program::Program;
use crate::client::{Auth, Client, Request};

const KILLS: u64 = 6;
const ROWS: usize = 20;
const ACCEPT: &str = "application/json;odata=nometadata";

fn request(client: &Client, method: &'static str, path: &str) -> Request {
    let request = client.request(method, "").auth(Auth::TableKey);
    let request = request.raw_path(&format!("/{}/{path}", client.account));
    request
        .header("Accept", ACCEPT)
        .header("Prefer", "return-no-content")
}

/// Sets all rows to a number in one transaction. Returns whether it was acknowledged.
fn write(client: &Client, number: u64) -> bool {
    let parts = (0..ROWS).map(|row| {
        format!(
            "--c\r\nContent-Type: application/http\r\n\r\nPUT /kills(PartitionKey='p',RowKey='{row:02}') HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"n\":{number}}}\r\n"
        )
    });
    let parts: String = parts.collect();
    let body = format!(
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{parts}--c--\r\n--b--\r\n"
    );
    let batch = request(client, "POST", "$batch").body(body);
    let batch = batch.header("Content-Type", "multipart/mixed; boundary=b");
    batch.try_send().is_ok_and(|reply| {
        let text = reply.text();
        assert_eq!(text.matches("HTTP/1.1 204").count(), ROWS, "{text}");
        true
    })
}

/// The numbers of all rows.
fn numbers(client: &Client) -> Vec<u64> {
    let page = request(client, "GET", "kills()").send().expect(200);
    let document: Value = serde_json::from_slice(&page.body).unwrap();
    let rows = document["value"].as_array().unwrap().iter();
    rows.map(|row| row["n"].as_u64().unwrap()).collect()
}

#[test]
fn a_transaction_is_there_whole_or_not_at_all_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Program::start(&["--store", folder.path().to_str().unwrap()]);
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let program = start();
        let client = program.table_client.clone();
        let create = request(&client, "POST", "Tables").body(r#"{"TableName":"kills"}"#);
        create.send();
        let first = acknowledged + 1;
        let writer = thread::spawn(move || {
            let mut numbers = first..;
            let refused = numbers.find(|number| !write(&client, *number));
            refused.unwrap_or(first)
        });
        // The moment of the kill: after some requests of this thread.
        for _ in 0..=kill * 3 {
            request(&program.table_client, "GET", "Tables")
                .send()
                .expect(200);
        }
        drop(program);
        let under_way = writer.join().unwrap();
        let program = start();
        let found = numbers(&program.table_client);
        let different: BTreeSet<u64> = found.iter().copied().collect();
        let number = different.first().copied().unwrap_or(0);
        assert!(different.len() <= 1, "a part of a transaction: {found:?}");
        assert!(number == 0 || found.len() == ROWS, "{found:?}");
        assert!(
            number == under_way || number + 1 == under_way,
            "found {number}, under way {under_way}"
        );
        acknowledged = number;
    }
    assert!(acknowledged > 0, "no transaction was acknowledged");
}
