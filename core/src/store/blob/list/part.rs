//! One part of a listing: the names that begin alike, page by page.
//!
//! A page says at its very end where the next one begins. That is looked for before anything else, so that the service
//! makes the next page while this one is read, and a long one is read by another thread while the one before is planned.
//! What was looked for is only a guess: the state decides.
//!
//! A part of many pages asks what folders there are, beside its own pages, which do not wait for the answer. Once it is
//! known how the part can be split (`split`), its names go on up to the end of the group that it stands in, and the rest
//! is handed out to be listed by others. Where there are no folders it ends with the page that it is on, if the service can
//! begin a listing at a name: the rest is cut by names (`cut_points`).

use std::cell::RefCell;
use std::cmp::Ordering;
use std::pin::{Pin, pin};
use std::rc::Rc;

use bytes::Bytes;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tokio::task::JoinSet;

use super::container::{Wanted, What};
use super::cut_points::{CutPoints, NameSample};
use super::level::level;
use super::listing::BlobListing;
use super::page::{Asked, PageContents, PageMemory, peek, peek_name};
use super::resume_point::ResumePoint;
use super::service::Service;
use super::split::{PART_PAGES, Split, Stand, split};
use crate::Result;
use crate::entry::Entry;
use crate::store::blob::request::list_blobs::LevelItem;
use crate::store::listing::{NameRange, PagePosition};
use crate::store::rest::malformed;
use crate::store::rest::page::Marker;

/// How many pages a listing has before it is asked how it could be split: what is shorter costs not one request more.
const PAGES_BEFORE: usize = 2;

/// The same of what has been split, of which parts of [`PART_PAGES`] were expected.
const PAGES_BEFORE_AGAIN: usize = PART_PAGES;

/// A page of a part.
pub(super) struct PartPage {
    /// What is in it.
    pub(super) entries: Vec<Entry>,
    /// What it can be had by again.
    pub(super) position: PagePosition,
    /// What this part leaves to others, in its order, from this page on.
    pub(super) behind: Vec<RemainingPart>,
}

/// What a part leaves to another.
pub(super) struct RemainingPart {
    pub(super) range: NameRange,
    /// Where it is to be cut.
    pub(super) cut_points: Option<Rc<RefCell<CutPoints>>>,
}

impl RemainingPart {
    fn prefix(scope: &str) -> Self {
        Self {
            range: NameRange::whole(scope),
            cut_points: None,
        }
    }
}

/// A part to be listed.
pub(super) struct Part {
    pub(super) listing: Rc<BlobListing>,
    pub(super) service: Rc<Service>,
    /// Where it begins.
    pub(super) position: PagePosition,
    /// The last entry that an earlier run has listed of this page.
    pub(super) resume_point: Option<ResumePoint>,
    /// What it was cut with, and how many steps it is long.
    pub(super) cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
}

impl Part {
    /// Tells every page, until the last one or until nobody listens any more. So many pages as `told` has room for are
    /// there or asked for, and no more.
    pub(super) async fn run(self, told: Sender<Result<PartPage>>) {
        let is_all = self.position.range == NameRange::whole(&self.listing.prefix());
        let mut state = PartState {
            resume_point: self.resume_point.clone(),
            memory: PageMemory::of(self.position.after.as_ref()),
            names: 0,
            progress: PartProgress::new(&self.position, is_all),
        };
        let mut after = self.position.after.clone();
        let Some(mut fetched) = self.fetch(&told, after.as_ref()).await else {
            return;
        };
        loop {
            let guess = fetched.1.as_ref().ok();
            let guess = guess.and_then(|body| self.foresee(body, &state.progress.range));
            let guess = guess.filter(|guess| Some(guess) != after.as_ref());
            let both = {
                let read = pin!(self.tell(fetched, after.as_ref(), &mut state));
                let ahead = pin!(async {
                    match &guess {
                        Some(guess) => self.fetch(&told, Some(guess)).await,
                        None => None,
                    }
                });
                both_unless_over(read, ahead).await
            };
            let Some((next, ahead)) = both else { return };
            fetched = match ahead {
                Some(body) if guess.as_ref() == Some(&next) => body,
                _ => match self.fetch(&told, Some(&next)).await {
                    Some(body) => body,
                    None => return,
                },
            };
            after = Some(next);
        }
    }

    /// Where the next page begins, if one will be needed.
    fn foresee(&self, body: &[u8], range: &NameRange) -> Option<Marker> {
        if let Some(until) = &range.until {
            let order = self.service.order.get();
            let lies = order.compare(peek_name(body)?, until);
            lies.filter(|lies| lies.is_lt())?;
        }
        peek(body)
    }

    /// A page as the service writes it, once there is room for it; `None` when nobody listens any more.
    async fn fetch(
        &self,
        told: &Sender<Result<PartPage>>,
        after: Option<&Marker>,
    ) -> Option<(Room, Result<Bytes>)> {
        let room = told.clone().reserve_owned().await.ok()?;
        let page = self.service.container.page(Wanted {
            prefix: &self.position.prefix,
            from: self.position.range.from.as_deref(),
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
        state: &mut PartState,
    ) -> Option<Marker> {
        let page = self.contents(body, after, state).await;
        let (told, next) = match page {
            Ok((told, next)) => (Ok(told), next),
            Err(error) => (Err(error), None),
        };
        if let (Ok(_), None, Some((cut_points, steps))) = (&told, &next, &self.cut) {
            cut_points.borrow_mut().took(*steps, state.names);
        }
        room.send(told);
        next
    }

    /// What is told of a page, and where the next one begins.
    async fn contents(
        &self,
        body: Result<Bytes>,
        after: Option<&Marker>,
        state: &mut PartState,
    ) -> Result<(PartPage, Option<Marker>)> {
        let PartState {
            resume_point,
            memory,
            names,
            progress,
        } = state;
        let asked = Asked {
            prefix: &self.position.prefix,
            range: &progress.range,
            service: &self.service,
        };
        let mut page = self.listing.read(body, asked, memory).await?;
        self.check_beginning(&page)?;
        *names += page.count;
        if let Some(resume_point) =
            resume_point.take_if(|resume_point| resume_point.drop_from(&mut page.entries))
            && resume_point.may_be_before
        {
            self.drop_before(&resume_point, &mut page).await?;
        }
        let position = PagePosition {
            prefix: self.position.prefix.clone(),
            range: progress.range.clone(),
            after: after.cloned(),
        };
        let mut behind = Vec::new();
        if page.next.is_some() {
            behind = progress.go_on(&self.service, &mut page);
            if page.next.is_none() {
                self.leave_out(&mut page);
            }
        }
        let told = PartPage {
            entries: page.entries,
            position,
            behind,
        };
        Ok((told, page.next))
    }

    /// Leaves of a page what comes behind an entry that is not on it, where the names do not tell: the service is asked
    /// what comes next.
    async fn drop_before(&self, resume_point: &ResumePoint, page: &mut PageContents) -> Result<()> {
        let (Some(name), Some(from)) = (resume_point.name.as_str(), &self.position.range.from)
        else {
            return Ok(());
        };
        let (place, scope) = (&self.listing.place, &self.position.range.scope);
        let next = self.service.first(scope, &place.full_name(name)).await?;
        let Some(next) = next else {
            page.entries.clear();
            return Ok(());
        };
        let relative = next.strip_prefix(&*place.prefix());
        let is_next = |entry: &Entry| entry.name.as_str() == relative;
        match page.entries.iter().position(is_next) {
            Some(at) => {
                page.entries.drain(..at);
                resume_point.drop_versions(&mut page.entries);
            }
            // It comes on a later page, or came before the first.
            None if self.service.first(&next, from).await?.is_some() => page.entries.clear(),
            None => {}
        }
        Ok(())
    }

    /// What the last name has is left to what begins with it.
    fn leave_out(&self, page: &mut PageContents) {
        let directory = self.listing.place.prefix();
        let last = page.last.as_deref();
        if let Some(last) = last.and_then(|last| last.strip_prefix(&*directory)) {
            page.entries
                .retain(|entry| entry.name.as_bytes() != last.as_bytes());
        }
    }

    /// Nothing comes before the first name that there may be.
    fn check_beginning(&self, page: &PageContents) -> Result<()> {
        if let (Some(from), Some(first)) = (&self.position.range.from, &page.first)
            && self.service.order.get().compare(first, from) == Some(Ordering::Less)
        {
            return Err(malformed(
                "it does not begin at the name that was asked for",
            ));
        }
        Ok(())
    }
}

/// Room for a page.
type Room = OwnedPermit<Result<PartPage>>;

/// What state needs to remember from page to page.
struct PartState {
    resume_point: Option<ResumePoint>,
    memory: PageMemory,
    /// How many there were so far.
    names: usize,
    progress: PartProgress,
}

/// How far a part has come, and what is known of what lies before it.
struct PartProgress {
    /// Its names.
    range: NameRange,
    /// The first of them, unless an earlier run has begun the part.
    first: Option<Box<str>>,
    last: Option<Box<str>>,
    /// Pages so far, of names of this scope, and how many there are before its folders are asked for.
    pages: usize,
    pages_before: usize,
    folders: Folders,
    /// The names so far, by which the rest can be cut; and it is tried whether the service can.
    sample: NameSample,
    tried: JoinSet<()>,
}

/// What is known of the folders at a part's level.
enum Folders {
    /// Nothing has been asked.
    Unasked,
    /// They have been asked for.
    Asked(JoinSet<Option<Vec<LevelItem>>>),
    /// These are all.
    Known(Vec<LevelItem>),
    /// They are of no use.
    Useless,
}

impl PartProgress {
    fn new(position: &PagePosition, is_all: bool) -> Self {
        Self {
            range: position.range.clone(),
            first: None,
            last: None,
            pages: usize::from(position.after.is_some()),
            pages_before: if is_all {
                PAGES_BEFORE
            } else {
                PAGES_BEFORE_AGAIN
            },
            // What is cut by names had no folders.
            folders: match position.range.from {
                Some(_) => Folders::Useless,
                None => Folders::Unasked,
            },
            sample: NameSample::default(),
            tried: JoinSet::new(),
        }
    }

    /// Another page has been read, and it was not the last. Returns what this part leaves to others; it may have become the
    /// last by that.
    fn go_on(&mut self, service: &Rc<Service>, page: &mut PageContents) -> Vec<RemainingPart> {
        if self.pages == 0 {
            self.first.clone_from(&page.first);
        }
        self.pages += 1;
        self.last = page.last.clone().or(self.last.take());
        let can_cut = service.begins_at_names.get() != Some(false);
        if can_cut {
            self.sample.add(std::mem::take(&mut page.some), page.count);
        }
        self.hear();
        let behind = self.split();
        if self.pages < self.pages_before {
            return behind;
        }
        if matches!(self.folders, Folders::Unasked) {
            self.ask(service);
        }
        if can_cut && service.begins_at_names.get().is_none() && self.tried.is_empty() {
            self.try_beginning(service, page);
        }
        if behind.is_empty() && matches!(self.folders, Folders::Useless) {
            return self.cut(service, page).into_iter().collect();
        }
        behind
    }

    /// Leaves all that comes behind this page to be cut by names, if that can be.
    fn cut(&mut self, service: &Service, page: &mut PageContents) -> Option<RemainingPart> {
        // Of the first name there may have been more on the page before.
        let last = page.last.as_deref().filter(|_| page.first != page.last)?;
        if service.begins_at_names.get() != Some(true) || last.contains('\0') {
            return None;
        }
        let cut_points = CutPoints::new(&self.range.scope, &self.sample)?;
        let range = self.range.split_off(last);
        page.next = None;
        Some(RemainingPart {
            range,
            cut_points: Some(Rc::new(RefCell::new(cut_points))),
        })
    }

    /// Tries it with a name that others come before.
    fn try_beginning(&mut self, service: &Rc<Service>, page: &PageContents) {
        let (Some(first), Some(last)) = (&page.first, page.last.clone()) else {
            return;
        };
        if *first == last || !first.starts_with(&*self.range.scope) {
            return;
        }
        let (service, scope) = (Rc::clone(service), self.range.scope.clone());
        self.tried
            .spawn_local(async move { service.try_beginning(&scope, &last).await });
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

    fn split(&mut self) -> Vec<RemainingPart> {
        let (Folders::Known(items), Some(last)) = (&self.folders, &self.last) else {
            return Vec::new();
        };
        let stand = Stand {
            scope: &self.range.scope,
            first: self.first.as_deref(),
            last,
            pages: self.pages,
        };
        let Some(Split { own, behind }) = split(stand, items) else {
            return Vec::new();
        };
        self.folders = if behind.is_empty() && own == self.range.scope {
            Folders::Useless
        } else {
            Folders::Unasked
        };
        if !behind.is_empty() {
            (self.pages, self.pages_before) = (0, PAGES_BEFORE_AGAIN);
        }
        self.first.take_if(|first| !first.starts_with(&*own));
        self.range = NameRange::whole(&own);
        behind
            .iter()
            .map(|scope| RemainingPart::prefix(scope))
            .collect()
    }

    fn ask(&mut self, service: &Service) {
        let (container, scope) = (Rc::clone(&service.container), self.range.scope.clone());
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
