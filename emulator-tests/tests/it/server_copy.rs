//! Copies that the destination's service makes by itself: no byte of them comes through azring.

use azring_emulator_tests::command::Azring;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, CopyBehaviour, CopyOutcome};
use azring_emulator_tests::rest::{Answer, Container};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::{TwoAccounts, copy};
use rustix::process::Signal;

const MIB: usize = 1 << 20;

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

fn make(container: &Container, name: &str, blob_type: &str, more: &[(&str, &str)]) {
    let headers = [&[("x-ms-blob-type", blob_type)], more].concat();
    container.ask("PUT", name, &[], &headers, "").succeeded();
}

/// What a test stores beside the bytes, and what is to be there on the other side.
const BESIDE: [(&str, &str); 6] = [
    ("x-ms-blob-content-type", "text/plain"),
    ("x-ms-blob-content-language", "de"),
    ("x-ms-blob-cache-control", "no-store"),
    ("x-ms-blob-content-disposition", "inline"),
    ("x-ms-blob-content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    ("x-ms-meta-colour", "blue"),
];

/// A blob of each type with everything beside it, and some plain ones.
fn fill(container: &Container) -> Tree {
    let pages = [vec![0; 512], noise(2, 1024), vec![0; 2560]].concat();
    make(
        container,
        "page",
        "PageBlob",
        &[&BESIDE[..], &[("x-ms-blob-content-length", "4096")]].concat(),
    );
    let range = [
        ("x-ms-page-write", "update"),
        ("x-ms-range", "bytes=512-1535"),
    ];
    container
        .ask("PUT", "page", &[("comp", "page")], &range, noise(2, 1024))
        .succeeded();
    make(container, "appended", "AppendBlob", &BESIDE);
    container
        .ask(
            "PUT",
            "appended",
            &[("comp", "appendblock")],
            &[],
            noise(3, 5000),
        )
        .succeeded();
    let tree = Tree::named(["a", "v//w", "v/ü+%41 & #?'.txt"])
        .with("empty", "")
        .with("large", noise(1, 9 * MIB + 1));
    tree.put_into(container);
    container.put("block", "abc");
    container
        .ask("PUT", "block", &[("comp", "properties")], &BESIDE[..5], "")
        .succeeded();
    container
        .ask("PUT", "block", &[("comp", "metadata")], &BESIDE[5..], "")
        .succeeded();
    tree.with("page", pages)
        .with("appended", noise(3, 5000))
        .with("block", "abc")
}

/// Everything is there, with what was stored beside it.
fn assert_arrived(tree: &Tree, source: &Container, target: &Container, server: &str) {
    assert_same(tree, &Tree::get_from(target));
    for name in ["page", "appended", "block", "large"] {
        let (there, here) = (head(source, name), head(target, name));
        for header in [
            "x-ms-blob-type",
            "content-length",
            "content-type",
            "content-md5",
            "content-language",
            "content-disposition",
            "cache-control",
            "x-ms-meta-colour",
        ] {
            let (there, here) = (there.header(header), here.header(header));
            assert_eq!(there, here, "{header} of {name} at {server}");
        }
    }
}

#[test]
fn a_server_copy_with_a_key_takes_every_type_and_no_byte_comes_through_us() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let tree = fill(&source);
        for words in [&[][..], &["/ServerCopy:async"], &["/ServerCopy:blocks"]] {
            copy(&source, &target)
                .arg("/S")
                .args(words)
                .run()
                .succeeded()
                .counting(8, 0, 0);
            assert_arrived(&tree, &source, &target, accounts.server);
        }
        if accounts.server == "azring-emulator" {
            let counters = &accounts.emulator().watch().counters;
            counters.reset();
            copy(&source, &target).arg("/S").run().succeeded();
            let put = ["PutBlob", "PutBlock", "PutPage", "AppendBlock", "GetBlob"];
            for operation in put {
                assert_eq!(counters.of(operation).requests, 0, "{operation}");
            }
        }
    }
}

#[test]
fn within_an_account_the_key_is_enough_and_no_token_is_made() {
    for accounts in TwoAccounts::of_both() {
        let source = accounts.one.fresh_container("from");
        let target = accounts.one.unmade_container("to");
        let tree = fill(&source);
        copy(&source, &target)
            .arg("/S")
            .run()
            .succeeded()
            .counting(8, 0, 0);
        assert_arrived(&tree, &source, &target, accounts.server);
        if accounts.server == "azring-emulator" {
            let log = accounts.emulator().watch().log.lines();
            let copies: Vec<_> = log
                .iter()
                .filter(|line| line.contains("x-ms-copy-source"))
                .collect();
            assert_eq!(copies.len(), 8);
            assert!(
                copies.iter().all(|line| !line.contains("sig=")),
                "{copies:?}"
            );
        }
    }
}

#[test]
fn a_source_that_a_token_opens_or_that_is_public_needs_no_key() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let tree = fill(&source);
        let by_token = Azring::copy(
            format!("{}?{}", source.url(), source.service().account_sas()),
            target.url(),
        )
        .dest_key(target.service().account())
        .args(["/SourceType:Blob", "/DestType:Blob", "/S"]);
        by_token.run().succeeded().counting(8, 0, 0);
        assert_arrived(&tree, &source, &target, accounts.server);

        let (source, target) = (
            accounts.one.unmade_container("public"),
            accounts.other.unmade_container("to"),
        );
        source.make_public();
        fill(&source);
        let anonymous = Azring::upload(source.url(), &target).args(["/SourceType:Blob", "/S"]);
        anonymous.run().succeeded().counting(8, 0, 0);
        assert_arrived(&tree, &source, &target, accounts.server);
    }
}

#[test]
fn snapshots_become_blobs_of_their_own_names_the_oldest_first() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let expected = crate::sync_copy::with_snapshots(&source, "v/a.txt");
        copy(&source, &target)
            .args(["/S", "/Snapshot"])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_same(&expected, &Tree::get_from(&target));
    }
}

#[test]
fn the_secondary_region_is_copied_from_and_a_prefix_chooses() {
    for accounts in TwoAccounts::of_both() {
        let source = accounts.one.fresh_container("from");
        Tree::named(["abc.txt", "abd/e", "b"]).put_into(&source);
        for (target, account) in [
            (accounts.one.unmade_container("to"), &accounts.one),
            (accounts.other.unmade_container("to"), &accounts.other),
        ] {
            Azring::copy(source.secondary_url(), format!("{}/v", target.url()))
                .source_key(source.service().account())
                .dest_key(account.account())
                .args(["/SourceType:Blob", "/DestType:Blob", "/S", "/Pattern:ab"])
                .run()
                .succeeded()
                .counting(2, 0, 0);
            let expected = Tree::named(["abc.txt", "abd/e"]).below("v");
            assert_same(&expected, &Tree::get_from(&target));
        }
    }
}

#[test]
fn a_single_blob_is_copied_under_a_new_name() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        source.put("v/a.txt", "abc");
        Azring::copy(
            format!("{}/v/a.txt", source.url()),
            format!("{}/w/b.txt", target.url()),
        )
        .source_key(source.service().account())
        .dest_key(target.service().account())
        .args(["/SourceType:Blob", "/DestType:Blob"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
        assert_eq!(target.get("w/b.txt"), b"abc");
    }
}

#[test]
fn a_large_block_blob_of_another_account_is_fetched_in_blocks() {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    let bytes = noise(4, 65 * MIB + 7);
    source.put_with("large", bytes.clone(), &BESIDE[..1]);
    copy(&source, &target).arg("/S").run().succeeded();
    assert!(target.get("large") == bytes);
    assert_eq!(head(&target, "large").header("content-type"), "text/plain");
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("PutBlockFromUrl").requests, 5);
    assert_eq!(counters.of("CopyBlob").requests, 0);
    // Within an account nothing is fetched, unless that is asked for.
    counters.reset();
    let beside = accounts.one.unmade_container("beside");
    copy(&source, &beside).arg("/S").run().succeeded();
    assert_eq!(counters.of("CopyBlob").requests, 1);
    copy(&source, &beside)
        .args(["/S", "/ServerCopy:blocks"])
        .run()
        .succeeded();
    assert_eq!(counters.of("PutBlockFromUrl").requests, 5);
    assert!(beside.get("large") == bytes);
}

fn pending(polls: u32, outcome: CopyOutcome) -> Behaviour {
    Behaviour {
        copy: CopyBehaviour {
            pending_polls: polls,
            pending_ms: 0,
            outcome,
        },
        ..Behaviour::default()
    }
}

/// Copies that the service takes its time for; both accounts' containers, the source filled.
fn slow(polls: u32, outcome: CopyOutcome) -> (TwoAccounts, Container, Container) {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    target.make();
    source.put("a", noise(1, MIB));
    accounts.emulator().set_behaviour(pending(polls, outcome));
    (accounts, source, target)
}

#[test]
fn copies_that_take_their_time_are_looked_at_until_they_are_there() {
    let (accounts, source, target) = slow(3, CopyOutcome::Success);
    let tree = Tree::named(["b", "c/d", "e"]).with("a", noise(1, MIB));
    tree.put_into(&source);
    let counters = &accounts.emulator().watch().counters;
    counters.reset();
    copy(&source, &target)
        .args(["/S", "/ServerCopy:async"])
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert_same(&tree, &Tree::get_from(&target));
    assert_eq!(counters.of("GetBlobProperties").requests, 4 * 4);
}

#[test]
fn many_copies_are_under_way_at_once_however_few_requests_may_be() {
    let (accounts, source, target) = slow(1_000_000, CopyOutcome::Success);
    let names: Vec<_> = (0..200).map(|number| number.to_string()).collect();
    Tree::named(names.iter().map(String::as_str)).put_into(&source);
    let mut running = copy(&source, &target)
        .args(["/S", "/ServerCopy:async", "/NC:1", "/Output:json"])
        .start();
    for _ in 0..201 {
        running.wait_for("\"type\":\"copying\"");
    }
    running.signal(Signal::INT);
    running.wait().called_off(130);
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("CopyBlob").requests, 201);
}

#[test]
fn progress_is_reported_in_bytes_and_ends_at_all_of_them() {
    let (_accounts, source, target) = slow(4, CopyOutcome::Success);
    let outcome = copy(&source, &target)
        .args(["/S", "/ServerCopy:async", "/Output:json"])
        .run()
        .succeeded();
    assert!(
        outcome.stdout.contains(&format!("\"bytes\":{MIB}")),
        "{outcome}"
    );
}

#[test]
fn copies_that_fail_or_are_aborted_are_reported_with_the_services_words() {
    for (outcome, status, description) in [
        (CopyOutcome::Failed, "failed", "500 InternalServerError"),
        (CopyOutcome::Aborted, "aborted", "none"),
    ] {
        let (_accounts, source, target) = slow(1, outcome);
        copy(&source, &target)
            .args(["/S", "/ServerCopy:async"])
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&[
                "failed to copy from",
                &source.url(),
                &target.url(),
                &format!("copy status: {status}; description: {description}"),
            ]);
    }
}

#[test]
fn a_server_copy_goes_on_after_ctrl_c_and_the_next_run_takes_it_up() {
    let (accounts, source, target) = slow(1_000_000, CopyOutcome::Success);
    let words = ["/S", "/ServerCopy:async", "/Output:json"];
    let mut running = copy(&source, &target).args(words).start();
    running.wait_for("\"type\":\"copying\"");
    running.signal(Signal::INT);
    let outcome = running.wait().called_off(130);
    outcome.naming(&["the service goes on copying by itself (copy id `"]);
    assert_eq!(head(&target, "a").header("x-ms-copy-status"), "pending");
    let id = head(&target, "a").header("x-ms-copy-id").to_owned();

    // Again, and this time it is waited for. The copy that is under way is adopted, not begun anew.
    let mut running = copy(&source, &target).args(words).start();
    running.wait_for(&id);
    running.signal(Signal::INT);
    running.wait().called_off(130);
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("AbortCopyBlob").requests, 0);
}

#[test]
fn a_name_that_somebody_elses_copy_is_under_way_to_is_not_taken() {
    let (_accounts, source, target) = slow(1_000_000, CopyOutcome::Success);
    source.put("b", "other");
    let address = format!("{}/b?{}", source.url(), source.service().account_sas());
    target
        .ask("PUT", "a", &[], &[("x-ms-copy-source", &address)], "")
        .succeeded();
    copy(&source, &target)
        .args(["/S", "/Pattern:a", "/ServerCopy:async"])
        .run()
        .failed()
        .counting(0, 0, 1)
        .naming(&["PendingCopyOperation"]);
}

#[test]
fn an_answer_that_is_lost_is_no_second_copy() {
    let (accounts, source, target) = slow(3, CopyOutcome::Success);
    let rule = r#"{"rules": [{"when": {"method": "PUT", "header": {"x-ms-copy-source": "*"}, "hits": [1]},
        "then": {"lose_answer": true}}]}"#;
    accounts.emulator().set_fault_plan(rule);
    copy(&source, &target)
        .args(["/S", "/ServerCopy:async"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(accounts.emulator().applied_faults(), [1]);
    assert!(target.get("a") == noise(1, MIB));
}

#[test]
fn a_source_that_is_overwritten_during_the_copy_is_a_failure() {
    let (_accounts, source, target) = slow(1_000_000, CopyOutcome::Success);
    let mut running = copy(&source, &target)
        .args(["/S", "/ServerCopy:async", "/Output:json"])
        .start();
    running.wait_for("\"type\":\"copying\"");
    source.put("a", "new");
    running
        .wait()
        .failed()
        .naming(&["412 ConditionNotMet", "copy status: failed"]);
}

#[test]
fn a_source_that_is_not_what_was_listed_is_a_failure() {
    let accounts = TwoAccounts::of_emulator();
    for (words, bytes) in [
        ("/ServerCopy:async", 10),
        ("/ServerCopy:blocks", 10),
        ("/ServerCopy:blocks", 65 * MIB),
    ] {
        let (source, target) = accounts.between();
        source.put("a", noise(1, bytes));
        // The listing tells of a version that is no more.
        let rule = r#"{"rules": [{"when": {"header": {"x-ms-source-if-match": "?*"}},
            "then": {"answer": {"status": 412, "code": "SourceConditionNotMet"}}}]}"#;
        accounts.emulator().set_fault_plan(rule);
        copy(&source, &target)
            .args(["/S", words])
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&["overwritten since it was listed"]);
        accounts.emulator().clear_faults();
        assert!(target.names().is_empty(), "{words}");
    }
}

#[test]
fn a_blob_of_another_type_is_not_replaced() {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    target.make();
    source.put("a", "abc");
    make(&target, "a", "AppendBlob", &[]);
    for words in [&["/ServerCopy:async"], &["/ServerCopy:blocks"]] {
        copy(&source, &target)
            .arg("/S")
            .args(words)
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&["blob type of source and destination must be the same"]);
    }
}

#[test]
fn no_token_and_no_key_is_in_anything_that_is_written() {
    let (_accounts, source, target) = slow(1, CopyOutcome::Failed);
    let outcome = copy(&source, &target)
        .args(["/S", "/ServerCopy:async", "/Output:json"])
        .run()
        .failed();
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(text.contains("failed to copy from"), "{text}");
    assert!(!text.contains("sig=") && !text.contains("sv="), "{text}");
}
