//! The program in the pipelines of other projects: options, signals, seed, reset, health, keys and
//! tokens.

use std::fs;
use std::process::Command;

use azring_emulator_tests::emulator::{Options, Server, TlsChoice};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::own;
use super::program::{Program, command, refused, run};
use crate::client::{Auth, Client, Reply, Request, base64};

fn control(program: &Program, method: &'static str, path: &str) -> Reply {
    let client = Client::new(&program.control, "control", "");
    let request = client.request(method, "").raw_path(path);
    request.auth(Auth::Nothing).send()
}

fn signal(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).unwrap();
    kill_process(id, signal).unwrap();
}

#[test]
fn it_ends_with_zero_on_sigterm_and_on_sigint() {
    for sent in [Signal::TERM, Signal::INT] {
        let mut program = Program::start(&[]);
        signal(program.id(), sent);
        assert_eq!(program.wait().code(), Some(0), "{sent:?}");
    }
}

#[test]
fn as_process_one_it_ends_with_zero_on_sigterm() {
    let plain = command(&[]);
    let mut isolated = Command::new("unshare");
    isolated.args(["--user", "--pid", "--fork", "--kill-child"]);
    isolated.arg(plain.get_program()).args(plain.get_args());
    let mut program = Program::spawn(isolated);
    let outer = program.id();
    let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).unwrap();
    signal(children.trim().parse().unwrap(), Signal::TERM);
    assert_eq!(program.wait().code(), Some(0));
}

#[test]
fn version_and_help_are_printed_wherever_they_stand() {
    for (words, first) in [
        (["--no-verify", "--version"], "azring-emulator "),
        (["-V", "--no-verify"], "azring-emulator "),
        (["--no-verify", "-h"], "azring-emulator: an emulator"),
        (["--help", "faults"], "# The fault plan"),
        (["--help", "behaviour"], "# The behaviour"),
        (["--help", "identity"], "# The identity provider"),
        (["--help", "control"], "# The control endpoint"),
    ] {
        let output = run(&words);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert!(text.starts_with(first), "{words:?}: {text}");
    }
    let (code, text) = refused(&["--help", "nonsense"]);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("faults, behaviour, identity, control and hierarchy"),
        "{text}"
    );
}

#[test]
fn the_port_of_a_service_that_it_does_not_have_is_refused() {
    let (code, text) = refused(&["--queue-port", "0"]);
    assert_eq!(code, Some(2));
    let reason = "the emulator has no queue service";
    assert!(
        text.contains("--queue-port") && text.contains(reason),
        "{text}"
    );
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    assert!(help.contains("--queue-port"), "{help}");
}

#[test]
fn every_field_of_the_behaviour_is_in_its_help() {
    let program = Program::start(&[]);
    let fields: Value =
        serde_json::from_slice(&control(&program, "GET", "/behaviour").body).unwrap();
    let page = String::from_utf8(run(&["--help", "behaviour"]).stdout).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        let names = match value.as_object() {
            Some(inner) => inner.keys().map(|key| format!("`{name}.{key}`")).collect(),
            None => vec![format!("`{name}`")],
        };
        for name in names {
            assert!(page.contains(&name), "{name} is not in --help behaviour");
        }
    }
}

#[test]
fn a_seed_folder_becomes_containers_and_a_reset_restores_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("first/a/b")).unwrap();
    fs::create_dir_all(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("first/a/b/c.txt"), "hello").unwrap();
    let large = vec![7; (4 << 20) + 1];
    fs::write(folder.path().join("first/large"), &large).unwrap();
    fs::write(folder.path().join("first/none"), "").unwrap();
    let program = Program::start(&["--seed", folder.path().to_str().unwrap()]);
    let client = &program.client;
    for _ in 0..2 {
        assert_eq!(
            client.get("first/a/b/c.txt").send().expect(200).text(),
            "hello"
        );
        assert_eq!(client.get("first/large").send().expect(200).body, large);
        assert_eq!(client.get("first/none").send().expect(200).body, b"");
        let head = client.head("first/a/b/c.txt").send().expect(200);
        assert_eq!(head.header("content-md5"), Some("XUFAKrxLKna5cZ2REBfFkg=="));
        client
            .get("empty")
            .query("restype", "container")
            .send()
            .expect(200);
        // The reset removes all changes from here on.
        client
            .put("other")
            .query("restype", "container")
            .send()
            .expect(201);
        client.delete("first/large").send().expect(202);
        let put = client
            .put("first/a/b/c.txt")
            .header("x-ms-blob-type", "BlockBlob");
        put.body("changed").send().expect(201);
        assert_eq!(control(&program, "POST", "/reset").status, 204);
        client
            .get("other")
            .query("restype", "container")
            .send()
            .expect(404);
    }
}

#[test]
fn a_reset_of_a_folder_store_is_kept_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = ["--store", folder.path().to_str().unwrap()];
    let program = Program::start(&store);
    program
        .client
        .put("box")
        .query("restype", "container")
        .send()
        .expect(201);
    assert_eq!(control(&program, "POST", "/reset").status, 204);
    program
        .client
        .put("new")
        .query("restype", "container")
        .send()
        .expect(201);
    drop(program);
    let program = Program::start(&store);
    program
        .client
        .get("box")
        .query("restype", "container")
        .send()
        .expect(404);
    program
        .client
        .get("new")
        .query("restype", "container")
        .send()
        .expect(200);
}

#[test]
fn a_reset_removes_the_deletion_policy_and_what_could_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let store = ["--store", folder.path().to_str().unwrap()];
    let program = Program::start(&store);
    let keep = Client::new(&program.control, "control", "").request("PUT", "");
    let keep = keep.raw_path("/behaviour").auth(Auth::Nothing);
    let keep = keep.body(r#"{"container_retention_days":7}"#).send();
    assert_eq!(keep.status, 204);
    let policy =
        "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>1</Days></DeleteRetentionPolicy>";
    own::set_service_properties(&program.client, policy).expect(202);
    let create = |program: &Program| {
        let create = program.client.put("box").query("restype", "container");
        create.send().expect(201);
    };
    create(&program);
    let delete = program.client.delete("box").query("restype", "container");
    delete.send().expect(202);
    let deleted = |program: &Program| {
        let list = program.client.get("").query("comp", "list");
        list.query("include", "deleted").send().all("Version").len()
    };
    assert_eq!(deleted(&program), 1);
    create(&program);
    let put = program.client.put("box/b");
    let put = put.header("x-ms-blob-type", "BlockBlob").body("x");
    put.send().expect(201);
    program.client.delete("box/b").send().expect(202);
    assert_eq!(own::list(&program.client, "deleted").all("Name"), ["b"]);
    assert_eq!(control(&program, "POST", "/reset").status, 204);
    let is_reset = |program: &Program| {
        assert_eq!(deleted(program), 0);
        let properties = program.client.get("").query("restype", "service");
        let read = properties.query("comp", "properties").send().expect(200);
        assert!(!read.text().contains("<Days>"), "{}", read.text());
        create(program);
        let listed = own::list(&program.client, "deleted");
        assert!(listed.all("Name").is_empty(), "{}", listed.text());
        let delete = program.client.delete("box").query("restype", "container");
        delete.send().expect(202);
    };
    is_reset(&program);
    drop(program);
    is_reset(&Program::start(&store));
}

#[test]
fn replaced_keys_refuse_old_signatures_until_a_reset() {
    let program = Program::start(&[]);
    let old = program.client.clone();
    let (one, two) = ([1_u8; 32], [2_u8; 32]);
    let list = |client: &Client| client.get("").query("comp", "list").send();
    let replace = |account: &str, keys: &[&str]| {
        let client = Client::new(&program.control, "control", "");
        let path = format!("/accounts/{account}/keys");
        let request = client.request("PUT", "").raw_path(&path);
        let order = json!({ "keys": keys }).to_string();
        request.auth(Auth::Nothing).body(order).send().status
    };
    let keys = [one, two].map(|key| base64(&key));
    let both: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(replace("devstoreaccount1", &both), 204);
    list(&old).refused(403, "AuthenticationFailed");
    list(&old.with_key(&one)).expect(200);
    list(&old.with_key(&two)).expect(200);
    assert_eq!(replace("devstoreaccount1", &both[..1]), 204);
    list(&old.with_key(&two)).refused(403, "AuthenticationFailed");
    assert_eq!(replace("devstoreaccount1", &[]), 400);
    assert_eq!(replace("devstoreaccount1", &["no base64!"]), 400);
    assert_eq!(replace("other", &both), 404);
    list(&old.with_key(&one)).expect(200);
    assert_eq!(control(&program, "POST", "/reset").status, 204);
    list(&old).expect(200);
}

#[test]
fn a_seed_that_cannot_be_a_container_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (make, name) in [(true, "No_Container"), (false, "afile")] {
        let path = folder.path().join(name);
        if make {
            fs::create_dir(&path).unwrap();
        } else {
            fs::write(&path, "x").unwrap();
        }
        let (code, text) = refused(&["--seed", folder.path().to_str().unwrap()]);
        assert_eq!(code, Some(2));
        assert!(text.contains(name), "{text}");
        if make {
            fs::remove_dir(&path).unwrap();
        }
    }
}

#[test]
fn health_is_answered_as_soon_as_it_serves() {
    let program = Program::start(&["--control-host", "127.0.0.2"]);
    assert!(
        program.control.starts_with("127.0.0.2:"),
        "{}",
        program.control
    );
    let health = control(&program, "GET", "/health").expect(200);
    let health: Value = serde_json::from_slice(&health.body).unwrap();
    assert_eq!(health["status"], "ok");
}

#[test]
fn either_key_of_an_account_signs_and_a_third_one_does_not() {
    const KEYS: [&str; 3] = ["QUFBQUFBQUE=", "QkJCQkJCQkI=", "Q0NDQ0NDQ0M="];
    let accounts = format!("oneacct:{}:{};twoacct:{}", KEYS[0], KEYS[1], KEYS[2]);
    let mut started = command(&[]);
    started.env("AZURITE_ACCOUNTS", &accounts);
    let program = Program::spawn(started);
    let address = &program.client.address;
    for (account, key, status) in [
        ("oneacct", KEYS[0], 200),
        ("oneacct", KEYS[1], 200),
        ("oneacct", KEYS[2], 403),
        ("twoacct", KEYS[2], 200),
        ("twoacct", KEYS[0], 403),
    ] {
        let list = Client::new(address, account, key)
            .get("")
            .query("comp", "list");
        assert_eq!(list.send().status, status, "{account} {key}");
    }
    let mut broken = command(&[]);
    broken.env("AZURITE_ACCOUNTS", "oneacct:not base64 secret");
    let output = broken.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("AZURITE_ACCOUNTS") && !text.contains("secret"),
        "{text}"
    );
}

/// A token without a signature.
fn token(audience: &str, expiry: u64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
    let claims = part(json!({ "aud": audience, "exp": expiry, "nbf": 0, "oid": "o", "tid": "t" }));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode("unsigned"))
}

#[test]
fn unsigned_tokens_are_checked_for_audience_and_expiry() {
    const RIGHT: &str = "https://storage.azure.com";
    const LATE: u64 = 4_000_000_000;
    for (unsigned_tokens, audience, expiry, status) in [
        (true, RIGHT, LATE, 200),
        (
            true,
            "https://devstoreaccount1.blob.core.chinacloudapi.cn/",
            LATE,
            200,
        ),
        (true, "https://other.blob.core.windows.net", LATE, 401),
        (true, "https://devstoreaccount1.blob.example.com", LATE, 401),
        (true, "https://management.azure.com", LATE, 401),
        (true, RIGHT, 1_000_000_000, 401),
        (false, RIGHT, LATE, 401),
    ] {
        let (server, client) = own::start(&Options {
            unsigned_tokens,
            tls: TlsChoice::Own,
            ..Options::default()
        });
        let bearer = format!("Bearer {}", token(audience, expiry));
        let list = client
            .get("")
            .query("comp", "list")
            .header("authorization", &bearer);
        let reply = send_to(&server, list);
        assert_eq!(
            reply.status, status,
            "{unsigned_tokens} {audience} {expiry}"
        );
    }
}

/// Sends a request without a signature through TLS.
fn send_to(server: &Server, request: Request) -> Reply {
    let authority = tempfile::NamedTempFile::new().unwrap();
    fs::write(authority.path(), server.authority_pem().unwrap()).unwrap();
    request.auth(Auth::Nothing).send_tls(authority.path())
}

#[test]
fn access_policies_of_a_container_accept_tokens() {
    let (server, client) = own::start(&Options {
        unsigned_tokens: true,
        tls: TlsChoice::Own,
        ..Options::default()
    });
    let bearer = format!(
        "Bearer {}",
        token("https://storage.azure.com", 4_000_000_000)
    );
    for (method, part, status) in [("PUT", "", 201), ("PUT", "acl", 200), ("GET", "acl", 200)] {
        let mut request = client.request(method, "box").query("restype", "container");
        if !part.is_empty() {
            request = request.query("comp", part);
        }
        let reply = send_to(&server, request.header("authorization", &bearer));
        assert_eq!(reply.status, status, "{method} {part}: {}", reply.text());
    }
}

#[test]
fn a_user_delegation_key_ends_after_its_start_and_within_seven_days() {
    let (server, client) = own::start(&Options {
        unsigned_tokens: true,
        tls: TlsChoice::Own,
        ..Options::default()
    });
    let bearer = format!(
        "Bearer {}",
        token("https://storage.azure.com", 4_000_000_000)
    );
    for (start, expiry, status) in [
        ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", 200),
        ("2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", 400),
        ("2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z", 400),
    ] {
        let body = format!("<KeyInfo><Start>{start}</Start><Expiry>{expiry}</Expiry></KeyInfo>");
        let post = client.request("POST", "").query("restype", "service");
        let post = post.query("comp", "userdelegationkey").body(body);
        let reply = send_to(&server, post.header("authorization", &bearer));
        assert_eq!(reply.status, status, "{start} {expiry}: {}", reply.text());
    }
}
