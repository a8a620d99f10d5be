//! Real input: the sources of crates that this project is built from, and a disk image, up and back byte for byte.
//! `AZRING_REAL_INPUT` names another folder to be sent instead of the sources: a toolchain, a data set.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::{assert_none, folders};
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::rest::BlobService;
use azring_emulator_tests::tree::{names_below, noise};
use azring_emulator_tests::two_accounts::{self, TwoAccounts};
use rustix::fs::SeekFrom;

/// Sends `source` up and brings it back, and compares piece by piece.
fn up_and_back(service: &BlobService, source: &Path) {
    let container = service.fresh_container("real");
    let target = Folder::new();
    let files = names_below(source).len() as u64;
    assert!(files > 0, "{} holds no files", source.display());

    let upload = Azring::copy(source, container.url())
        .dest_key(service.account())
        .arg("/S")
        .run();
    upload.succeeded().counting(files, 0, 0);
    assert_eq!(container.list().len() as u64, files);

    let download = Azring::copy(container.url(), target.path())
        .source_key(service.account())
        .arg("/S")
        .run();
    download.succeeded().counting(files, 0, 0);
    assert_none(&folders(source, target.path()));
}

/// Files to send, and their folder if it is only here for that.
struct Sources {
    path: PathBuf,
    _copy: Option<Folder>,
}

/// Crates that cargo has unpacked, in the order of their names until there are so many files: all
/// sizes and names that sources have. They are copied first, because cargo may be unpacking more of
/// them for somebody else. What `AZRING_REAL_INPUT` names is sent whole.
fn crates(files_min: usize) -> Sources {
    if let Some(given) = std::env::var_os("AZRING_REAL_INPUT") {
        return Sources {
            path: given.into(),
            _copy: None,
        };
    }
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let unpacked = home.expect("cargo has a home").join("registry/src");
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).expect("cargo has unpacked crates");
        entries
            .map(|entry| entry.expect("it is listed").path())
            .collect()
    };
    let mut crates: Vec<_> = folders(&unpacked)
        .iter()
        .flat_map(|registry| folders(registry))
        .collect();
    crates.sort();
    let folder = Folder::new();
    let mut files = 0;
    for one in crates {
        if files >= files_min {
            break;
        }
        let copied = Command::new("cp")
            .arg("--archive")
            .args([&one, folder.path()])
            .status()
            .expect("cp runs");
        assert!(copied.success(), "{} can be copied", one.display());
        files += names_below(&one).len();
    }
    Sources {
        path: folder.path().to_owned(),
        _copy: Some(folder),
    }
}

/// A disk image as hypervisors make it, with data between its holes.
fn disk_image() -> Folder {
    let folder = Folder::new();
    let image = folder.join("disk.vhd");
    let made = Command::new("qemu-img")
        .args([
            "create",
            "-q",
            "-f",
            "vpc",
            "-o",
            "subformat=fixed,force_size=on",
        ])
        .arg(&image)
        .arg("96M")
        .status()
        .unwrap_or_else(|error| {
            panic!("cannot run qemu-img: {error}: install the Debian package qemu-utils")
        });
    assert!(made.success(), "qemu-img makes an image");
    let file = File::options()
        .write(true)
        .open(&image)
        .expect("it was just made");
    for (offset, bytes) in [(0, 700), (5 << 20, 3 << 20), ((40 << 20) + 12345, 1 << 20)] {
        file.write_all_at(&noise(offset, bytes), offset)
            .expect("the disk has room");
    }
    folder
}

#[test]
fn sources_of_crates_come_back_from_azring_emulator() {
    let emulator = EmulatorProcess::start(&[]);
    up_and_back(&emulator.blob_service(None), &crates(6000).path);
}

#[test]
fn sources_of_crates_come_back_from_azurite() {
    up_and_back(&azurite::shared().blob_service(), &crates(1000).path);
}

#[test]
fn disk_image_comes_back_from_azring_emulator() {
    let emulator = EmulatorProcess::start(&[]);
    up_and_back(&emulator.blob_service(None), disk_image().path());
}

#[test]
fn disk_image_comes_back_from_azurite() {
    up_and_back(&azurite::shared().blob_service(), disk_image().path());
}

/// A fixed VHD of 96 MiB with an ext4 file system in it, and files in that.
fn disk_with_files() -> Folder {
    let (folder, content) = (disk_image(), Folder::new());
    let image = folder.join("disk.vhd");
    std::fs::create_dir(content.join("etc")).expect("the folder is ours");
    std::fs::write(content.join("etc/hosts"), "127.0.0.1 localhost\n").expect("it is ours");
    std::fs::write(content.join("data"), noise(7, 9 << 20)).expect("it is ours");
    let made = Command::new("mke2fs")
        .env("PATH", path_with_sbin())
        .args(["-q", "-F", "-t", "ext4", "-d"])
        .arg(content.path())
        .arg(&image)
        .arg("96m")
        .status()
        .unwrap_or_else(|error| {
            panic!("cannot run mke2fs: {error}: install the Debian package e2fsprogs")
        });
    assert!(made.success(), "mke2fs makes a file system");
    folder
}

/// Where programs for the administrator are too.
fn path_with_sbin() -> String {
    format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    )
}

/// Claims that two images hold the same disk.
#[track_caller]
fn assert_same_disk(one: &Path, other: &Path) {
    let compared = Command::new("qemu-img")
        .args(["compare", "-f", "vpc", "-F", "vpc"])
        .args([one, other])
        .output()
        .expect("qemu-img is there: it made the image");
    let said = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert!(
        compared.status.success() && said.contains("identical"),
        "{} and {}: {said}{}",
        one.display(),
        other.display(),
        String::from_utf8_lossy(&compared.stderr)
    );
}

/// The bytes of a file that are in allocated ranges, and those in pages of 512 bytes that are not all zeros.
fn bytes_allocated_and_in_use(path: &Path) -> (u64, u64) {
    let file = File::open(path).expect("it is there");
    let length = file.metadata().expect("it is there").len();
    let (mut allocated, mut at) = (0, 0);
    while let Ok(data) = rustix::fs::seek(&file, SeekFrom::Data(at)) {
        let hole = rustix::fs::seek(&file, SeekFrom::Hole(data)).unwrap_or(length);
        allocated += hole - data;
        at = hole;
    }
    let bytes = std::fs::read(path).expect("it is there");
    let in_use = bytes
        .chunks(512)
        .filter(|page| page.iter().any(|byte| *byte != 0));
    (allocated, in_use.map(|page| page.len() as u64).sum())
}

#[test]
fn a_disk_with_a_file_system_is_copied_as_pages_with_its_snapshot() {
    for accounts in TwoAccounts::of_both() {
        let (source, target) = accounts.between();
        let disk = disk_with_files();
        let image = disk.join("disk.vhd");
        let counters =
            (accounts.server == "azring-emulator").then(|| &accounts.emulator().watch().counters);

        let upload = Azring::upload(disk.path(), &source).arg("/BlobType:page");
        upload.run().succeeded().counting(1, 0, 0);
        let (allocated, in_use) = bytes_allocated_and_in_use(&image);
        assert!(
            allocated < 48 << 20,
            "{allocated} bytes of 96 MiB: a disk with holes"
        );
        if let Some(counters) = counters {
            let sent = counters.of("PutPage").bytes_in;
            assert!(
                (in_use..=allocated).contains(&sent),
                "{sent} bytes sent, {allocated} allocated, {in_use} in use"
            );
            counters.reset();
        }
        source
            .ask("PUT", "disk.vhd", &[("comp", "snapshot")], &[], "")
            .succeeded();

        let copied = two_accounts::copy(&source, &target).args(["/S", "/Snapshot"]);
        copied.run().succeeded().counting(2, 0, 0);
        if let Some(counters) = counters {
            assert_eq!(counters.of("CopyBlob").requests, 2);
            assert_eq!(
                counters.of("GetBlob").requests,
                0,
                "no byte came through us"
            );
        }

        let back = Folder::new();
        let download = Azring::download(&target, back.path()).args(["/S", "/CheckMD5"]);
        download.run().succeeded().counting(2, 0, 0);
        if let Some(counters) = counters {
            let fetched = counters.of("GetBlob").bytes_out;
            // Small gaps are read along.
            let at_most = 2 * (allocated + (1 << 20));
            assert!(
                fetched <= at_most,
                "{fetched} bytes fetched, {allocated} allocated"
            );
        }
        let names = names_below(back.path());
        assert_eq!(names.len(), 2, "{names:?}");
        for name in names {
            assert_same_disk(&image, &back.join(&name));
            let (landed, _) = bytes_allocated_and_in_use(&back.join(&name));
            assert!(
                landed <= allocated + (1 << 20),
                "{landed} bytes allocated for {name}"
            );
        }
    }
}
