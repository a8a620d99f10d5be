//! The command `preview` (`/L`): lists and plans everything and transfers nothing.

use tokio::sync::OnceCell;

use super::run::Run;
use crate::Result;

impl Run<'_> {
    /// Reports what a copy would do; returns how many parts of the source could not be listed.
    pub(super) async fn preview(&self) -> Result<u64> {
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let ends = self.open(&tools, &helpers).await?;
        let context = self.transfer_context(&ends, &helpers);
        let mut feed = self.feed(&tools, &ends, &context, true);
        // A preview creates no container and no folder.
        feed.prepared = OnceCell::new_with(Some(()));
        self.with_service_reports(feed.preview()).await
    }
}
