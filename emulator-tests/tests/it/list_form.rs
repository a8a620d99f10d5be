//! `azring list` in the form of AzCopy 10: properties, units, and the tally.

use azring_emulator_tests::command::{Azring, Outcome};
use azring_emulator_tests::emulator::Behaviour;
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;

fn list(url: &str, storage: &(impl Storage + ?Sized), words: &[&str]) -> Outcome {
    Azring::new()
        .args(["list", url])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
        .run()
}

fn fill(container: &Container) {
    let headers = [
        ("x-ms-blob-content-type", "text/plain"),
        ("x-ms-access-tier", "Cool"),
    ];
    container.put_with("d/hello.txt", "hello\n", &headers);
    container.put("big.bin", vec![0; 3_000_000]);
    let mark = [("x-ms-meta-hdi_isfolder", "true")];
    container.put_with("mark", "", &mark);
}

#[test]
fn lines_tally_and_units_are_those_of_azcopy_10() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("list");
    fill(&container);
    let url = container.url();
    let binary = list(&url, &container, &["/RunningTally"]).succeeded();
    assert_eq!(
        binary.stdout,
        "big.bin; Content Length: 2.86 MiB\n\
         d/hello.txt; Content Length: 6.00 B\n\
         \n\
         File count: 2\n\
         Total file size: 2.86 MiB\n"
    );
    let decimal = list(&url, &container, &["/MegaUnits"]).succeeded();
    assert!(
        decimal
            .stdout
            .contains("big.bin; Content Length: 3.00 MB\n")
    );
    assert!(!decimal.stdout.contains("File count"));
    let words = ["/MachineReadable", "/RunningTally"];
    let bytes = list(&url, &container, &words).succeeded();
    assert!(
        bytes.stdout.ends_with("Total file size: 3000006\n"),
        "{bytes}"
    );
}

#[test]
fn properties_are_shown_in_the_order_in_which_they_are_named() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("list");
    fill(&container);
    let word = "/Properties:BlobType;BlobAccessTier;ContentType;ContentMD5;LeaseState;LeaseStatus;ArchiveStatus";
    let line = "d/hello.txt; BlobType: BlockBlob; BlobAccessTier: Cool; ContentType: text/plain; \
                ContentMD5: sZRqySSS0jR8YjW00mERhA==; LeaseState: available; LeaseStatus: unlocked; ArchiveStatus: ; \
                Content Length: 6.00 B";
    let all = list(&container.url(), &container, &[word]).succeeded();
    assert!(all.stdout.lines().any(|written| written == line), "{all}");
    // A single blob is asked for itself, and has the same properties.
    let url = format!("{}/d/hello.txt", container.url());
    let one = list(&url, &container, &[word]).succeeded();
    assert!(one.stdout.contains(&line["d/".len()..]), "{one}");
    let json = list(&container.url(), &container, &["/Output:json", word]).succeeded();
    assert!(json.stdout.contains(r#""BlobAccessTier":"Cool""#), "{json}");
    list(&container.url(), &container, &["/Properties:Colour"])
        .refused()
        .naming(&["`Colour`", "`BlobType`"]);
}

#[test]
fn all_versions_are_listed_where_their_ids_are_asked_for() {
    let (server, service) = single_account::start();
    server.set_behaviour(Behaviour {
        versioning: true,
        ..Behaviour::default()
    });
    let container = service.fresh_container("list");
    for bytes in ["1", "22", "333"] {
        container.put("a", bytes);
    }
    container.put("b", "4444");
    let words = ["/Properties:VersionId", "/MachineReadable"];
    let listed = list(&container.url(), &container, &words).succeeded();
    let lines: Vec<_> = listed.stdout.lines().collect();
    let lengths: Vec<_> = lines
        .iter()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(lengths, ["1", "2", "3", "4"], "{listed}");
    let ids: std::collections::BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line.split("; ").nth(1))
        .collect();
    assert_eq!(ids.len(), 4, "{listed}");
    assert!(ids.iter().all(|id| id.len() > "VersionId: ".len()));
    let plain = list(&container.url(), &container, &["/MachineReadable"]).succeeded();
    assert_eq!(plain.stdout.lines().count(), 2, "{plain}");
}
