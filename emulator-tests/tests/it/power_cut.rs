//! The power is cut while azring downloads: `scripts/power_cut.sh` in its shortest form. It needs root and loop devices;
//! where they are missing the test says so and claims nothing.

use std::path::Path;
use std::process::Command;

use azring_emulator_tests::program;

/// How the script ends where no image can be mounted.
const NOT_HERE: i32 = 77;

#[test]
fn what_was_done_before_a_power_cut_is_there_after_it() {
    let has = |tool: &str| {
        ["/usr/sbin", "/sbin", "/usr/bin"]
            .iter()
            .any(|folder| Path::new(folder).join(tool).exists())
    };
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || !["mkfs.ext4", "mkfs.xfs", "mkfs.btrfs"].into_iter().all(has) {
        skip("it needs root, e2fsprogs, xfsprogs and btrfs-progs");
        return;
    }
    let binaries = program::built("azring");
    let output = Command::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scripts/power_cut.sh"
    ))
    .args(["1", "ext4"])
    .env("BINARIES", binaries.parent().expect("it is in a folder"))
    .output()
    .expect("a shell runs");
    if output.status.code() == Some(NOT_HERE) {
        skip("no image can be mounted here");
        return;
    }
    let told = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{also}");
}

#[expect(clippy::print_stderr, reason = "a test that claims nothing says so")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}
