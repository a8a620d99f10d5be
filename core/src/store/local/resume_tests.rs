//! A file that one run begins and another one ends.

use std::path::Path;
use std::sync::{Arc, Mutex};

use azring_transport::buffer::Frozen;
use azring_transport::disk::durability::{DurabilityMode, DurabilityQueue};

use super::LocalTarget;
use super::tests::within;
use crate::options::DownloadOptions;
use crate::plan::history::{EarlierAttempt, History, Note, Notes};
use crate::plan::{Task, testing};
use crate::store::{Committed, Sums, Target, Tools, Writer};
use crate::{Error, Result};

const CHUNK_BYTES: u64 = 4096;

/// What was noted, as a journal would tell it to the next run.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<EarlierAttempt>>);

impl Noted {
    fn history(&self) -> History {
        let noted = self.clone();
        let take: Arc<dyn Fn(u64, Note) + Send + Sync> = Arc::new(move |_, note| {
            let mut begun = noted.0.lock().unwrap();
            match note {
                Note::Started(start) => {
                    *begun = EarlierAttempt {
                        start: Some(start),
                        ..EarlierAttempt::default()
                    };
                }
                Note::Durable(runs) => begun.durable.union(&runs),
                Note::CopyStarted(_) => {}
            }
        });
        let begun = self.0.lock().unwrap().clone();
        History {
            earlier: Some(Arc::new(begun)),
            notes: Some(Notes::new(0, &"job".into(), &take)),
            is_shard: false,
        }
    }
}

fn task(chunks: u32, history: History) -> Task {
    Task {
        history,
        ..testing::task("d/a", u64::from(chunks) * CHUNK_BYTES, CHUNK_BYTES)
    }
}

async fn frozen(tools: &Tools, index: u32) -> Frozen {
    let mut lease = tools.pool.lease(CHUNK_BYTES as usize).await.unwrap();
    lease.append(&[index as u8 + 1; CHUNK_BYTES as usize]);
    lease.freeze()
}

/// One run: writes the chunks that are not there, up to `until` of them, and commits if that is all.
async fn work(tools: &Tools, writer: &dyn Writer, task: &Task, until: u32) -> Result<Vec<u32>> {
    let mut written = Vec::new();
    for chunk in task.chunks.clone() {
        if writer.has(chunk.index) {
            let lease = tools.pool.lease(chunk.bytes as usize).await?;
            let kept = writer.kept().unwrap().read(tools, chunk, lease).await?;
            let kept: Vec<u8> = kept.freeze().runs().collect::<Vec<_>>().concat();
            assert!(kept.iter().all(|byte| *byte == chunk.index as u8 + 1));
        } else if (written.len() as u32) < until {
            let data = frozen(tools, chunk.index).await;
            writer.write(tools, chunk, data, Sums::default()).await?;
            written.push(chunk.index);
        } else {
            writer.suspend(&Error::Stopped).await;
            return Ok(written);
        }
    }
    match writer.commit(tools, None).await? {
        Committed::Settling(settling) => settling.await?,
        Committed::Done(_) | Committed::Missing(_) | Committed::Pending(_) => {
            panic!("a file settles")
        }
    }
    Ok(written)
}

fn run(place: &Path, noted: &Noted, chunks: u32, until: u32) -> Vec<u32> {
    let (durability, thread) = DurabilityQueue::start(DurabilityMode::Batch);
    let written = within(async |tools| {
        let destination =
            LocalTarget::new(place, DownloadOptions::default(), false, durability, 128);
        destination.prepare(&tools).await.unwrap();
        let task = task(chunks, noted.history());
        let writer = destination.create(&tools, &task).await.unwrap();
        work(&tools, &*writer, &task, until).await.unwrap()
    });
    thread.unwrap().join().unwrap();
    written
}

fn names(place: &Path) -> Vec<String> {
    let name = |item: std::io::Result<std::fs::DirEntry>| item.unwrap().file_name();
    std::fs::read_dir(place)
        .unwrap()
        .map(|item| name(item).to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_file_goes_on_where_the_run_before_left_it() {
    let (place, noted) = (tempfile::tempdir().unwrap(), Noted::default());
    assert_eq!(run(place.path(), &noted, 7, 2), [0, 1]);
    assert_eq!(run(place.path(), &noted, 7, 3), [2, 3, 4]);
    assert_eq!(run(place.path(), &noted, 7, 9), [5, 6]);
    let expected: Vec<u8> = (1..=7).flat_map(|byte| [byte; 4096]).collect();
    assert!(std::fs::read(place.path().join("d/a")).unwrap() == expected);
    assert_eq!(
        names(&place.path().join("d")),
        ["a"],
        "nothing else is left"
    );
}

#[test]
fn a_file_begins_anew_where_its_part_or_its_chunks_are_others() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 2] = [
        ("gone", |part| std::fs::remove_file(part).unwrap()),
        ("replaced", |part| {
            let copy = part.with_extension("copy");
            std::fs::copy(part, &copy).unwrap();
            std::fs::rename(&copy, part).unwrap();
        }),
    ];
    for (what, change) in changes {
        let (place, noted) = (tempfile::tempdir().unwrap(), Noted::default());
        run(place.path(), &noted, 4, 2);
        let folder = place.path().join("d");
        change(&folder.join(&names(&folder)[0]));
        assert_eq!(run(place.path(), &noted, 4, 9), [0, 1, 2, 3], "{what}");
        assert_eq!(names(&folder), ["a"], "{what}");
    }
    let (place, noted) = (tempfile::tempdir().unwrap(), Noted::default());
    run(place.path(), &noted, 4, 2);
    assert_eq!(run(place.path(), &noted, 5, 9), [0, 1, 2, 3, 4]);
}

#[test]
fn what_was_never_noted_as_durable_is_written_again() {
    let (place, noted) = (tempfile::tempdir().unwrap(), Noted::default());
    run(place.path(), &noted, 4, 3);
    noted.0.lock().unwrap().durable = std::iter::once(0).collect();
    assert_eq!(run(place.path(), &noted, 4, 9), [1, 2, 3]);
}
