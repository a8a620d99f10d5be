//! Opens the two synthetic ends: made-up objects, and the target that discards what it receives.

use std::sync::Arc;

use super::{DiscardTarget, SyntheticSource};
use crate::Result;
use crate::location::{Discard, Synthetic};
use crate::store::opener::{OpenContext, OpenedSource, Opener};
use crate::store::{Step, Target};

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
}

/// The target that discards what it receives, to be opened.
pub(crate) struct DiscardOpener(pub(crate) Discard);

impl Opener for DiscardOpener {
    fn target(&self, context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        let checks_md5 = context.options.integrity.check_md5;
        Ok(Arc::new(DiscardTarget::new(self.0, checks_md5)))
    }
}
