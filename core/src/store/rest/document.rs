//! Documents in answers: a document that arrives damaged is requested again.
//!
//! An answer may be complete and its XML still be broken, by something between the service and this
//! machine. The same request then gives the whole document most of the time. An error names the
//! document with its URL.

use azring_transport::Kind;
use azring_transport::http::{Reply, Request};

use super::xml;
use crate::store::Tools;
use crate::{Error, Result};

/// How often a document is fetched that arrives damaged.
const FETCHES_MAX: u32 = 4;

/// Sends the request for the document that `shown` names, and reads the answer.
pub(crate) async fn request_document<T>(
    tools: &Tools,
    request: &Request,
    shown: impl Fn() -> String,
    read: impl Fn(&Reply) -> Result<T>,
) -> Result<T> {
    let fetch = async || {
        let client = &tools.client;
        let sent = client.send_with_cap(request, xml::BODY_BYTES_MAX).await;
        sent.map_err(Error::from)
    };
    let read = async |reply| read(&reply);
    read_or_fetch_again(shown, fetch().await, fetch, read).await
}

/// Reads the document that `shown` names, and fetches it again where it arrived damaged.
pub(crate) async fn read_or_fetch_again<F, T>(
    shown: impl Fn() -> String,
    mut fetched: Result<F>,
    fetch: impl AsyncFn() -> Result<F>,
    read: impl AsyncFn(F) -> Result<T>,
) -> Result<T> {
    for fetches in 1.. {
        match read(fetched?).await {
            Err(Error::Transport(error)) if error.kind() == Kind::Protocol => {
                if fetches == FETCHES_MAX {
                    return Err(error.within(shown()).into());
                }
                fetched = fetch().await;
            }
            read => return read,
        }
    }
    unreachable!("the last fetch returns")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::rest::malformed;

    #[test]
    fn a_damaged_document_is_fetched_four_times_and_then_named() {
        let read_after = |damaged: u32| {
            let fetches = Cell::new(1);
            let fetch = async || {
                fetches.set(fetches.get() + 1);
                Ok(())
            };
            let read = async |()| {
                let is_whole = fetches.get() > damaged;
                is_whole
                    .then_some(())
                    .ok_or_else(|| malformed("it is damaged"))
            };
            let shown = || "the listing of `v`".to_owned();
            let document = read_or_fetch_again(shown, Ok(()), fetch, read);
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let document = runtime.unwrap().block_on(document);
            (document.map_err(|error| error.to_string()), fetches.get())
        };
        assert_eq!(read_after(0), (Ok(()), 1));
        assert_eq!(read_after(3), (Ok(()), 4));
        let (document, fetches) = read_after(u32::MAX);
        assert_eq!(fetches, 4);
        let error = document.unwrap_err();
        assert!(error.starts_with("the listing of `v`: "), "{error}");
        assert!(error.ends_with("it is damaged"), "{error}");
    }
}
