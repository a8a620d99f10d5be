//! The source: lists objects by their numbers and writes their bytes straight into the memory that they travel in.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use azring_transport::buffer::Lease;
use tokio::sync::mpsc::Sender;

use super::Content;
use crate::Result;
use crate::entry::{Entry, EntryName, Layout, Version};
use crate::location::Synthetic;
use crate::plan::chunks::Chunk;
use crate::store::source::start_listing;
use crate::store::{ListScope, Page, Pages, Reader, Source, Step, Tools};

/// The number of objects on a page.
const PAGE_OBJECTS: u64 = 256;

/// Synthetic objects as a source.
pub struct SyntheticSource(Synthetic);

impl SyntheticSource {
    /// These.
    pub fn new(generated: Synthetic) -> Self {
        Self(generated)
    }

    fn entry(&self, object: u64) -> Entry {
        Entry {
            name: Content::new(self.0.seed, object).name(),
            bytes: self.0.object_bytes,
            modified: UNIX_EPOCH,
            version: Version::Local {
                modified_ns: 0,
                inode: object,
            },
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        }
    }

    /// The object of this name, if this source has it.
    fn known(&self, name: &EntryName) -> Option<Entry> {
        let entry = match Content::of(name)?.number_for(self.0.seed) {
            Some(object) if self.0.objects.is_none_or(|objects| object < objects) => {
                self.entry(object)
            }
            _ => return None,
        };
        (entry.name == *name).then_some(entry)
    }

    async fn send_all(self: Arc<Self>, scope: ListScope, pages: Sender<Result<Page>>) {
        let last = scope
            .after
            .as_ref()
            .and_then(|(name, _)| Content::of(name)?.number_for(self.0.seed));
        let end = self.0.objects.unwrap_or(u64::MAX);
        let mut next = last.map_or(0, |last| last + 1);
        while next < end {
            let after_page = next.saturating_add(PAGE_OBJECTS).min(end);
            let mut entries: Vec<Entry> = (next..after_page)
                .map(|object| self.entry(object))
                .collect();
            let is_past_end = |entry: &Entry| scope.ends_before(&entry.name);
            let past_end = entries.iter().position(is_past_end);
            entries.truncate(past_end.unwrap_or(entries.len()));
            let page = Page {
                entries,
                ..Page::default()
            };
            if pages.send(Ok(page)).await.is_err() || past_end.is_some() {
                return;
            }
            next = after_page;
        }
    }
}

impl Source for SyntheticSource {
    fn list(self: Arc<Self>, _tools: &Tools, scope: ListScope) -> Pages {
        start_listing(|pages| self.send_all(scope, pages))
    }

    fn find<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a EntryName,
        _snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async { Ok(self.known(name)) })
    }

    fn has<'a>(&'a self, _tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async { Ok(self.known(name).is_some()) })
    }

    fn open<'a>(
        &'a self,
        _tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async {
            let content = Content::of(&entry.name).unwrap_or(Content::new(self.0.seed, 0));
            let reader: Arc<dyn Reader> = Arc::new(GeneratedReader(content));
            Ok(reader)
        })
    }
}

/// Generates the bytes of one object.
struct GeneratedReader(Content);

impl Reader for GeneratedReader {
    fn read<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        mut into: Lease,
    ) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            into.clear();
            self.0.each_piece(chunk.offset, chunk.bytes, |piece| {
                into.append(piece);
            });
            Ok(into)
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
