//! Opens the two synthetic ends: the synthetic source, and the target that discards what it receives.

use std::sync::Arc;

use super::{DiscardTarget, SyntheticSource};
use crate::Result;
use crate::location::{Discard, Synthetic};
use crate::options::Selection;
use crate::store::opener::{OpenContext, OpenedSource, Opener};
use crate::store::{Source, Step, Target};

/// Made-up objects, to be opened as a source.
pub(crate) struct SyntheticOpener(pub(crate) Synthetic);

impl Opener for SyntheticOpener {
    fn source<'a>(&'a self, _context: OpenContext<'a>) -> Step<'a, Result<OpenedSource>> {
        Box::pin(async {
            Ok(OpenedSource {
                source: Arc::new(SyntheticSource::new(self.0)),
                single: None,
            })
        })
    }

    fn folder_source(&self, _selection: &Selection) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(SyntheticSource::new(self.0)))
    }
}

/// The target that discards what it receives, to be opened.
pub(crate) struct DiscardOpener(pub(crate) Discard);

impl Opener for DiscardOpener {
    fn target(&self, context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        let checks_md5 = context.options.integrity.check_md5;
        let target = DiscardTarget::new(self.0, checks_md5);
        let allows_missing_md5 = context.options.download.allows_missing_md5;
        Ok(Arc::new(target.allowing_missing_md5(allows_missing_md5)))
    }
}
