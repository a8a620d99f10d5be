//! Copies between two services through this machine, and snapshots.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::{Answer, Container};
use azring_emulator_tests::tree::{Tree, names_below, noise};
use azring_emulator_tests::two_accounts::{self, TwoAccounts};

fn copy(source: &Container, target: &Container) -> Azring {
    two_accounts::copy(source, target).arg("/SyncCopy")
}

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

fn make(container: &Container, name: &str, blob_type: &str, more: &[(&str, &str)]) {
    let headers = [&[("x-ms-blob-type", blob_type)], more].concat();
    container.ask("PUT", name, &[], &headers, "").succeeded();
}

#[test]
fn blobs_of_every_type_arrive_with_all_that_is_stored_beside_them() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let tree = Tree::named(["v//w", "ü+%41"])
            .with("large", noise(1, (9 << 20) + 1))
            .with("empty", "");
        tree.put_into(&source);
        let beside = [
            ("x-ms-blob-content-type", "text/plain"),
            ("x-ms-blob-content-language", "de"),
            ("x-ms-blob-cache-control", "no-store"),
            ("x-ms-blob-content-disposition", "inline"),
            ("x-ms-meta-colour", "blue"),
            // Not its own: it is carried all the same.
            ("x-ms-blob-content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ];
        let (page, appended) = (noise(2, 1 << 20), noise(3, 5000));
        let length = ("x-ms-blob-content-length", "16777216");
        make(
            &source,
            "page",
            "PageBlob",
            &[&beside[..], &[length]].concat(),
        );
        let range = [
            ("x-ms-page-write", "update"),
            ("x-ms-range", "bytes=8388608-9437183"),
        ];
        source
            .ask("PUT", "page", &[("comp", "page")], &range, page.clone())
            .succeeded();
        make(&source, "appended", "AppendBlob", &beside);
        source
            .ask(
                "PUT",
                "appended",
                &[("comp", "appendblock")],
                &[],
                appended.clone(),
            )
            .succeeded();
        source.put_with("block", "abc", &beside[..5]);
        let stale = [&beside[..4], &beside[5..]].concat();
        source
            .ask("PUT", "block", &[("comp", "properties")], &stale, "")
            .succeeded();
        source.put_with("mark", "", &[("x-ms-meta-hdi_isfolder", "true")]);

        for _ in 0..2 {
            copy(&source, &target)
                .arg("/S")
                .run()
                .succeeded()
                .counting(8, 0, 0);
        }
        for (name, bytes) in tree.files() {
            assert!(target.get(name) == bytes, "{name}");
        }
        assert_eq!(target.get("block"), b"abc");
        assert!(target.get("page")[8 << 20..9 << 20] == page);
        assert_eq!(target.get("appended"), appended);
        assert_eq!(
            head(&target, "mark").header("x-ms-meta-hdi_isfolder"),
            "true"
        );
        for name in ["page", "appended", "block", "large"] {
            let (there, here) = (head(&source, name), head(&target, name));
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
                assert_eq!(
                    there.header(header),
                    here.header(header),
                    "{header} of {name}"
                );
            }
        }
        let pages = target
            .ask("GET", "page", &[("comp", "pagelist")], &[], "")
            .succeeded();
        assert_eq!(
            String::from_utf8_lossy(&pages.body)
                .matches("<PageRange>")
                .count(),
            1,
            "only what is in use was written"
        );
    }
}

/// Makes a blob with two snapshots, `first` and `second`, and `third` as it is now; returns what their copies are.
pub(crate) fn with_snapshots(container: &Container, name: &str) -> Tree {
    let (stem, extension) = name.rsplit_once('.').expect("a name with an extension");
    let (mut labels, mut expected) = (Vec::new(), Tree::new().with(name, "third"));
    for (version, is_snapshot) in [("first", true), ("second", true), ("third", false)] {
        container.put(name, version);
        if is_snapshot {
            let answer = container
                .ask("PUT", name, &[("comp", "snapshot")], &[], "")
                .succeeded();
            let id = answer.header("x-ms-snapshot").to_owned();
            let second = id[..19].replace('T', " ").replace(':', "");
            let label = if labels.contains(&second) {
                format!("{second} {}", &id[20..23])
            } else {
                second
            };
            // Azurite gives the snapshots of one millisecond one name.
            let answered = millisecond();
            while millisecond() == answered {
                std::thread::yield_now();
            }
            expected = expected.with(&format!("{stem} ({label}).{extension}"), version);
            labels.push(label);
        }
    }
    expected
}

/// The time by this machine's clock, which the servers go by too.
fn millisecond() -> u128 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("it is after 1970").as_millis()
}

#[test]
fn snapshots_come_under_names_of_their_own() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let expected = with_snapshots(&source, "v/a.txt");
        let folder = Folder::new();
        Azring::download(&source, folder.path())
            .args(["/S", "/Snapshot"])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_same(&expected, &Tree::read_from(folder.path()));

        copy(&source, &target)
            .args(["/S", "/Snapshot"])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_same(&expected, &Tree::get_from(&target));

        let single = Folder::new();
        Azring::copy(format!("{}/v/a.txt", source.url()), single.path())
            .source_key(source.service().account())
            .args(["/SourceType:Blob", "/Snapshot"])
            .run()
            .succeeded()
            .counting(3, 0, 0);
        assert_eq!(names_below(single.path()).len(), 3);

        let without = Folder::new();
        Azring::download(&source, without.path())
            .arg("/S")
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_eq!(names_below(without.path()), ["v/a.txt"]);
    }
}

#[test]
fn a_blob_overwritten_while_it_is_copied_fails_and_the_target_stays() {
    let azurite = azurite::shared();
    let (source, target) = TwoAccounts::of_azurite().between();
    target.make();
    target.put("blob", "what was there");
    source.put("blob", noise(1, 24 << 20));
    let account = source.service().account().clone();
    let request = format!("GET /{}/{}/blob", account.name(), source.name());
    let passed = Arc::new(AtomicBool::new(false));
    // Before the second range: the first has told which blob this is.
    let interceptor = Interceptor::before_second(azurite.origin(), &request, {
        let (passed, replaced) = (Arc::clone(&passed), source.clone());
        move || {
            replaced.put("blob", noise(2, 24 << 20));
            passed.store(true, Ordering::Release);
        }
    });
    let through = interceptor.blob_service(&account).container(source.name());
    let outcome = copy(&through, &target).args(["/S", "/NC:1"]).run();
    assert!(passed.load(Ordering::Acquire), "it was replaced: {outcome}");
    outcome
        .failed()
        .counting(0, 0, 1)
        .naming(&["blob", "overwritten"]);
    assert_eq!(target.get("blob"), b"what was there");
}

#[test]
fn metadata_keeps_the_case_of_its_names_in_every_way_of_copying() {
    for accounts in TwoAccounts::of_both() {
        for words in [
            &["/SyncCopy"][..],
            &["/ServerCopy:async"],
            &["/ServerCopy:blocks"],
        ] {
            let (source, target) = accounts.between();
            source.put_with(
                "a",
                "abc",
                &[("x-ms-meta-CamelCase", "Blue"), ("x-ms-meta-low", "x")],
            );
            make(
                &source,
                "page",
                "PageBlob",
                &[
                    ("x-ms-blob-content-length", "512"),
                    ("x-ms-meta-CamelCase", "Blue"),
                ],
            );
            let names = |container: &Container| {
                container
                    .ask_container(&[("comp", "list"), ("include", "metadata")])
                    .matches("<CamelCase>Blue</CamelCase>")
                    .count()
            };
            assert_eq!(names(&source), 2, "{} keeps the case", accounts.server);
            two_accounts::copy(&source, &target)
                .arg("/S")
                .args(words)
                .run()
                .succeeded()
                .counting(2, 0, 0);
            assert_eq!(names(&target), 2, "{words:?} at {}", accounts.server);
        }
    }
}
