//! A listing delivers every file of a tree once, in the byte order of full names, whatever the shape
//! of the tree, the order of the service and the sizes of pages are.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Bound;
use std::rc::Rc;
use std::sync::Arc;

use azring_transport as transport;
use bytes::Bytes;
use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::directory::ListedTree;
use super::listing::list;
use super::walk::{DIRECTORIES_IN_FLIGHT_MAX, WalkLimits};
use crate::Result;
use crate::entry::EntryName;
use crate::store::rest::page::Marker;
use crate::store::source::PAGES_AHEAD;
use crate::store::{ListScope, Page, Step};

/// A share in memory, which lists names in the order that ignores case.
#[derive(Default)]
struct Share {
    /// The full names of the files.
    files: BTreeSet<String>,
    /// The full names of directories without files, each with a slash at its end.
    empty: BTreeSet<String>,
    page_children: usize,
    /// The status with which a directory is refused.
    refused: BTreeMap<String, u16>,
    requests: RefCell<Vec<String>>,
    in_flight: Cell<usize>,
    /// Requests that were sent while no other was under way.
    alone: Cell<usize>,
    in_flight_max: Cell<usize>,
}

impl Share {
    fn of<'a>(files: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            files: files.into_iter().map(str::to_owned).collect(),
            page_children: 3,
            ..Self::default()
        }
    }

    /// The children of a directory in the service's order: name, and whether it is a directory.
    fn children(&self, directory: &str) -> Vec<(String, bool)> {
        let below = |names: &BTreeSet<String>| -> Vec<(String, bool)> {
            let range = (Bound::Included(directory.to_owned()), Bound::Unbounded);
            let names = names.range(range);
            let names = names.take_while(|name| name.starts_with(directory));
            names
                .filter_map(|name| {
                    let rest = &name[directory.len()..];
                    match rest.split_once('/') {
                        Some((child, _)) => Some((child.to_owned(), true)),
                        None => (!rest.is_empty()).then(|| (rest.to_owned(), false)),
                    }
                })
                .collect()
        };
        let mut children = below(&self.files);
        children.extend(below(&self.empty));
        children
            .sort_by_key(|(name, is_directory)| (name.to_uppercase(), name.clone(), *is_directory));
        children.dedup();
        children
    }

    fn xml(&self, directory: &str, from: usize) -> String {
        let children = self.children(directory);
        let mut xml = String::from("<EnumerationResults><Entries>");
        let end = (from + self.page_children).min(children.len());
        for (name, is_directory) in &children[from..end] {
            let _ = if *is_directory {
                write!(
                    xml,
                    "<Directory><Name>{name}</Name><Properties/></Directory>"
                )
            } else {
                write!(
                    xml,
                    "<File><Name>{name}</Name><Properties><Content-Length>1</Content-Length>\
                     <Etag>\"1\"</Etag></Properties></File>"
                )
            };
        }
        let next = if end < children.len() {
            end.to_string()
        } else {
            String::new()
        };
        let _ = write!(
            xml,
            "</Entries><NextMarker>{next}</NextMarker></EnumerationResults>"
        );
        xml
    }
}

impl ListedTree for Share {
    fn shown(&self, directory: &str) -> String {
        format!("`{directory}`")
    }

    fn page<'a>(
        &'a self,
        directory: &'a str,
        after: Option<&'a Marker>,
    ) -> Step<'a, Result<Bytes>> {
        Box::pin(async move {
            self.requests.borrow_mut().push(directory.to_owned());
            if self.in_flight.get() == 0 {
                self.alone.set(self.alone.get() + 1);
            }
            self.in_flight.set(self.in_flight.get() + 1);
            let most = self.in_flight_max.get().max(self.in_flight.get());
            self.in_flight_max.set(most);
            // Answers take different times and come in another order than the requests.
            for _ in 0..=directory.bytes().map(usize::from).sum::<usize>() % 7 {
                tokio::task::yield_now().await;
            }
            self.in_flight.set(self.in_flight.get() - 1);
            if let Some(status) = self.refused.get(directory) {
                let error = transport::Error::new(transport::Kind::Status(*status), "refused");
                return Err(error.into());
            }
            let from = after.map_or(0, |Marker(text)| text.parse().unwrap());
            Ok(self.xml(directory, from).into())
        })
    }
}

const SMALL: WalkLimits = WalkLimits {
    held_max: 8,
    level_children_max: 4,
};

/// The pages of a listing, and how it ended.
fn pages(share: &Rc<Share>, scope: ListScope, limits: WalkLimits) -> (Vec<Page>, Result<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    LocalSet::new().block_on(&runtime.unwrap(), async {
        let (sender, mut received) = mpsc::channel(PAGES_AHEAD);
        let share = Rc::clone(share) as Rc<dyn ListedTree>;
        let filter = Arc::default();
        let listing = async move { list(share, scope, &filter, limits, &sender).await };
        let all = async {
            let mut all = Vec::new();
            while let Some(page) = received.recv().await {
                all.push(page.expect("errors come at the end"));
            }
            all
        };
        let (outcome, all) = tokio::join!(listing, all);
        (all, outcome)
    })
}

fn names(pages: &[Page]) -> Vec<String> {
    let entries = pages.iter().flat_map(|page| &page.entries);
    entries.map(|entry| entry.name.to_string()).collect()
}

fn listed(share: &Rc<Share>, scope: ListScope, limits: WalkLimits) -> Vec<String> {
    let (pages, outcome) = pages(share, scope, limits);
    outcome.unwrap();
    names(&pages)
}

fn after(name: &str) -> ListScope {
    ListScope {
        after: Some((EntryName::from(name), None)),
        ..ListScope::default()
    }
}

#[test]
fn a_directory_sorts_as_its_name_with_a_slash() {
    let share = Rc::new(Share::of(["a/x", "a.txt", "a-b", "a0", "B", "b/c", "A/y"]));
    let expected = ["A/y", "B", "a-b", "a.txt", "a/x", "a0", "b/c"];
    let limits = WalkLimits::default();
    assert_eq!(listed(&share, ListScope::default(), limits), expected);
}

#[test]
fn empty_directories_are_left_out() {
    let mut share = Share::of(["a/x"]);
    share.empty = ["a/e/", "b/", "c/d/"].map(str::to_owned).into();
    let share = Rc::new(share);
    assert_eq!(
        listed(&share, ListScope::default(), WalkLimits::default()),
        ["a/x"]
    );
}

#[test]
fn many_directories_are_listed_at_once_and_no_more() {
    let files: Vec<String> = (0..500).map(|number| format!("d{number:03}/f")).collect();
    let mut share = Share::of(files.iter().map(String::as_str));
    share.page_children = 5000;
    let share = Rc::new(share);
    let names = listed(&share, ListScope::default(), WalkLimits::default());
    assert_eq!(names, files);
    assert_eq!(share.requests.borrow().len(), 501);
    let most = share.in_flight_max.get();
    assert!((DIRECTORIES_IN_FLIGHT_MAX / 2..=DIRECTORIES_IN_FLIGHT_MAX).contains(&most));
}

#[test]
fn more_directories_than_may_be_held_are_listed_many_at_once() {
    let files: Vec<String> = (0..1000).map(|number| format!("d{number:03}/f")).collect();
    let mut share = Share::of(files.iter().map(String::as_str));
    share.page_children = 5000;
    let share = Rc::new(share);
    let limits = WalkLimits {
        held_max: 200,
        level_children_max: 1000,
    };
    assert_eq!(listed(&share, ListScope::default(), limits), files);
    let alone = share.alone.get();
    assert!(alone < 100, "{alone} of 1,001 requests went alone");
}

#[test]
fn a_listing_that_resumes_lists_only_the_directories_on_its_way() {
    let files: Vec<String> = (0..90)
        .map(|number| format!("d{}/e{}/f", number / 10, number % 10))
        .collect();
    let share = Rc::new(Share::of(files.iter().map(String::as_str)));
    let rest = listed(&share, after("d8/e7/f"), WalkLimits::default());
    assert_eq!(rest, ["d8/e8/f", "d8/e9/f"]);
    let mut requested = share.requests.borrow().clone();
    requested.dedup();
    assert_eq!(requested, ["", "d8/", "d8/e7/", "d8/e8/", "d8/e9/"]);
}

#[test]
fn a_directory_that_fails_is_named_and_the_rest_is_listed() {
    for status in [403, 404, 500] {
        let mut share = Share::of(["a/x", "b/c/x", "b/x", "d/x"]);
        share.refused = BTreeMap::from([("b/".to_owned(), status)]);
        let (pages, outcome) = pages(&Rc::new(share), ListScope::default(), SMALL);
        outcome.unwrap();
        assert_eq!(names(&pages), ["a/x", "d/x"]);
        let unlisted = pages.iter().flat_map(|page| &page.unlisted);
        let unlisted: Vec<_> = unlisted.map(|(name, _)| name.to_string()).collect();
        assert_eq!(unlisted, ["b/"], "{status}");
    }
}

#[test]
fn a_root_that_fails_ends_the_listing() {
    let mut share = Share::of(["a"]);
    share.refused = BTreeMap::from([(String::new(), 404)]);
    let (pages, outcome) = pages(&Rc::new(share), ListScope::default(), SMALL);
    assert!(pages.is_empty());
    assert_eq!(outcome.unwrap_err().status(), Some(404));
}

#[test]
fn a_level_with_too_many_children_is_listed_in_runs() {
    let files: Vec<String> = (0..50)
        .map(|number| format!("big/f{number:02}"))
        .chain((0..20).map(|number| format!("big/d{number:02}/x")))
        .collect();
    let share = Rc::new(Share::of(files.iter().map(String::as_str)));
    let names = listed(&share, ListScope::default(), SMALL);
    assert_eq!(
        names,
        share.files.iter().map(String::as_str).collect::<Vec<_>>()
    );
}

/// A name of a few characters around the slash and the case of letters.
fn part() -> impl Strategy<Value = String> {
    "[aAbB0.!-]{1,2}".prop_filter("no steps", |name| !matches!(name.as_str(), "." | ".."))
}

/// Files of which none is a directory too.
fn tree() -> impl Strategy<Value = BTreeSet<String>> {
    let name = prop::collection::vec(part(), 1..4).prop_map(|parts| parts.join("/"));
    prop::collection::btree_set(name, 0..40).prop_map(|names| {
        let is_directory = |name: &String| {
            let directory = format!("{name}/");
            names.iter().any(|other| other.starts_with(&directory))
        };
        let files = names.iter().filter(|name| !is_directory(name));
        files.cloned().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn ranges_between_names_are_the_listing_and_nothing_is_in_two(
        files in tree(),
        cuts in prop::collection::btree_set(part(), 0..4),
        more in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let share = Rc::new(Share { files, page_children: 3, ..Share::default() });
        let all: Vec<String> = share.files.iter().cloned().collect();
        let mut cuts = cuts;
        if !all.is_empty() {
            cuts.extend(more.iter().map(|at| all[at.index(all.len())].clone()));
        }
        let cuts: Vec<String> = cuts.into_iter().collect();
        let ranges = ListScope::ranges(&cuts);
        let listed_in = |range| listed(&share, range, WalkLimits::default());
        prop_assert_eq!(ranges.flat_map(listed_in).collect::<Vec<_>>(), all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_tree_is_listed_once_and_in_order(
        files in tree(),
        page_children in 1_usize..6,
        held_max in 1_usize..40,
        level_children_max in 1_usize..10,
        (from, to) in (part(), part()),
    ) {
        let limits = WalkLimits { held_max, level_children_max };
        let share = Rc::new(Share { files, page_children, ..Share::default() });
        let all: Vec<String> = share.files.iter().cloned().collect();
        prop_assert_eq!(&listed(&share, ListScope::default(), limits), &all);
        for name in all.iter().step_by(4).chain([&from]) {
            let rest: Vec<String> = all.iter().filter(|other| *other > name).cloned().collect();
            prop_assert_eq!(&listed(&share, after(name), limits), &rest, "after {}", name);
        }
        for until in all.iter().step_by(5).chain([&to]) {
            let scope = ListScope {
                from: None,
                until: Some(EntryName::from(until.as_str())),
                ..after(&from)
            };
            let is_within = |name: &&String| *name > &from && *name < until;
            let expected: Vec<String> = all.iter().filter(is_within).cloned().collect();
            prop_assert_eq!(&listed(&share, scope, limits), &expected, "until {}", until);
        }
    }
}
