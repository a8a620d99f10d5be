//! Compares every pair of a verification: by what the listings say, by MD5s, or by workers that read both.

use std::sync::Arc;

use futures_util::{Stream, StreamExt as _, stream};

use super::comparing_target::{CHUNK_BYTES, ComparingTarget};
use super::pairs::{Pair, Sides};
use crate::compare::{ListingJoin, ListingTrouble};
use crate::entry::Entry;
use crate::job::run::Run;
use crate::options::VerifyBy;
use crate::plan::Task;
use crate::plan::chunks::Chunks;
use crate::plan::history::History;
use crate::plan::replace::Replace;
use crate::plan::target_name::TargetName;
use crate::report::{ContentDifference, Details, Event, Totals};
use crate::schedule::OpenFiles;
use crate::store::{Source, Tools};
use crate::transfer::{ObjectTransfer, Queue, TransferContext};
use crate::{Error, Result, Side};

/// Pairs that are compared at once before any of their bytes is read by a worker: an MD5 may have to be
/// computed from a file.
const JUDGED_MAX: usize = 8;

/// The next pair, unless none is left, and what could not be listed before it.
type ListedPair = (Option<Judged>, Vec<(Side, ListingTrouble)>);

/// What is known of a pair from its listing.
enum Judged {
    /// Both sides have the same, of this length.
    Equal(Entry),
    /// They differ.
    Different(Entry, ContentDifference),
    /// One cannot be compared.
    Failed(Entry, Error),
    /// Both are to be read.
    ToRead(Box<(Entry, Entry)>),
}

/// The comparison of one run.
pub(super) struct Verification<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) by: VerifyBy,
    pub(super) tools: &'a Tools,
    pub(super) sides: &'a Sides,
    pub(super) target: &'a ComparingTarget,
    pub(super) context: &'a Arc<TransferContext>,
    pub(super) files: OpenFiles,
}

impl Verification<'_> {
    /// Compares every pair, and queues those that must be read.
    pub(super) async fn feed(&self, mut queue: Queue) -> Result<u64> {
        let result = self.feed_all(&mut queue).await;
        queue.close().await;
        result
    }

    async fn feed_all(&self, queue: &mut Queue) -> Result<u64> {
        if let Some((source, found)) = &self.sides.single {
            let pair = Pair::of(source.clone(), found.clone());
            self.settle(self.judge(pair).await, queue).await;
            Totals::add(&self.run.totals.listing_done, 1);
            return Ok(0);
        }
        let mut join = self.sides.join(self.tools);
        let mut unlisted = 0;
        let mut pairs = Box::pin(self.pairs(&mut join).buffered(JUDGED_MAX));
        let mut is_whole = true;
        while let Some(judged) = self.unless_stopped(pairs.next()).await {
            match judged {
                Ok((judged, trouble)) => {
                    unlisted += self.report(&trouble);
                    if let Some(judged) = judged {
                        self.settle(judged, queue).await;
                    }
                }
                Err(error) if Totals::get(&self.run.totals.listed) == 0 => return Err(error),
                Err(error) => {
                    let what = match error.side() {
                        Some(Side::Target) => "the rest of the destination",
                        Some(Side::Source) | None => "the rest of the source",
                    };
                    let error = &error;
                    self.run.observer.event(Event::Unlisted { what, error });
                    unlisted += 1;
                    is_whole = false;
                }
            }
        }
        if is_whole && !self.run.stop.is_on() {
            Totals::add(&self.run.totals.listing_done, 1);
        }
        Ok(unlisted)
    }

    /// The pairs of both listings, each with what could not be listed before it. An error is the last.
    fn pairs<'j>(
        &'j self,
        join: &'j mut ListingJoin,
    ) -> impl Stream<Item = impl Future<Output = Result<ListedPair>> + 'j> + 'j {
        stream::unfold(Some(join), async |join| {
            let join = join?;
            let next = join.next().await;
            let trouble: Vec<_> = [Side::Source, Side::Target]
                .map(|side| (side, join.take_trouble(side)))
                .into();
            match next {
                Ok(Some(joined)) => Some((Ok((Some(joined), trouble)), Some(join))),
                Ok(None) => Some((Ok((None, trouble)), None)),
                Err(error) => Some((Err(error), None)),
            }
        })
        .map(async |next| {
            let (joined, trouble) = next?;
            let pair = joined.and_then(|joined| self.sides.pair(joined));
            let judged = match pair {
                Some(pair) => Some(self.judge(pair).await),
                None => None,
            };
            Ok((judged, trouble))
        })
    }

    /// Compares what the listings say, and MD5s where these decide.
    async fn judge(&self, pair: Pair) -> Judged {
        let (source, target) = match pair {
            Pair::SourceOnly(entry) => {
                return Judged::Different(entry, ContentDifference::OnlyAtSource);
            }
            Pair::TargetOnly(entry) => {
                return Judged::Different(entry, ContentDifference::OnlyAtTarget);
            }
            Pair::Both(source, target) => (source, target),
        };
        let unknown = if source.version.is_unknown() {
            Some("source")
        } else {
            let is_unknown = target.version.is_unknown();
            is_unknown.then_some("destination")
        };
        if let Some(side) = unknown {
            let text = format!("`{}` cannot be examined at the {side}", source.name);
            return Judged::Failed(source, Error::NotFound(text));
        }
        if source.bytes != target.bytes {
            let difference = ContentDifference::Size {
                source: source.bytes,
                target: target.bytes,
            };
            return Judged::Different(source, difference);
        }
        let stored = match self.by {
            VerifyBy::Size => return Judged::Equal(source),
            _ if source.bytes == 0 => return Judged::Equal(source),
            VerifyBy::Read => None,
            VerifyBy::StoredOrRead => source.md5.zip(target.md5),
            VerifyBy::Md5 => match self.digests(&source, &target).await {
                Ok(digests) => Some(digests),
                Err(error) => return Judged::Failed(source, error),
            },
        };
        match stored {
            Some((one, other)) if one == other => Judged::Equal(source),
            Some(_) => Judged::Different(source, ContentDifference::Md5),
            None => Judged::ToRead(Box::new((source, target))),
        }
    }

    /// The MD5s of both. One that is stored nowhere is an error.
    async fn digests(&self, source: &Entry, target: &Entry) -> Result<([u8; 16], [u8; 16])> {
        let digest = async |side: &Arc<dyn Source>, entry: &Entry, at: Side| {
            let digesting = side.digest(self.tools, entry);
            let digest = self.run.stop.unless_stopped(digesting).await;
            digest.map_err(|error| error.at(at))?.ok_or_else(|| {
                let side = match at {
                    Side::Source => "source",
                    Side::Target => "destination",
                };
                Error::Integrity(format!("`{}` has no stored MD5 at the {side}", entry.name))
            })
        };
        Ok((
            digest(&self.sides.source, source, Side::Source).await?,
            digest(&self.sides.target, target, Side::Target).await?,
        ))
    }

    /// Counts and reports a pair, or queues it to be read.
    async fn settle(&self, judged: Judged, queue: &mut Queue) {
        let count = |entry: &Entry| {
            Totals::add(&self.run.totals.listed, 1);
            Totals::add(&self.run.totals.listed_bytes, entry.bytes);
        };
        let settlement = self.run.settlement();
        match judged {
            Judged::Equal(entry) => {
                count(&entry);
                settlement.done(&entry.name, entry.bytes, &Details::default());
            }
            Judged::Different(entry, difference) => {
                count(&entry);
                let error = Error::Different(difference);
                settlement.fail_unstarted(&entry.name, entry.bytes, &error);
            }
            Judged::Failed(entry, error) => {
                count(&entry);
                let error = self.run.stop.or_end_run(error);
                settlement.fail_unstarted(&entry.name, entry.bytes, &error);
            }
            Judged::ToRead(pair) => {
                let (source, target) = *pair;
                count(&source);
                self.queue_up(source, target, queue).await;
            }
        }
    }

    async fn queue_up(&self, source: Entry, target: Entry, queue: &mut Queue) {
        let name = &source.name;
        self.run.observer.event(Event::Begun { name });
        let task = Task {
            target: TargetName::new(name.as_bytes()),
            chunks: Chunks::new(source.bytes, CHUNK_BYTES),
            part: None,
            content_type: None,
            replace: Replace::Nothing,
            history: History::default(),
            entry: source,
        };
        self.target.expect(&task.target, target);
        let files = self.files.take().await;
        let transfer = ObjectTransfer::new(task, self.context).holding(files);
        queue.push(Arc::new(transfer)).await;
    }

    /// Reports what the listings say besides their objects; returns how many folders could not be listed.
    fn report(&self, trouble: &[(Side, ListingTrouble)]) -> u64 {
        let mut unlisted = 0;
        for (side, trouble) in trouble {
            for notice in &trouble.notices {
                self.run.observer.event(Event::Notice(notice));
            }
            for (folder, error) in &trouble.unlisted {
                let what = &match side {
                    Side::Source => folder.to_string(),
                    Side::Target => format!("(at the destination) {folder}"),
                };
                self.run.observer.event(Event::Unlisted { what, error });
                unlisted += 1;
            }
        }
        unlisted
    }

    /// The next item, or `None` once the run has been stopped.
    async fn unless_stopped<T>(&self, next: impl Future<Output = Option<T>>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.run.stop.stopped() => None,
            next = next => next,
        }
    }
}
