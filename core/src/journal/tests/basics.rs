//! The life of a journal on a real disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{command, planned};
use crate::entry::{ETag, Entry, EntryName, Version};
use crate::journal::{
    Claim, DoneObjects, Error, PendingObject, Place, Planned, Position, Record, Session, peek,
};
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::replace::Replace;

const NAME: &str = "azring.jnl";

fn begin(folder: &Path, word: &str) -> Session {
    let claim = Claim::at(folder, NAME).unwrap();
    claim.begin(&command(word)).unwrap()
}

fn resume(folder: &Path) -> Session {
    let claim = Claim::at(folder, NAME).unwrap();
    let replayed = claim.look().unwrap().unwrap();
    claim.resume(replayed).unwrap()
}

fn names(pending: &[PendingObject]) -> Vec<String> {
    pending.iter().map(|one| one.name.to_string()).collect()
}

fn pending(session: &Session) -> Vec<PendingObject> {
    let resumed = session.resumed.as_ref().unwrap();
    resumed.pending().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_listing_resumes_within_its_page_and_a_new_page_at_its_start() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, .. } = begin(folder.path(), "/data");
    journal.append(&Record::Page { marker: "page 2" });
    journal.plan(planned("b/z", 5));
    // A later run continues with the page at which the first one ended.
    journal.append(&Record::Page { marker: "page 2" });
    journal.close().unwrap();
    let session = resume(folder.path());
    let last = session.resumed.as_ref().unwrap().position().last.clone();
    assert_eq!(last.map(|last| last.name), Some(EntryName::from("b/z")));
    // The order of `b-a` and `b/z` is the service's; its page shows it.
    session.journal.append(&Record::Page { marker: "page 3" });
    session.journal.close().unwrap();
    let session = resume(folder.path());
    let position = session.resumed.as_ref().unwrap().position();
    assert_eq!(position.marker.as_deref(), Some("page 3"));
    assert_eq!(position.last, None);
}

#[test]
fn a_closed_journal_says_what_was_appended() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, resumed } = begin(folder.path(), "/data");
    assert!(resumed.is_none());
    let job = journal.job();
    journal.append(&Record::Page { marker: "page 2" });
    let local = Planned {
        version: Version::Local {
            modified_ns: -5,
            inode: 77,
        },
        replace: Replace::Anything,
        ..planned("b/large", 100)
    };
    let small = journal.plan(planned("a", 5));
    let large = journal.plan(local.clone());
    let third = journal.plan(planned("c", 7));
    journal.append(&Record::Passed {
        name: b"d",
        snapshot: Some("2026-01-01T00:00:00.0000000Z"),
        bytes: 11,
        aside: false,
    });
    journal.append(&Record::Started {
        seq: large,
        chunk_bytes: 10,
        identity: b".part",
    });
    for indices in [0..2, 5..6] {
        let runs: ChunkRuns = indices.collect();
        journal.append(&Record::Durable { seq: large, runs });
    }
    journal.append(&Record::Failed {
        seq: third,
        reason: "no",
    });
    journal.append(&Record::Done {
        seq: small,
        bytes: 5,
    });
    journal.append(&Record::Unlisted { what: b"locked" });
    journal.append(&Record::AnsweredAll);
    journal.close().unwrap();

    let session = resume(folder.path());
    let resumed = session.resumed.as_ref().unwrap();
    assert_eq!(session.journal.job(), job);
    assert_eq!(resumed.command().words, command("/data").words);
    let counts = resumed.counts();
    assert_eq!((counts.listed, counts.listed_bytes), (4, 123));
    assert_eq!((counts.done, counts.done_bytes), (1, 5));
    assert_eq!((counts.skipped, counts.skipped_bytes), (1, 11));
    assert_eq!((resumed.pending_count(), resumed.failed_count()), (2, 1));
    assert_eq!(resumed.position().marker.as_deref(), Some("page 2"));
    let last = Place {
        name: EntryName::from("d"),
        snapshot: Some("2026-01-01T00:00:00.0000000Z".into()),
    };
    assert_eq!(resumed.position().last, Some(last));
    assert!(!resumed.is_listed() && resumed.answered_all());
    assert_eq!(resumed.unlisted(), [Box::from(&b"locked"[..])]);
    let pending = pending(&session);
    assert_eq!(names(&pending), ["b/large", "c"]);
    assert_eq!((pending[0].seq, pending[0].bytes), (large, 100));
    assert_eq!(pending[0].version, local.version);
    assert_eq!(pending[0].replace, Replace::Anything);
    assert!(!pending[0].has_failed && pending[1].has_failed);
    assert_eq!(
        pending[0].durable.iter().collect::<Vec<_>>(),
        [(0, 2), (5, 1)]
    );
    assert_eq!(&*pending[0].started.as_ref().unwrap().identity, b".part");

    // The next object gets the next number, and the second run is resumed like the first.
    assert_eq!(session.journal.plan(planned("e", 1)), third + 1);
    session.journal.append(&Record::Listed);
    session.journal.append(&Record::Done {
        seq: large,
        bytes: 100,
    });
    drop(session);
    let session = resume(folder.path());
    assert_eq!(names(&self::pending(&session)), ["c", "e"]);
    assert!(session.resumed.as_ref().unwrap().is_listed());
}

#[test]
fn an_object_that_changed_starts_over_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, .. } = begin(folder.path(), "/data");
    let seq = journal.plan(planned("a", 100));
    journal.append(&Record::Started {
        seq,
        chunk_bytes: 10,
        identity: b"x",
    });
    let runs = [3_u32].into_iter().collect();
    journal.append(&Record::Durable { seq, runs });
    let version = Version::Local {
        modified_ns: 1,
        inode: 2,
    };
    journal.append(&Record::Changed {
        seq,
        was_bytes: 100,
        bytes: 30,
        version: version.clone(),
    });
    drop(journal);
    let session = resume(folder.path());
    let pending = pending(&session);
    assert_eq!((pending[0].seq, pending[0].bytes), (seq, 30));
    assert_eq!(pending[0].version, version);
    assert!(pending[0].started.is_none() && pending[0].durable.is_empty());
    assert_eq!(session.resumed.as_ref().unwrap().counts().listed_bytes, 30);
}

#[test]
fn a_shortened_journal_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, .. } = begin(folder.path(), "/data");
    journal.append(&Record::Page { marker: "m" });
    for index in 0..20_000_u64 {
        let name = format!("folder/of/some/length/object number {index:06}");
        let seq = journal.plan(planned(&name, index));
        assert_eq!(seq, index);
        match index % 1000 {
            0 => journal.append(&Record::Failed { seq, reason: "no" }),
            1 => {
                journal.append(&Record::Started {
                    seq,
                    chunk_bytes: 1,
                    identity: b"x",
                });
                let runs = [0, 1, 9].into_iter().collect();
                journal.append(&Record::Durable { seq, runs });
            }
            _ => journal.append(&Record::Done { seq, bytes: index }),
        }
    }
    journal.close().unwrap();
    let path = folder.path().join(NAME);
    let before_bytes = fs::metadata(&path).unwrap().len();
    let first = resume(folder.path());
    let (said, counts) = (pending(&first), first.resumed.as_ref().unwrap().counts());
    let position = first.resumed.as_ref().unwrap().position().clone();
    assert_eq!(said.len(), 40);
    let after_bytes = fs::metadata(&path).unwrap().len();
    // Of each done object 24 bytes stay.
    assert!(
        after_bytes * 3 < before_bytes,
        "{before_bytes} {after_bytes}"
    );
    let seq = first.journal.plan(planned("one more", 3));
    assert_eq!(seq, 20_000);
    first.journal.append(&Record::Done { seq: 0, bytes: 0 });
    drop(first);
    let second = resume(folder.path());
    let resumed = second.resumed.as_ref().unwrap();
    let mut said_then = pending(&second);
    assert_eq!(said_then.pop().unwrap().name, EntryName::from("one more"));
    assert_eq!(said_then, said[1..]);
    assert_eq!(resumed.counts().listed, counts.listed + 1);
    assert_eq!(resumed.counts().done, counts.done + 1);
    assert_eq!(resumed.position().marker, position.marker);
    assert_eq!(resumed.failed_count(), 19);
}

#[test]
fn what_is_complete_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, .. } = begin(folder.path(), "/data");
    journal.plan(planned("a", 1));
    journal.complete().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_second_run_is_told_who_has_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let first = begin(folder.path(), "/data");
    first.journal.flush().unwrap();
    let Err(Error::Held { holder, .. }) = Claim::at(folder.path(), NAME) else {
        panic!("two runs own one journal");
    };
    assert_eq!(holder.pid, std::process::id());
    let (replayed, seen) = peek(folder.path(), NAME);
    assert_eq!(seen, Some(holder));
    assert!(replayed.unwrap().is_some());
    drop(first);
    assert_eq!(peek(folder.path(), NAME).1, None);
}

#[test]
fn nobody_else_can_read_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    let _session = begin(&inner, "/data");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inner), 0o700);
    assert_eq!(mode(&inner.join(NAME)), 0o600);
}

#[test]
fn a_link_in_the_journals_place_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "precious").unwrap();
    let inner = folder.path().join("journal");
    fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink(&other, inner.join("azring.jnl.new")).unwrap();
    std::os::unix::fs::symlink(&other, inner.join(NAME)).unwrap();
    let claim = Claim::at(&inner, NAME).unwrap();
    assert!(matches!(claim.look(), Err(Error::Disk { .. })));
    drop(claim);
    drop(begin(&inner, "/data"));
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
}

#[test]
fn a_new_listing_keeps_what_is_open_and_knows_what_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let Session { journal, .. } = begin(folder.path(), "/data");
    let job = journal.job();
    for name in ["done", "failed", "begun", "changed"] {
        journal.plan(planned(name, 7));
    }
    let reason = "403";
    journal.append(&Record::Done { seq: 0, bytes: 7 });
    journal.append(&Record::Failed { seq: 1, reason });
    journal.append(&Record::Started {
        seq: 2,
        chunk_bytes: 4,
        identity: b"blocks",
    });
    let version = Version::Service(ETag("\"2\"".into()));
    journal.append(&Record::Changed {
        seq: 3,
        was_bytes: 7,
        bytes: 8,
        version: version.clone(),
    });
    journal.append(&Record::Done { seq: 3, bytes: 8 });
    journal.append(&Record::Listed);
    journal.append(&Record::Ended);
    journal.close().unwrap();
    // A new listing after a new listing still knows what the first one copied.
    for begun in 0..2 {
        let claim = Claim::at(folder.path(), NAME).unwrap();
        let replayed = claim.look().unwrap().unwrap();
        assert_eq!(replayed.has_ended(), begun == 0);
        let Session { journal, resumed } = claim.list_anew(&replayed).unwrap();
        let anew = resumed.unwrap();
        assert_eq!(journal.job(), job);
        assert!(anew.is_new_listing() && !anew.is_listed() && !anew.has_ended());
        assert_eq!((anew.counts().listed, anew.counts().done), (2, 0));
        assert_eq!(anew.counts().listed_bytes, 14);
        assert_eq!(anew.position(), &Position::default());
        let pending: Vec<_> = anew.pending().map(Result::unwrap).collect();
        assert_eq!(names(&pending), ["failed", "begun"]);
        assert!(pending[0].has_failed && pending[1].started.is_some());
        assert_eq!(anew.runs().count(), 1 + begun);
        let done_before = DoneObjects::of(&anew, true).unwrap();
        let entry = |name: &str, bytes, version: &Version| Entry {
            name: EntryName::from(name),
            bytes,
            modified: std::time::UNIX_EPOCH,
            version: version.clone(),
            md5: None,
            kind: crate::entry::Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        };
        let old = &planned("done", 7).version;
        let known = [
            done_before.has(&entry("done", 7, old)),
            done_before.has(&entry("changed", 8, &version)),
            done_before.is_taken_up(&entry("failed", 7, old)),
            done_before.is_taken_up(&entry("begun", 9, &version)),
            done_before.has_name(&entry("done", 99, &version)),
            done_before.has_name(&entry("changed", 7, old)),
        ];
        assert_eq!(known, [true; 6]);
        let unknown = [
            done_before.has(&entry("done", 8, old)),
            done_before.has(&entry("done", 7, &version)),
            done_before.has(&entry("changed", 7, old)),
            done_before.has(&entry("failed", 7, old)),
            done_before.is_taken_up(&entry("done", 7, old)),
            done_before.has_name(&entry("failed", 7, old)),
            done_before.has_name(&entry("Done", 7, old)),
        ];
        assert_eq!(unknown, [false; 7]);
        journal.append(&Record::Run { begun: 1 });
        journal.close().unwrap();
    }
}
