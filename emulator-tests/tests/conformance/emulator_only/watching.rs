//! The request log, the counters and the control endpoint.

use azring_emulator_tests::emulator::Server;
use serde_json::Value;

use super::faults::with_faults;
use crate::client::{Auth, Client, Reply};

fn control(server: &Server, method: &'static str, path: &str, body: &str) -> Reply {
    let address = server
        .control_url()
        .trim_start_matches("http://")
        .to_owned();
    let client = Client::new(&address, "control", "");
    client
        .request(method, "")
        .raw_path(path)
        .body(body)
        .auth(Auth::Nothing)
        .send()
}

#[test]
fn the_log_shows_each_request_and_its_end() {
    let (server, client) = with_faults(r#"{"rules":[]}"#);
    client
        .get("box/none")
        .query("sig", "secret")
        .auth(Auth::Key)
        .send()
        .refused(404, "BlobNotFound");
    client
        .put("box/é")
        .header("x-ms-blob-type", "BlockBlob")
        .body("xyz")
        .send()
        .expect(201);
    let lines: Vec<Value> = server
        .watch()
        .log
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["code"], "BlobNotFound");
    assert_eq!(lines[0]["query"], "sig=****");
    assert_eq!(lines[0]["auth"], "SharedKey");
    assert_eq!(lines[1]["path"], "/devstoreaccount1/box/%C3%A9");
    assert_eq!(
        (&lines[1]["operation"], &lines[1]["bytes_in"]),
        (&"PutBlob".into(), &3.into())
    );
    assert_eq!(lines[1]["outcome"], "answered");
}

#[test]
fn a_plan_can_be_changed_and_asked_after_over_http() {
    let (server, client) = with_faults(r#"{"rules":[]}"#);
    let plan =
        r#"{"rules":[{"name":"gone","when":{"method":"HEAD"},"then":{"answer":{"status":500}}}]}"#;
    assert_eq!(control(&server, "PUT", "/faults", plan).status, 204);
    client.head("box/b").send().expect(500);
    let status: Value =
        serde_json::from_str(&control(&server, "GET", "/faults", "").text()).unwrap();
    assert_eq!(status["applied"], serde_json::json!([1]));
    assert_eq!(
        control(&server, "PUT", "/faults", r#"{"rules":1}"#).status,
        400
    );
    assert_eq!(control(&server, "DELETE", "/faults", "").status, 204);
    client.head("box/b").send().expect(200);
}

#[test]
fn counters_add_up_by_operation() {
    let (server, client) = with_faults(r#"{"rules":[]}"#);
    client.get("box/b").send().expect(200);
    client
        .get("box/b")
        .header("x-ms-range", "bytes=0-3")
        .send()
        .expect(206);
    client.get("box/none").send().expect(404);
    let counters: Value =
        serde_json::from_str(&control(&server, "GET", "/counters", "").text()).unwrap();
    let get = &counters["operations"]["GetBlob"];
    assert_eq!((&get["requests"], &get["failures"]), (&3.into(), &1.into()));
    assert_eq!(counters["statuses"]["206"], 1);
    assert!(get["bytes_out"].as_u64().unwrap() >= 14);
    control(&server, "DELETE", "/counters", "");
    assert_eq!(server.watch().counters.of("GetBlob").requests, 0);
}

#[test]
fn the_log_is_kept_only_as_long_as_it_is_wanted() {
    let (server, client) = with_faults(r#"{"rules":[]}"#);
    control(&server, "PUT", "/log", r#"{"lines":2}"#);
    for _ in 0..3 {
        client.head("box/b").send().expect(200);
    }
    assert_eq!(
        control(&server, "GET", "/log", "").text().lines().count(),
        2
    );
    control(&server, "PUT", "/log", r#"{"lines":0}"#);
    client.head("box/b").send().expect(200);
    assert!(server.watch().log.lines().is_empty());
}
