//! An answer is what was asked: what a service, or something before it, says to another question is never taken for the
//! answer to ours. Bytes are compared with the source in every case, and counts with what is there.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::fault::plan::Plan;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::{self, TwoAccounts};

/// A service of its own with a container, and what is meant to be in it.
struct Liar {
    server: Server,
    tree: Tree,
}

impl Liar {
    /// An honest service with this tree in its container.
    fn with(tree: Tree) -> Self {
        let liar = Self::empty(tree);
        liar.tree.put_into(&liar.container());
        liar
    }

    /// An honest service with an empty container, and a tree to put into it.
    fn empty(tree: Tree) -> Self {
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let liar = Self { server, tree };
        liar.container().make();
        liar
    }

    /// The same with one blob of four ranges.
    fn with_large() -> Self {
        Self::with(Tree::new().with("large", noise(7, (12 << 20) + 12_345)))
    }

    /// The same with fifty small blobs.
    fn with_fifty() -> Self {
        Self::with(fifty())
    }

    /// From here on it lies as these rules say.
    fn lies(&self, rules: &str) {
        let plan = Plan::parse(&format!("{{\"seed\": 5, \"rules\": [{rules}]}}"));
        let faults = &self.server.watch().faults;
        faults.set(Some(plan.expect("a fault plan")));
    }

    /// Each rule was met: without this a test of it could not fail. From here on it is honest.
    #[track_caller]
    fn has_lied(&self) {
        let status = self.server.watch().faults.status();
        let (_, applied) = status.expect("a plan in force");
        assert!(
            applied.iter().all(|times| *times > 0),
            "a rule was never met: {applied:?}"
        );
        self.server.watch().faults.set(None);
    }

    fn container(&self) -> Container {
        BlobService::path_style(&self.server.blob_url(), &Account::development(), None)
            .container("cont")
    }

    fn url(&self) -> String {
        format!("{}/devstoreaccount1/cont", self.server.blob_url())
    }

    fn upload(&self, words: &[&str]) -> Outcome {
        let source = Folder::new();
        self.tree.write_to(source.path());
        Azring::copy(source.path(), self.url())
            .dest_key(&Account::development())
            .args(["/S", "/Y", "/DestType:Blob", "/NoJournal"])
            .args(words)
            .run()
    }

    fn download(&self, words: &[&str]) -> (Outcome, Tree) {
        let target = Folder::new();
        let outcome = Azring::copy(self.url(), target.path())
            .source_key(&Account::development())
            .args(["/S", "/Y", "/SourceType:Blob", "/NoJournal"])
            .args(words)
            .run();
        (outcome, Tree::read_from(target.path()))
    }
}

fn fifty() -> Tree {
    (0..50_u64).fold(Tree::new(), |tree, number| {
        tree.with(&format!("f{number:02}"), noise(number, 4096))
    })
}

/// A download in which one answer is such a lie is asked again, over another connection, and ends whole; one in which
/// all are is a failure that says so, and nothing has the object's name.
fn is_noticed(lie: &str, word: &str) {
    let liar = Liar::with_large();
    let when = r#""method": "GET", "path": "*/large""#;
    liar.lies(&format!(
        r#"{{ "when": {{ {when}, "hits": [3] }}, "then": {{ {lie} }} }}"#
    ));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.succeeded().counting(1, 0, 0);
    assert_same(&liar.tree, &found);

    liar.lies(&format!(
        r#"{{ "when": {{ {when} }}, "then": {{ {lie} }} }}"#
    ));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.failed().counting(0, 0, 1).naming(&["large", word]);
    assert_same(&Tree::new(), &found);
}

#[test]
fn an_honest_answer_of_another_range_is_noticed() {
    is_noticed(r#""move_range": 4096"#, "range");
}

#[test]
fn a_range_with_the_label_of_another_is_noticed() {
    is_noticed(r#""content_range": "bytes 5-9/12595257""#, "range");
}

#[test]
fn the_first_bytes_in_the_place_of_a_range_are_noticed() {
    is_noticed(r#""first_bytes": true"#, "answered 200");
}

#[test]
fn a_length_that_differs_from_the_listing_is_noticed() {
    is_noticed(r#""object_bytes": "+10""#, "when it was listed");
}

#[test]
fn another_version_than_was_listed_is_noticed() {
    is_noticed(r#""etag": "new""#, "not the one that was listed");
}

#[test]
fn a_range_that_hides_its_version_is_noticed() {
    is_noticed(r#""headers": { "ETag": null }"#, "which version");
}

#[test]
fn the_answer_to_another_request_is_noticed() {
    is_noticed(
        r#""headers": { "x-ms-client-request-id": "another" }"#,
        "x-ms-client-request-id",
    );
}

#[test]
fn a_service_that_repeats_no_request_id_is_believed() {
    let liar = Liar::with_large();
    liar.lies(r#"{ "then": { "headers": { "x-ms-client-request-id": null } } }"#);
    let (outcome, found) = liar.download(&[]);
    outcome.succeeded().counting(1, 0, 0);
    assert_same(&liar.tree, &found);
    liar.upload(&[]).succeeded().counting(1, 0, 0);
    liar.has_lied();
}

#[test]
fn every_range_is_asked_for_in_the_words_of_plain_http_too() {
    let liar = Liar::with_large();
    liar.lies(
        r#"{ "when": { "header": { "Range": "", "x-ms-range": "bytes=*" } }, "go_on": true,
             "then": { "answer": { "status": 400 } } },
           { "when": { "header": { "Range": "bytes=*", "x-ms-range": "bytes=*" } }, "then": {} }"#,
    );
    let (outcome, found) = liar.download(&[]);
    outcome.succeeded().counting(1, 0, 0);
    assert_same(&liar.tree, &found);
}

/// The blob is replaced before its second range is read, by one of the same length, and nobody heeds `If-Match`.
fn replaced_while_read(source: &Container) -> Interceptor {
    source.put("blob", noise(1, 24 << 20));
    let request = format!(
        "GET /{}/{}/blob",
        source.service().account().name(),
        source.name()
    );
    let origin = source.service().url();
    let origin = origin.rsplit_once('/').expect("the account is its path").0;
    let replaced = source.clone();
    Interceptor::before_second(origin, &request, move || {
        replaced.put("blob", noise(2, 24 << 20));
    })
}

const NO_CONDITIONS: &str = r#"{ "rules": [ { "when": { "method": "GET", "path": "*/blob" },
    "then": { "ignore_conditions": true } } ] }"#;

#[test]
fn two_versions_of_a_blob_are_never_mixed_in_a_copy() {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    let account = source.service().account().clone();
    let through = replaced_while_read(&source);
    target.make();
    target.put("blob", "what was there");
    let plan = Plan::parse(NO_CONDITIONS).expect("a fault plan");
    accounts.emulator().watch().faults.set(Some(plan));
    let seen = through.blob_service(&account).container(source.name());
    two_accounts::copy(&seen, &target)
        .args(["/S", "/SyncCopy", "/NC:1", "/NoJournal"])
        .run()
        .failed()
        .counting(0, 0, 1)
        .naming(&["blob", "not the one that was listed"]);
    assert_eq!(target.get("blob"), b"what was there");
}

#[test]
fn two_versions_of_a_blob_are_never_mixed_in_a_file_or_a_pipe() {
    for into_pipe in [false, true] {
        let accounts = TwoAccounts::of_emulator();
        let (source, _) = accounts.between();
        let account = source.service().account().clone();
        let through = replaced_while_read(&source);
        let plan = Plan::parse(NO_CONDITIONS).expect("a fault plan");
        accounts.emulator().watch().faults.set(Some(plan));
        let seen = through.blob_service(&account).container(source.name());
        let target = Folder::new();
        let url = format!("{}/blob", seen.url());
        let outcome = if into_pipe {
            Azring::new().args([
                "--source",
                &url,
                "--destination",
                "-",
                "--parallel-level",
                "1",
            ])
        } else {
            Azring::copy(seen.url(), target.path()).args(["/S", "/NC:1", "/NoJournal"])
        };
        let account_words = if into_pipe {
            "--source-type"
        } else {
            "/SourceType:Blob"
        };
        let outcome = outcome.arg(account_words);
        let outcome = if into_pipe {
            outcome
                .args(["blob", "--source-key"])
                .arg(account.key_in_base64())
        } else {
            outcome.source_key(&account)
        };
        outcome
            .run()
            .failed()
            .naming(&["blob", "not the one that was listed"]);
        assert_same(&Tree::new(), &Tree::read_from(target.path()));
    }
}

#[test]
fn page_ranges_of_another_version_are_not_believed() {
    let liar = Liar::empty(Tree::new());
    let container = liar.container();
    let made = [
        ("x-ms-blob-type", "PageBlob"),
        ("x-ms-blob-content-length", "8388608"),
    ];
    container.ask("PUT", "page", &[], &made, "").succeeded();
    let range = [
        ("x-ms-page-write", "update"),
        ("x-ms-range", "bytes=4194304-5242879"),
    ];
    let pages = noise(3, 1 << 20);
    container
        .ask("PUT", "page", &[("comp", "page")], &range, pages.clone())
        .succeeded();
    let rule = |hits: &str| {
        format!(
            r#"{{ "when": {{ "query": "*comp=pagelist*"{hits} }}, "then": {{ "etag": "new" }} }}"#
        )
    };
    liar.lies(&rule(r#", "hits": [1]"#));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.succeeded().counting(1, 0, 0);
    let mut expected = vec![0; 8 << 20];
    expected[4 << 20..5 << 20].copy_from_slice(&pages);
    assert_same(&Tree::new().with("page", expected), &found);

    liar.lies(&rule(""));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.failed().counting(0, 0, 1).naming(&["page"]);
    assert_same(&Tree::new(), &found);
}

/// Both moments at which a spare answer can come, and with and without a name that tells it.
const SPARES: [&str; 3] = [
    r#""spare_answer": "at_once""#,
    r#""spare_answer": "with_next""#,
    r#""spare_answer": "at_once", "headers": { "x-ms-client-request-id": null }"#,
];

#[test]
fn spare_answers_to_reads_never_become_other_files() {
    for spare in SPARES {
        let liar = Liar::with_fifty();
        liar.lies(&format!(
            r#"{{ "when": {{ "method": "GET", "path": "*/cont/*", "every": 5 }}, "then": {{ {spare} }} }}"#
        ));
        let (outcome, found) = liar.download(&["/NC:2"]);
        liar.has_lied();
        outcome.succeeded().counting(50, 0, 0);
        assert_same(&liar.tree, &found);
    }
}

#[test]
fn spare_answers_to_writes_never_make_a_refused_file_done() {
    for spare in SPARES {
        let liar = Liar::empty(fifty());
        // Every answer but that of a refusal comes twice: the spare one would be taken for a refused file's.
        liar.lies(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/cont/f?1" }},
                 "then": {{ "answer": {{ "status": 403, "code": "AuthorizationPermissionMismatch", "after_body": true }} }} }},
               {{ "when": {{ "method": "PUT", "path": "*/cont/*", "every": 3 }}, "then": {{ {spare} }} }}"#
        ));
        let outcome = liar.upload(&["/NC:2"]);
        liar.has_lied();
        outcome.failed().counting(45, 0, 5).naming(&["f01", "f41"]);
        let expected = liar.tree.clone().only(|name| !name.ends_with('1'));
        assert_same(&expected, &Tree::get_from(&liar.container()));
    }
}

#[test]
fn an_answer_to_another_request_is_no_success_of_a_write() {
    for blob_type in ["block", "page", "append"] {
        let tree = Tree::new().with("a", noise(4, 9 << 20));
        let liar = Liar::empty(tree);
        let lie = r#""headers": { "x-ms-client-request-id": "another" }"#;
        liar.lies(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/cont/a", "hits": [1, 3] }}, "then": {{ {lie} }} }}"#
        ));
        let words = [&format!("/BlobType:{blob_type}")[..]];
        liar.upload(&words).succeeded().counting(1, 0, 0);
        liar.has_lied();
        assert_same(&liar.tree, &Tree::get_from(&liar.container()));

        liar.lies(&format!(
            r#"{{ "when": {{ "method": "PUT", "path": "*/cont/a" }}, "then": {{ {lie} }} }}"#
        ));
        let outcome = liar.upload(&words);
        liar.has_lied();
        outcome
            .failed()
            .counting(0, 0, 1)
            .naming(&["a", "x-ms-client-request-id"]);
    }
}

#[test]
fn a_success_of_another_kind_is_no_success_of_a_write() {
    let liar = Liar::empty(fifty());
    liar.lies(
        r#"{ "when": { "method": "PUT", "path": "*/cont/f07" }, "then": { "answer": { "status": 200, "after_body": true } } }"#,
    );
    let outcome = liar.upload(&[]);
    liar.has_lied();
    outcome
        .failed()
        .counting(49, 0, 1)
        .naming(&["f07", "answered 200"]);
}

#[test]
fn a_checksum_of_other_bytes_is_no_success_of_a_write() {
    let liar = Liar::empty(fifty());
    liar.lies(
        r#"{ "when": { "method": "PUT", "path": "*/cont/f07", "hits": [1] },
             "then": { "headers": { "x-ms-content-crc64": "AAAAAAAAAAA=", "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==" } } }"#,
    );
    let requests = |liar: &Liar| liar.server.watch().counters.of("PutBlob").requests;
    liar.upload(&[]).succeeded().counting(50, 0, 0);
    liar.has_lied();
    assert_eq!(requests(&liar), 51, "it was sent again");
}

#[test]
fn a_listing_that_answers_another_request_lists_nothing() {
    let liar = Liar::with_fifty();
    let lie = r#""headers": { "x-ms-client-request-id": "another" }"#;
    liar.lies(&format!(
        r#"{{ "when": {{ "method": "GET", "query": "*comp=list*", "hits": [1] }}, "then": {{ {lie} }} }}"#
    ));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.succeeded().counting(50, 0, 0);
    assert_same(&liar.tree, &found);

    liar.lies(&format!(
        r#"{{ "when": {{ "method": "GET", "query": "*comp=list*" }}, "then": {{ {lie} }} }}"#
    ));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.failed().naming(&["x-ms-client-request-id"]);
    assert_same(&Tree::new(), &found);
}

#[test]
fn a_refusal_meant_for_somebody_else_does_not_fail_an_object() {
    let liar = Liar::with_fifty();
    let lie = r#""answer": { "status": 404, "code": "BlobNotFound" }, "headers": { "x-ms-client-request-id": "another" }"#;
    liar.lies(&format!(
        r#"{{ "when": {{ "method": "GET", "path": "*/cont/f0?", "count_by": "url", "hits": [1] }}, "then": {{ {lie} }} }}"#
    ));
    let (outcome, found) = liar.download(&[]);
    liar.has_lied();
    outcome.succeeded().counting(50, 0, 0);
    assert_same(&liar.tree, &found);
}
