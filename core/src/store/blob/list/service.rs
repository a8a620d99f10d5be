//! The container that is listed, and what its service has shown of itself, for all parts of a listing.

use std::cell::Cell;
use std::rc::Rc;

use super::container::{Container, Wanted, What};
use super::order::Order;
use crate::Result;
use crate::store::blob::request::list_blobs;
use crate::store::listing::NameRange;

/// Pages without a name that are looked through for the first name.
const PAGES_MAX: usize = 8;

/// A container and what is known of its service.
pub(super) struct Service {
    pub(super) container: Rc<dyn Container>,
    /// In which order it lists.
    pub(super) order: Cell<Order>,
    /// A listing can begin at a name; `None` as long as that has not been tried.
    pub(super) begins_at_names: Cell<Option<bool>>,
}

impl Service {
    pub(super) fn new(container: Rc<dyn Container>) -> Rc<Self> {
        Rc::new(Self {
            container,
            order: Cell::default(),
            begins_at_names: Cell::default(),
        })
    }

    /// Whether a listing of `scope` can begin at this name, which is in it and not its first.
    ///
    /// It is where exactly this name comes first: not the first of all, as where that is not known and nobody says so, and
    /// not the one behind it.
    pub(super) async fn try_beginning(&self, scope: &str, name: &str) {
        let found = self.first(scope, name).await;
        let is = matches!(found, Ok(Some(found)) if *found == *name);
        // What was seen to be impossible meanwhile stays so.
        let may = self.begins_at_names.get() != Some(false);
        self.begins_at_names.set(Some(is && may));
    }

    /// Asks whether `name` lies at or behind the end of a part, where its letters do not tell.
    pub(super) async fn ask_order(&self, range: &NameRange, name: &str) -> Result<()> {
        let Some(until) = range.until.as_deref() else {
            return Ok(());
        };
        let mut order = self.order.get();
        let is_behind = self.first(name, until).await?.is_some();
        if is_behind {
            order.learn(until, name);
        } else {
            order.learn(name, until);
        }
        self.order.set(order);
        Ok(())
    }

    /// The first name from this one on that begins like `scope`.
    pub(super) async fn first(&self, scope: &str, from: &str) -> Result<Option<Box<str>>> {
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let wanted = Wanted {
                prefix: scope,
                from: Some(from),
                after: after.as_ref(),
                what: What::First,
            };
            let page = list_blobs::parse(&self.container.page(wanted).await?)?;
            let name = page.entries.into_iter().next().map(|blob| blob.name);
            match (name, page.next) {
                (None, Some(next)) => after = Some(next),
                (name, _) => return Ok(name.filter(|name| name.starts_with(scope))),
            }
        }
        Ok(None)
    }
}
