//! One part of a listing: the names that begin alike, page by page.
//!
//! A page says at its very end where the next one begins. That is looked for before anything else, so that the service
//! makes the next page while this one is read, and a long one is read by another thread while the one before is planned.
//! What was looked for is only a guess: the reading decides.
//!
//! A part of many pages asks what folders there are, beside its own pages, which do not wait for the answer. Once it is
//! known how the part can be split (`split`), its names go on up to the end of the group that it stands in, and the rest
//! is handed out to be listed by others.

use std::pin::{Pin, pin};
use std::rc::Rc;

use bytes::Bytes;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tokio::task::JoinSet;

use super::Listing;
use super::bookmark::Spot;
use super::container::{Container, Wanted, What};
use super::level::level;
use super::page::{Contents, peek};
use super::passed::drop_passed;
use super::split::{PART_PAGES, Split, Stand, split};
use crate::Result;
use crate::entry::{Entry, EntryName};
use crate::store::blob::request::list_blobs::Item;
use crate::store::blob::snapshot::Labels;
use crate::store::rest::page::Marker;

/// How many pages a listing has before it is asked how it could be split: what is shorter costs not one request more.
const PAGES_BEFORE: usize = 2;

/// The same of what has been split, of which parts of [`PART_PAGES`] were expected.
const PAGES_BEFORE_AGAIN: usize = PART_PAGES;

/// A page of a part.
pub(super) struct Told {
    /// What is in it.
    pub(super) entries: Vec<Entry>,
    /// What it can be had by again.
    pub(super) spot: Spot,
    /// How the names begin that this part leaves to others, in their order, from this page on.
    pub(super) behind: Vec<Box<str>>,
}

/// A part to be listed.
pub(super) struct Part {
    pub(super) listing: Rc<Listing>,
    pub(super) container: Rc<dyn Container>,
    /// Where it begins.
    pub(super) spot: Spot,
    /// The last entry that an earlier run has listed of this page.
    pub(super) passed: Option<(EntryName, Option<Box<str>>)>,
}

impl Part {
    /// Tells every page, until the last one or until nobody listens any more. So many pages as `told` has room for are
    /// there or asked for, and no more.
    pub(super) async fn run(self, told: Sender<Result<Told>>) {
        let mut reading = Reading {
            passed: self.passed.clone(),
            labels: Labels::default(),
            course: Course::new(&self.spot, *self.spot.scope == *self.listing.prefix()),
        };
        let prefix = &*self.spot.prefix;
        let mut after = self.spot.after.clone();
        let Some(mut fetched) = self.fetch(&told, prefix, after.as_ref()).await else {
            return;
        };
        loop {
            let guess = fetched.1.as_ref().ok().and_then(|body| peek(body));
            let guess = guess.filter(|guess| Some(guess) != after.as_ref());
            let both = {
                let read = pin!(self.tell(fetched, after.as_ref(), &mut reading));
                let ahead = pin!(async {
                    match &guess {
                        Some(guess) => self.fetch(&told, prefix, Some(guess)).await,
                        None => None,
                    }
                });
                both_unless_over(read, ahead).await
            };
            let Some((next, ahead)) = both else { return };
            fetched = match ahead {
                Some(body) if guess.as_ref() == Some(&next) => body,
                _ => match self.fetch(&told, prefix, Some(&next)).await {
                    Some(body) => body,
                    None => return,
                },
            };
            after = Some(next);
        }
    }

    /// A page as the service writes it, once there is room for it; `None` when nobody listens any more.
    async fn fetch(
        &self,
        told: &Sender<Result<Told>>,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Option<(Room, Result<Bytes>)> {
        let room = told.clone().reserve_owned().await.ok()?;
        let page = self.container.page(Wanted {
            prefix,
            after,
            what: What::Blobs,
        });
        Some((room, page.await))
    }

    /// Reads a page and tells it; returns where the next one begins.
    async fn tell(
        &self,
        (room, body): (Room, Result<Bytes>),
        after: Option<&Marker>,
        reading: &mut Reading,
    ) -> Option<Marker> {
        let Reading {
            passed,
            labels,
            course,
        } = reading;
        let scope = course.scope.clone();
        match self.listing.read(body, after, &scope, labels).await {
            Ok(Contents {
                mut entries,
                first,
                last,
                next,
            }) => {
                passed.take_if(|(name, snapshot)| {
                    drop_passed(&mut entries, name, snapshot.as_deref())
                });
                let behind = match &next {
                    Some(_) => course.go_on(&self.container, first, last),
                    None => Vec::new(),
                };
                let spot = Spot {
                    prefix: self.spot.prefix.clone(),
                    scope,
                    after: after.cloned(),
                };
                room.send(Ok(Told {
                    entries,
                    spot,
                    behind,
                }));
                next
            }
            Err(error) => {
                room.send(Err(error));
                None
            }
        }
    }
}

/// Room for a page.
type Room = OwnedPermit<Result<Told>>;

/// What reading needs to remember from page to page.
struct Reading {
    passed: Option<(EntryName, Option<Box<str>>)>,
    labels: Labels,
    course: Course,
}

/// How far a part has come, and what is known of what lies before it.
struct Course {
    /// How its names begin.
    scope: Box<str>,
    /// The first of them, unless an earlier run has begun the part.
    first: Option<Box<str>>,
    last: Option<Box<str>>,
    /// Pages so far, of names of this scope, and how many there are before its folders are asked for.
    pages: usize,
    pages_before: usize,
    folders: Folders,
}

/// What is known of the folders at a part's level.
enum Folders {
    /// Nothing has been asked.
    Unasked,
    /// They have been asked for.
    Asked(JoinSet<Option<Vec<Item>>>),
    /// These are all.
    Known(Vec<Item>),
    /// They are of no use.
    Useless,
}

impl Course {
    fn new(spot: &Spot, is_whole: bool) -> Self {
        Self {
            scope: spot.scope.clone(),
            first: None,
            last: None,
            pages: usize::from(spot.after.is_some()),
            pages_before: if is_whole {
                PAGES_BEFORE
            } else {
                PAGES_BEFORE_AGAIN
            },
            folders: Folders::Unasked,
        }
    }

    /// Another page has been read, and it was not the last. Returns the parts that this one leaves to others.
    fn go_on(
        &mut self,
        container: &Rc<dyn Container>,
        first: Option<Box<str>>,
        last: Option<Box<str>>,
    ) -> Vec<Box<str>> {
        if self.pages == 0 {
            self.first = first;
        }
        self.pages += 1;
        self.last = last.or(self.last.take());
        self.hear();
        let behind = self.split();
        if self.pages >= self.pages_before && matches!(self.folders, Folders::Unasked) {
            self.ask(container);
        }
        behind
    }

    /// Takes the answer, if it is there.
    fn hear(&mut self) {
        let Folders::Asked(asked) = &mut self.folders else {
            return;
        };
        match asked.try_join_next() {
            None => {}
            Some(Ok(Some(items))) => self.folders = Folders::Known(items),
            Some(Ok(None)) => self.folders = Folders::Useless,
            Some(Err(broken)) => std::panic::resume_unwind(broken.into_panic()),
        }
    }

    fn split(&mut self) -> Vec<Box<str>> {
        let (Folders::Known(items), Some(last)) = (&self.folders, &self.last) else {
            return Vec::new();
        };
        let stand = Stand {
            scope: &self.scope,
            first: self.first.as_deref(),
            last,
            pages: self.pages,
        };
        let Some(Split { own, behind }) = split(stand, items) else {
            return Vec::new();
        };
        self.folders = if behind.is_empty() && own == self.scope {
            Folders::Useless
        } else {
            Folders::Unasked
        };
        if !behind.is_empty() {
            (self.pages, self.pages_before) = (0, PAGES_BEFORE_AGAIN);
        }
        self.first.take_if(|first| !first.starts_with(&*own));
        self.scope = own;
        behind
    }

    fn ask(&mut self, container: &Rc<dyn Container>) {
        let (container, scope) = (Rc::clone(container), self.scope.clone());
        let mut asked = JoinSet::new();
        asked.spawn_local(async move { level(&*container, &scope).await });
        self.folders = Folders::Asked(asked);
    }
}

/// What both come to; nothing as soon as the first comes to nothing.
async fn both_unless_over<T, U>(
    mut first: Pin<&mut impl Future<Output = Option<T>>>,
    mut second: Pin<&mut impl Future<Output = U>>,
) -> Option<(T, U)> {
    tokio::select! {
        one = &mut first => {
            let one = one?;
            Some((one, second.await))
        }
        other = &mut second => first.await.map(|one| (one, other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_more_is_waited_for_once_the_first_is_over() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let never = pin!(std::future::pending::<()>());
            let over = pin!(async { None::<()> });
            assert_eq!(both_unless_over(over, never).await, None);
            let (one, other) = (pin!(async { Some(1) }), pin!(async { 2 }));
            assert_eq!(both_unless_over(one, other).await, Some((1, 2)));
            // The second comes first.
            let late = pin!(async {
                tokio::task::yield_now().await;
                Some(1)
            });
            assert_eq!(
                both_unless_over(late, pin!(async { 2 })).await,
                Some((1, 2))
            );
        });
    }
}
