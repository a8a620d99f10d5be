//! Memory is what the machine, its control groups and the user allow, and no more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, PatternBlob, Server, StoreChoice};
use azring_emulator_tests::program;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;

const MIB: u64 = 1 << 20;

/// What a run may have beside its budget.
const BESIDE: u64 = 96 * MIB;

/// A service that keeps nothing, with a blob of so many bytes that nobody has uploaded.
fn service(bytes: u64) -> (Server, BlobService) {
    let pattern = PatternBlob {
        container: "there".to_owned(),
        blob: "large".to_owned(),
        length: bytes,
    };
    let options = Options {
        store: StoreChoice::Null,
        pattern_blobs: vec![pattern],
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    (server, service)
}

/// A folder with a file of so many zeros.
fn zeros(bytes: u64) -> Folder {
    let folder = Folder::new();
    let file = fs::File::create(folder.join("large")).expect("a folder of ours");
    file.set_len(bytes).expect("a hole may be long");
    folder
}

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::upload(source.path(), container).args(["/S", "/Y"])
}

#[test]
fn blocks_of_64_mib_go_up_with_256_mib() {
    let (_server, service) = service(0);
    let (container, source) = (service.fresh_container("blocks"), zeros(300 * MIB));
    for way in ["/IO:auto", "/IO:threads"] {
        let run = upload(&source, &container)
            .args(["/BlockSizeInMb:64", "/Memory:256M", way])
            .run_measured();
        run.outcome.succeeded().counting(1, 0, 0);
        assert_eq!(container.list()["large"].bytes, 300 * MIB);
        let peak = run.peak_rss_bytes;
        assert!(peak <= 256 * MIB + BESIDE, "{way}: {} MiB", peak / MIB);
    }
}

/// The number of MiB that the complaint says is needed.
fn needed(complaint: &str) -> u64 {
    let rest = complaint.split("/Memory:").nth(1).expect("it is said");
    let digits = rest.split('M').next().expect("it is a size");
    digits.parse().expect("it is a number")
}

#[test]
fn blocks_that_do_not_fit_are_reported_with_the_memory_they_need() {
    let (_server, service) = service(120 * MIB);
    let (container, source) = (service.unmade_container("blocks"), zeros(120 * MIB));
    let through = || {
        Azring::copy(service.container("there").url(), container.url())
            .source_key(service.account())
            .dest_key(service.account())
            .args([
                "/S",
                "/Y",
                "/SourceType:Blob",
                "/DestType:Blob",
                "/SyncCopy",
            ])
    };
    let up = || upload(&source, &container);
    for copy in [&up as &dyn Fn() -> Azring, &through] {
        let with = |memory: &str| copy().args(["/BlockSizeInMb:100", memory]);
        let refused = with("/Memory:64M").run().failed();
        let least = needed(&refused.errors().join("\n"));
        assert!(least > 100, "{refused}");
        let enough = with(&format!("/Memory:{least}M")).run();
        enough.succeeded().counting(1, 0, 0);
    }
}

#[test]
fn nothing_is_made_where_blocks_do_not_fit() {
    let (_server, service) = service(0);
    let (container, source) = (service.unmade_container("blocks"), zeros(MIB));
    let run = upload(&source, &container).args(["/BlockSizeInMb:100", "/Memory:64M"]);
    run.run().failed().naming(&["blocks of 100 MiB", "64 MiB"]);
    assert!(!container.exists());
}

#[test]
fn a_large_download_stays_within_160_mib() {
    let (_server, service) = service(2048 * MIB);
    let target = Folder::new();
    let there = format!("{}/large", service.container("there").url());
    let run = Azring::copy(there, target.join("large"))
        .source_key(service.account())
        .args(["/Y", "/SourceType:Blob", "/Durability:off"])
        .run_measured();
    run.outcome.succeeded().counting(1, 0, 0);
    let peak = run.peak_rss_bytes;
    assert!(peak <= 160 * MIB, "{} MiB", peak / MIB);
}

#[test]
fn little_address_space_makes_the_budget_and_the_heaps_smaller() {
    let (_server, service) = service(0);
    let (container, source) = (service.fresh_container("space"), zeros(200 * MIB));
    // The heaps of glibc's threads would reserve more than this.
    let limited = |run: Azring| run.address_space(640 * MIB);
    let run = limited(upload(&source, &container)).run();
    run.succeeded().counting(1, 0, 0);
    let budget = Azring::new().arg("doctor").arg(container.url());
    let budget = budget.source_key(service.account()).arg("/SourceType:Blob");
    let budget = limited(budget).run();
    let mib = told_budget(&budget.stdout);
    assert!((48..160).contains(&mib), "{budget}");
}

/// How many MiB `azring doctor` says there are for data.
fn told_budget(text: &str) -> u64 {
    let line = text.lines().find(|line| line.contains("for data"));
    let mut words = line.expect("memory is told").split_whitespace();
    let number = words.find_map(|word| word.parse::<f64>().ok());
    let number = number.expect("it is a number");
    let is_gib = line.is_some_and(|line| line.contains("GiB"));
    (number * if is_gib { 1024.0 } else { 1.0 }) as u64
}

/// A control group of version 1 below another one, removed when it is dropped.
struct Groups(PathBuf);

impl Groups {
    /// The upper one may have `bytes`; `None` where no such group can be made.
    fn of(bytes: u64) -> Option<Self> {
        let above =
            Path::new("/sys/fs/cgroup/memory").join(format!("azring-{}", std::process::id()));
        fs::create_dir(&above).ok()?;
        let groups = Self(above);
        fs::write(groups.0.join("memory.limit_in_bytes"), bytes.to_string()).ok()?;
        fs::create_dir(groups.0.join("below")).ok()?;
        Some(groups)
    }

    /// Runs azring in the lower one.
    fn run(&self, words: &[String]) -> std::process::Output {
        let home = Folder::new();
        Command::new("sh")
            .args(["-c", r#"echo $$ > "$0/below/cgroup.procs" && exec "$@""#])
            .arg(&self.0)
            .arg(program::built("azring"))
            .args(words)
            .env("HOME", home.path())
            .output()
            .expect("a shell runs")
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for group in ["below", ""] {
            // Processes that ran there have ended.
            let _stays_for_the_administrator = fs::remove_dir(self.0.join(group));
        }
    }
}

#[test]
fn a_control_group_above_ones_own_is_obeyed() {
    let Some(groups) = Groups::of(192 * MIB) else {
        skip("no control group of version 1 can be made here");
        return;
    };
    let (_server, service) = service(0);
    let (container, source) = (service.fresh_container("group"), zeros(400 * MIB));
    let key = service.account().key_in_base64();
    let doctor = [
        "doctor".into(),
        container.url(),
        format!("/SourceKey:{key}"),
        "/SourceType:Blob".into(),
    ];
    let told = groups.run(&doctor);
    assert_eq!(told_budget(&String::from_utf8_lossy(&told.stdout)), 64);
    let copied = groups.run(&[
        format!("/Source:{}", source.path().display()),
        format!("/Dest:{}", container.url()),
        format!("/DestKey:{key}"),
        "/DestType:Blob".into(),
        "/S".into(),
        "/Y".into(),
    ]);
    assert!(copied.status.success(), "{copied:?}");
    assert_eq!(container.list()["large"].bytes, 400 * MIB);
}

#[expect(clippy::print_stderr, reason = "a test that claims nothing says so")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}
