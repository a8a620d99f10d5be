//! Files whose size is not what can be read of them, and reads that fail in the middle: each is a failure that names the
//! file, and never a blob of other bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::noise;

use crate::fuse::{Habits, Mounted};

const WAYS: [&str; 2] = ["/Io:ring", "/Io:threads"];

struct Service {
    _server: Server,
    container: Container,
}

impl Service {
    fn new() -> Self {
        let (server, service) = single_account::start();
        Self {
            container: service.fresh_container("sizes"),
            _server: server,
        }
    }

    fn upload(&self, source: &Path, words: &[&str]) -> Azring {
        Azring::upload(source, &self.container)
            .arg("/Y")
            .args(words)
    }

    fn names(&self) -> BTreeSet<String> {
        self.container.names().into_iter().collect()
    }
}

/// The file fails by name, and nothing is stored under it.
fn is_named(outcome: &Outcome, service: &Service, name: &str) {
    let errors = outcome.errors();
    let is_named = errors.iter().any(|error| error.contains(name));
    assert!(is_named, "{name}: {outcome}");
    assert!(!service.names().contains(name), "{name} is stored");
}

#[test]
fn a_file_of_proc_is_a_failure_and_no_empty_blob() {
    for way in WAYS {
        for path in ["/proc/version", "/proc/self/limits", "/proc/mounts"] {
            let service = Service::new();
            let run = service.upload(Path::new(path), &[way]);
            let outcome = run.as_ordinary_user().run().failed().counting(0, 0, 1);
            let name = path.rsplit('/').next().unwrap_or_default();
            is_named(&outcome, &service, name);
            outcome.naming(&["through a pipe"]);
        }
    }
}

#[test]
fn a_file_of_sysfs_that_holds_less_than_a_page_is_a_failure() {
    for way in WAYS {
        let service = Service::new();
        let outcome = service.upload(Path::new("/sys/kernel/notes"), &[way]).run();
        let size = fs::metadata("/sys/kernel/notes")
            .expect("it is there")
            .len();
        let content = fs::read("/sys/kernel/notes").expect("it can be read");
        if size == content.len() as u64 {
            outcome.succeeded();
        } else {
            is_named(&outcome.failed(), &service, "notes");
        }
        let service = Service::new();
        let path = Path::new("/sys/class/net/lo/address");
        let outcome = service.upload(path, &[way]).run().failed();
        is_named(&outcome, &service, "address");
    }
}

/// Every way in which a file is read.
fn ways() -> impl Iterator<Item = (&'static str, bool)> {
    WAYS.into_iter().flat_map(|way| [(way, false), (way, true)])
}

/// Of these files each that is at fault fails, and the empty one arrives.
fn of_lying_sizes(told_bytes: fn(u64) -> u64) {
    let files = [
        ("small", noise(1, 5_000)),
        ("page", noise(2, 8_192)),
        ("sliced", noise(3, 700_000)),
        ("blocks", noise(4, 9 << 20)),
        ("empty", Vec::new()),
    ];
    let files: Vec<(&str, Vec<u8>)> = files.into();
    for (way, reads_parts_at_once) in ways() {
        for words in [&[way][..], &[way, "/CRC64:off", "/MD5:off"]] {
            let habits = Habits {
                reads_parts_at_once,
                told_bytes,
                is_direct: true,
                ..Habits::default()
            };
            let source = Mounted::with(habits, &files);
            let service = Service::new();
            let outcome = service.upload(source.path(), words).run().failed();
            let outcome = outcome.counting(1, 0, 4);
            for (name, _) in files.iter().filter(|(name, _)| *name != "empty") {
                is_named(&outcome, &service, name);
            }
            assert_eq!(service.names(), BTreeSet::from(["empty".to_owned()]));
        }
    }
}

#[test]
fn a_size_of_nothing_with_content_behind_it_is_a_failure() {
    of_lying_sizes(|_| 0);
}

#[test]
fn a_size_that_is_too_small_is_a_failure() {
    of_lying_sizes(|bytes| bytes / 2);
}

#[test]
fn a_size_that_is_too_large_is_a_failure() {
    of_lying_sizes(|bytes| if bytes == 0 { 0 } else { bytes + 10 });
}

#[test]
fn a_read_that_fails_in_the_middle_uploads_nothing() {
    let large = noise(9, 8 << 20);
    for is_direct in [true, false] {
        for (way, reads_parts_at_once) in ways() {
            for words in [
                &[way][..],
                &[way, "/BlobType:page"],
                &[way, "/BlockSizeInMB:4"],
            ] {
                let habits = Habits {
                    reads_parts_at_once,
                    readable_bytes: 2_000_000,
                    is_direct,
                    ..Habits::default()
                };
                let files = [("large", large.clone()), ("small", noise(1, 512))];
                let source = Mounted::with(habits, &files);
                let service = Service::new();
                let outcome = service.upload(source.path(), words).run().failed();
                let outcome = outcome.counting(1, 0, 1);
                let errors = outcome.errors();
                assert!(
                    errors.iter().any(|error| error.contains("`large`")),
                    "{outcome}"
                );
                assert!(service.names().contains("small"), "{outcome}");
                if !words.contains(&"/BlobType:page") {
                    assert!(!service.names().contains("large"), "{outcome}");
                }
            }
        }
    }
}

#[test]
fn honest_files_of_a_fuse_file_system_arrive_whole() {
    let files = [
        ("empty", Vec::new()),
        ("small", noise(1, 5_000)),
        ("large", noise(2, (9 << 20) + 7)),
    ];
    for way in WAYS {
        for is_direct in [true, false] {
            let habits = Habits {
                is_direct,
                ..Habits::default()
            };
            let source = Mounted::with(habits, &files);
            let service = Service::new();
            service.upload(source.path(), &[way]).run().succeeded();
            for (name, bytes) in &files {
                assert!(service.container.get(name) == *bytes, "{name}");
            }
            let target = Mounted::new(habits);
            Azring::download(&service.container, target.path())
                .args(["/S", "/CheckMD5", way])
                .run()
                .succeeded();
            for (name, bytes) in &files {
                let there = fs::read(target.join(name)).expect("it has arrived");
                assert!(there == *bytes, "{name}");
            }
        }
    }
}

#[test]
fn an_empty_file_of_a_disk_and_of_memory_is_an_empty_blob() {
    for source in [Folder::new(), Folder::in_memory()] {
        fs::write(source.join("empty"), "").expect("it can be written");
        let service = Service::new();
        let outcome = service.upload(source.path(), &["/S"]).run().succeeded();
        outcome.counting(1, 0, 0);
        assert!(service.container.get("empty").is_empty());
    }
}
