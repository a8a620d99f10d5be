//! Page blobs: only what is in use travels, and what comes back is as sparse as what went up.

use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Answer, Container, content_md5};
use azring_emulator_tests::tree::noise;
use azring_emulator_tests::two_accounts::TwoAccounts;

const MIB: u64 = 1 << 20;
const TIB: u64 = 1 << 40;

/// Runs a test against each server.
fn on_both(test: impl Fn(Container)) {
    for accounts in TwoAccounts::of_both() {
        test(accounts.one.fresh_container("pages"));
    }
}

fn upload(source: &Path, container: &Container) -> Azring {
    Azring::upload(source, container).args(["/BlobType:page", "/Y"])
}

fn download(container: &Container, target: &Path) -> Azring {
    Azring::download(container, target).args(["/S", "/Y"])
}

/// The bytes that the blob's pages in use have together.
fn bytes_in_use(container: &Container, name: &str) -> u64 {
    let answer = container
        .ask("GET", name, &[("comp", "pagelist")], &[], "")
        .succeeded();
    let text = String::from_utf8(answer.body).unwrap();
    let number = |text: &str, tag: &str| -> u64 {
        let (_, after) = text.split_once(&format!("<{tag}>")).unwrap();
        after.split_once('<').unwrap().0.parse().unwrap()
    };
    text.split("<PageRange>")
        .skip(1)
        .map(|range| number(range, "End") + 1 - number(range, "Start"))
        .sum()
}

fn head(container: &Container, name: &str) -> Answer {
    container.ask("HEAD", name, &[], &[], "").succeeded()
}

#[test]
fn a_file_becomes_a_page_blob_with_its_digest_and_type_and_comes_back() {
    on_both(|container| {
        let (source, target) = (Folder::new(), Folder::new());
        let mut bytes = noise(1, 9 << 20);
        bytes.extend_from_slice(&[7; 512]);
        // Zeros in the middle, which are not sent, and at the end of a chunk.
        bytes[MIB as usize..5 * MIB as usize].fill(0);
        std::fs::write(source.join("disk.vhd"), &bytes).unwrap();
        upload(source.path(), &container)
            .arg("/SetContentType:application/x-disk")
            .run()
            .succeeded()
            .counting(1, 0, 0);

        let stored = head(&container, "disk.vhd");
        assert_eq!(stored.header("x-ms-blob-type"), "PageBlob");
        assert_eq!(stored.header("content-type"), "application/x-disk");
        assert_eq!(stored.header("content-md5"), content_md5(&bytes));
        assert!(container.get("disk.vhd") == bytes);
        assert_eq!(
            bytes_in_use(&container, "disk.vhd"),
            bytes.len() as u64 - 4 * MIB
        );

        download(&container, target.path())
            .arg("/CheckMD5")
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert!(std::fs::read(target.join("disk.vhd")).unwrap() == bytes);
    });
}

#[test]
fn three_islands_in_a_tebibyte_are_all_that_is_sent_and_stored() {
    on_both(|container| {
        let (source, target) = (Folder::new(), Folder::new());
        let islands = [0, TIB / 3 / 4096 * 4096, TIB - MIB];
        let file = File::create(source.join("disk.vhd")).unwrap();
        file.set_len(TIB).unwrap();
        for (seed, at) in islands.into_iter().enumerate() {
            file.write_all_at(&noise(seed as u64, MIB as usize), at)
                .unwrap();
        }
        upload(source.path(), &container)
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_eq!(
            head(&container, "disk.vhd").header("content-length"),
            TIB.to_string()
        );
        assert_eq!(bytes_in_use(&container, "disk.vhd"), 3 * MIB);

        download(&container, target.path())
            .run()
            .succeeded()
            .counting(1, 0, 0);
        let landed = File::open(target.join("disk.vhd")).unwrap();
        let facts = landed.metadata().unwrap();
        assert_eq!(facts.len(), TIB);
        assert!(facts.blocks() * 512 <= 4 * MIB, "holes stay holes");
        for (seed, at) in islands.into_iter().enumerate() {
            let mut found = vec![0; MIB as usize];
            landed.read_exact_at(&mut found, at).unwrap();
            assert!(found == noise(seed as u64, MIB as usize), "island at {at}");
        }
    });
}

#[test]
fn a_file_and_a_blob_without_any_data_are_carried_too() {
    on_both(|container| {
        let (source, target) = (Folder::new(), Folder::new());
        let file = File::create(source.join("zeros")).unwrap();
        file.set_len(64 * MIB).unwrap();
        std::fs::write(source.join("empty"), "").unwrap();
        upload(source.path(), &container)
            .run()
            .succeeded()
            .counting(2, 0, 0);
        assert_eq!(bytes_in_use(&container, "zeros"), 0);
        download(&container, target.path())
            .arg("/CheckMD5")
            .run()
            .succeeded()
            .counting(2, 0, 0);
        assert!(std::fs::read(target.join("zeros")).unwrap() == vec![0; 64 << 20]);
        assert_eq!(std::fs::metadata(target.join("empty")).unwrap().len(), 0);
    });
}

#[test]
fn a_length_that_is_no_number_of_pages_fails_by_name_and_the_others_go_up() {
    on_both(|container| {
        let source = Folder::new();
        for length in [511, 512, 513] {
            std::fs::write(source.join(&length.to_string()), vec![1; length]).unwrap();
        }
        upload(source.path(), &container)
            .run()
            .failed()
            .counting(1, 0, 2)
            .naming(&[
                "file size 511 is invalid for page blob, must be a multiple of 512",
                "file size 513",
            ]);
        assert_eq!(container.names(), ["512"]);
    });
}

#[test]
fn a_blob_of_another_type_is_not_replaced_and_that_is_said() {
    on_both(|container| {
        let source = Folder::new();
        container.put("a", "block");
        std::fs::write(source.join("a"), [1; 512]).unwrap();
        // /XO looks at the destination first; by the clock the file is newer.
        let later = std::time::SystemTime::now() + std::time::Duration::from_mins(1);
        File::options()
            .write(true)
            .open(source.join("a"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        upload(source.path(), &container)
            .arg("/XO")
            .run()
            .failed()
            .counting(0, 0, 1)
            .naming(&["does not match the blob type of the existing destination blob"]);
        assert_eq!(container.get("a"), b"block");
    });
}
