//! Images of virtual disks that Azure would refuse as disks: the upload as a page blob says so before it starts, and goes on.

use std::fs;
use std::path::Path;
use std::process::Command;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;

const MIB: usize = 1 << 20;

fn service() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("disks");
    (server, container)
}

fn upload(source: &Path, container: &Container, kind: &str) -> Outcome {
    Azring::upload(source, container)
        .args([&format!("/BlobType:{kind}"), "/S", "/Y"])
        .run()
        .succeeded()
}

/// Makes an image as `qemu-img` does.
fn image(folder: &Path, name: &str, format: &str, options: &str, size: &str) {
    let mut command = Command::new("qemu-img");
    command.args(["create", "-q", "-f", format]);
    if !options.is_empty() {
        command.args(["-o", options]);
    }
    let made = command.arg(folder.join(name)).arg(size).output();
    let made = made.expect("qemu-img runs: install qemu-utils");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// A fixed VHD of so many bytes and its footer.
fn fixed_vhd(bytes: usize) -> Vec<u8> {
    let mut image = vec![0; bytes + 512];
    image[bytes..bytes + 8].copy_from_slice(b"conectix");
    image[bytes + 60..bytes + 64].copy_from_slice(&2_u32.to_be_bytes());
    image
}

/// The hints that a run gave about this file.
fn hints(outcome: &Outcome, name: &str) -> usize {
    let text = outcome.to_string();
    let hint = format!("`{name}` becomes a page blob, but Azure will refuse it as a disk");
    text.matches(&hint).count()
}

#[test]
fn a_dynamic_vhd_is_reported_and_arrives() {
    let (_server, container) = service();
    let source = Folder::new();
    image(
        source.path(),
        "grows.vhd",
        "vpc",
        "subformat=dynamic",
        "16M",
    );
    let outcome = upload(source.path(), &container, "page");
    assert_eq!(hints(&outcome, "grows.vhd"), 1, "{outcome}");
    assert!(outcome.to_string().contains("dynamic VHD"), "{outcome}");
    let bytes = fs::read(source.path().join("grows.vhd")).unwrap();
    assert_eq!(container.get("grows.vhd"), bytes);
}

#[test]
fn a_vhdx_is_reported_whatever_its_name_is() {
    let (_server, container) = service();
    let source = Folder::new();
    image(source.path(), "image.bin", "vhdx", "", "8M");
    let outcome = upload(source.path(), &container, "page");
    assert_eq!(hints(&outcome, "image.bin"), 1, "{outcome}");
    assert!(outcome.to_string().contains("VHDX"), "{outcome}");
}

#[test]
fn a_disk_that_is_no_whole_mib_is_reported_and_a_whole_one_is_not() {
    let (_server, container) = service();
    let source = Folder::new();
    fs::write(source.path().join("uneven.vhd"), fixed_vhd(MIB + 512)).unwrap();
    fs::write(source.path().join("even.vhd"), fixed_vhd(2 * MIB)).unwrap();
    let outcome = upload(source.path(), &container, "page");
    assert_eq!(hints(&outcome, "uneven.vhd"), 1, "{outcome}");
    assert!(
        outcome.to_string().contains("enlarge it to 2 MiB"),
        "{outcome}"
    );
    assert_eq!(hints(&outcome, "even.vhd"), 0, "{outcome}");
}

#[test]
fn a_raw_image_that_is_called_a_vhd_is_reported() {
    let (_server, container) = service();
    let source = Folder::new();
    fs::write(source.path().join("raw.vhd"), vec![7; MIB]).unwrap();
    fs::write(source.path().join("data"), vec![7; MIB]).unwrap();
    fs::write(source.path().join("empty"), "").unwrap();
    let outcome = upload(source.path(), &container, "page");
    assert_eq!(hints(&outcome, "raw.vhd"), 1, "{outcome}");
    assert_eq!(
        hints(&outcome, "data") + hints(&outcome, "empty"),
        0,
        "{outcome}"
    );
}

#[test]
fn a_block_blob_is_not_looked_into() {
    let (_server, container) = service();
    let source = Folder::new();
    fs::write(source.path().join("raw.vhd"), vec![7; MIB]).unwrap();
    let outcome = upload(source.path(), &container, "block");
    assert_eq!(hints(&outcome, "raw.vhd"), 0, "{outcome}");
}
