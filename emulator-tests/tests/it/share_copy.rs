//! Copies from and to shares between services: by the destination's service, and through this machine.

use std::fmt;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, CopyBehaviour, CopyOutcome};
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::journal::{self, count_records};
use azring_emulator_tests::rest::{Answer, Container, FileService, Share, Storage};
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::TwoAccounts;
use rustix::process::Signal;

const MIB: usize = 1 << 20;

/// Every way to copy between two services.
const WAYS: [&str; 4] = [
    "/ServerCopy:auto",
    "/ServerCopy:async",
    "/ServerCopy:blocks",
    "/SyncCopy",
];

/// What a test stores beside the bytes of a file, as an answer names it and as a request does.
const BESIDE: [(&str, &str, &str); 6] = [
    ("content-type", "x-ms-content-type", "text/plain"),
    ("content-language", "x-ms-content-language", "de"),
    ("cache-control", "x-ms-cache-control", "no-store"),
    ("content-disposition", "x-ms-content-disposition", "inline"),
    (
        "content-md5",
        "x-ms-content-md5",
        "1B2M2Y8AsgTpgAmY7PhCfg==",
    ),
    ("x-ms-meta-colour", "x-ms-meta-colour", "blue"),
];

/// A share or a container.
#[derive(Clone)]
enum Place {
    Share(Share),
    Container(Container),
}

impl Place {
    fn put_with(&self, name: &str, bytes: Vec<u8>) {
        match self {
            Self::Share(share) => {
                let headers = BESIDE.map(|(_, request, value)| (request, value));
                share.put_with(name, bytes, &headers);
            }
            Self::Container(container) => {
                let headers: Vec<_> = BESIDE
                    .iter()
                    // The service compares the MD5 of a whole blob.
                    .filter(|(answer, _, _)| *answer != "content-md5")
                    .map(|(_, request, value)| (request.replace("x-ms-c", "x-ms-blob-c"), *value))
                    .collect();
                let headers: Vec<_> = headers
                    .iter()
                    .map(|(name, value)| (&**name, *value))
                    .collect();
                container.put_with(name, bytes, &headers);
            }
        }
    }

    fn head(&self, name: &str) -> Answer {
        match self {
            Self::Share(share) => share.ask("HEAD", name, &[], &[], ""),
            Self::Container(container) => container.ask("HEAD", name, &[], &[], ""),
        }
    }

    fn put(&self, tree: &Tree) {
        match self {
            Self::Share(share) => tree.put_into(share),
            Self::Container(container) => tree.put_into(container),
        }
    }

    fn tree(&self) -> Tree {
        match self {
            Self::Share(share) => Tree::get_from(share),
            Self::Container(container) => Tree::get_from(container),
        }
    }

    fn get(&self, name: &str) -> Vec<u8> {
        match self {
            Self::Share(share) => share.get(name),
            Self::Container(container) => container.get(name),
        }
    }

    fn sas(&self) -> String {
        match self {
            Self::Share(share) => Storage::account_sas(share),
            Self::Container(container) => Storage::account_sas(container),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Share(share) => share.url(),
            Self::Container(container) => container.url(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Share(_) => "File",
            Self::Container(_) => "Blob",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}

/// `azring /Source:source /Dest:target` with the keys of both. It replaces existing objects.
fn copy(source: &Place, target: &Place) -> Azring {
    match (source, target) {
        (Place::Share(source), Place::Share(target)) => Azring::between(source, target),
        (Place::Share(source), Place::Container(target)) => Azring::between(source, target),
        (Place::Container(source), Place::Share(target)) => Azring::between(source, target),
        (Place::Container(source), Place::Container(target)) => Azring::between(source, target),
    }
    .arg("/S")
}

/// Two accounts with both services.
struct Services {
    accounts: TwoAccounts,
    files: [FileService; 2],
}

impl Services {
    fn new() -> Self {
        let accounts = TwoAccounts::of_emulator();
        let files = accounts.file_services();
        Self { accounts, files }
    }

    fn share(&self, account: usize) -> Place {
        Place::Share(self.files[account].fresh_share("share"))
    }

    fn unmade_share(&self, account: usize) -> Place {
        Place::Share(self.files[account].unmade_share("to"))
    }

    fn container(&self, account: usize) -> Place {
        let service = [&self.accounts.one, &self.accounts.other][account];
        Place::Container(service.fresh_container("blobs"))
    }

    /// A source and a target that is missing or empty, for every pair with a share, within an account
    /// and between two.
    fn pairs(&self) -> Vec<(Place, Place)> {
        let pairs = [0, 1].map(|target| {
            [
                (self.share(0), self.unmade_share(target)),
                (self.share(0), self.container(target)),
                (self.container(0), self.unmade_share(target)),
            ]
        });
        pairs.into_iter().flatten().collect()
    }

    fn requests(&self, operation: &str) -> u64 {
        let counters = &self.accounts.emulator().watch().counters;
        counters.of(operation).requests
    }

    fn set_copy_behaviour(&self, polls: u32, outcome: CopyOutcome) {
        self.accounts.emulator().set_behaviour(Behaviour {
            copy: CopyBehaviour {
                pending_polls: polls,
                pending_ms: 0,
                outcome,
            },
            ..Behaviour::default()
        });
    }
}

/// Files of several sizes, one of them with everything beside it.
fn fill(place: &Place) -> Tree {
    let tree = Tree::named(["a", "v/w/x", "v/ü+%41 & #'.txt"])
        .with("empty", "")
        .with(
            "sparse",
            [noise(2, 600), vec![0; MIB], noise(3, 5)].concat(),
        )
        .with("large", noise(1, 9 * MIB + 1));
    place.put(&tree);
    place.put_with("beside", noise(4, 1000));
    tree.with("beside", noise(4, 1000))
}

fn assert_arrived(tree: &Tree, source: &Place, target: &Place, case: &str) {
    assert_same(tree, &target.tree());
    for (header, _, _) in BESIDE {
        let (there, here) = (source.head("beside"), target.head("beside"));
        let (there, here) = (there.header(header), here.header(header));
        assert_eq!(there, here, "{header}: {source} to {target} {case}");
    }
}

#[test]
fn every_pair_with_a_share_is_copied_in_every_way_with_properties() {
    let services = Services::new();
    for (source, target) in services.pairs() {
        let tree = fill(&source);
        for way in WAYS {
            copy(&source, &target)
                .arg(way)
                .run()
                .succeeded()
                .counting(7, 0, 0);
            assert_arrived(&tree, &source, &target, way);
        }
    }
}

#[test]
fn a_service_that_copies_gets_no_bytes_from_this_machine() {
    let services = Services::new();
    for (source, target) in services.pairs() {
        fill(&source);
        for way in &WAYS[..3] {
            services.accounts.emulator().watch().counters.reset();
            copy(&source, &target).arg(way).run().succeeded();
            for operation in ["PutBlob", "PutBlock", "PutRange", "GetBlob", "GetFile"] {
                let requests = services.requests(operation);
                // The service itself reads a source of another service by GET.
                let own = operation.starts_with("Get") && source.kind() != target.kind();
                assert!(requests == 0 || own, "{operation} {way}: {requests}");
            }
        }
    }
}

#[test]
fn within_an_account_a_share_is_copied_to_another_without_a_token() {
    let services = Services::new();
    let (source, target) = (services.share(0), services.unmade_share(0));
    let tree = fill(&source);
    copy(&source, &target).run().succeeded().counting(7, 0, 0);
    assert_arrived(&tree, &source, &target, "");
    assert_eq!(services.requests("CopyFile"), 7);
    let log = services.accounts.emulator().watch().log.lines();
    let mut copies = log.iter().filter(|line| line.contains("x-ms-copy-source"));
    assert!(copies.all(|line| !line.contains("sig=")));
}

#[test]
fn a_signature_opens_every_pair_and_a_public_container_needs_none() {
    let services = Services::new();
    for (source, target) in services.pairs() {
        let tree = fill(&source);
        for way in WAYS {
            Azring::copy(source.url(), target.url())
                .arg(format!("/SourceSAS:?{}", source.sas()))
                .arg(format!("/DestSAS:?{}", target.sas()))
                .arg(format!("/SourceType:{}", source.kind()))
                .arg(format!("/DestType:{}", target.kind()))
                .args(["/S", "/Y", way])
                .run()
                .succeeded()
                .counting(7, 0, 0);
            assert_arrived(&tree, &source, &target, way);
        }
    }
    let public = services.accounts.one.unmade_container("public");
    public.make_public();
    let (source, target) = (Place::Container(public), services.unmade_share(1));
    let Place::Share(share) = &target else {
        unreachable!("it is a share");
    };
    let tree = fill(&source);
    for way in WAYS {
        Azring::upload(source.url(), share)
            .args(["/SourceType:Blob", "/S", "/Y", way])
            .run()
            .succeeded()
            .counting(7, 0, 0);
        assert_arrived(&tree, &source, &target, way);
    }
}

/// What the share was, in each way and within an account and between two.
#[test]
fn a_snapshot_of_a_share_is_copied_in_every_way() {
    let services = Services::new();
    let share = services.files[0].fresh_share("share");
    let source = Place::Share(share.clone());
    let tree = fill(&source);
    let url = format!("{}?sharesnapshot={}", share.url(), share.snapshot());
    share.put("a", "it changed");
    share.put("later", "it came later");
    for account in [0, 1] {
        for target in [services.unmade_share(account), services.container(account)] {
            for way in WAYS {
                Azring::copy(&url, target.url())
                    .source_key(share.service().account())
                    .dest_key(services.files[account].account())
                    .args(["/SourceType:File", &format!("/DestType:{}", target.kind())])
                    .args(["/S", "/Y", way])
                    .run()
                    .succeeded()
                    .counting(7, 0, 0);
                assert_same(&tree, &target.tree());
            }
        }
    }
}

/// A page blob may be longer than any file.
#[test]
fn a_blob_that_is_too_long_for_a_share_fails_alone() {
    let services = Services::new();
    let (source, target) = (services.container(0), services.unmade_share(1));
    let Place::Container(container) = &source else {
        unreachable!("it is a container");
    };
    let bytes = ((4_u64 << 40) + 512).to_string();
    let made = [
        ("x-ms-blob-type", "PageBlob"),
        ("x-ms-blob-content-length", &*bytes),
    ];
    container.ask("PUT", "disk", &[], &made, "").succeeded();
    container.put("a", "a");
    for way in WAYS {
        copy(&source, &target)
            .args(["/NoJournal", way])
            .run()
            .failed()
            .counting(1, 0, 1)
            .naming(&["disk", "maximum size 4398046511104"]);
        assert_same(&Tree::new().with("a", "a"), &target.tree());
    }
}

#[test]
fn a_pending_copy_is_polled_and_a_failed_one_keeps_the_services_words() {
    let services = Services::new();
    for (source, target) in services.pairs() {
        source.put(&Tree::named(["a", "d/b"]));
        services.set_copy_behaviour(3, CopyOutcome::Success);
        copy(&source, &target)
            .arg("/ServerCopy:async")
            .run()
            .succeeded()
            .counting(2, 0, 0);
        assert_same(&source.tree(), &target.tree());
        for (outcome, status, description) in [
            (CopyOutcome::Failed, "failed", "500 InternalServerError"),
            (CopyOutcome::Aborted, "aborted", "none"),
        ] {
            services.set_copy_behaviour(1, outcome);
            copy(&source, &target)
                .arg("/ServerCopy:async")
                .run()
                .failed()
                .counting(0, 0, 2)
                .naming(&[
                    "failed to copy from",
                    &format!("copy status: {status}; description: {description}"),
                ]);
        }
    }
}

#[test]
fn an_interrupted_copy_to_a_share_is_taken_up_by_its_id() {
    let services = Services::new();
    let (source, target) = (services.share(0), services.unmade_share(1));
    source.put(&Tree::new().with("a", noise(1, MIB)));
    services.set_copy_behaviour(1_000_000, CopyOutcome::Success);
    let journal = Folder::new();
    let journal = format!("/Z:{}", journal.path().display());
    let words = ["/ServerCopy:async", "/Output:json", &journal];
    let mut running = copy(&source, &target).args(words).start();
    running.wait_for("\"type\":\"copying\"");
    running.signal(Signal::INT);
    running.wait().called_off(130);
    let id = target.head("a").header("x-ms-copy-id").to_owned();
    let mut running = copy(&source, &target).args(words).start();
    running.wait_for(&id);
    running.signal(Signal::INT);
    running.wait().called_off(130);
    assert_eq!(services.requests("CopyFile"), 1);
    assert_eq!(services.requests("AbortCopyFile"), 0);
}

#[test]
fn a_lost_answer_is_no_second_copy_to_a_share() {
    let services = Services::new();
    let (source, target) = (services.share(0), services.unmade_share(1));
    source.put(&Tree::new().with("a", noise(1, MIB)));
    services.set_copy_behaviour(3, CopyOutcome::Success);
    let rule = r#"{"rules": [{"when": {"method": "PUT", "header": {"x-ms-copy-source": "*"}, "hits": [1]},
        "then": {"lose_answer": true}}]}"#;
    services.accounts.emulator().set_fault_plan(rule);
    copy(&source, &target)
        .arg("/ServerCopy:async")
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(services.accounts.emulator().applied_faults(), [1]);
    assert!(target.get("a") == noise(1, MIB));
}

#[test]
fn a_file_that_changes_while_a_service_copies_it_is_a_failure() {
    let services = Services::new();
    let (source, target) = (services.share(0), services.unmade_share(1));
    source.put(&Tree::new().with("a", noise(1, MIB)));
    services.set_copy_behaviour(1_000_000, CopyOutcome::Success);
    let mut running = copy(&source, &target)
        .args(["/ServerCopy:async", "/Output:json"])
        .start();
    running.wait_for("\"type\":\"copying\"");
    source.put(&Tree::new().with("a", noise(2, MIB)));
    running
        .wait()
        .failed()
        .naming(&["412 ConditionNotMet", "copy status: failed"]);
}

#[test]
fn the_snapshots_of_a_blob_become_files_of_their_own_names() {
    let services = Services::new();
    for way in WAYS {
        let container = services.accounts.one.fresh_container("from");
        let expected = crate::sync_copy::with_snapshots(&container, "v/a.txt");
        let (source, target) = (Place::Container(container), services.unmade_share(1));
        copy(&source, &target)
            .args(["/Snapshot", way])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_same(&expected, &target.tree());
    }
}

#[test]
fn a_blob_that_marks_a_directory_becomes_a_directory() {
    let services = Services::new();
    for way in WAYS {
        let container = services.accounts.one.fresh_container("from");
        container.put_with("d", "", &[("x-ms-meta-hdi_isfolder", "true")]);
        container.put("d/a", "abc");
        let (source, target) = (Place::Container(container), services.unmade_share(1));
        copy(&source, &target)
            .arg(way)
            .run()
            .succeeded()
            .counting(2, 0, 0);
        assert_eq!(target.get("d/a"), b"abc", "{way}");
    }
}

#[test]
fn a_copy_through_this_machine_chooses_the_type_of_the_blob() {
    let services = Services::new();
    let source = services.share(0);
    let tree = Tree::new()
        .with("a", noise(1, 5 * MIB))
        .with("b", noise(2, 512));
    source.put(&tree);
    for (word, blob_type) in [
        ("/BlobType:page", "PageBlob"),
        ("/BlobType:append", "AppendBlob"),
        ("/BlobType:block", "BlockBlob"),
    ] {
        let target = services.container(1);
        copy(&source, &target)
            .args(["/SyncCopy", word])
            .run()
            .succeeded()
            .counting(2, 0, 0);
        assert_same(&tree, &target.tree());
        assert_eq!(target.head("a").header("x-ms-blob-type"), blob_type);
    }
    let odd = services.share(0);
    odd.put(&Tree::named(["odd"]));
    copy(&odd, &services.container(1))
        .args(["/SyncCopy", "/BlobType:page"])
        .run()
        .failed()
        .naming(&["is invalid for page blob, must be a multiple of 512"]);
    copy(&source, &services.container(1))
        .arg("/BlobType:page")
        .run()
        .refused()
        .naming(&[
            "Copying from File Storage to page Blob Storage asynchronously is not supported.",
        ]);
}

#[test]
fn blobs_whose_names_a_share_takes_for_one_do_not_replace_each_other() {
    let services = Services::new();
    for way in WAYS {
        let (source, target) = (services.container(0), services.unmade_share(1));
        source.put(
            &Tree::new()
                .with("v/README", "1")
                .with("v/readme", "2")
                .with("b", "3"),
        );
        copy(&source, &target)
            .arg(way)
            .run()
            .failed()
            .counting(2, 0, 1)
            .naming(&[
                "`v/readme` would become `v/readme` at the destination, which ignores case, and so replace `v/README`",
            ]);
        assert_eq!(target.get("v/readme"), b"1", "{way}");
    }
}

#[test]
fn the_names_of_blobs_are_escaped_or_refused_with_the_reason() {
    let services = Services::new();
    let (source, target) = (services.container(0), services.unmade_share(1));
    let good = [
        ("a:b*", "a%3Ab%2A"),
        ("c//d", "c/%2Fd"),
        ("e.", "e."),
        ("f ", "f "),
    ];
    let bad = ["nul", "g/COM1", "h/..i/nul"];
    let names = good.iter().map(|(name, _)| *name).chain(bad);
    source.put(&Tree::named(names));
    copy(&source, &target)
        .run()
        .failed()
        .counting(4, 0, 3)
        .naming(&["is the name of a device in Windows"]);
    for (blob, file) in good {
        assert_eq!(target.get(file), source.get(blob), "{blob}");
    }
}

#[test]
fn a_file_whose_name_ends_in_a_dot_becomes_no_blob_of_another_file() {
    let services = Services::new();
    let dotted = Tree::new()
        .with("a", "1")
        .with("a.", "2")
        .with("d/x", "3")
        .with("d./x", "4");
    for account in [0, 1] {
        let source = services.share(0);
        source.put(&dotted);
        for way in WAYS {
            let share = services.unmade_share(account);
            copy(&source, &share).arg(way).run().succeeded();
            assert_same(&dotted, &share.tree());
            let blobs = services.container(account);
            let outcome = copy(&source, &blobs).arg(way).run();
            if way == "/SyncCopy" {
                outcome.succeeded();
                assert_same(&dotted, &blobs.tree());
                continue;
            }
            let words = [
                "a.`",
                "d./x`",
                "cannot be copied by the Blob service",
                "/SyncCopy",
            ];
            outcome.failed().counting(2, 0, 2).naming(&words);
            assert_same(&Tree::new().with("a", "1").with("d/x", "3"), &blobs.tree());
        }
    }
}

#[test]
fn a_copy_by_ranges_that_is_killed_goes_on_inside_the_file() {
    let services = Services::new();
    for source in [services.share(0), services.container(0)] {
        let (target, state) = (services.unmade_share(1), Folder::new());
        let tree = Tree::new().with("large", noise(1, 20 * MIB + 1));
        source.put(&tree);
        let run = || {
            let copy = copy(&source, &target).args(["/ServerCopy:blocks", "/NC:1"]);
            copy.env("XDG_STATE_HOME", state.path())
        };
        let emulator = services.accounts.emulator();
        emulator.set_faults(
            r#"{ "when": {"method": "PUT", "query": "*comp=range*", "hits": [4]}, "then": {"blackhole": true} }"#,
        );
        let mut running = run().launch();
        running.wait_for_faults(emulator);
        running.wait_until(|| count_records(state.path(), journal::DURABLE) > 0);
        assert!(running.kill(), "it was killed");
        emulator.clear_faults();
        emulator.watch().counters.reset();
        run().run().succeeded().counting(1, 0, 0);
        // Three of six ranges were written, and the journal has one of them at least.
        let ranges = services.requests("PutRangeFromUrl");
        assert!((3..6).contains(&ranges), "{ranges} ranges");
        assert_eq!(services.requests("CreateFile"), 0);
        assert_same(&tree, &target.tree());
    }
}

#[test]
fn a_file_that_changes_between_two_ranges_or_blocks_is_a_failure() {
    let services = Services::new();
    let emulator = services.accounts.emulator();
    let (one, other) = (services.share(0), services.container(0));
    let share = services.files[1].fresh_share("to");
    let container = services.accounts.other.fresh_container("to");
    let account = container.account().clone();
    for (source, is_share) in [(&one, true), (&one, false), (&other, true)] {
        source.put(&Tree::new().with("large", noise(1, 40 * MIB)));
        let (origin, name) = if is_share {
            (emulator.file_url(), share.name())
        } else {
            (emulator.blob_url(), container.name())
        };
        let request = format!("PUT /{}/{name}/large?", account.name());
        let changed = source.clone();
        let through = Interceptor::before_second(&origin, &request, move || {
            changed.put(&Tree::new().with("large", noise(2, 40 * MIB)));
        });
        let target = if is_share {
            Place::Share(through.file_service(&account).share(name))
        } else {
            Place::Container(through.blob_service(&account).container(name))
        };
        copy(source, &target)
            .args(["/ServerCopy:blocks", "/NC:1", "/NoJournal"])
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&["`large` was changed while the service copied it"]);
    }
}
