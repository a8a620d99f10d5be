//! What a share promises as a target beyond the contract of stores: its requests and their number.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use azring_core::digest::crc64;
use azring_core::entry::{ETag, Entry, EntryName, Layout, Version};
use azring_core::location::{Access, Location, ServiceKind, parse};
use azring_core::plan::Task;
use azring_core::plan::chunks::Chunks;
use azring_core::plan::history::History;
use azring_core::plan::replace::Replace;
use azring_core::plan::route::Route;
use azring_core::store::share::ShareTarget;
use azring_core::store::{Committed, StreamTarget as _, Sums, Target, Tools};
use azring_core::{Error, Result};
use azring_emulator_tests::emulator::{Options, PatternBlob, Server, StoreChoice};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_transport::auth::Secret;
use azring_transport::buffer::{Frozen, Pool};
use azring_transport::client::{Client, Settings};
use azring_transport::disk::Disk;
use azring_transport::runtime::plain_runtime;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use tokio::task::LocalSet;

const MIB: u64 = 1 << 20;

/// An emulator, a share that is not made yet, and the share as a target.
struct Fixture {
    server: Server,
    share: Share,
    target: ShareTarget,
}

impl Fixture {
    /// The target is this directory of the share.
    fn at(directory: &str) -> Self {
        Self::with(&Options::default(), directory, None)
    }

    fn with(options: &Options, directory: &str, version: Option<&str>) -> Self {
        let options = Options {
            log_lines: 1_000,
            ..options.clone()
        };
        let (server, service) = single_account::start_for_files_with(&options);
        let share = service.share("target");
        let access = Access {
            key: Some(Secret::new(service.account().key_in_base64())),
            sas: None,
        };
        let url = format!("{}/{directory}", share.url());
        let location = parse(&url, access, Some(ServiceKind::Share)).expect("a URL");
        let route = Route::between(&Location::Local("/s".into()), &location, false);
        let Location::Share(place) = location else {
            panic!("a place in a share");
        };
        if let Some(version) = version {
            let version = version.parse().expect("a version");
            place.account().capabilities.set_version(version);
        }
        Self {
            server,
            share,
            target: ShareTarget::new(place, &route.expect("a route")),
        }
    }

    /// The operations that the service has answered, in order.
    fn operations(&self) -> Vec<String> {
        let lines = self.server.watch().log.lines();
        let operation = |line: &String| {
            let (_, rest) = line.split_once("\"operation\":\"")?;
            Some(rest.split('"').next()?.to_owned())
        };
        lines.iter().filter_map(operation).collect()
    }

    fn count(&self, operation: &str) -> usize {
        let operations = self.operations();
        operations
            .iter()
            .filter(|found| *found == operation)
            .count()
    }

    fn task(&self, name: &str, bytes: u64) -> Task {
        let entry = Entry {
            name: EntryName::from(name),
            bytes,
            modified: UNIX_EPOCH,
            version: Version::Service(ETag("\"1\"".into())),
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        };
        Task {
            target: self.target.name(&entry.name).expect("a name").name,
            chunks: Chunks::new(bytes, 4 * MIB),
            part: None,
            entry,
            content_type: Some("text/plain".into()),
            replace: Replace::Anything,
            history: History::default(),
        }
    }

    /// Copies these bytes to a file, with the MD5 of all of them.
    async fn copy(&self, tools: &Tools, name: &str, bytes: &[u8]) -> Result<Committed> {
        let task = self.task(name, bytes.len() as u64);
        let md5 = md5_of(bytes);
        let writer = self.target.create(tools, &task).await?;
        for chunk in task.chunks.clone() {
            let bytes = &bytes[chunk.offset as usize..chunk.end() as usize];
            let data = frozen(tools, bytes).await;
            let sums = Sums {
                crc64: Some(crc64_of(bytes)),
                md5: (task.chunks.total() == 1).then_some(md5),
            };
            writer.write(tools, chunk, data, sums).await?;
        }
        writer.commit(tools, Some(md5)).await
    }
}

fn md5_of(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

fn crc64_of(bytes: &[u8]) -> u64 {
    crc64::of([bytes].into_iter())
}

async fn frozen(tools: &Tools, bytes: &[u8]) -> Frozen {
    let mut lease = tools.pool.lease(bytes.len()).await.expect("memory");
    lease.append(bytes);
    lease.freeze()
}

fn within<T>(work: impl AsyncFnOnce(Tools) -> T) -> T {
    let runtime = plain_runtime().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let tools = Tools {
            client: Client::new(Arc::new(Settings::default())).expect("a client"),
            disk: Disk::threads(),
            pool: Pool::new(64 << 20, 8).expect("memory"),
        };
        work(tools).await
    })
}

/// Bytes without long runs of zeros.
fn noise(bytes: u64) -> Vec<u8> {
    (0..bytes).map(|at| (at % 251) as u8 + 1).collect()
}

#[test]
fn a_small_file_is_one_request_and_two_before_2026_02_06() {
    for (version, operations) in [
        (None, &["CreateShare", "CreateFile", "CreateFile"][..]),
        (
            Some("2025-01-05"),
            &["CreateShare", "CreateFile", "PutRange", "CreateFile"],
        ),
    ] {
        let fixture = Fixture::with(&Options::default(), "", version);
        within(async |tools| {
            fixture.target.prepare(&tools).await.expect("a share");
            fixture.copy(&tools, "a", b"few").await.expect("a file");
            fixture.copy(&tools, "b", b"").await.expect("a file");
        });
        assert_eq!(fixture.operations(), operations);
        let file = fixture.share.properties("a");
        assert_eq!(fixture.share.get("a"), b"few");
        assert_eq!(file.content_md5, STANDARD.encode(md5_of(b"few")));
        assert_eq!(file.content_type, "text/plain");
    }
}

#[test]
fn a_longer_file_has_its_md5_and_content_type_too() {
    let fixture = Fixture::at("d");
    let bytes = noise(9 * MIB + 5);
    within(async |tools| {
        fixture.target.prepare(&tools).await.expect("a share");
        fixture.copy(&tools, "a", &bytes).await.expect("a file");
    });
    assert!(fixture.share.get("d/a") == bytes);
    let file = fixture.share.properties("d/a");
    assert_eq!(file.content_md5, STANDARD.encode(md5_of(&bytes)));
    assert_eq!(file.content_type, "text/plain");
    assert_eq!(fixture.count("PutRange"), 3);
    assert_eq!(fixture.count("SetFileProperties"), 1);
}

#[test]
fn every_version_of_the_service_takes_files_and_directories() {
    for version in [
        "2017-11-09",
        "2019-02-02",
        "2021-02-12",
        "2021-06-08",
        "2025-01-05",
        "2026-02-06",
    ] {
        let fixture = Fixture::with(&Options::default(), "d", Some(version));
        let bytes = noise(5 * MIB);
        within(async |tools| {
            fixture.target.prepare(&tools).await.expect("a share");
            for (name, bytes) in [("e/a", &b"few"[..]), ("e/b", &bytes)] {
                let copied = fixture.copy(&tools, name, bytes).await;
                copied.unwrap_or_else(|error| panic!("{version}: {error}"));
            }
        });
        assert!(fixture.share.get("d/e/b") == bytes, "{version}");
    }
}

#[test]
fn directories_are_made_once_each_however_many_workers_need_them() {
    let fixture = Fixture::at("x/y");
    within(async |tools| {
        fixture.target.prepare(&tools).await.expect("a share");
        let names: Vec<String> = (0..20).map(|number| format!("z/w/{number}")).collect();
        let copies = names.iter().map(|name| fixture.copy(&tools, name, b"few"));
        for copied in futures_util::future::join_all(copies).await {
            copied.expect("a file");
        }
    });
    assert_eq!(fixture.count("CreateDirectory"), 4);
    assert_eq!(
        fixture.share.directories(),
        ["x", "x/y", "x/y/z", "x/y/z/w"]
    );
    assert_eq!(fixture.share.names().len(), 20);
}

#[test]
fn a_directory_that_somebody_removed_is_made_again() {
    let fixture = Fixture::at("d");
    within(async |tools| {
        fixture.target.prepare(&tools).await.expect("a share");
        fixture.copy(&tools, "e/a", b"1").await.expect("a file");
        fixture.share.delete("d/e/a");
        for directory in ["d/e", "d"] {
            let query = [("restype", "directory")];
            let removed = fixture.share.ask("DELETE", directory, &query, &[], "");
            removed.succeeded();
        }
        fixture.copy(&tools, "e/b", b"2").await.expect("a file");
    });
    assert_eq!(fixture.share.names(), ["d/e/b"]);
}

#[test]
fn zeros_are_not_sent() {
    let fixture = Fixture::at("");
    let mut bytes = vec![0; 9 << 20];
    bytes[5 << 20] = 7;
    within(async |tools| {
        fixture.target.prepare(&tools).await.expect("a share");
        fixture.copy(&tools, "a", &bytes).await.expect("a file");
        fixture
            .copy(&tools, "zeros", &[0; 5000])
            .await
            .expect("a file");
    });
    assert_eq!(fixture.count("PutRange"), 1);
    assert_eq!(
        fixture.share.written_ranges("a"),
        [(5 * MIB, 5 * MIB + 511)]
    );
    assert!(fixture.share.get("a") == bytes);
    assert_eq!(fixture.share.get("zeros"), [0; 5000]);
}

#[test]
fn a_directory_where_a_file_is_and_the_reverse_are_named() {
    let fixture = Fixture::at("");
    fixture.share.make();
    fixture.share.put("file", "x");
    fixture.share.put("folder/x", "x");
    within(async |tools| {
        for (name, says) in [
            (
                "file/a",
                "target/file` is a file: there cannot be a directory",
            ),
            (
                "file/b/c",
                "target/file` is a file: there cannot be a directory",
            ),
            (
                "folder",
                "target/folder` is a directory: there cannot be a file",
            ),
        ] {
            let Err(Error::Name(message)) = fixture.copy(&tools, name, b"1").await else {
                panic!("{name} was written");
            };
            assert!(message.contains(says), "{message}");
        }
    });
    assert_eq!(fixture.share.names(), ["file", "folder/x"]);
    assert_eq!(
        fixture.count("CreateDirectory"),
        2,
        "one of them by the test"
    );
}

#[test]
fn a_file_that_somebody_else_replaces_during_the_copy_is_a_failure() {
    let fixture = Fixture::at("");
    let bytes = noise(5 * MIB);
    within(async |tools| {
        fixture.target.prepare(&tools).await.expect("a share");
        let task = fixture.task("a", bytes.len() as u64);
        let writer = fixture
            .target
            .create(&tools, &task)
            .await
            .expect("a writer");
        for chunk in task.chunks.clone() {
            let data = frozen(&tools, &bytes[chunk.offset as usize..chunk.end() as usize]).await;
            let written = writer.write(&tools, chunk, data, Sums::default()).await;
            written.expect("a range");
        }
        fixture.share.create("a", 5 * MIB, &[]);
        let committed = writer.commit(&tools, None).await;
        assert!(matches!(committed, Err(Error::TargetChanged(_))));
    });
}

#[test]
fn a_full_share_is_a_failure_that_says_so() {
    let options = Options {
        store: StoreChoice::Null,
        pattern_files: vec![PatternBlob {
            container: "target".into(),
            blob: "full".into(),
            length: 1 << 30,
        }],
        ..Options::default()
    };
    let fixture = Fixture::with(&options, "", None);
    fixture.share.set_quota(1);
    within(async |tools| {
        let error = fixture
            .copy(&tools, "a", b"few")
            .await
            .err()
            .expect("no room");
        assert!(
            error.to_string().contains("ShareSizeLimitReached"),
            "{error}"
        );
        fixture.copy(&tools, "b", b"").await.expect("an empty file");
    });
}

#[test]
fn a_stream_grows_its_file_and_leaves_it_at_its_exact_length() {
    let fixture = Fixture::at("d");
    let bytes = noise(70 * MIB + 3);
    within(async |tools| {
        let target = &fixture.target;
        target.prepare(&tools).await.expect("a share");
        let name = target.name(&EntryName::from("a")).expect("a name").name;
        let stream = target
            .begin(&tools, &name, None, Replace::Anything)
            .await
            .expect("a stream");
        let blocks = Chunks::new(bytes.len() as u64, 4 * MIB);
        let total = blocks.total();
        for block in blocks {
            let bytes = &bytes[block.offset as usize..block.end() as usize];
            let data = frozen(&tools, bytes).await;
            let crc64 = Some(crc64_of(bytes));
            let written = stream.write(&tools, block, data, crc64).await;
            written.expect("a block");
        }
        let md5 = Some(md5_of(&bytes));
        stream.commit(&tools, total, md5).await.expect("a file");
        let whole = target
            .begin(&tools, &name, None, Replace::Nothing)
            .await
            .expect("a stream");
        let data = frozen(&tools, b"few").await;
        let written = whole.write_whole(&tools, &data, Sums::default()).await;
        assert!(matches!(written, Err(Error::TargetChanged(_))));
    });
    assert!(fixture.share.get("d/a") == bytes);
    let file = fixture.share.properties("d/a");
    assert_eq!(file.content_md5, STANDARD.encode(md5_of(&bytes)));
    assert_eq!(file.content_type, "application/octet-stream");
}
