//! The source of a sync: while it is listed, it is joined with the listing of the target.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::comparison::{Comparison, NotedObject};
use super::list;
use crate::compare::ListingJoin;
use crate::entry::{Entry, EntryName};
use crate::store::{
    ListScope, Page, Pages, Reader, Source, Step, Tools, pass_on_to, start_listing,
};
use crate::{Error, Result, Side};

/// Objects of one page.
const PAGE_ENTRIES: usize = 1024;

/// A source that is compared with a target.
pub(super) struct JoinedSource {
    source: Arc<dyn Source>,
    comparison: Arc<Comparison>,
}

impl JoinedSource {
    /// The source of this comparison.
    pub(super) fn new(comparison: Arc<Comparison>) -> Self {
        Self {
            source: Arc::clone(&comparison.sides.source),
            comparison,
        }
    }

    /// Sends the objects of the source, page by page, and notes those that only the target has.
    async fn join(&self, tools: &Tools, pages: &Sender<Result<Page>>) {
        let source = list(Some(&self.comparison.sides.listed), tools);
        let target = list(self.comparison.sides.target.as_ref(), tools);
        let mut join = ListingJoin::new(source, target);
        let mut page = Page::default();
        loop {
            let joined = join.next().await;
            self.take_trouble(&mut join, &mut page);
            let is_end = !matches!(joined, Ok(Some(_)));
            let failure = match joined {
                Ok(Some(joined)) => {
                    match self.comparison.note(joined) {
                        NotedObject::Nothing => {}
                        NotedObject::Equal(name, bytes) => page.equal.push((name, bytes)),
                        NotedObject::Entry(entry) => page.entries.push(*entry),
                    }
                    None
                }
                Ok(None) => {
                    self.comparison.note_end();
                    None
                }
                Err(error) => Some(error),
            };
            let has_trouble = !page.unlisted.is_empty() || !page.unfound.is_empty();
            let objects = page.entries.len() + page.equal.len();
            let is_full = objects >= PAGE_ENTRIES || has_trouble;
            if ((is_end && !page.is_empty()) || is_full)
                && pages.send(Ok(std::mem::take(&mut page))).await.is_err()
            {
                return;
            }
            if let Some(error) = failure {
                // The consumer has gone when the run was stopped.
                let _is_received = pages.send(Err(error)).await;
            }
            if is_end {
                return;
            }
        }
    }

    /// Passes on what could not be listed. A folder of the target is named as such.
    fn take_trouble(&self, join: &mut ListingJoin, page: &mut Page) {
        for side in [Side::Source, Side::Target] {
            let trouble = join.take_trouble(side);
            let unknown = trouble.unlisted.len() + trouble.unfound.len();
            self.comparison.note_unlisted(side, unknown);
            page.unfound.extend(trouble.unfound);
            page.notices.extend(trouble.notices);
            let named = trouble.unlisted.into_iter().map(|(folder, error)| {
                let folder = match side {
                    Side::Source => folder,
                    Side::Target => {
                        let text = [b"(at the destination) ", folder.as_bytes()].concat();
                        EntryName::new(text)
                    }
                };
                (folder, error)
            });
            page.unlisted.extend(named);
        }
    }
}

impl Source for JoinedSource {
    pass_on_to!(source);

    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages {
        let tools = tools.clone();
        start_listing(move |pages| async move {
            if scope == ListScope::default() {
                self.join(&tools, &pages).await;
            } else {
                let what = "a sync compares both sides from their beginning";
                let _is_received = pages.send(Err(Error::Usage(what.into()))).await;
            }
        })
    }

    fn list_directories(self: Arc<Self>, tools: &Tools) -> Option<Pages> {
        Arc::clone(&self.source).list_directories(tools)
    }

    fn can_resume(&self, scope: &ListScope) -> bool {
        *scope == ListScope::default()
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
            let found = self.source.find(tools, name, snapshot).await?;
            Ok(found.map(|entry| self.comparison.with_time(entry)))
        })
    }

    fn complete<'a>(&'a self, tools: &'a Tools, entry: Entry) -> Step<'a, Result<Entry>> {
        Box::pin(async move {
            let complete = self.source.complete(tools, entry).await?;
            Ok(self.comparison.with_time(complete))
        })
    }

    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>> {
        self.source.open(tools, entry)
    }
}
