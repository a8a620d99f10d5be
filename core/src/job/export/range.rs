//! One range of partition keys: its pages become volumes.
//!
//! Runs on a thread of its own. The next page is requested before the present one is formatted.

use std::sync::Arc;

use azring_transport::Kind;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::event::{ExportEvent, RangeFailure};
use super::plan::{ExportPlan, RangePlan};
use super::shared_ranges::{SharedRanges, TakenPage};
use crate::dump::json::page;
use crate::dump::spool::SpoolRoom;
use crate::dump::volume::{OpenVolume, VolumeIndex, VolumePage};
use crate::journal::ExportedVolume;
use crate::report::Totals;
use crate::stop::Stop;
use crate::store::Tools;
use crate::store::rest::malformed;
use crate::store::table::{EntityPages, KeyToken, RawPage, SharedPace, TokenHistory};
use crate::{Error, Result};

/// A volume is noted in the journal after so many bytes: at most so much is read twice after a kill.
const NOTE_BYTES: u64 = 8 << 20;

/// The steps in which a request is begun and its connection takes it over.
const BEGIN_STEPS: u32 = 4;

/// What all ranges of an export share.
pub(super) struct RangeContext {
    pub(super) plan: ExportPlan,
    pub(super) ranges: Arc<SharedRanges>,
    pub(super) pace: SharedPace,
    pub(super) room: Option<Arc<SpoolRoom>>,
    pub(super) stop: Stop,
    pub(super) totals: Arc<Totals>,
    pub(super) events: UnboundedSender<ExportEvent>,
}

impl RangeContext {
    /// Whether the range is not to go on: the run was stopped, or nobody takes its events any more.
    pub(super) fn has_ended(&self) -> bool {
        self.stop.is_on() || self.events.is_closed()
    }

    /// Awaits the work, or fails with [`Error::Stopped`] as soon as the range is not to go on.
    pub(super) async fn unless_ended<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            worked = self.stop.unless_stopped(work) => worked,
            () = self.events.closed() => Err(Error::Stopped),
        }
    }
}

/// A range that is exported.
pub(super) struct RangeExport<'a> {
    context: &'a RangeContext,
    range: &'a RangePlan,
    volume: Option<OpenVolume>,
    split: u32,
    /// The length of the volume when it was last noted.
    noted_bytes: u64,
}

impl<'a> RangeExport<'a> {
    /// Nothing of this run has been done.
    pub(super) fn new(context: &'a RangeContext, range: &'a RangePlan) -> Self {
        Self {
            context,
            range,
            volume: None,
            split: range.closed.len() as u32,
            noted_bytes: 0,
        }
    }

    /// Exports the range to its end; returns whether nothing was left of it.
    ///
    /// # Errors
    ///
    /// The error, and which volume it hit. The part file stays for a later run.
    pub(super) async fn run(mut self, tools: &Tools) -> Result<bool, RangeFailure> {
        match self.export(tools).await {
            Ok(is_empty) => Ok(is_empty),
            Err(error) => Err(RangeFailure {
                error,
                has_volume: self.volume.is_some(),
                split: self.split,
            }),
        }
    }

    async fn export(&mut self, tools: &Tools) -> Result<bool> {
        let plan = &self.context.plan;
        let pages = EntityPages::new(Arc::clone(&plan.table), self.range.keys.clone());
        let mut history = TokenHistory::default();
        let mut at = self.take_up()?;
        let mut page = self.fetch(&pages, tools, at.clone(), None);
        loop {
            let mut fetched = self.context.unless_ended(joined(&mut page)).await?;
            let next = self.take(&mut fetched)?;
            history.take(next.as_ref())?;
            if let Some(next) = &next {
                let expected = fetched.expected_next.take();
                page = self.fetch(&pages, tools, Some(next.clone()), expected);
                for _ in 0..BEGIN_STEPS {
                    tokio::task::yield_now().await;
                }
            }
            self.write(&fetched, at.as_ref()).await?;
            let Some(next) = next else { break };
            self.note(&next);
            at = Some(next);
        }
        let Some(volume) = self.volume.take() else {
            return Ok(true);
        };
        self.close(volume, true)?;
        Ok(false)
    }

    /// Continues the volume of an earlier run, or begins it again; returns where.
    fn take_up(&mut self) -> Result<Option<KeyToken>> {
        let plan = &self.context.plan;
        if let Some((position, next)) = &self.range.open {
            let index = self.index();
            let reopened = OpenVolume::reopen(&plan.folder, index, plan.format, *position)?;
            if let Some(volume) = reopened {
                self.count(position.entities);
                self.tell(ExportEvent::VolumeBegun);
                self.noted_bytes = position.bytes;
                self.volume = Some(volume);
                return Ok(Some(next.clone()));
            }
        }
        Ok(self.range.volume_start.clone())
    }

    /// Requests a page beside the work on the one before, at the pace of its partition.
    fn fetch(
        &self,
        pages: &EntityPages,
        tools: &Tools,
        after: Option<KeyToken>,
        expected: Option<ExpectedPage>,
    ) -> JoinHandle<Result<FetchedPage>> {
        let (pages, tools, pace) = (pages.clone(), tools.clone(), self.context.pace.clone());
        tokio::task::spawn_local(
            async move { fetched(&pages, &tools, after, &pace, expected).await },
        )
    }

    /// Leaves the entities of the page that belong to the range; returns where the next page begins.
    fn take(&self, fetched: &mut FetchedPage) -> Result<Option<KeyToken>> {
        let FetchedPage { raw, places, .. } = fetched;
        let key = |index: usize| partition_key(raw, &places[index]);
        let TakenPage { entities, is_end } = self.context.ranges.take_page(
            self.range.index,
            places.len(),
            raw.next.is_none(),
            key,
        )?;
        places.truncate(entities);
        Ok(raw.next.take().filter(|_| !is_end))
    }

    /// Writes the entities of the page that began at `at`.
    async fn write(&mut self, fetched: &FetchedPage, at: Option<&KeyToken>) -> Result<()> {
        let plan = &self.context.plan;
        if fetched.places.is_empty() {
            return Ok(());
        }
        let page = VolumePage::new(&fetched.raw.body, &fetched.places, plan.format)?;
        let is_full = self.volume.as_ref().is_some_and(|volume| {
            let bytes = volume.bytes_with(&page);
            plan.split_bytes.is_some_and(|most| bytes > most) && volume.entities() > 0
        });
        if is_full
            && let Some(volume) = self.volume.take()
            && let Some(at) = at
        {
            self.tell_position(&volume, at);
            self.close(volume, false)?;
        }
        if self.volume.is_none() {
            self.begin().await?;
        }
        if let Some(volume) = &mut self.volume {
            volume.append(&page)?;
            self.count(page.entities());
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<()> {
        let plan = &self.context.plan;
        if let Some(room) = &self.context.room {
            let waiting = async { Ok(room.room().await) };
            if !self.context.unless_ended(waiting).await? {
                return Err(spool_is_full());
            }
        }
        plan.folder.make()?;
        let volume = OpenVolume::create(&plan.folder, self.index(), &plan.export, plan.format)?;
        self.noted_bytes = 0;
        self.volume = Some(volume);
        self.tell(ExportEvent::VolumeBegun);
        Ok(())
    }

    fn close(&mut self, volume: OpenVolume, is_last: bool) -> Result<()> {
        let closed = volume.close(&self.context.plan.export);
        let volume = closed.inspect_err(|_| Totals::take_back(&self.context.totals.listed, 1))?;
        if let Some(room) = &self.context.room {
            room.take(volume.bytes);
        }
        self.split += 1;
        self.tell(ExportEvent::VolumeClosed { volume, is_last });
        Ok(())
    }

    /// Tells how far the volume is, now and then.
    fn note(&mut self, next: &KeyToken) {
        let Some(volume) = &self.volume else { return };
        let bytes = volume.position().bytes;
        if bytes - self.noted_bytes >= NOTE_BYTES {
            self.tell_position(volume, next);
            self.noted_bytes = bytes;
        }
    }

    fn tell_position(&self, volume: &OpenVolume, next: &KeyToken) {
        let position = volume.position();
        self.tell(ExportEvent::VolumeAt {
            range: self.range.index,
            volume: ExportedVolume {
                bytes: position.bytes,
                crc: position.crc,
                entities: position.entities,
            },
            next: next.clone(),
        });
    }

    fn index(&self) -> VolumeIndex {
        VolumeIndex {
            range: self.range.index,
            split: self.split,
        }
    }

    fn count(&self, entities: u64) {
        Totals::add(&self.context.totals.entities, entities);
    }

    fn tell(&self, event: ExportEvent) {
        // The receiver is gone once the run is over.
        let _is_received = self.context.events.send(event);
    }
}

fn spool_is_full() -> Error {
    azring_transport::Error::new(
        Kind::Limit,
        "data files that could not be uploaded fill the spool folder, so no further one is begun",
    )
    .into()
}

/// A page, and where its entities are.
struct FetchedPage {
    raw: RawPage,
    places: Vec<std::ops::Range<usize>>,
    expected_next: Option<ExpectedPage>,
}

/// What the page after one is expected to be: it begins in the same partition and is as long.
struct ExpectedPage {
    partition: String,
    entities: usize,
}

/// A page that is requested at the pace of its partition.
async fn fetched(
    pages: &EntityPages,
    tools: &Tools,
    after: Option<KeyToken>,
    pace: &SharedPace,
    expected: Option<ExpectedPage>,
) -> Result<FetchedPage> {
    let read = async |raw: RawPage| {
        // A page that cannot be read is requested again.
        let places = page::entities(&raw.body).map_err(malformed)?;
        for place in &places {
            page::without_etag(&raw.body[place.clone()]).map_err(malformed)?;
        }
        Ok((raw, places))
    };
    let clock = tools.client.clock();
    let (partition, entities) = expected.as_ref().map_or((None, 0), |expected| {
        (Some(&*expected.partition), expected.entities)
    });
    let begun = pace.begin(partition, entities, clock).await;
    let pages = pages.clone().observed_by(begun.observer());
    let (raw, places) = pages.page(tools, after.as_ref(), read).await?;
    let mut expected_next = None;
    if let (Some(first), Some(last)) = (places.first(), places.last()) {
        let first = partition_key(&raw, first)?;
        begun.answered(&first, places.len(), raw.refusals);
        expected_next = Some(ExpectedPage {
            partition: partition_key(&raw, last)?,
            entities: places.len(),
        });
    }
    Ok(FetchedPage {
        raw,
        places,
        expected_next,
    })
}

/// The partition key of the entity at this place of a page.
fn partition_key(page: &RawPage, place: &std::ops::Range<usize>) -> Result<String> {
    let (partition, _) = page::keys(&page.body[place.clone()]).map_err(malformed)?;
    Ok(partition.to_text().into_owned())
}

async fn joined(page: &mut JoinHandle<Result<FetchedPage>>) -> Result<FetchedPage> {
    page.await.unwrap_or_else(|broken| {
        Err(azring_transport::Error::new(
            Kind::Limit,
            format!("a request for entities ended without an answer: {broken}"),
        )
        .into())
    })
}
