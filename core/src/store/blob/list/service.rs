//! The container that is listed, and what its service can do, for all parts of a listing.

use std::cell::Cell;
use std::rc::Rc;

use bytes::Bytes;

use super::container::{Container, PageQuery, QueryKind};
use super::order::Order;
use crate::Result;
use crate::store::blob::request::list_blobs;
use crate::store::listing::NameRange;
use crate::store::rest::document::read_or_fetch_again;

/// The most pages that are requested to find a first name: a service may send empty pages before it.
const PAGES_MAX: usize = 8;

/// A container, and what its service can do as far as it is known.
pub(super) struct Service {
    pub(super) container: Rc<dyn Container>,
    /// The order in which it lists.
    pub(super) order: Cell<Order>,
    /// Whether a listing can begin at a name; `None` before it was tested.
    pub(super) begins_at_names: Cell<Option<bool>>,
    /// Whether the account has a hierarchical namespace, as far as its answers show.
    pub(super) is_hierarchical: Cell<bool>,
}

impl Service {
    pub(super) fn new(container: Rc<dyn Container>) -> Rc<Self> {
        Rc::new(Self {
            container,
            order: Cell::default(),
            begins_at_names: Cell::default(),
            is_hierarchical: Cell::default(),
        })
    }

    /// Tests whether a listing of `scope` can begin at this name, which is in it and not its first.
    ///
    /// It can where this very name comes first. A service that ignores the parameter lists the first
    /// name of all, and one that excludes the name lists the one after it.
    pub(super) async fn test_beginning(&self, scope: &str, name: &str) {
        let found = self.first(scope, name).await;
        let begins_there = matches!(found, Ok(Some(found)) if *found == *name);
        // Another part may have found meanwhile that the listing cannot be cut by names.
        let may_begin = self.begins_at_names.get() != Some(false);
        self.begins_at_names.set(Some(begins_there && may_begin));
    }

    /// Asks whether `name` comes at or after the end of a part, where the known order does not show it.
    pub(super) async fn ask_order(&self, range: &NameRange, name: &str) -> Result<()> {
        let Some(until) = range.until.as_deref() else {
            return Ok(());
        };
        let mut order = self.order.get();
        let comes_after = self.first(name, until).await?.is_some();
        if comes_after {
            order.learn(until, name);
        } else {
            order.learn(name, until);
        }
        self.order.set(order);
        Ok(())
    }

    /// The first name of this scope that is not before `from`.
    pub(super) async fn first(&self, scope: &str, from: &str) -> Result<Option<Box<str>>> {
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let query = PageQuery {
                prefix: scope,
                from: Some(from),
                after: after.as_ref(),
                kind: QueryKind::First,
            };
            let shown = || format!("the listing of names below `{scope}`");
            let fetch = async || self.container.page(query).await;
            let read = async |body: Bytes| list_blobs::parse(&body);
            let page = read_or_fetch_again(shown, fetch().await, fetch, read).await?;
            let name = page.entries.into_iter().next().map(|blob| blob.name);
            match (name, page.next) {
                (None, Some(next)) => after = Some(next),
                (name, _) => return Ok(name.filter(|name| name.starts_with(scope))),
            }
        }
        Ok(None)
    }
}
