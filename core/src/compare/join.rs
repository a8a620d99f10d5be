//! Joins two listings in lock step: what one side has, what the other has, and what both have.
//!
//! Both listings have full names in the order of their bytes, each name once. The join holds a page of
//! each. A listing in another order is an error and never a wrong answer: a name that comes too late
//! would look missing.

use std::cmp::Ordering;
use std::vec::IntoIter;

use azring_transport as transport;

use crate::entry::{Entry, EntryName};
use crate::store::{Page, Pages};
use crate::{Error, Result, Side};

/// An object of one side, or of both.
#[derive(Debug)]
pub enum Joined {
    /// Only the source has it.
    SourceOnly(Entry),
    /// Only the target has it.
    TargetOnly(Entry),
    /// Both have an object of this name: the source's, and the target's.
    Both(Box<(Entry, Entry)>),
}

/// What a listing could not list, and what the user should know about it.
#[derive(Debug, Default)]
pub struct ListingTrouble {
    /// Folders that could not be read, with the reason.
    pub unlisted: Vec<(EntryName, Error)>,
    /// Names that were asked for and have no object, with the reason.
    pub unfound: Vec<(EntryName, Error)>,
    /// Notices.
    pub notices: Vec<String>,
}

/// Two listings that are joined.
pub struct ListingJoin {
    source: ListingCursor,
    target: ListingCursor,
}

impl ListingJoin {
    /// Joins the listings of the two sides.
    ///
    /// A target that does not exist has no objects: its listing may begin with status 404.
    pub fn new(source: Pages, target: Pages) -> Self {
        Self {
            source: ListingCursor::new(Side::Source, source),
            target: ListingCursor::new(Side::Target, target),
        }
    }

    /// The next object, in the order of names; `None` at the end of both listings.
    ///
    /// # Errors
    ///
    /// The error of a listing, with its side, or that a listing is in no order. The join has no further
    /// objects then.
    pub async fn next(&mut self) -> Result<Option<Joined>> {
        let source = self.source.peek().await?;
        let target = self.target.peek().await?;
        let order = match (source, target) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(source), Some(target)) => source.name.cmp(&target.name),
        };
        Ok(match order {
            Ordering::Less => self.source.take().map(Joined::SourceOnly),
            Ordering::Greater => self.target.take().map(Joined::TargetOnly),
            Ordering::Equal => {
                let pair = self.source.take().zip(self.target.take());
                pair.map(|pair| Joined::Both(Box::new(pair)))
            }
        })
    }

    /// What the listing of this side could not list so far, since the last call.
    pub fn take_trouble(&mut self, side: Side) -> ListingTrouble {
        let cursor = match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        };
        std::mem::take(&mut cursor.trouble)
    }
}

/// The position in one listing.
struct ListingCursor {
    side: Side,
    pages: Pages,
    entries: IntoIter<Entry>,
    /// The last name of the pages so far.
    last: Option<EntryName>,
    has_begun: bool,
    has_ended: bool,
    trouble: ListingTrouble,
}

impl ListingCursor {
    fn new(side: Side, pages: Pages) -> Self {
        Self {
            side,
            pages,
            entries: Vec::new().into_iter(),
            last: None,
            has_begun: false,
            has_ended: false,
            trouble: ListingTrouble::default(),
        }
    }

    /// The next entry, which stays; waits for its page.
    async fn peek(&mut self) -> Result<Option<&Entry>> {
        while self.entries.as_slice().is_empty() && !self.has_ended {
            match self.pages.recv().await {
                None => self.has_ended = true,
                Some(Err(error)) if self.is_missing(&error) => self.has_ended = true,
                Some(page) => self.add(page.map_err(|error| error.at(self.side))?)?,
            }
        }
        Ok(self.entries.as_slice().first())
    }

    fn take(&mut self) -> Option<Entry> {
        self.entries.next()
    }

    /// Whether the listing says with its first answer that there is no such place.
    fn is_missing(&self, error: &Error) -> bool {
        self.side == Side::Target && !self.has_begun && error.status() == Some(404)
    }

    fn add(&mut self, page: Page) -> Result<()> {
        self.has_begun = true;
        let mut last = self.last.as_ref();
        for entry in &page.entries {
            if let Some(last) = last
                && *last >= entry.name
            {
                return Err(self.out_of_order(last, &entry.name));
            }
            last = Some(&entry.name);
        }
        self.last = last.cloned();
        self.trouble.unlisted.extend(page.unlisted);
        self.trouble.unfound.extend(page.unfound);
        self.trouble.notices.extend(page.notices);
        self.entries = page.entries.into_iter();
        Ok(())
    }

    fn out_of_order(&self, last: &EntryName, next: &EntryName) -> Error {
        let side = match self.side {
            Side::Source => "source",
            Side::Target => "destination",
        };
        let message = format!(
            "the {side} lists `{next}` after `{last}`, which is not the order of their bytes: the two sides cannot be \
             compared"
        );
        Error::from(transport::Error::new(transport::Kind::Protocol, message)).at(self.side)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;
    use tokio::sync::mpsc;

    use super::*;
    use crate::entry::{ETag, Layout, Version};

    fn entry(name: &str) -> Entry {
        Entry {
            name: EntryName::from(name),
            bytes: 0,
            modified: UNIX_EPOCH,
            version: Version::Service(ETag("\"1\"".into())),
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        }
    }

    /// A listing of these names, so many on each page.
    fn listing<'a>(names: impl IntoIterator<Item = &'a str>, per_page: usize) -> Pages {
        let names: Vec<&str> = names.into_iter().collect();
        let pages = names.chunks(per_page).map(|names| {
            Ok(Page {
                entries: names.iter().map(|name| entry(name)).collect(),
                ..Page::default()
            })
        });
        of_pages(pages.collect())
    }

    fn of_pages(pages: Vec<Result<Page>>) -> Pages {
        let (sender, receiver) = mpsc::channel(pages.len().max(1));
        for page in pages {
            sender.try_send(page).expect("there is room for all pages");
        }
        receiver
    }

    /// Which side or sides have each name.
    fn joined(mut join: ListingJoin) -> Result<Vec<(String, char)>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime starts").block_on(async {
            let mut found = Vec::new();
            while let Some(joined) = join.next().await? {
                found.push(match joined {
                    Joined::SourceOnly(entry) => (entry.name.to_string(), 's'),
                    Joined::TargetOnly(entry) => (entry.name.to_string(), 't'),
                    Joined::Both(pair) => (pair.0.name.to_string(), 'b'),
                });
            }
            Ok(found)
        })
    }

    proptest! {
        #[test]
        fn a_join_tells_of_each_name_who_has_it(
            source in prop::collection::btree_set("[a-c/.\\-é😀]{1,4}", 0..30),
            target in prop::collection::btree_set("[a-c/.\\-é😀]{1,4}", 0..30),
            per_page in 1_usize..6,
        ) {
            let of = |names: &BTreeSet<String>, per_page| listing(names.iter().map(String::as_str), per_page);
            let found = joined(ListingJoin::new(of(&source, per_page), of(&target, 7 - per_page))).unwrap();
            let mut expected = BTreeMap::new();
            for name in source.union(&target) {
                let side = match (source.contains(name), target.contains(name)) {
                    (true, true) => 'b',
                    (true, false) => 's',
                    _ => 't',
                };
                expected.insert(name.clone(), side);
            }
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn a_listing_in_another_order_is_an_error(
            names in prop::collection::vec("[a-c/]{1,3}", 2..12),
            per_page in 1_usize..4,
            is_source in any::<bool>(),
        ) {
            let is_sorted = names.windows(2).all(|pair| pair[0] < pair[1]);
            let listed = listing(names.iter().map(String::as_str), per_page);
            let other = listing(["b"], 1);
            let join = if is_source {
                ListingJoin::new(listed, other)
            } else {
                ListingJoin::new(other, listed)
            };
            prop_assert_eq!(joined(join).is_ok(), is_sorted);
        }
    }

    fn refused(status: u16) -> Error {
        transport::Error::new(transport::Kind::Status(status), "refused").into()
    }

    #[test]
    fn only_a_target_may_be_missing_and_only_at_its_beginning() {
        let missing = || of_pages(vec![Err(refused(404))]);
        let found = joined(ListingJoin::new(listing(["a"], 1), missing())).unwrap();
        assert_eq!(found, [("a".to_owned(), 's')]);
        let error = joined(ListingJoin::new(missing(), listing(["a"], 1))).unwrap_err();
        assert_eq!(error.side(), Some(Side::Source));
        let later = of_pages(vec![Ok(Page::default()), Err(refused(404))]);
        let error = joined(ListingJoin::new(listing(["a"], 1), later)).unwrap_err();
        assert_eq!(error.side(), Some(Side::Target));
        let forbidden = of_pages(vec![Err(refused(403))]);
        assert!(joined(ListingJoin::new(listing(["a"], 1), forbidden)).is_err());
    }

    #[test]
    fn what_was_not_listed_is_kept_apart_by_its_side() {
        let troubled = |folder: &str| {
            of_pages(vec![Ok(Page {
                unlisted: vec![(EntryName::from(folder), Error::Stopped)],
                ..Page::default()
            })])
        };
        let mut join = ListingJoin::new(troubled("s"), troubled("t"));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let end = runtime.expect("a runtime starts").block_on(join.next());
        assert!(end.unwrap().is_none());
        for (side, folder) in [(Side::Source, "s"), (Side::Target, "t")] {
            let unlisted = join.take_trouble(side).unlisted;
            assert_eq!(unlisted.len(), 1);
            assert_eq!(unlisted[0].0.to_string(), folder);
            assert!(join.take_trouble(side).unlisted.is_empty());
        }
    }
}
