//! Opens a file or folder later when there is no free descriptor. The object does not fail for that.

use azring_transport::descriptor::retry_open;

use crate::{Error, Result};

/// The result of an open. Where it failed for want of a descriptor, waits and opens `again`.
pub(super) async fn or_later<T>(
    opened: Result<T>,
    again: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    match opened {
        // Rare: it does not belong into the future of every small file.
        Err(error) if is_shortage(&error) => Box::pin(retry_open(is_shortage, again)).await,
        opened => opened,
    }
}

fn is_shortage(error: &Error) -> bool {
    matches!(error.bare(), Error::Transport(error) if error.is_descriptor_shortage())
}
