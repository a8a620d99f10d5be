//! Blob Batch: deletions and changes of tier, many in one request.

use std::fmt::Write as _;

use crate::client::{Auth, Client, Reply, Request};

/// A request as a part of a batch: no version, no host.
fn part(request: Request) -> String {
    let (head, ..) = request.without("x-ms-version").to_bytes();
    let head = String::from_utf8(head).unwrap();
    let lines = head.split_inclusive("\r\n");
    lines
        .filter(|line| !line.starts_with("Host:") && !line.starts_with("Connection:"))
        .collect()
}

/// Sends a batch to the account (an empty path) or a container.
fn submit(client: &Client, path: &str, parts: &[String]) -> Reply {
    let mut body = String::new();
    for (id, part) in parts.iter().enumerate() {
        let _ = write!(
            body,
            "--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {id}\r\n\r\n{part}\r\n"
        );
    }
    body += "--batch_1--\r\n";
    let mut request = client.request("POST", path).query("comp", "batch");
    if !path.is_empty() {
        request = request.query("restype", "container");
    }
    request
        .header("Content-Type", "multipart/mixed; boundary=batch_1")
        .body(body)
        .send()
}

/// The statuses of the parts of an answer, in their order.
fn statuses(reply: &Reply) -> Vec<u16> {
    let text = reply.text();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("HTTP/1.1 "));
    lines.map(|line| line[..3].parse().unwrap()).collect()
}

cases! {
    fn a_batch_deletes_existing_blobs_and_reports_missing_ones(s) {
        let path = s.blob(b"x");
        let missing = path.replace("/b", "/missing");
        let parts = [s.main.delete(&path), s.main.delete(&missing)].map(part);
        let reply = submit(&s.main, "", &parts).expect(202);
        assert_eq!(statuses(&reply), [202, 404]);
        assert!(reply.text().contains("x-ms-error-code: BlobNotFound"), "{}", reply.text());
        assert!(reply.text().contains("Content-ID: 1"), "{}", reply.text());
        s.main.get(&path).send().expect(404);
    }

    fn a_batch_of_a_container_changes_tiers(s) {
        let path = s.blob(b"x");
        let parts = ["Cool", "Nonsense"].map(|tier| {
            part(s.main.put(&path).query("comp", "tier").header("x-ms-access-tier", tier))
        });
        let (container, _) = path.split_once('/').unwrap();
        let reply = submit(&s.main, container, &parts).expect(202);
        assert_eq!(statuses(&reply)[0], 200);
        assert!(statuses(&reply)[1] >= 400);
        assert_eq!(s.main.head(&path).send().header("x-ms-access-tier"), Some("Cool"));
    }

    fn each_part_of_a_batch_is_authorised_by_itself(s) {
        let path = s.blob(b"x");
        let wrong = s.main.with_key(b"another key");
        let parts = [wrong.delete(&path), s.main.delete(&path)].map(part);
        assert_eq!(statuses(&submit(&s.main, "", &parts).expect(202)), [403, 202]);
        let parts = [part(s.main.delete(&path).auth(Auth::Nothing))];
        assert!(statuses(&submit(&s.main, "", &parts).expect(202))[0] >= 400);
    }

    fn a_condition_in_a_batch_concerns_its_own_part(s) {
        let path = s.blob(b"x");
        let parts = [
            s.main.delete(&path).header("If-Match", "\"0x8D0000000000001\""),
            s.main.delete(&path).header("If-Match", "*"),
        ].map(part);
        assert_eq!(statuses(&submit(&s.main, "", &parts).expect(202)), [412, 202]);
    }

    fn what_is_wrong_with_a_whole_batch_is_one_part_without_an_id(s) {
        let path = s.blob(b"x");
        let tier = part(s.main.put(&path).query("comp", "tier").header("x-ms-access-tier", "Cool"));
        let delete = part(s.main.delete(&path));
        let many = vec![delete.clone(); 257];
        let reply = submit(&s.main, "", &many).expect(202);
        assert!(reply.text().contains("ExceedsMaxBatchRequestCount"), "{}", reply.text());
        assert!(!reply.text().contains("Content-ID"), "{}", reply.text());
        let reply = submit(&s.main, "", &[delete, tier]).expect(202);
        assert!(reply.text().contains("AllBatchSubRequestsShouldBeSameApi"), "{}", reply.text());
        let other = part(s.main.get(&path));
        let reply = submit(&s.main, "", &[other]).expect(202);
        assert_eq!(statuses(&reply), [400]);
        s.main.get(&path).send().expect(200);
    }

    fn a_batch_of_a_container_leaves_other_containers_alone(s) {
        let (mine, other) = (s.blob(b"x"), s.blob(b"y"));
        let (container, _) = mine.split_once('/').unwrap();
        let reply = submit(&s.main, container, &[part(s.main.delete(&other))]).expect(202);
        assert_eq!(statuses(&reply), [400]);
        s.main.get(&other).send().expect(200);
    }
}
