//! The command `preview` (`/L`): lists and plans everything and transfers nothing.

use tokio::sync::OnceCell;

use super::resources::Helpers;
use super::run::Run;
use super::sync::Comparison;
use crate::Result;
use crate::store::{Ends, Tools};

impl Run<'_> {
    /// Reports what a copy would do; returns how many parts of the source could not be listed.
    pub(super) async fn preview(&self) -> Result<u64> {
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let ends = self.open(&tools, &helpers).await?;
        if self.moves.is_some() {
            self.check_moved_places(&ends)?;
        }
        self.preview_between(&tools, &helpers, &ends, None).await
    }

    /// The same between these ends, of which a sync has a comparison.
    pub(super) async fn preview_between(
        &self,
        tools: &Tools,
        helpers: &Helpers,
        ends: &Ends,
        comparison: Option<&Comparison>,
    ) -> Result<u64> {
        let context = self.transfer_context(ends, helpers);
        let mut feed = self.feed(tools, ends, &context, true);
        feed.comparison = comparison;
        // A preview creates no container and no folder.
        feed.prepared = OnceCell::new_with(Some(()));
        self.with_service_reports(feed.preview()).await
    }
}
