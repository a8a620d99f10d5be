//! The promises of a target.

use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use azring_core::entry::{ETag, Entry, EntryName, Layout, Version};
use azring_core::plan::Task;
use azring_core::plan::history::{EarlierAttempt, History, Note, NoteSink, Notes};
use azring_core::plan::replace::Replace;
use azring_core::store::{Committed, Sums, Target, Tools, Writer};
use azring_core::{Error, Result};

use super::stores::{all, keeping};
use super::{CHUNK_BYTES, name, task, within};

/// The bytes of the object that these tests write: four chunks, the last one short.
fn content(byte: u8) -> Vec<u8> {
    let bytes = 3 * CHUNK_BYTES + 5;
    (0..bytes)
        .map(|at| byte.wrapping_add((at / CHUNK_BYTES) as u8))
        .collect()
}

fn entry(text: &str, bytes: usize) -> Entry {
    Entry {
        name: name(text),
        bytes: bytes as u64,
        modified: UNIX_EPOCH,
        version: Version::Service(ETag("\"1\"".into())),
        md5: None,
        kind: Layout::Plain,
        carried: None,
        snapshot: None,
        smb: None,
        archive: None,
    }
}

/// Writes the chunks of these indices that are not there yet; returns which it wrote.
async fn write(
    tools: &Tools,
    writer: &dyn Writer,
    task: &Task,
    bytes: &[u8],
    indices: &[u32],
) -> Result<Vec<u32>> {
    let mut written = Vec::new();
    for index in indices.iter().copied().filter(|index| !writer.has(*index)) {
        let chunk = task.chunks.get(index).expect("a chunk");
        let mut lease = tools.pool.lease(chunk.bytes as usize).await?;
        lease.append(&bytes[chunk.offset as usize..chunk.end() as usize]);
        writer
            .write(tools, chunk, lease.freeze(), Sums::default())
            .await?;
        written.push(index);
    }
    Ok(written)
}

async fn commit(tools: &Tools, writer: &dyn Writer) -> Result<()> {
    match writer.commit(tools, None).await? {
        Committed::Done(_) => Ok(()),
        Committed::Settling(settling) => settling.await,
        Committed::Missing(_) | Committed::Pending(_) => panic!("every chunk was written here"),
    }
}

/// Copies an object as a whole.
async fn copy(tools: &Tools, target: &dyn Target, bytes: &[u8], replace: Replace) -> Result<()> {
    let task = task(
        target,
        entry("d/a", bytes.len()),
        replace,
        History::default(),
    );
    let writer = target.create(tools, &task).await?;
    let all: Vec<u32> = task.chunks.clone().map(|chunk| chunk.index).collect();
    write(tools, &*writer, &task, bytes, &all).await?;
    commit(tools, &*writer).await
}

/// The version of an object that is there.
async fn version(tools: &Tools, target: &dyn Target, text: &str) -> Version {
    let target_name = target.name(&name(text)).expect("a name").name;
    let seen = target.stat(tools, &target_name).await.expect("an answer");
    seen.expect("it is there").version
}

/// Except where the store says that it shows what is unfinished.
#[test]
fn nothing_appears_under_its_name_before_the_commit() {
    let bytes = content(1);
    for store in all() {
        let keeps = store.keeps_objects();
        within(async |tools| {
            let (target, label) = (&*store.target, store.label);
            target.prepare(&tools).await.expect("a place");
            let task = task(
                target,
                entry("d/a", bytes.len()),
                Replace::Nothing,
                History::default(),
            );
            let writer = target.create(&tools, &task).await.expect("a writer");
            write(&tools, &*writer, &task, &bytes, &[3, 0, 2, 1])
                .await
                .expect("chunks");
            let seen = target.stat(&tools, &task.target).await.expect("an answer");
            assert_eq!(seen.is_some(), store.shows_unfinished, "{label}");
            let found = store.objects.get("d/a");
            assert_eq!(found.is_some(), store.shows_unfinished, "{label}");
            commit(&tools, &*writer).await.expect("an object");
            drop(writer);
            if keeps {
                let seen = target.stat(&tools, &task.target).await.expect("an answer");
                assert_eq!(
                    seen.map(|seen| seen.bytes),
                    Some(bytes.len() as u64),
                    "{label}"
                );
                assert!(store.objects.get("d/a").as_ref() == Some(&bytes), "{label}");
                assert_eq!(store.objects.count(), 1, "{label}: nothing else is left");
            }
        });
    }
}

#[test]
fn an_object_of_one_chunk_and_an_empty_one_are_objects() {
    for store in keeping() {
        within(async |tools| {
            store.target.prepare(&tools).await.expect("a place");
            for bytes in [&b"few"[..], b""] {
                let replace = Replace::Anything;
                copy(&tools, &*store.target, bytes, replace)
                    .await
                    .expect("an object");
                assert_eq!(
                    store.objects.get("d/a").as_deref(),
                    Some(bytes),
                    "{}",
                    store.label
                );
            }
        });
    }
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let bytes = content(1);
    for store in keeping().filter(|store| !store.shows_unfinished) {
        within(async |tools| {
            let target = &*store.target;
            target.prepare(&tools).await.expect("a place");
            let task = task(
                target,
                entry("d/a", bytes.len()),
                Replace::Nothing,
                History::default(),
            );
            let writer = target.create(&tools, &task).await.expect("a writer");
            write(&tools, &*writer, &task, &bytes, &[0, 1])
                .await
                .expect("chunks");
            drop(writer);
            let seen = target.stat(&tools, &task.target).await.expect("an answer");
            assert!(seen.is_none(), "{}", store.label);
            assert_eq!(store.objects.count(), 0, "{}", store.label);
        });
    }
}

#[test]
fn what_may_not_be_replaced_stays() {
    for store in keeping() {
        within(async |tools| {
            let (target, label) = (&*store.target, store.label);
            target.prepare(&tools).await.expect("a place");
            assert!(store.objects.put("d/a", b"before"));
            let seen = version(&tools, target, "d/a").await;
            for bytes in [content(1), b"one chunk".to_vec()] {
                let copied = copy(&tools, target, &bytes, Replace::Nothing).await;
                assert!(copied.is_err(), "{label}: it was to be new");
                assert_eq!(
                    store.objects.get("d/a").as_deref(),
                    Some(&b"before"[..]),
                    "{label}"
                );
            }
            assert!(store.objects.put("d/a", b"of somebody else"));
            let copied = copy(&tools, target, &content(2), Replace::Only(seen)).await;
            assert!(copied.is_err(), "{label}: it was overwritten since");
            let found = store.objects.get("d/a");
            assert_eq!(found.as_deref(), Some(&b"of somebody else"[..]), "{label}");
        });
    }
}

#[test]
fn what_may_be_replaced_is_replaced() {
    for store in keeping() {
        within(async |tools| {
            let (target, label) = (&*store.target, store.label);
            target.prepare(&tools).await.expect("a place");
            assert!(store.objects.put("d/a", b"before"));
            let seen = version(&tools, target, "d/a").await;
            let only_this = Replace::Only(seen);
            copy(&tools, target, &content(1), only_this)
                .await
                .expect("the version that was seen");
            assert!(store.objects.get("d/a") == Some(content(1)), "{label}");
            copy(&tools, target, &content(2), Replace::Anything)
                .await
                .expect("anything");
            assert!(store.objects.get("d/a") == Some(content(2)), "{label}");
        });
    }
}

/// What a journal would tell the next run.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<EarlierAttempt>>);

impl Noted {
    fn history(&self) -> History {
        let noted = Arc::clone(&self.0);
        let sink: NoteSink = Arc::new(move |_, note| {
            let mut earlier = noted.lock().expect("no test panics here");
            match note {
                Note::Started(start) => {
                    *earlier = EarlierAttempt {
                        start: Some(start),
                        ..EarlierAttempt::default()
                    };
                }
                Note::Durable(runs) => earlier.durable.union(&runs),
                Note::CopyStarted(_) => {}
            }
        });
        let earlier = self.0.lock().expect("no test panics here").clone();
        History {
            earlier: Some(Arc::new(earlier)),
            notes: Some(Notes::new(0, &"job".into(), &sink)),
            is_shard: false,
        }
    }
}

#[test]
fn an_object_that_was_half_written_goes_on() {
    let bytes = content(1);
    for store in keeping() {
        let noted = Noted::default();
        within(async |tools| {
            let (target, label) = (&*store.target, store.label);
            target.prepare(&tools).await.expect("a place");
            for (indices, expected) in [(&[2, 0][..], &[2, 0][..]), (&[0, 1, 2, 3], &[1, 3])] {
                let entry = entry("d/a", bytes.len());
                let task = task(target, entry, Replace::Nothing, noted.history());
                let writer = target.create(&tools, &task).await.expect("a writer");
                let written = write(&tools, &*writer, &task, &bytes, indices).await;
                assert_eq!(written.expect("chunks"), expected, "{label}");
                if indices.len() < 4 {
                    writer.suspend(&Error::Stopped).await;
                    let found = store.objects.get("d/a");
                    assert_eq!(found.is_some(), store.shows_unfinished, "{label}");
                } else {
                    commit(&tools, &*writer).await.expect("an object");
                }
            }
            assert!(store.objects.get("d/a").as_ref() == Some(&bytes), "{label}");
            assert_eq!(store.objects.count(), 1, "{label}: nothing else is left");
        });
    }
}

#[test]
fn a_name_that_cannot_be_held_is_refused_by_itself() {
    let too_long = "x".repeat(2_000);
    for store in keeping() {
        let refused = |name: &EntryName| store.target.name(name);
        for text in ["", "..", ".", "a/../b", "a/.", too_long.as_str()] {
            let outcome = refused(&name(text));
            assert!(
                matches!(outcome, Err(Error::Name(_))),
                "{}: `{text}`",
                store.label
            );
        }
        let no_text = EntryName::new(&b"a\xff"[..]);
        assert!(
            matches!(refused(&no_text), Err(Error::Name(_))),
            "{}",
            store.label
        );
        for text in super::NAMES {
            let mapped = refused(&name(text)).expect("a name like any other");
            assert_eq!(
                (mapped.name.to_string(), mapped.twin),
                (text.to_owned(), None)
            );
        }
    }
}

#[test]
fn a_changed_name_has_a_twin_that_leads_to_the_same_target() {
    for store in all() {
        for text in ["a//b", "a\\b", "/a", "a/", "a b"] {
            let Ok(mapped) = store.target.name(&name(text)) else {
                continue;
            };
            let Some(twin) = mapped.twin else { continue };
            let again = store.target.name(&twin).expect("a name");
            assert_eq!(again.name, mapped.name, "{}: `{text}`", store.label);
            assert_eq!(again.twin, None, "{}: `{text}`", store.label);
        }
    }
}
