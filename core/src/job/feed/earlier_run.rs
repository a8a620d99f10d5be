//! What an earlier run left: names at the target that are taken, and objects that it planned.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::Feed;
use crate::entry::EntryName;
use crate::job::planner::Planner;
use crate::job::resume::{self, Resume};
use crate::journal::{DoneObjects, Replayed, each_settled_name};
use crate::store::ListScope;
use crate::transfer::Queue;
use crate::{Error, Result, Side};

impl Feed<'_> {
    /// Reserves the names at the target of the objects that earlier runs copied, before anything is
    /// planned. Otherwise an object of another spelling would replace one of them.
    pub(super) async fn reserve_done(
        &self,
        planner: &Planner<'_>,
        earlier: &Replayed,
    ) -> Result<()> {
        each_settled_name(earlier, |name| planner.reserve_name(name))?;
        let Some(unnamed) = &self.unnamed else {
            return Ok(());
        };
        // A journal that was shortened has no names of what its own listing has passed.
        let scopes: Vec<_> = if earlier.is_new_listing() {
            resume::scopes(earlier).collect()
        } else {
            vec![ListScope::default()]
        };
        let mut unlisted = Vec::new();
        for scope in scopes {
            unlisted.extend(self.reserve_listed(planner, unnamed, scope).await?);
        }
        if !unlisted.is_empty() {
            planner.leave_unreserved(&unlisted, Arc::clone(unnamed));
        }
        Ok(())
    }

    /// Lists this scope and reserves the names of the objects that earlier runs copied. Returns the folders
    /// that could not be listed.
    async fn reserve_listed(
        &self,
        planner: &Planner<'_>,
        unnamed: &DoneObjects,
        scope: ListScope,
    ) -> Result<Vec<EntryName>> {
        let mut unlisted = Vec::new();
        let mut pages = Arc::clone(&self.ends.source).list(self.tools, scope);
        while let Some(page) = self.next(pages.recv()).await {
            let page = page.map_err(|error| error.at(Side::Source))?;
            let done = page.entries.iter().filter(|entry| unnamed.has_name(entry));
            done.for_each(|entry| planner.reserve(entry));
            unlisted.extend(page.unlisted.into_iter().map(|(folder, _)| folder));
        }
        Ok(unlisted)
    }

    /// Queues what an earlier run planned and did not finish, in the order of its planning.
    pub(super) async fn take_up(
        &self,
        planner: &Planner<'_>,
        earlier: &Replayed,
        queue: &mut Queue,
    ) -> Result<()> {
        self.take_up_those(planner, earlier, |_| true, queue).await
    }

    /// The same with the objects that are `wanted` by their names.
    pub(in crate::job) async fn take_up_those(
        &self,
        planner: &Planner<'_>,
        earlier: &Replayed,
        wanted: impl Fn(&EntryName) -> bool,
        queue: &mut Queue,
    ) -> Result<()> {
        let pending = || {
            earlier.pending().filter(|pending| {
                let pending = pending.as_ref();
                pending.map_or(true, |pending| wanted(&pending.name))
            })
        };
        let resume = self.resume(planner);
        let mut inspected = stream::iter(pending())
            .map(async |pending| -> Result<_> {
                Ok(resume::inspect(
                    planner,
                    self.tools,
                    pending?,
                    self.options.has_planned_objects(),
                )
                .await)
            })
            .buffered(self.inspections_max);
        let mut taken = 0;
        while let Some(again) = self.next(inspected.next()).await {
            taken += 1;
            if let Some(task) = resume.admit(again?) {
                self.push(task, queue).await;
            }
        }
        drop(inspected);
        if self.stop.is_on() {
            // They were counted as listed, and are still to be done.
            for pending in pending().skip(taken) {
                let pending = pending?;
                let bytes = pending.bytes_to_copy(pending.bytes);
                self.settlement()
                    .fail_unstarted(&pending.name, bytes, &Error::Stopped);
            }
        }
        Ok(())
    }

    fn resume<'a>(&'a self, planner: &'a Planner<'a>) -> Resume<'a> {
        Resume {
            planner,
            recorder: self.recorder,
            observer: self.observer,
            stop: self.stop,
            target: &*self.ends.target,
            settlement: self.settlement(),
            is_shard: self.options.has_planned_objects(),
        }
    }
}
