//! `azring bench`: what it says it has moved is what the service saw, and nothing of it stays behind.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use rustix::process::Signal;

/// A length that is no multiple of anything.
const BYTES: u64 = (9 << 20) + 4321;

fn emulator() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.unmade_container("bench");
    (server, container)
}

/// `azring bench WAY URL` with the account's key.
fn bench(way: &str, url: &str, words: &[&str]) -> Azring {
    let azring = Azring::new().args(["bench", way, url]);
    let account = Account::development();
    let azring = match way {
        "upload" => azring.dest_key(&account),
        _ => azring.source_key(&account),
    };
    azring.args(words)
}

/// The record of this kind.
fn record(outcome: &Outcome, kind: &str) -> serde_json::Value {
    outcome
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON"))
        .find(|record| record["type"] == kind)
        .unwrap_or_else(|| panic!("no `{kind}` in {outcome}"))
}

/// The bytes that the blob of this name should have, by a generator that shares nothing with azring's.
fn made_up(name: &str, bytes: usize) -> Vec<u8> {
    let last = name.rsplit('/').next().expect("there is a last part");
    let (seed, object) = last.split_once('-').expect("seed and number");
    let seed = u64::from_str_radix(seed, 16).expect("a seed");
    let object: u64 = object.parse().expect("a number");
    let mut all = Vec::with_capacity(bytes + 4096);
    for page in 0.. {
        if all.len() >= bytes {
            break;
        }
        let mut state = seed ^ object.rotate_left(40) ^ u64::rotate_left(page, 20);
        let mut lanes = [0_u64; 8].map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) | 1
        });
        for word in 0..512 {
            let lane = &mut lanes[word % 8];
            *lane ^= *lane << 13;
            *lane ^= *lane >> 7;
            *lane ^= *lane << 17;
            all.extend_from_slice(&lane.to_le_bytes());
        }
    }
    all.truncate(bytes);
    all
}

#[test]
fn an_upload_sends_what_it_says_and_leaves_nothing_behind() {
    let (server, container) = emulator();
    let size = format!("/Size:{BYTES}");
    let outcome = bench("upload", &container.url(), &[&size, "/Count:5"]).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(
        outcome.stdout.contains("Uploaded 5 object(s), "),
        "{outcome}"
    );
    for figure in [
        "throughput",
        "requests",
        "to first byte",
        "concurrency",
        "limited by",
        "processor",
    ] {
        assert!(outcome.stdout.contains(figure), "{figure}: {outcome}");
    }
    let counters = &server.watch().counters;
    let sent = counters.of("PutBlock").bytes_in + counters.of("PutBlob").bytes_in;
    assert_eq!(sent, 5 * BYTES);
    assert_eq!(counters.of("SubmitContainerBatch").requests, 1);
    assert_eq!(counters.of("DeleteBlob").requests, 0);
    assert!(container.exists() && container.names().is_empty());
}

/// Uploads and removes small blobs, with the credential of these words.
fn upload_and_remove(blobs: usize, container: &Container, url: &str, words: &[&str]) {
    let count = format!("/Count:{blobs}");
    let outcome = Azring::new()
        .args(["bench", "upload", url, "/Size:100", &count])
        .args(words)
        .run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(container.exists() && container.names().is_empty());
}

#[test]
fn blobs_are_removed_by_batches_with_a_key_and_with_a_sas() {
    let key = format!("/DestKey:{}", Account::development().key_in_base64());
    for words in [&[key.as_str()][..], &[]] {
        let (server, container) = emulator();
        let url = match words {
            [] => format!("{}?{}", container.url(), container.service().account_sas()),
            _ => container.url(),
        };
        upload_and_remove(600, &container, &url, words);
        let counters = &server.watch().counters;
        assert_eq!(counters.of("SubmitContainerBatch").requests, 3);
        assert_eq!(counters.of("DeleteBlob").requests, 0);
    }
}

#[test]
fn a_service_that_refuses_batches_is_asked_for_one() {
    let (server, container) = emulator();
    server.set_faults(r#"{"when":{"query":"*comp=batch*"},"then":{"answer":{"status":501,"code":"NotImplemented"}}}"#);
    let key = format!("/DestKey:{}", Account::development().key_in_base64());
    upload_and_remove(600, &container, &container.url(), &[&key]);
    assert_eq!(server.applied_faults(), [1], "one batch");
    assert_eq!(server.watch().counters.of("DeleteBlob").requests, 600);
}

#[test]
fn every_blob_that_stays_is_reported_and_the_others_are_removed() {
    let (server, container) = emulator();
    server.set_faults(
        r#"{"when":{"query":"*comp=batch*"},"then":{"answer":{"status":501,"code":"NotImplemented"}}},
           {"when":{"method":"DELETE","path":"*-000000001"},"then":{"answer":{"status":403,"code":"AuthorizationPermissionMismatch"}}},
           {"when":{"method":"DELETE","path":"*-000000003"},"then":{"answer":{"status":403,"code":"AuthorizationPermissionMismatch"}}}"#,
    );
    let words = ["/Size:100", "/Count:5"];
    let outcome = bench("upload", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(1), "{outcome}");
    let left = container.names();
    assert_eq!(left.len(), 2, "{left:?} {outcome}");
    let errors = outcome.errors();
    assert_eq!(errors.len(), 2, "{outcome}");
    for (name, error) in left.iter().zip(errors) {
        let last = name.rsplit('/').next().expect("there is a last part");
        assert!(error.contains(last), "{name}: {outcome}");
    }
    assert!(
        outcome.stdout.contains("3 object(s) were removed"),
        "{outcome}"
    );
}

#[test]
fn azurite_removes_blobs_by_batches_with_a_key_and_with_a_sas() {
    let service = azurite::shared().blob_service();
    let key = format!("/DestKey:{}", service.account().key_in_base64());
    let container = service.unmade_container("bench");
    upload_and_remove(260, &container, &container.url(), &[&key]);
    let address = format!("{}?{}", container.url(), service.account_sas());
    upload_and_remove(3, &container, &address, &[]);
}

#[test]
fn what_is_kept_is_downloaded_again_and_compared_byte_by_byte() {
    let (server, container) = emulator();
    let size = format!("/Size:{BYTES}");
    let words = [&size, "/Count:3", "/Keep", "/Output:json"];
    let outcome = bench("upload", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let names = container.names();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in &names {
        assert!(
            container.get(name) == made_up(name, BYTES as usize),
            "{name}"
        );
    }

    server.watch().counters.reset();
    let words = ["/Verify", "/CheckMD5", "/Output:json"];
    let outcome = bench("download", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let figures = record(&outcome, "bench");
    assert_eq!(figures["objects"], 3, "{figures}");
    assert_eq!(figures["bytes"], 3 * BYTES, "{figures}");
    assert!(figures["last_byte_us"]["p50"].is_number(), "{figures}");
    assert!(figures["concurrency"]["most"].is_number(), "{figures}");
    assert_eq!(record(&outcome, "summary")["exit_code"], 0);
    // More where the end of the run requested a late range a second time.
    assert!(server.watch().counters.of("GetBlob").bytes_out >= 3 * BYTES);
    assert_eq!(
        container.names(),
        names,
        "what it did not make it does not remove"
    );

    let mut wrong = made_up(&names[1], BYTES as usize);
    wrong[8 << 20] ^= 1;
    container.put(&names[1], wrong);
    let outcome = bench("download", &container.url(), &["/Verify"]).run();
    assert_eq!(outcome.status, Some(1), "{outcome}");
    assert!(
        outcome.stderr.contains("does not have the generated data"),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("; 1 failed"), "{outcome}");
}

#[test]
fn a_download_from_a_container_without_anything_uploads_first_and_says_so() {
    let (server, container) = emulator();
    container.make();
    container.put("not mine", "abc");
    let words = ["/Size:100K", "/Count:20", "/Verify", "/Output:json"];
    let outcome = bench("download", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(
        outcome.stdout.contains("objects are uploaded to"),
        "{outcome}"
    );
    let figures = record(&outcome, "bench");
    assert_eq!(
        (&figures["objects"], &figures["direction"]),
        (&20.into(), &"download".into())
    );
    // More where the end of the run requested a late object a second time.
    assert!(server.watch().counters.of("GetBlob").bytes_out >= 20 * 100 * 1024);
    assert_eq!(container.names(), ["not mine"]);
}

#[test]
fn a_download_uploads_nothing_that_was_not_asked_for() {
    let (server, container) = emulator();
    container.make();
    let outcome = bench("download", &container.url(), &[]).run();
    assert_eq!(outcome.status, Some(2), "{outcome}");
    for part in ["64 object(s) of 64.0 MiB, 4.00 GiB together", "`/Y`"] {
        assert!(outcome.stderr.contains(part), "{outcome}");
    }
    assert_eq!(server.watch().counters.of("PutBlob").requests, 0);
    assert_eq!(container.names(), [""; 0]);
}

#[test]
fn blobs_of_ones_own_are_downloaded_by_directory_pattern_or_name() {
    let (_server, container) = emulator();
    container.make();
    for name in ["d/one", "d/e/two", "d/three", "other"] {
        container.put(name, "abcd");
    }
    for (below, words, objects) in [
        ("/d", &["/Output:json"][..], 3),
        ("/d/e/two", &["/Output:json"], 1),
        ("", &["/Output:json", "/Pattern:o"], 1),
    ] {
        let url = format!("{}{below}", container.url());
        let outcome = bench("download", &url, words).run();
        assert_eq!(outcome.status, Some(0), "{outcome}");
        let figures = record(&outcome, "bench");
        assert_eq!(figures["objects"], objects, "{below}: {figures}");
        assert_eq!(figures["bytes"], objects * 4, "{below}: {figures}");
    }
    let nothing = bench("download", &format!("{}/nothing", container.url()), &[]).run();
    assert_eq!(nothing.status, Some(1), "{nothing}");
    assert!(
        nothing.stderr.contains("there is no blob `nothing`"),
        "{nothing}"
    );
}

#[test]
fn for_a_time_it_goes_on_making_objects_and_counts_every_one() {
    let (server, container) = emulator();
    let words = ["/Size:4K", "/Duration:1", "/Keep", "/Output:json"];
    let outcome = bench("upload", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let objects = record(&outcome, "bench")["objects"].as_u64();
    assert_eq!(objects, Some(container.names().len() as u64));
    // More where the end of the run sent a late object a second time; so below.
    assert!(objects <= Some(server.watch().counters.of("PutBlob").requests));

    // The same ones again and again.
    server.watch().counters.reset();
    let words = ["/Duration:1", "/Verify", "/Output:json"];
    let outcome = bench("download", &container.url(), &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let fetched = record(&outcome, "bench")["bytes"].as_u64();
    assert!(fetched > Some(0) && fetched <= Some(server.watch().counters.of("GetBlob").bytes_out));
}

#[test]
fn for_a_time_objects_of_several_blocks_begin_before_it_is_over() {
    let (server, container) = emulator();
    // They wait for each other before the first of them begins. More begin than are waited for, long before the end.
    let words = ["/Size:9M", "/Duration:60"];
    let mut running = bench("upload", &container.url(), &words).launch();
    let counters = &server.watch().counters;
    running.wait_until(|| counters.of("PutBlockList").requests >= 8);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
}

#[test]
fn what_is_called_off_is_removed_too() {
    let (server, container) = emulator();
    server.set_faults(r#"{"when":{"method":"PUT"},"then":{"delay_ms":50}}"#);
    let words = ["/Size:64K", "/Count:400", "/NC:2"];
    // Without anybody between, who might pass a signal on twice.
    let mut running = bench("upload", &container.url(), &words).launch();
    let counters = &server.watch().counters;
    running.wait_until(|| counters.of("PutBlob").requests >= 10);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    assert!(counters.of("PutBlob").requests < 400);
    let batches = counters.of("SubmitContainerBatch").requests;
    assert!((1..=2).contains(&batches), "{batches}");
    assert!(container.names().is_empty());
}

#[test]
fn what_could_not_begin_is_reported_once_and_leaves_nothing_to_remove() {
    let (server, container) = emulator();
    for way in ["upload", "download"] {
        let key = if way == "upload" {
            "/DestKey:AAAA"
        } else {
            "/SourceKey:AAAA"
        };
        let outcome = Azring::new()
            .args(["bench", way, &container.url(), key, "/ExitCodes:detailed"])
            .run();
        assert_eq!(outcome.status, Some(4), "{outcome}");
        assert_eq!(outcome.errors().len(), 1, "{outcome}");
        assert_eq!(outcome.stdout, "", "{outcome}");
    }
    let counters = &server.watch().counters;
    assert_eq!(counters.of("ListBlobs").requests, 1, "by the download");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_asked_of_the_service() {
    let (server, container) = emulator();
    let url = container.url();
    for (words, says) in [
        (&["bench"][..], "needs a direction"),
        (&["bench", "both", &url], "needs a direction"),
        (&["bench", "upload"], "needs the URL"),
        (&["bench", "upload", "/tmp"], "needs the URL"),
        (&["bench", "upload", &url, "/S"], "does not take `/S`"),
        (
            &["bench", "upload", &url, "--verify"],
            "`--verify` is only for `azring bench download`",
        ),
        (
            &["/Source:/tmp", &format!("/Dest:{url}"), "/Keep"],
            "`/Keep` is only for `azring bench`",
        ),
    ] {
        let outcome = Azring::new().args(words).run();
        assert_eq!(outcome.status, Some(2), "{outcome}");
        assert!(outcome.stderr.contains(says), "{says}: {outcome}");
    }
    assert!(server.watch().counters.snapshot().operations.is_empty());
}
