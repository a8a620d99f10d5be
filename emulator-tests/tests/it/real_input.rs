//! Real input: the sources of all crates that this project is built from, and a disk image, up and back byte for byte.
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

/// Where cargo has unpacked the crates: thousands of files, in all sizes that sources have.
fn crates() -> PathBuf {
    if let Some(given) = std::env::var_os("AZRING_REAL_INPUT") {
        return given.into();
    }
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    home.expect("cargo has a home").join("registry/src")
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
fn sources_of_all_crates_come_back_from_azring_emulator() {
    let emulator = EmulatorProcess::start(&[]);
    up_and_back(&emulator.blob_service(None), &crates());
}

#[test]
fn sources_of_all_crates_come_back_from_azurite() {
    up_and_back(&azurite::shared().blob_service(), &crates());
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
