//! One part of a listing: the names that begin alike, page by page.
//!
//! A part of more than a few pages asks for the folders at its level, beside its own pages, which do
//! not wait for the answer. With the answer the part is split (`split`): it continues to the end of
//! the group of names that it is in, and the groups after it become parts of their own. Where there
//! are no folders, and the service can begin a listing at a name, the part ends with its current page
//! and the rest is cut by names (`cut_points`).

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use bytes::Bytes;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

use super::container::{PageQuery, QueryKind};
use super::cut_points::{CutPoints, NameSample};
use super::level::level;
use super::listing::BlobListing;
use super::page::{PageContents, PageMemory, PageScope};
use super::service::Service;
use super::split::{PART_PAGES, Split, SplitPosition, split};
use crate::Result;
use crate::entry::Entry;
use crate::store::blob::request::list_blobs::LevelItem;
use crate::store::listing::{NameRange, PagePosition, ResumePoint};
use crate::store::rest::malformed;
use crate::store::rest::page::Marker;
use crate::store::rest::page_feed::{PagedList, feed_pages, guess_marker, last_text};

/// The pages of a listing after which it asks how it can be split. A shorter listing costs no further
/// request.
const PAGES_BEFORE: usize = 2;

/// The same for a part of a listing that was split. Such a part was expected to have [`PART_PAGES`].
const PAGES_BEFORE_AGAIN: usize = PART_PAGES;

/// A page of a part.
pub(super) struct PartPage {
    /// The selected entries.
    pub(super) entries: Vec<Entry>,
    /// The position by which the page can be listed again.
    pub(super) position: PagePosition,
    /// The parts that this part leaves to others from this page on, in the order of the names.
    pub(super) remaining: Vec<RemainingPart>,
}

/// A part that another part leaves over.
pub(super) struct RemainingPart {
    pub(super) range: NameRange,
    /// The measure by which it is cut, if it is cut by names.
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
    /// The last entry of this page that an earlier run listed.
    pub(super) resume_point: Option<ResumePoint>,
    /// The measure by which it was cut, and its length in steps.
    pub(super) cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
}

impl Part {
    /// Sends every page, until the last one or until the consumer has gone. The channel's capacity is
    /// the number of pages that are held or under way.
    pub(super) async fn run(self, pages: Sender<Result<PartPage>>) {
        let is_all = self.position.range == NameRange::whole(&self.listing.prefix());
        let state = PartState {
            resume_point: self.resume_point.clone(),
            memory: PageMemory::of(self.position.after.as_ref()),
            names: 0,
            progress: PartProgress::new(&self.position, is_all),
        };
        feed_pages(&self, state, self.position.after.clone(), pages).await;
    }

    /// The contents of a page for the consumer, and where the next page begins.
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
        let scope = PageScope {
            prefix: &self.position.prefix,
            range: &progress.range,
            service: &self.service,
        };
        let fetch = async || self.fetch(after).await;
        let mut page = self.listing.read(body, fetch, scope, memory).await?;
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
        let mut remaining = Vec::new();
        if page.next.is_some() {
            remaining = progress.advance(&self.service, &mut page);
            if page.next.is_none() {
                self.leave_out_last_name(&mut page);
            }
        }
        let part_page = PartPage {
            entries: page.entries,
            position,
            remaining,
        };
        Ok((part_page, page.next))
    }

    /// Drops the entries of a page up to the resume point, which is not on the page and whose place the
    /// order of names does not show. Asks the service which name comes next.
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
            // The next name is on a later page, or before the first name of this part.
            None if self.service.first(&next, from).await?.is_some() => page.entries.clear(),
            None => {}
        }
        Ok(())
    }

    /// Drops the entries of the last name: the next part begins with that name.
    fn leave_out_last_name(&self, page: &mut PageContents) {
        let directory = self.listing.place.prefix();
        let last = page.last.as_deref();
        if let Some(last) = last.and_then(|last| last.strip_prefix(&*directory)) {
            page.entries
                .retain(|entry| entry.name.as_bytes() != last.as_bytes());
        }
    }

    /// Fails when the page has a name before the one at which the listing begins.
    fn check_beginning(&self, page: &PageContents) -> Result<()> {
        if let (Some(from), Some(first)) = (&self.position.range.from, &page.first)
            && self.service.order.get().compare(first, from) == Some(Ordering::Less)
        {
            return Err(malformed(
                "the listing does not begin at the requested name",
            ));
        }
        Ok(())
    }
}

impl PagedList for Part {
    type Page = PartPage;
    type State = PartState;

    async fn fetch(&self, after: Option<&Marker>) -> Result<Bytes> {
        let query = PageQuery {
            prefix: &self.position.prefix,
            from: self.position.range.from.as_deref(),
            after,
            kind: QueryKind::Blobs,
        };
        self.service.container.page(query).await
    }

    /// The next page is not needed where the last name of this one is at or after the end.
    fn guess_next(&self, state: &PartState, body: &[u8]) -> Option<Marker> {
        if let Some(until) = &state.progress.range.until {
            let last = last_text(body, b"<Name>", b"</Name>")?;
            let order = self.service.order.get().compare(last, until);
            order.filter(|order| order.is_lt())?;
        }
        guess_marker(body)
    }

    async fn read(
        &self,
        state: &mut PartState,
        body: Result<Bytes>,
        after: Option<&Marker>,
    ) -> (Result<PartPage>, Option<Marker>) {
        match self.contents(body, after, state).await {
            Ok((page, next)) => {
                if let (None, Some((cut_points, steps))) = (&next, &self.cut) {
                    cut_points.borrow_mut().learn_count(*steps, state.names);
                }
                (Ok(page), next)
            }
            Err(error) => (Err(error), None),
        }
    }
}

/// What a part keeps from page to page.
pub(super) struct PartState {
    resume_point: Option<ResumePoint>,
    memory: PageMemory,
    /// The names so far.
    names: usize,
    progress: PartProgress,
}

/// The progress of a part, and what is known of its rest.
struct PartProgress {
    /// The names that it lists.
    range: NameRange,
    /// Its first name; `None` where an earlier run listed it.
    first: Option<Box<str>>,
    last: Option<Box<str>>,
    /// Its pages so far, since it was last split.
    pages: usize,
    /// The number of pages after which it asks for its folders.
    pages_before: usize,
    folders: Folders,
    /// Some of its names, by which the rest can be cut.
    sample: NameSample,
    /// The test whether the service can begin a listing at a name.
    beginning_test: JoinSet<()>,
}

/// The folders at a part's level, as far as they are known.
enum Folders {
    /// They were not requested yet.
    Unknown,
    /// They are being listed.
    Requested(JoinSet<Option<Vec<LevelItem>>>),
    /// All of them.
    Known(Vec<LevelItem>),
    /// The part cannot be split by them.
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
            // A part that was cut by names has no folders.
            folders: match position.range.from {
                Some(_) => Folders::Useless,
                None => Folders::Unknown,
            },
            sample: NameSample::default(),
            beginning_test: JoinSet::new(),
        }
    }

    /// Takes a page that is not the last one, and returns the parts that this part leaves to others.
    /// The page becomes the last one where the rest is cut by names.
    fn advance(&mut self, service: &Rc<Service>, page: &mut PageContents) -> Vec<RemainingPart> {
        if self.pages == 0 {
            self.first.clone_from(&page.first);
        }
        self.pages += 1;
        self.last = page.last.clone().or(self.last.take());
        let can_cut = service.begins_at_names.get() != Some(false);
        if can_cut {
            self.sample
                .add(std::mem::take(&mut page.sample), page.count);
        }
        self.take_folders();
        let remaining = self.split();
        if self.pages < self.pages_before {
            return remaining;
        }
        if matches!(self.folders, Folders::Unknown) {
            self.request_folders(service);
        }
        if can_cut && service.begins_at_names.get().is_none() && self.beginning_test.is_empty() {
            self.test_beginning(service, page);
        }
        if remaining.is_empty() && matches!(self.folders, Folders::Useless) {
            return self.cut(service, page).into_iter().collect();
        }
        remaining
    }

    /// Leaves all names after this page to parts that are cut by names, if the service can begin a
    /// listing at a name.
    fn cut(&mut self, service: &Service, page: &mut PageContents) -> Option<RemainingPart> {
        // The page before may have versions of the first name.
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

    /// Tests whether the service can begin a listing at the last name of a page.
    fn test_beginning(&mut self, service: &Rc<Service>, page: &PageContents) {
        let (Some(first), Some(last)) = (&page.first, page.last.clone()) else {
            return;
        };
        if *first == last || !first.starts_with(&*self.range.scope) {
            return;
        }
        let (service, scope) = (Rc::clone(service), self.range.scope.clone());
        self.beginning_test
            .spawn_local(async move { service.test_beginning(&scope, &last).await });
    }

    /// Takes the folders, if they have been listed.
    fn take_folders(&mut self) {
        let Folders::Requested(request) = &mut self.folders else {
            return;
        };
        match request.try_join_next() {
            None => {}
            Some(Ok(Some(items))) => self.folders = Folders::Known(items),
            Some(Ok(None)) => self.folders = Folders::Useless,
            Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    fn split(&mut self) -> Vec<RemainingPart> {
        let (Folders::Known(items), Some(last)) = (&self.folders, &self.last) else {
            return Vec::new();
        };
        let position = SplitPosition {
            scope: &self.range.scope,
            first: self.first.as_deref(),
            last,
            pages: self.pages,
        };
        let Some(Split { own, following }) = split(position, items) else {
            return Vec::new();
        };
        self.folders = if following.is_empty() && own == self.range.scope {
            Folders::Useless
        } else {
            Folders::Unknown
        };
        if !following.is_empty() {
            (self.pages, self.pages_before) = (0, PAGES_BEFORE_AGAIN);
        }
        self.first.take_if(|first| !first.starts_with(&*own));
        self.range = NameRange::whole(&own);
        following
            .iter()
            .map(|scope| RemainingPart::prefix(scope))
            .collect()
    }

    fn request_folders(&mut self, service: &Service) {
        let (container, scope) = (Rc::clone(&service.container), self.range.scope.clone());
        let mut request = JoinSet::new();
        request.spawn_local(async move { level(&*container, &scope).await });
        self.folders = Folders::Requested(request);
    }
}
