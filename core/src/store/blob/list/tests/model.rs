//! A container in memory that lists as a service does.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::fmt::Write as _;

use bytes::Bytes;
use quick_xml::escape::escape;

use super::super::container::{Container, PageQuery, QueryKind};
use crate::Result;
use crate::store::Step;
use crate::store::rest::malformed;
use crate::store::rest::page::Marker;

/// The order of the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Bytes,
    Utf16,
    /// Folder by folder, as in a hierarchy.
    Folders,
}

/// The order in which a level is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Levels {
    /// As the blobs are.
    InTurns,
    /// On every page, the blobs and then the folders.
    Apart,
    /// In the order of bytes, whatever that of the blobs is.
    Bytes,
}

/// How a service treats the first name of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginnings {
    Known,
    /// The name itself is left out.
    Behind,
    Ignored,
    Refused,
}

/// A blob, or a snapshot of one.
pub(super) type Key = (String, Option<String>);

/// A container.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) order: Order,
    pub(super) levels: Levels,
    pub(super) beginnings: Beginnings,
    /// In the order of the listing.
    pub(super) blobs: RefCell<Vec<Key>>,
    pub(super) page_max: usize,
    pub(super) level_page_max: usize,
    /// Every so many pages one is empty.
    pub(super) empty_every: usize,
    /// Names are files and directories: one that others begin with and a slash is a directory.
    pub(super) is_hierarchical: bool,
    /// What the listing waits for differs by this.
    pub(super) seed: u64,
    /// Pages of blobs and of levels that were asked for.
    pub(super) pages: Cell<usize>,
    pub(super) level_pages: Cell<usize>,
    /// Names that were asked for by themselves.
    pub(super) questions: Cell<usize>,
    /// Prefixes that were asked for.
    pub(super) prefixes: RefCell<Vec<String>>,
    /// A page of a prefix that begins like this breaks.
    pub(super) broken: Option<String>,
}

impl Model {
    /// Names, and how many snapshots each has.
    pub(super) fn new(names: impl IntoIterator<Item = (String, u8)>, order: Order) -> Self {
        let mut names: Vec<(String, u8)> = names.into_iter().collect();
        names.sort_by(|(one, _), (other, _)| order.compare(one, other));
        names.dedup_by(|(one, _), (other, _)| one == other);
        let versions = |(name, count): (String, u8)| {
            let id = |number| Some(format!("2011-03-09T01:42:3{number}.0000000Z"));
            let ids = (0..count).map(id).chain([None]);
            ids.map(move |id| (name.clone(), id)).collect::<Vec<_>>()
        };
        Self {
            order,
            levels: Levels::InTurns,
            beginnings: Beginnings::Known,
            blobs: RefCell::new(names.into_iter().flat_map(versions).collect()),
            page_max: 3,
            level_page_max: 5000,
            empty_every: 0,
            is_hierarchical: false,
            seed: 0,
            pages: Cell::default(),
            level_pages: Cell::default(),
            questions: Cell::default(),
            prefixes: RefCell::default(),
            broken: None,
        }
    }

    fn blobs_page(&self, query: PageQuery<'_>) -> String {
        let blobs = self.blobs.borrow();
        let from = query.after.map(|Marker(marker)| {
            let (key, _number) = marker.rsplit_once('|').expect("a marker of this service");
            let (name, id) = key.rsplit_once('|').expect("a marker of this service");
            (
                name.to_owned(),
                Some(id.to_owned()).filter(|id| !id.is_empty()),
            )
        });
        let is_ahead = |key: &&Key| {
            let is_passed = from.as_ref().is_some_and(|from| self.is_before(key, from));
            let is_within = query.from.is_none_or(|from| self.begins_with(&key.0, from));
            key.0.starts_with(query.prefix) && !is_passed && is_within
        };
        let mut ahead = blobs.iter().filter(is_ahead);
        let number = self.pages.get() + self.questions.get();
        let is_empty = self.empty_every > 0 && number.is_multiple_of(self.empty_every);
        let mut xml = String::new();
        let count = match query.kind {
            _ if is_empty => 0,
            QueryKind::First => 1,
            _ => self.page_max,
        };
        for (name, id) in ahead.by_ref().take(count) {
            write!(xml, "<Blob><Name>{}</Name>", escape(&**name)).unwrap();
            if let Some(id) = id {
                write!(xml, "<Snapshot>{id}</Snapshot>").unwrap();
            }
            xml.push_str(&self.properties(name));
            xml.push_str("</Blob>");
        }
        let next = ahead.next();
        let next = next.map(|(name, id)| {
            let id = id.as_deref().unwrap_or_default();
            format!("{name}|{id}|{number}")
        });
        written(&xml, next)
    }

    fn is_directory(&self, name: &str) -> bool {
        let is_below = |other: &str| {
            other
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.is_hierarchical && self.blobs.borrow().iter().any(|(other, _)| is_below(other))
    }

    fn properties(&self, name: &str) -> String {
        let (bytes, kind) = match (self.is_hierarchical, self.is_directory(name)) {
            (false, _) => (1, ""),
            (true, false) => (1, "<ResourceType>file</ResourceType>"),
            (true, true) => (0, "<ResourceType>directory</ResourceType>"),
        };
        format!(
            "<Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>{bytes}</Content-Length>{kind}</Properties>"
        )
    }

    fn level_page(&self, query: PageQuery<'_>, entries_max: Option<usize>) -> String {
        let mut items: Vec<String> = Vec::new();
        for (name, id) in &*self.blobs.borrow() {
            let Some(rest) = name.strip_prefix(query.prefix).filter(|_| id.is_none()) else {
                continue;
            };
            if self.is_directory(name) {
                continue;
            }
            let end = rest.find('/').map_or(rest.len(), |slash| slash + 1);
            let item = &name[..query.prefix.len() + end];
            if items.last().is_none_or(|last| last != item) {
                items.push(item.to_owned());
            }
        }
        if self.levels == Levels::Bytes {
            items.sort();
        }
        let from = query
            .after
            .map_or(0, |Marker(marker)| marker.parse().unwrap());
        let count = entries_max
            .unwrap_or(self.level_page_max)
            .min(self.level_page_max);
        let end = (from + count).min(items.len());
        let is_folder = |item: &str| item.len() > query.prefix.len() && item.ends_with('/');
        let page = &mut items[from..end];
        if self.levels == Levels::Apart {
            page.sort_by_key(|item| is_folder(item));
        }
        let mut xml = String::new();
        for item in page {
            let kind = if is_folder(item) {
                "BlobPrefix"
            } else {
                "Blob"
            };
            let properties = match (query.kind, item.strip_suffix('/')) {
                (QueryKind::Folder, Some(folder)) => self.properties(folder),
                (QueryKind::Folder, None) => self.properties(item),
                _ => String::new(),
            };
            let name = escape(&**item);
            write!(xml, "<{kind}><Name>{name}</Name>{properties}</{kind}>").unwrap();
        }
        written(&xml, (end < items.len()).then(|| end.to_string()))
    }

    /// A listing from this name on has that name.
    fn begins_with(&self, name: &str, from: &str) -> bool {
        let order = self.order.compare(name, from);
        match self.beginnings {
            Beginnings::Known => order.is_ge(),
            Beginnings::Behind => order.is_gt(),
            Beginnings::Ignored | Beginnings::Refused => true,
        }
    }

    /// The first comes before the second; of one name, its snapshots come first.
    fn is_before(&self, one: &Key, other: &Key) -> bool {
        let order = self.order.compare(&one.0, &other.0);
        let age = |key: &Key| (key.1.is_none(), key.1.clone());
        order.then_with(|| age(one).cmp(&age(other))).is_lt()
    }
}

impl Order {
    fn compare(self, one: &str, other: &str) -> Ordering {
        match self {
            Self::Bytes => one.cmp(other),
            Self::Utf16 => one.encode_utf16().cmp(other.encode_utf16()),
            Self::Folders => one.split('/').cmp(other.split('/')),
        }
    }
}

fn written(blobs: &str, next: Option<String>) -> String {
    let next = next.unwrap_or_default();
    let next = escape(&*next);
    format!(
        "<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"
    )
}

impl Container for Model {
    fn page<'a>(&'a self, query: PageQuery<'a>) -> Step<'a, Result<Bytes>> {
        let count = match query.kind {
            QueryKind::Blobs => &self.pages,
            QueryKind::Level(_) | QueryKind::Folder => &self.level_pages,
            QueryKind::First => &self.questions,
        };
        count.set(count.get() + 1);
        self.prefixes.borrow_mut().push(query.prefix.to_owned());
        let number = self.pages.get() + self.level_pages.get() + self.questions.get();
        let number = number as u64;
        let turns = (number ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
        Box::pin(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            let broken = self.broken.as_deref();
            if broken.is_some_and(|broken| query.prefix.starts_with(broken)) {
                return Ok("<broken".into());
            }
            if query.from.is_some() && self.beginnings == Beginnings::Refused {
                return Err(malformed("its version is not known"));
            }
            let page = match query.kind {
                QueryKind::Blobs | QueryKind::First => self.blobs_page(query),
                QueryKind::Level(entries_max) => self.level_page(query, entries_max),
                QueryKind::Folder => self.level_page(query, None),
            };
            Ok(page.into())
        })
    }
}
