//! What every way to files must do alike.

use std::ffi::OsStr;
use std::future::poll_fn;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};

use super::durability::{DurabilityMode, DurabilityQueue};
use super::*;
use crate::Result;
use crate::buffer::{Frozen, LARGE_BYTES, Pool};
use crate::runtime::{Engine, IoChoice, run};

const CHOICES: [IoChoice; 2] = [IoChoice::Auto, IoChoice::Threads];

fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index * 31 % 251) as u8).collect()
}

async fn frozen(pool: &Pool, data: &[u8]) -> Frozen {
    let mut lease = pool.lease(data.len()).await.unwrap();
    lease.append(data);
    lease.freeze()
}

async fn store(
    engine: &Engine,
    folder: &Root,
    name: &str,
    data: &[u8],
    caching: Caching,
) -> Result<CompleteFile> {
    let staged = StagedFile::create(
        folder,
        OsStr::new(name),
        data.len() as u64,
        Allocation::Whole,
        caching,
    )?;
    let buffer = frozen(&engine.pool, data).await;
    staged
        .file()
        .write_at(&engine.disk, buffer, 0)
        .await
        .unwrap();
    staged.complete(data.len() as u64, None)
}

async fn load(engine: &Engine, root: &Root, name: &str, bytes: usize, caching: Caching) -> Vec<u8> {
    let (descriptor, stat) = root
        .open_to_read(&engine.disk, Path::new(name))
        .await
        .unwrap();
    let file = File::to_read(descriptor, stat.bytes, caching);
    let lease = engine.pool.lease(bytes).await.unwrap();
    let lease = file.read_at(&engine.disk, lease, 0, bytes).await.unwrap();
    lease.freeze().runs().collect::<Vec<_>>().concat()
}

#[test]
fn what_is_written_is_read_back_by_every_way_and_size() {
    for choice in CHOICES {
        for caching in [Caching::Cached, Caching::Direct, Caching::Auto] {
            let place = tempfile::tempdir_in(".").unwrap();
            run(choice, Pool::new(64 << 20, 8).unwrap(), async |engine| {
                let folder = Root::open(place.path()).unwrap();
                for bytes in [
                    0,
                    1,
                    511,
                    512,
                    4095,
                    4096,
                    4097,
                    65_537,
                    LARGE_BYTES - 1,
                    LARGE_BYTES + 5000,
                ] {
                    let data = pattern(bytes);
                    let mut complete = store(&engine, &folder, "file", &data, caching)
                        .await
                        .unwrap();
                    complete.place(Replace::Anything).unwrap();
                    let there = std::fs::read(place.path().join("file")).unwrap();
                    assert!(
                        there == data,
                        "{bytes} bytes written, {choice:?}, {caching:?}"
                    );
                    let back = load(&engine, &folder, "file", bytes, caching).await;
                    assert!(back == data, "{bytes} bytes read, {choice:?}, {caching:?}");
                }
                drop(folder);
                assert!(engine.pool.is_whole());
            })
            .unwrap();
        }
    }
}

#[test]
fn a_read_at_the_end_gives_what_is_there() {
    for choice in CHOICES {
        for caching in [Caching::Cached, Caching::Direct] {
            let place = tempfile::tempdir_in(".").unwrap();
            std::fs::write(place.path().join("short"), pattern(5000)).unwrap();
            run(choice, Pool::new(0, 8).unwrap(), async |engine| {
                let folder = Root::open(place.path()).unwrap();
                let back = load(&engine, &folder, "short", 100_000, caching).await;
                assert_eq!(back, pattern(5000));
            })
            .unwrap();
        }
    }
}

#[test]
fn nothing_is_written_through_a_link_or_out_of_the_folder() {
    let place = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), place.path().join("link")).unwrap();
    let root = Root::open(place.path()).unwrap();
    for name in ["link", "link/deeper", "../escaped", "a/../../escaped"] {
        let error = root.folder_beneath(Path::new(name)).unwrap_err();
        assert!(
            error.message().contains("leads out of the destination"),
            "{name}: {error}"
        );
    }
    assert!(root.folder_beneath(Path::new("a/b/c")).is_ok());
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    assert!(!place.path().parent().unwrap().join("escaped").exists());
}

#[test]
fn a_pipe_is_refused_and_does_not_block() {
    let place = tempfile::tempdir().unwrap();
    let pipe = place.path().join("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    for choice in CHOICES {
        run(choice, Pool::new(0, 8).unwrap(), async |engine| {
            let root = Root::open(place.path()).unwrap();
            let error = root
                .open_to_read(&engine.disk, Path::new("pipe"))
                .await
                .unwrap_err();
            assert!(error.message().ends_with("not an ordinary file"), "{error}");
        })
        .unwrap();
    }
}

#[test]
fn a_staged_file_has_no_name_until_it_is_placed_and_none_if_it_is_dropped() {
    let place = tempfile::tempdir().unwrap();
    run(IoChoice::Auto, Pool::new(0, 8).unwrap(), async |engine| {
        let folder = Root::open(place.path()).unwrap();
        let complete = store(&engine, &folder, "name", b"bytes", Caching::Auto)
            .await
            .unwrap();
        assert!(!place.path().join("name").exists());
        drop(complete);
        assert_eq!(
            std::fs::read_dir(place.path()).unwrap().count(),
            0,
            "the part file is gone too"
        );
    })
    .unwrap();
}

#[test]
fn a_file_that_came_to_be_in_the_meantime_is_not_replaced_unasked() {
    let place = tempfile::tempdir().unwrap();
    run(IoChoice::Auto, Pool::new(0, 8).unwrap(), async |engine| {
        let folder = Root::open(place.path()).unwrap();
        let mut complete = store(&engine, &folder, "name", b"ours", Caching::Auto)
            .await
            .unwrap();
        std::fs::write(place.path().join("name"), b"theirs").unwrap();
        assert!(complete.place(Replace::Nothing).is_err());
        assert_eq!(std::fs::read(place.path().join("name")).unwrap(), b"theirs");
        complete.place(Replace::Anything).unwrap();
        assert_eq!(std::fs::read(place.path().join("name")).unwrap(), b"ours");
    })
    .unwrap();
}

#[test]
fn a_batch_settles_every_file_and_reports_the_one_that_cannot_be() {
    for safety in [
        DurabilityMode::Batch,
        DurabilityMode::File,
        DurabilityMode::Off,
    ] {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("7")).unwrap();
        run(IoChoice::Auto, Pool::new(0, 8).unwrap(), async |engine| {
            let folder = Root::open(place.path()).unwrap();
            let (durability, thread) = DurabilityQueue::start(safety);
            let mut answers = Vec::new();
            for name in 0..20 {
                let complete = store(&engine, &folder, &name.to_string(), b"x", Caching::Auto)
                    .await
                    .unwrap();
                let durability = durability.clone();
                answers.push(tokio::task::spawn_local(async move {
                    durability.make_durable(complete, Replace::Anything).await
                }));
            }
            for (name, answer) in answers.into_iter().enumerate() {
                assert_eq!(
                    answer.await.unwrap().is_ok(),
                    name != 7,
                    "{safety:?} {name}"
                );
            }
            drop(durability);
            if let Some(thread) = thread {
                thread.join().unwrap();
            }
        })
        .unwrap();
        let names = std::fs::read_dir(place.path()).unwrap().count();
        assert_eq!(names, 20, "19 files, one folder in the way, no part file");
    }
}

#[test]
fn the_modification_time_is_the_one_that_was_asked_for() {
    let place = tempfile::tempdir().unwrap();
    let folder = Root::open(place.path()).unwrap();
    let staged = StagedFile::create(
        &folder,
        OsStr::new("old"),
        0,
        Allocation::Whole,
        Caching::Auto,
    )
    .unwrap();
    let then = UNIX_EPOCH + Duration::from_secs(1_000_000_007);
    staged
        .complete(0, Some(then))
        .unwrap()
        .place(Replace::Anything)
        .unwrap();
    let stat = folder.stat_beneath(Path::new("old")).unwrap().unwrap();
    assert_eq!(stat.modified(), then);
}

/// A part file of a known name, kept, with these bytes; and its identity.
async fn kept(engine: &Engine, folder: &Root, data: &[u8]) -> String {
    let (name, bytes) = (OsStr::new("name"), data.len() as u64);
    let mut staged = StagedFile::create_as(
        folder,
        name,
        "part",
        bytes,
        Allocation::Whole,
        Caching::Auto,
    )
    .unwrap();
    staged.keep();
    let buffer = frozen(&engine.pool, data).await;
    let file = staged.file().clone();
    file.write_at(&engine.disk, buffer, 0).await.unwrap();
    staged.identity().unwrap()
}

fn reopen(folder: &Root, identity: &str, bytes: usize) -> Option<StagedFile> {
    let (name, bytes) = (OsStr::new("name"), bytes as u64);
    StagedFile::reopen(
        folder,
        name,
        "part",
        identity,
        bytes,
        Allocation::Whole,
        Caching::Auto,
    )
    .unwrap()
}

#[test]
fn a_kept_file_is_opened_again_with_its_bytes_and_placed() {
    for choice in CHOICES {
        let place = tempfile::tempdir_in(".").unwrap();
        run(choice, Pool::new(64 << 20, 8).unwrap(), async |engine| {
            let folder = Root::open(place.path()).unwrap();
            let data = pattern(LARGE_BYTES + 777);
            let identity = kept(&engine, &folder, &data).await;
            let staged = reopen(&folder, &identity, data.len()).expect("it was kept");
            let mut complete = staged.complete(data.len() as u64, None).unwrap();
            complete.place(Replace::Anything).unwrap();
            assert!(std::fs::read(place.path().join("name")).unwrap() == data);
        })
        .unwrap();
    }
}

#[test]
fn only_the_very_file_that_was_kept_is_opened_again() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 5] = [
        ("gone", |part| std::fs::remove_file(part).unwrap()),
        ("another of the same bytes", |part| {
            let copy = part.with_extension("copy");
            std::fs::copy(part, &copy).unwrap();
            std::fs::rename(&copy, part).unwrap();
        }),
        ("a link to it", |part| {
            let moved = part.with_extension("moved");
            std::fs::rename(part, &moved).unwrap();
            symlink(&moved, part).unwrap();
        }),
        ("one with two names", |part| {
            std::fs::hard_link(part, part.with_extension("other")).unwrap();
        }),
        ("a folder", |part| {
            std::fs::remove_file(part).unwrap();
            std::fs::create_dir(part).unwrap();
        }),
    ];
    for (what, change) in changes {
        let place = tempfile::tempdir().unwrap();
        run(IoChoice::Auto, Pool::new(0, 8).unwrap(), async |engine| {
            let folder = Root::open(place.path()).unwrap();
            let identity = kept(&engine, &folder, b"bytes").await;
            change(&place.path().join("part"));
            assert!(reopen(&folder, &identity, 5).is_none(), "{what}");
        })
        .unwrap();
    }
}

#[test]
fn an_earlier_runs_part_file_is_replaced_and_can_be_discarded() {
    let place = tempfile::tempdir().unwrap();
    run(IoChoice::Auto, Pool::new(0, 8).unwrap(), async |engine| {
        let folder = Root::open(place.path()).unwrap();
        kept(&engine, &folder, b"old").await;
        let identity = kept(&engine, &folder, b"newer").await;
        assert_eq!(std::fs::read(place.path().join("part")).unwrap(), b"newer");
        reopen(&folder, &identity, 5).unwrap().discard();
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    })
    .unwrap();
}

#[test]
fn a_file_under_way_is_made_durable_whatever_the_safety() {
    for safety in [
        DurabilityMode::Batch,
        DurabilityMode::File,
        DurabilityMode::Off,
    ] {
        let place = tempfile::tempdir().unwrap();
        let (durability, thread) = DurabilityQueue::start(safety);
        let folder = Root::open(place.path()).unwrap();
        let staged = StagedFile::create(
            &folder,
            OsStr::new("a"),
            0,
            Allocation::Whole,
            Caching::Auto,
        )
        .unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        durability.sync(staged.file().clone(), move |result| {
            sender.send(result.is_ok()).unwrap();
        });
        assert!(receiver.recv().unwrap(), "{safety:?}");
        drop(durability);
        if let Some(thread) = thread {
            thread.join().unwrap();
        }
    }
}

#[test]
fn where_nothing_lasts_a_complete_file_gets_its_name_at_once() {
    for safety in [DurabilityMode::Batch, DurabilityMode::File] {
        let place = tempfile::tempdir_in("/dev/shm").unwrap();
        let (durability, thread) = DurabilityQueue::start(safety);
        let pool = Pool::new(1 << 20, 8).unwrap();
        run(IoChoice::Auto, pool, async |engine| {
            let folder = Root::open(place.path()).unwrap();
            let data = pattern(4096);
            let complete = store(&engine, &folder, "name", &data, Caching::Auto).await;
            let mut settling =
                Box::pin(durability.make_durable(complete.unwrap(), Replace::Anything));
            let first = poll_fn(|cx| Poll::Ready(settling.as_mut().poll(cx))).await;
            assert!(matches!(first, Poll::Ready(Ok(()))), "{safety:?}");
            assert!(std::fs::read(place.path().join("name")).unwrap() == data);
        })
        .unwrap();
        drop(durability);
        thread.unwrap().join().unwrap();
    }
}

#[test]
fn what_one_write_brings_takes_its_room_with_it_and_what_is_larger_before() {
    let place = tempfile::tempdir_in(".").unwrap();
    let folder = Root::open(place.path()).unwrap();
    let name = OsStr::new("name");
    for (bytes, taken) in [(4096, 0), (64 << 10, 0), ((64 << 10) + 1, (64 << 10) + 1)] {
        let staged =
            StagedFile::create(&folder, name, bytes, Allocation::Whole, Caching::Auto).unwrap();
        assert_eq!(staged.file().stat().unwrap().bytes, taken);
    }
}

#[test]
fn what_lies_in_memory_is_read_at_once_by_every_way() {
    for choice in CHOICES {
        let place = tempfile::tempdir_in("/dev/shm").unwrap();
        let data = pattern(100_000);
        std::fs::write(place.path().join("name"), &data).unwrap();
        run(choice, Pool::new(1 << 20, 8).unwrap(), async |engine| {
            let folder = Root::open(place.path()).unwrap();
            let opened = folder.open_to_read(&engine.disk, Path::new("name")).await;
            let (descriptor, stat) = opened.unwrap();
            let file = folder.reading(descriptor, &stat, &"name").await.unwrap();
            let lease = engine.pool.lease(data.len()).await.unwrap();
            let mut reading = Box::pin(file.read_at(&engine.disk, lease, 0, data.len()));
            let first = poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await;
            let Poll::Ready(Ok(lease)) = first else {
                panic!("it waits, {choice:?}");
            };
            assert!(lease.runs().collect::<Vec<_>>().concat() == data);
        })
        .unwrap();
    }
}

#[test]
fn a_mount_or_link_below_a_folder_in_memory_is_not_in_memory() {
    let (memory, disk) = (
        tempfile::tempdir_in("/dev/shm").unwrap(),
        tempfile::tempdir_in(".").unwrap(),
    );
    let (inside, outside) = (memory.path().join("in"), disk.path().join("out"));
    for path in [&inside, &outside] {
        std::fs::write(path, b"x").unwrap();
    }
    let folder = Root::open(memory.path()).unwrap();
    let system = |path: &Path| {
        let device = FileStat::of_path(path).unwrap().device;
        folder.system_of(device, std::fs::File::open(path).unwrap())
    };
    assert_eq!(system(&inside), file_system::FileSystemKind::Memory);
    assert_ne!(system(&outside), file_system::FileSystemKind::Memory);
}

#[test]
fn a_file_in_memory_has_no_name_before_it_is_complete() {
    let place = tempfile::tempdir_in("/dev/shm").unwrap();
    let folder = Root::open(place.path()).unwrap();
    let unnamed = |text: &str| {
        let (name, bytes) = (OsStr::new("name"), text.len() as u64);
        let made = StagedFile::unnamed(
            &folder,
            name,
            "beside",
            bytes,
            Allocation::Whole,
            Caching::Auto,
        );
        let staged = made.unwrap().expect("it can be made in memory");
        rustix::io::pwrite(staged.file().descriptor(), text.as_bytes(), 0).unwrap();
        staged
    };
    let there = || {
        let entries = std::fs::read_dir(place.path()).unwrap();
        let read = |path| std::fs::read_to_string(path).unwrap();
        let entries = entries.map(|entry| entry.unwrap());
        let texts = entries.map(|entry| (entry.file_name(), read(entry.path())));
        texts.collect::<Vec<_>>()
    };
    let mut complete = unnamed("first").complete(5, None).unwrap();
    assert_eq!(there(), []);
    complete.place(Replace::Nothing).unwrap();
    let only = |text: &str| vec![("name".into(), text.to_owned())];
    assert_eq!(there(), only("first"));
    let mut complete = unnamed("second").complete(6, None).unwrap();
    let error = complete.place(Replace::Nothing).unwrap_err();
    assert!(error.message().contains("name"), "{error}");
    drop(complete);
    assert_eq!(there(), only("first"), "what has come to be there stays");
    let mut complete = unnamed("second").complete(6, None).unwrap();
    complete.place(Replace::Anything).unwrap();
    assert_eq!(there(), only("second"));
    drop((complete, unnamed("third")));
    assert_eq!(there(), only("second"), "nothing is left of it");
}

#[test]
fn on_a_disk_a_file_has_a_name_from_the_beginning() {
    let place = tempfile::tempdir_in(".").unwrap();
    let folder = Root::open(place.path()).unwrap();
    let (name, room) = (OsStr::new("name"), Allocation::Whole);
    let made = StagedFile::unnamed(&folder, name, "beside", 1, room, Caching::Auto);
    assert!(made.unwrap().is_none());
}
