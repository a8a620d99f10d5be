//! A file or folder that finds no free descriptor is opened later: that is back-pressure and no failure of the object.

use azring_transport::descriptor::retry_open;

use crate::{Error, Result};

/// What came of an open; where there was no descriptor for it, waits and opens `again`.
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
