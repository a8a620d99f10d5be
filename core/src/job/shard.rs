//! The command `shard plan`: lists the source once and puts every object into a shard.
//!
//! Only names are decided here. What is at the target is looked at by the worker that copies the object, on
//! its own machine and in its own time.

use std::cell::RefCell;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::sync::mpsc::error::TryRecvError;

use super::feed::Feed;
use super::planner::{EntryPlan, Planner};
use super::run::{Run, run_with};
use crate::entry::EntryName;
use crate::options::Options;
use crate::plan::route::Way;
use crate::report::{Event, Observer, Summary, Totals};
use crate::shard::{Division, Error as PlanError, PlanWriter};
use crate::stop::Stop;
use crate::store::{Page, Tools};
use crate::{Error, Result};

/// The writer of a plan's shards during a run, and its first error.
pub(super) struct ShardPlanning<'p> {
    writer: RefCell<PlanWriter<'p>>,
    error: RefCell<Option<PlanError>>,
    is_whole: RefCell<bool>,
    /// The names before which ranges end, where they are given and nothing is listed.
    cuts: RefCell<Option<Vec<EntryName>>>,
}

/// Lists the source and fills the shards of a plan. With `cuts`, names in the order of the source, the shards are the
/// ranges between them, and nothing is listed. Nothing is copied, and the target is not asked.
///
/// Returns the counts of the listing and the plan as far as it got. `done` counts the objects that are in a
/// shard, also those that an interrupted run put into one. The plan is sealed if everything was listed.
///
/// # Errors
///
/// Fails when the source cannot be listed at all; the plan can be continued then. Fails for a copy that cannot
/// be shared: one of a table or through a pipe, a sync, a move, a verification. The inner error is that of the
/// plan's folder.
pub fn plan_shards(
    options: &Options,
    (writer, cuts): (PlanWriter<'_>, Option<Vec<EntryName>>),
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<(Summary, Result<crate::shard::Plan, PlanError>)> {
    let planning = ShardPlanning {
        writer: RefCell::new(writer),
        error: RefCell::default(),
        is_whole: RefCell::new(false),
        cuts: RefCell::new(cuts),
    };
    let result = run_with(options, None, Some(&planning), observer, stop);
    let is_whole = planning.is_whole.into_inner() && result.is_ok();
    let plan = match planning.error.into_inner() {
        Some(error) => Err(error),
        None => planning.writer.into_inner().finish(is_whole),
    };
    Ok((result?, plan))
}

impl Run<'_> {
    /// Fills the shards; returns how many parts of the source could not be listed.
    pub(super) async fn plan_shards(&self, planning: &ShardPlanning<'_>) -> Result<u64> {
        let is_shared = matches!(self.route.way, Way::Stream | Way::ServerCopy)
            && !self.options.preview
            && self.options.sync.is_none()
            && self.options.moves.is_none()
            && self.options.verify.is_none();
        if !is_shared {
            return Err(Error::Usage(
                "only a copy of files and blobs can be cut into shards: no table, no pipe, no preview, no sync, no move, no verification".into(),
            ));
        }
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let ends = self.open(&tools, &helpers).await?;
        let context = self.transfer_context(&ends, &helpers);
        let mut feed = self.feed(&tools, &ends, &context, true);
        // A plan creates no container and no folder.
        feed.prepared = OnceCell::new_with(Some(()));
        let listing = self.fill_shards(&tools, &feed, planning);
        self.with_service_reports(listing).await
    }

    async fn fill_shards(
        &self,
        tools: &Tools,
        feed: &Feed<'_>,
        planning: &ShardPlanning<'_>,
    ) -> Result<u64> {
        let planner = feed.planner();
        let (earlier, bytes) = planning.writer.borrow().sums();
        for (counter, count) in [
            (&self.totals.listed, earlier),
            (&self.totals.done, earlier),
            (&self.totals.listed_bytes, bytes),
            (&self.totals.done_bytes, bytes),
        ] {
            Totals::add(counter, count);
        }
        let scope = planning.writer.borrow_mut().scope();
        let Some(scope) = planning.take(scope) else {
            return Ok(0);
        };
        let rest = planning.writer.borrow_mut().plan_rest();
        if planning.take(rest).is_none() {
            return Ok(0);
        }
        let division = planning.writer.borrow().division();
        if division.is_by_range() && !feed.ends.source.can_begin_at_names() {
            return Err(Error::Usage(
                "a plan by range needs a source that can be listed from a name to a name: a folder, a container or \
                 virtual directory, or a share, and not a single object, a list of files, versions or several containers"
                    .into(),
            ));
        }
        if let Some(cuts) = planning.cuts.take() {
            let written = planning.writer.borrow_mut().plan_cuts(cuts);
            *planning.is_whole.borrow_mut() = planning.take(written).is_some();
            feed.note_whole(true);
            return Ok(0);
        }
        let mut pages = Arc::clone(&feed.ends.source).list(tools, scope);
        let (mut unlisted, mut is_first) = (0, true);
        while let Some(page) = feed.next(pages.recv()).await {
            let page = match page {
                Ok(page) => page,
                Err(error) if is_first => return Err(error.at(crate::Side::Source)),
                Err(error) if error.ends_run() => {
                    self.stop.or_end_run(error);
                    return Ok(unlisted);
                }
                Err(error) => {
                    let (what, error) = ("the rest of the source", &error);
                    self.observer.event(Event::Unlisted { what, error });
                    unlisted += 1;
                    break;
                }
            };
            is_first = false;
            unlisted += self.report_page(&page);
            if self
                .plan_page(tools, &planner, page, planning)
                .await
                .is_none()
            {
                return Ok(unlisted);
            }
        }
        let is_whole = matches!(pages.try_recv(), Err(TryRecvError::Disconnected));
        feed.note_whole(is_whole);
        planning.writer.borrow_mut().leave_out(unlisted);
        *planning.is_whole.borrow_mut() = is_whole && !self.stop.is_on();
        feed.report_nothing_selected(&planner, unlisted).await;
        Ok(unlisted)
    }

    /// Reports what a page tells beside its entries; returns how many folders could not be listed.
    fn report_page(&self, page: &Page) -> u64 {
        for (folder, error) in &page.unlisted {
            let what = &folder.to_string();
            self.observer.event(Event::Unlisted { what, error });
        }
        for notice in &page.notices {
            self.observer.event(Event::Notice(notice));
        }
        page.unlisted.len() as u64
    }

    /// Puts the entries of a page into shards. `None` when the plan cannot be written.
    async fn plan_page(
        &self,
        tools: &Tools,
        planner: &Planner<'_>,
        page: Page,
        planning: &ShardPlanning<'_>,
    ) -> Option<()> {
        let marker = page
            .marker
            .as_deref()
            .filter(|marker| !azring_transport::auth::has_signature(marker));
        planning.take(planning.writer.borrow_mut().page(marker))?;
        Totals::add(&self.totals.listed, page.entries.len() as u64);
        Totals::add(
            &self.totals.listed_bytes,
            page.entries.iter().map(|entry| entry.bytes).sum(),
        );
        for entry in page.entries {
            let named = planner.name_only(tools, entry).await;
            match planner.decide(named, self.observer) {
                EntryPlan::Task(task) => {
                    let mut writer = planning.writer.borrow_mut();
                    let (entry, replace) = (&task.entry, &task.replace);
                    let written = if let Division::Ranges(most) = writer.division() {
                        writer.plan_in_range(entry, most)
                    } else if writer.splits(entry.bytes) && planner.is_divisible(&task) {
                        writer.plan_parts(entry, replace, &task.chunks)
                    } else {
                        writer.plan(entry, replace)
                    };
                    drop(writer);
                    planning.take(written)?;
                    Totals::add(&self.totals.done, 1);
                    Totals::add(&self.totals.done_bytes, task.entry.bytes);
                }
                EntryPlan::Skip(entry, reason) => {
                    planning.writer.borrow_mut().refuse(entry.bytes);
                    self.settlement().skip(&entry.name, entry.bytes, &reason);
                }
                EntryPlan::Fail(entry, error) => {
                    planning.writer.borrow_mut().refuse(entry.bytes);
                    self.settlement()
                        .fail_unstarted(&entry.name, entry.bytes, &error);
                }
            }
        }
        for (name, error) in page.unfound {
            Totals::add(&self.totals.listed, 1);
            planning.writer.borrow_mut().refuse(0);
            self.settlement().fail_unstarted(&name, 0, &error);
        }
        Some(())
    }
}

impl ShardPlanning<'_> {
    /// The value, or nothing after the first error, which is kept.
    fn take<T>(&self, result: Result<T, PlanError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.error.borrow_mut().get_or_insert(error);
                None
            }
        }
    }
}
