//! The entities of a range of keys, page by page, as the service wrote them.
//!
//! A page ends anywhere: after 1,000 entities, after five seconds, at the border of a partition server.
//! It may be empty and still have a next one. Only the token decides. Nothing here looks into the bytes;
//! who reads them says whether they are damaged, and the page is requested again then.

use std::collections::HashSet;
use std::sync::Arc;

use azring_transport::http::PushbackObserver;
use bytes::Bytes;

use super::PartitionRange;
use super::request::query_entities::{self, KeyToken};
use crate::location::TableLocation;
use crate::store::Tools;
use crate::store::rest::malformed;
use crate::{Error, Result};

/// The longest page that is accepted, in bytes. The service ends a page at 4 MiB of entities; in JSON a
/// character takes up to six bytes, and names are repeated.
const PAGE_BYTES_MAX: usize = 128 << 20;

/// How often a page is requested before its damage ends the query.
const FETCHES_MAX: u32 = 4;

/// The entities of a range of keys.
#[derive(Debug, Clone)]
pub struct EntityPages {
    place: Arc<TableLocation>,
    range: PartitionRange,
    page_max: Option<u32>,
    observer: Option<Arc<dyn PushbackObserver>>,
}

/// A page as the service wrote it, and where the next one begins.
#[derive(Debug, Clone)]
pub struct RawPage {
    /// `{"odata.metadata":..,"value":[..]}`.
    pub body: Bytes,
    /// Where the next page begins; `None` on the last.
    pub next: Option<KeyToken>,
    /// How often the service refused the request before, because there were too many.
    pub refusals: u32,
}

impl EntityPages {
    /// The entities of this range of a table. Sends nothing.
    pub fn new(place: Arc<TableLocation>, range: PartitionRange) -> Self {
        Self {
            place,
            range,
            page_max: None,
            observer: None,
        }
    }

    /// The same with at most so many entities in a page.
    pub fn of_at_most(self, entities: u32) -> Self {
        Self {
            page_max: Some(entities),
            ..self
        }
    }

    /// The same with an observer that is told of refusals, and keeps requests to the limits of the service.
    pub fn observed_by(self, observer: Arc<dyn PushbackObserver>) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// Requests the page that begins at `after`, or the first one, and passes it to `read`.
    ///
    /// A page that arrives damaged, because it is cut or because `read` fails with an error of the
    /// protocol, is requested again, up to four times in all. Fails like any request; a table that is not
    /// there is [`Error::NotFound`].
    pub async fn page<T>(
        &self,
        tools: &Tools,
        after: Option<&KeyToken>,
        read: impl AsyncFn(RawPage) -> Result<T>,
    ) -> Result<T> {
        let mut fetches = 1;
        loop {
            let page = match self.fetch(tools, after).await {
                Ok(page) => read(page).await,
                Err(error) => Err(error),
            };
            match page {
                Err(Error::Transport(error))
                    if error.kind() == azring_transport::Kind::Protocol =>
                {
                    if fetches == FETCHES_MAX {
                        return Err(error
                            .within(format!("the entities of `{}`", self.place))
                            .into());
                    }
                    fetches += 1;
                }
                page => return page,
            }
        }
    }

    /// Requests a page once. Fails with an error of the protocol where its body is cut or its token leads
    /// back to it.
    async fn fetch(&self, tools: &Tools, after: Option<&KeyToken>) -> Result<RawPage> {
        let mut request = query_entities::request(&self.place, &self.range, after, self.page_max);
        request.pushback_observer.clone_from(&self.observer);
        let reply = tools.client.send_with_cap(&request, PAGE_BYTES_MAX).await;
        let reply = reply.map_err(|error| self.named(error))?;
        let page = RawPage {
            next: KeyToken::of(&reply),
            refusals: reply.refusals,
            body: reply.body,
        };
        if !is_whole(&page.body) {
            return Err(malformed("a page of entities is cut"));
        }
        if page.next.is_some() && page.next.as_ref() == after {
            return Err(malformed("a page of entities is followed by itself"));
        }
        Ok(page)
    }

    fn named(&self, error: azring_transport::Error) -> Error {
        if error.code() == Some("TableNotFound") {
            return Error::NotFound(format!("there is no table `{}`", self.place));
        }
        error.into()
    }
}

/// Whether the text begins and ends like a page. It need not be valid otherwise.
fn is_whole(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = body.trim_ascii();
    body.first() == Some(&b'{') && body.last() == Some(&b'}')
}

/// Checks that the pages of a range end: a service may send the same tokens again and again.
///
/// It takes eight bytes for each page.
#[derive(Debug, Default)]
pub struct TokenHistory {
    seen: HashSet<u64>,
    hasher: std::hash::RandomState,
}

impl TokenHistory {
    /// Takes the token of a page. Fails where it was the token of an earlier page, so that the query would
    /// never end.
    pub fn take(&mut self, next: Option<&KeyToken>) -> Result<()> {
        use std::hash::BuildHasher as _;
        let Some(next) = next else { return Ok(()) };
        if self.seen.insert(self.hasher.hash_one(next)) {
            return Ok(());
        }
        Err(malformed(format_args!(
            "the query of entities repeats the page that begins at `{}` and would never end",
            next.partition.escape_debug()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_cut_is_not_whole() {
        for whole in ["{\"value\":[]}", "\u{feff}{}\r\n", " {\"value\":[{}]} "] {
            assert!(is_whole(whole.as_bytes()), "{whole}");
        }
        for cut in ["", "{", "{\"value\":[{\"a\":1", "[]", "{\"value\":["] {
            assert!(!is_whole(cut.as_bytes()), "{cut}");
        }
    }

    #[test]
    fn a_token_that_comes_again_ends_the_query() {
        let token = |partition: &str, row: Option<&str>| KeyToken {
            partition: partition.into(),
            row: row.map(str::to_owned),
        };
        let mut history = TokenHistory::default();
        let tokens = [
            token("a", None),
            token("a", Some("b")),
            token("b", None),
            token("ab", None),
        ];
        for token in &tokens {
            history.take(Some(token)).unwrap();
        }
        history.take(None).unwrap();
        let error = history.take(Some(&tokens[1])).unwrap_err();
        assert!(error.to_string().contains("would never end"), "{error}");
    }
}
