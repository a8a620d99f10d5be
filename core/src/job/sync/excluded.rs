//! Reports what a filter leaves out of the target, for a preview.

use std::sync::Arc;

use super::comparison::Comparison;
use super::list;
use crate::job::run::Run;
use crate::options::Selection;
use crate::report::{ChangeKind, ChangedSide, Event, PlannedChange};
use crate::store::Tools;
use crate::{Result, Side};

impl Run<'_> {
    /// Reports each object of the target that stays because a filter leaves it or its source out; returns
    /// their number.
    ///
    /// It lists the whole target, because the comparison does not list what a filter leaves out.
    pub(super) async fn report_excluded(
        &self,
        tools: &Tools,
        comparison: &Comparison,
    ) -> Result<u64> {
        let filter = &self.options.selection.filter;
        if !self.options.preview || filter.of_all_shards().selects_all() {
            return Ok(0);
        }
        // Another process reports what belongs to another shard.
        let everything = Selection {
            filter: Arc::new(filter.of_shard_alone()),
            ..self.options.selection.clone()
        };
        let listing = self.target_listing(&everything)?;
        let mut pages = list(listing.as_ref(), tools);
        let mut excluded = 0;
        while let Some(page) = self.unless_stopped(pages.recv()).await {
            let page = match page {
                Ok(page) => page,
                // A target that is not there yet has nothing to keep.
                Err(error) if excluded == 0 && error.status() == Some(404) => return Ok(0),
                Err(error) => return Err(error.at(Side::Target)),
            };
            let all = page.entries.iter();
            for entry in all.filter(|entry| comparison.is_excluded(entry)) {
                excluded += 1;
                self.observer.event(Event::Change(&PlannedChange {
                    kind: ChangeKind::Keep,
                    why: "excluded",
                    name: &entry.name,
                    source: None,
                    target: Some(ChangedSide {
                        bytes: entry.bytes,
                        modified: entry.modified,
                    }),
                    etag: None,
                }));
            }
        }
        Ok(excluded)
    }
}
