//! A listing that is split is the listing that is not.

mod by_bytes;
mod model;

use std::rc::Rc;
use std::sync::Arc;

use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::BlobListing;
use super::container::Container;
use super::parts_ahead::PARTS_AHEAD;
use super::window::{PAGES_HELD, PARTS_RUNNING};
use crate::Error;
use crate::entry::Entry;
use crate::entry::EntryName;
use crate::location::{Access, Location, parse as parse_location};
use crate::select::PatternRule;
use crate::select::{Filter, Pattern};
use crate::store::ListScope;
use crate::store::blob::BlobReadOptions;
use crate::store::listing::snapshot_id;
use crate::store::source::PAGES_AHEAD;
use model::{Beginnings, Key, Levels, Model, Order};

fn listing(directory: &str, prefix: Option<&str>) -> BlobListing {
    let url = format!("http://127.0.0.1:10000/acct/cont{directory}");
    let place = match parse_location(&url, Access::default(), None) {
        Ok(Location::Blob(place)) => place,
        other => panic!("{other:?}"),
    };
    BlobListing {
        place,
        pattern: Pattern::new(prefix, PatternRule::Prefix).unwrap(),
        filter: Arc::default(),
        read_options: BlobReadOptions::default(),
    }
}

fn runs<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    LocalSet::new().block_on(&runtime.unwrap(), future)
}

/// The keys of a listing's pages, and each page's marker.
fn list_all(
    model: &Rc<Model>,
    listing: BlobListing,
    from: ListScope,
) -> Vec<(Vec<Key>, Option<Box<str>>)> {
    runs(async {
        let (pages, mut received) = mpsc::channel(PAGES_AHEAD);
        let container = Rc::clone(model) as Rc<dyn Container>;
        tokio::task::spawn_local(listing.list(container, from, pages));
        let mut all = Vec::new();
        while let Some(page) = received.recv().await {
            let page = page.expect("nothing is broken");
            all.push((page.entries.iter().map(key).collect(), page.marker));
        }
        all
    })
}

fn key(entry: &Entry) -> Key {
    let name = entry.name.as_str().unwrap().to_owned();
    (name, snapshot_id(entry).map(str::to_owned))
}

fn joined(pages: &[(Vec<Key>, Option<Box<str>>)]) -> Vec<Key> {
    pages.iter().flat_map(|(keys, _)| keys.clone()).collect()
}

/// The scope up to this name.
fn up_to(until: &str) -> ListScope {
    ListScope {
        until: Some(EntryName::from(until)),
        ..ListScope::default()
    }
}

/// The scope after each entry and before the first entry of each page, with the keys that are left then.
fn positions(pages: &[(Vec<Key>, Option<Box<str>>)]) -> Vec<(ListScope, Vec<Key>)> {
    let all = joined(pages);
    let mut listed = 0;
    let mut positions = Vec::new();
    for (keys, marker) in pages {
        for count in 0..=keys.len() {
            let at = listed + count;
            let after = at.checked_sub(1).map(|last| &all[last]);
            let position = ListScope {
                from: None,
                folder: None,
                after: after
                    .map(|(name, id)| (EntryName::from(&**name), id.as_deref().map(Into::into))),
                until: None,
                marker: marker.clone(),
            };
            positions.push((position, all[at..].to_vec()));
        }
        listed += keys.len();
    }
    positions
}

/// Names of few letters, most of which begin alike.
fn names() -> impl Strategy<Value = Vec<(String, u8)>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "c/", "d/", "/"]),
        1 => prop::sample::select(vec!["-", ".", " ", "%2F", "&", "é", "\u{ff00}", "😀", "😀/", "a/a", "//"]),
    ];
    let name = prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat());
    let snapshots = prop_oneof![6 => Just(0_u8), 1 => 1..5_u8];
    prop::collection::vec((name, snapshots), 0..120)
}

fn any_model() -> impl Strategy<Value = Rc<Model>> {
    let order = prop::sample::select(vec![Order::Bytes, Order::Utf16, Order::Folders]);
    let levels = prop::sample::select(vec![Levels::InTurns, Levels::Apart, Levels::Bytes]);
    let beginnings = prop_oneof![
        4 => Just(Beginnings::Known),
        1 => prop::sample::select(vec![Beginnings::Behind, Beginnings::Ignored, Beginnings::Refused]),
    ];
    (
        names(),
        order,
        (levels, beginnings),
        (1..6_usize, 2..40_usize),
        0..5_usize,
        any::<u64>(),
    )
        .prop_map(
            |(
                names,
                order,
                (levels, beginnings),
                (page_max, level_page_max),
                empty_every,
                seed,
            )| {
                let mut model = Model::new(names, order);
                (model.levels, model.page_max, model.seed) = (levels, page_max, seed);
                (model.level_page_max, model.beginnings) = (level_page_max, beginnings);
                model.empty_every = if empty_every == 1 { 0 } else { empty_every };
                Rc::new(model)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_listing_ends_before_the_name_that_was_given(model in any_model(), at in any::<prop::sample::Index>()) {
        let all = joined(&list_all(&model, listing("", None), ListScope::default()));
        prop_assume!(!all.is_empty());
        let until = &all[at.index(all.len())].0;
        let end = all.iter().position(|(name, _)| name == until).unwrap();
        prop_assert_eq!(joined(&list_all(&model, listing("", None), up_to(until))), &all[..end]);
    }

    #[test]
    fn a_split_listing_equals_one_listing(model in any_model()) {
        let all = model.blobs.borrow().clone();
        prop_assert_eq!(joined(&list_all(&model, listing("", None), ListScope::default())), all);
    }

    #[test]
    fn a_split_listing_of_a_folder_stays_in_it(model in any_model(), prefix in "[ab]?") {
        let expected: Vec<Key> = model.blobs.borrow().iter().filter_map(|(name, id)| {
            let rest = name.strip_prefix("a/")?;
            rest.starts_with(&prefix).then(|| (rest.to_owned(), id.clone()))
        }).collect();
        prop_assert_eq!(joined(&list_all(&model, listing("/a/", Some(&prefix)), ListScope::default())), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn ranges_between_names_are_the_listing_and_nothing_is_in_two(
        model in any_model(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        prop_assume!(model.beginnings == Beginnings::Known);
        let all = model.blobs.borrow().clone();
        prop_assume!(!all.is_empty());
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(all.len())).collect();
        at.sort_unstable();
        let mut cuts: Vec<String> = at.into_iter().map(|at| all[at].0.clone()).collect();
        cuts.dedup();
        let ranges = ListScope::ranges(&cuts);
        let listed = ranges.flat_map(|range| joined(&list_all(&model, listing("", None), range)));
        prop_assert_eq!(listed.collect::<Vec<_>>(), all);
    }
}

/// Names of one level, with all that makes a name hard, many of which begin alike.
fn flat_model(names_max: usize) -> impl Strategy<Value = Rc<Model>> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec!["0", "1", "2", "9", "a", "b", "Z"]),
        1 => prop::sample::select(vec!["-", ".", " ", "/", "%", "&", "é", "\u{d7ff}", "\u{e000}", "\u{ff00}", "😀", "\u{10ffff}", "+"]),
    ];
    let name = prop::collection::vec(piece, 1..7).prop_map(|pieces| pieces.concat());
    let snapshots = prop_oneof![9 => Just(0_u8), 1 => 1..9_u8];
    let order = prop::sample::select(vec![Order::Bytes, Order::Utf16, Order::Folders]);
    let names = prop::collection::vec((name, snapshots), 0..names_max);
    let beginning = prop::sample::select(vec!["", "img-", "é/"]);
    (
        names,
        order,
        beginning,
        1..9_usize,
        0..6_usize,
        any::<u64>(),
    )
        .prop_map(|(names, order, beginning, page_max, empty_every, seed)| {
            let names = names.into_iter();
            let names = names.map(|(name, count)| (format!("{beginning}{name}"), count));
            let mut model = Model::new(names, order);
            (model.page_max, model.seed, model.level_page_max) = (page_max, seed, 2);
            model.empty_every = if empty_every == 1 { 0 } else { empty_every };
            Rc::new(model)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_listing_that_is_cut_by_names_equals_one_listing(model in flat_model(200)) {
        let all = model.blobs.borrow().clone();
        prop_assert_eq!(joined(&list_all(&model, listing("", None), ListScope::default())), all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_listing_that_is_cut_by_names_goes_on_behind_any_entry_of_a_page(model in flat_model(50)) {
        let pages = list_all(&model, listing("", None), ListScope::default());
        for (position, rest) in positions(&pages) {
            let is_of_page = pages.iter().any(|(keys, marker)| {
                *marker == position.marker && position.after.as_ref().is_none_or(|(name, id)| {
                    keys.iter().any(|key| (key.0.as_bytes(), key.1.as_deref()) == (name.as_bytes(), id.as_deref()))
                })
            });
            if is_of_page || model.order == Order::Bytes {
                let again = list_all(&model, listing("", None), position.clone());
                prop_assert_eq!(joined(&again), rest, "from {:?}", position);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_split_listing_goes_on_behind_any_entry(model in any_model()) {
        let pages = list_all(&model, listing("", None), ListScope::default());
        for (position, rest) in positions(&pages) {
            // Where a page has begun and nothing of it was taken, the order of names tells, which is that of bytes.
            let is_of_page = pages.iter().any(|(keys, marker)| {
                *marker == position.marker && position.after.as_ref().is_none_or(|(name, id)| {
                    keys.iter().any(|key| (key.0.as_bytes(), key.1.as_deref()) == (name.as_bytes(), id.as_deref()))
                })
            });
            // Names before a part are not in it.
            let is_of_other_part = position.marker.as_deref().is_some_and(|marker| marker.split('\0').nth(3) == Some(""));
            if is_of_page || is_of_other_part || model.order == Order::Bytes {
                let again = list_all(&model, listing("", None), position.clone());
                prop_assert_eq!(joined(&again), rest, "from {:?}", position);
            }
        }
    }

    #[test]
    fn a_split_listing_goes_on_behind_an_entry_that_is_gone(mut model in any_model()) {
        if model.order != Order::Bytes {
            let names = model.blobs.borrow().clone();
            let names = names.into_iter().map(|(name, _)| (name, 0));
            model = Rc::new(Model::new(names, Order::Bytes));
        }
        let pages = list_all(&model, listing("", None), ListScope::default());
        let all = model.blobs.borrow().clone();
        for (position, rest) in positions(&pages) {
            let Some((name, id)) = &position.after else { continue };
            let is_gone = |key: &Key| key.0.as_bytes() == name.as_bytes() && key.1.as_deref() == id.as_deref();
            *model.blobs.borrow_mut() = all.iter().filter(|key| !is_gone(key)).cloned().collect();
            let again = list_all(&model, listing("", None), position.clone());
            prop_assert_eq!(joined(&again), rest, "from {:?}", position);
        }
    }
}

fn rules() -> impl Strategy<Value = Filter> {
    let path = || prop::sample::select(vec!["a", "b", "ab", "c", "a/a", "-", "é", "d/", "b/c"]);
    let pattern = prop::sample::select(vec!["/a*", "/b?", "/{a,é}*", "/c/**", "*", "/ab"]);
    let paths = prop::collection::vec(path(), 0..4);
    (paths, prop::option::of(pattern), prop::option::of(path())).prop_map(
        |(paths, pattern, without)| {
            let mut filter = Filter::default();
            for path in paths {
                filter.include_path(path.as_bytes()).unwrap();
            }
            if let Some(pattern) = pattern {
                filter.include_pattern(pattern.as_bytes()).unwrap();
            }
            if let Some(path) = without {
                filter.exclude_path(path.as_bytes()).unwrap();
            }
            filter
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_filtered_listing_has_what_is_selected_of_the_whole_and_resumes(
        model in any_model(),
        rules in rules(),
        prefix in "[ab]?",
    ) {
        let filter = Arc::new(rules);
        let of = |filter: &Arc<Filter>| BlobListing {
            filter: Arc::clone(filter),
            ..listing("", Some(&prefix))
        };
        let pages = list_all(&model, of(&filter), ListScope::default());
        let mut selected = joined(&list_all(&model, of(&Arc::default()), ListScope::default()));
        selected.retain(|(name, _)| filter.selects_name(name.as_bytes()));
        let mut found = joined(&pages);
        if model.order != Order::Bytes {
            // The prefixes of a filter are in the order of bytes.
            found.sort();
            selected.sort();
        }
        prop_assert_eq!(found, selected);
        // Between two pages the order of names tells, which is that of bytes.
        if model.order == Order::Bytes {
            for (from, left) in positions(&pages) {
                let again = joined(&list_all(&model, of(&filter), from.clone()));
                prop_assert_eq!(again, left, "{:?}", from);
            }
        }
    }
}

/// So many folders with so many names each.
fn folders(folders: usize, names: usize) -> Model {
    let name = move |at| (format!("data/d{:03}/f{:03}", at / names, at % names), 0);
    let mut model = Model::new((0..folders * names).map(name), Order::Bytes);
    model.page_max = 10;
    model
}

#[test]
fn a_short_listing_costs_not_one_request_more() {
    for (count, pages) in [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2)] {
        let model = Rc::new(folders(count, 1));
        let listed = list_all(&model, listing("", None), ListScope::default());
        assert_eq!(joined(&listed).len(), count);
        assert_eq!((model.pages.get(), model.level_pages.get()), (pages, 0));
        let markers = listed.iter().filter_map(|(_, marker)| marker.as_deref());
        assert!(markers.clone().all(|marker| !marker.contains('\0')));
        assert_eq!(markers.count(), pages - 1);
    }
}

#[test]
fn folders_are_listed_at_the_same_time() {
    let model = Rc::new(folders(100, 30));
    let listed = list_all(&model, listing("", None), ListScope::default());
    assert_eq!(joined(&listed), *model.blobs.borrow());
    let distinct: std::collections::HashSet<String> =
        model.prefixes.borrow().iter().cloned().collect();
    assert!(distinct.len() > 2 * PARTS_AHEAD, "{distinct:?}");
    // 300 pages are full.
    let (pages, level_pages) = (model.pages.get(), model.level_pages.get());
    assert!(pages < 330 && level_pages < 10, "{pages} and {level_pages}");
}

#[test]
fn what_has_no_folders_is_asked_for_them_once() {
    let names = (0..1000).map(|at| (format!("file-{at:04}"), 0));
    let mut model = Model::new(names, Order::Bytes);
    (model.page_max, model.level_page_max) = (10, 500);
    for beginnings in [Beginnings::Ignored, Beginnings::Behind, Beginnings::Refused] {
        let mut model = model.clone();
        model.beginnings = beginnings;
        let model = Rc::new(model);
        let pages = list_all(&model, listing("", None), ListScope::default());
        assert_eq!(joined(&pages), *model.blobs.borrow());
        let asked = (model.level_pages.get(), model.questions.get());
        assert_eq!((model.pages.get(), asked), (100, (1, 1)), "{beginnings:?}");
        let markers = pages.iter().filter_map(|(_, marker)| marker.as_deref());
        assert!(markers.into_iter().all(|marker| !marker.contains('\0')));
    }
}

#[test]
fn what_has_no_folders_is_listed_between_names_at_the_same_time() {
    type Name = fn(usize) -> String;
    let kinds: [(&str, Name); 3] = [
        ("numbers", |at| format!("img-{at:06}.jpg")),
        ("random", |at| {
            format!(
                "{:016x}",
                (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            )
        }),
        ("words", |at| {
            format!(
                "{} ({at})",
                ["Über", "a/b", "img", "log_", "ｆ", "😀"][at % 6]
            )
        }),
    ];
    for (kind, name) in kinds {
        let most = if kind == "words" { 500 } else { 320 };
        for order in [Order::Bytes, Order::Utf16, Order::Folders] {
            let names = (0..4_000).map(|at| (name(at), 0));
            let mut model = Model::new(names, order);
            (model.page_max, model.level_page_max) = (20, 500);
            let model = Rc::new(model);
            let pages = list_all(&model, listing("", None), ListScope::default());
            assert_eq!(joined(&pages), *model.blobs.borrow(), "{kind} {order:?}");
            // 200 pages are full.
            let asked = (model.pages.get(), model.questions.get());
            let split = pages.iter().filter_map(|(_, marker)| marker.as_deref());
            let split = split.filter(|marker| marker.contains('\0')).count();
            assert!(
                asked.0 + asked.1 < most && split > 100,
                "{kind} {order:?}: {asked:?}, {split}"
            );
        }
    }
}

#[test]
fn where_it_is_not_known_which_name_comes_first_the_service_is_asked() {
    for order in [Order::Bytes, Order::Folders] {
        // The names that are seen before do not tell where a slash is.
        let names = (0..300).map(|at| format!("img-{at:03}"));
        let doubtful = (0..40).map(|at| format!("img/{at:03}"));
        let all = names.chain(doubtful).map(|name| (name, 0));
        let mut model = Model::new(all, order);
        (model.page_max, model.level_page_max) = (10, 10);
        let model = Rc::new(model);
        let pages = list_all(&model, listing("", None), ListScope::default());
        assert_eq!(joined(&pages), *model.blobs.borrow(), "{order:?}");
    }
}

#[test]
fn an_order_that_is_not_known_is_not_cut() {
    let names = (0..300).map(|at| (format!("a{at:03}"), 0));
    let mut model = Model::new(names, Order::Bytes);
    (model.page_max, model.level_page_max) = (10, 10);
    // As in a database to which letters in either case are the same.
    model.blobs.borrow_mut()[4].0 = "A004".into();
    let model = Rc::new(model);
    let pages = list_all(&model, listing("", None), ListScope::default());
    assert_eq!(joined(&pages).len(), 300);
    assert_eq!(model.pages.get(), 30);
}

#[test]
fn many_small_folders_do_not_become_many_requests() {
    let name = |at: usize| (format!("{:05}/{}", at / 2, at % 2), 0);
    let mut model = Model::new((0..5_000).map(name), Order::Bytes);
    model.page_max = 10;
    let model = Rc::new(model);
    let pages = list_all(&model, listing("", None), ListScope::default());
    assert_eq!(joined(&pages), *model.blobs.borrow());
    let asked = model.pages.get() + model.level_pages.get();
    assert!(asked < 600, "{asked}");
}

/// Lists a long listing with a consumer that does something else for so many turns before each page. Returns by
/// how many pages each request was ahead of the consumer.
fn pages_ahead(turns: usize) -> Vec<usize> {
    let model = Rc::new(folders(300, 40));
    runs(async {
        let (pages, mut received) = mpsc::channel(PAGES_AHEAD);
        let container = Rc::clone(&model) as Rc<dyn Container>;
        let listing = listing("", None);
        tokio::task::spawn_local(listing.list(container, ListScope::default(), pages));
        let (mut taken, mut ahead) = (0, Vec::new());
        loop {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            ahead.push(model.pages.get() - taken);
            match received.recv().await {
                Some(page) => taken += usize::from(page.is_ok()),
                None => return ahead,
            }
        }
    })
}

#[test]
fn what_is_listed_ahead_is_bounded_whatever_there_is() {
    let most = pages_ahead(300).into_iter().max();
    // Parts that were begun again would be listed twice.
    assert!(
        most <= Some(PARTS_RUNNING * PAGES_HELD + PAGES_AHEAD + 1),
        "{most:?}"
    );
}

#[test]
fn a_slow_consumer_has_few_pages_listed_ahead_of_it_and_a_fast_one_many() {
    let most = |turns| pages_ahead(turns).into_iter().max().unwrap_or_default();
    // Of the parts that are listed at once one is always being received.
    assert!(most(0) >= PARTS_AHEAD - 1, "{}", most(0));
    assert!(most(300) < PARTS_AHEAD * PAGES_HELD, "{}", most(300));
}

#[test]
fn an_error_is_reported_after_all_pages_before_it() {
    let mut model = folders(100, 30);
    model.broken = Some("data/d05".into());
    let model = Rc::new(model);
    let (keys, error) = runs(async {
        let (pages, mut received) = mpsc::channel(PAGES_AHEAD);
        let container = Rc::clone(&model) as Rc<dyn Container>;
        tokio::task::spawn_local(listing("", None).list(container, ListScope::default(), pages));
        let (mut keys, mut error) = (Vec::new(), None);
        while let Some(page) = received.recv().await {
            assert!(error.is_none(), "an error is the last");
            match page {
                Ok(page) => keys.extend(page.entries.iter().map(key)),
                Err(broken) => error = Some(broken),
            }
        }
        (keys, error)
    });
    assert!(error.is_some());
    let blobs = model.blobs.borrow();
    let before = blobs.iter().filter(|(name, _)| &**name < "data/d05");
    assert!(keys.iter().eq(before), "{:?}", keys.last());
}

#[test]
fn a_journal_of_a_later_version_is_refused() {
    let model = Rc::new(folders(3, 3));
    let position = ListScope {
        marker: Some("\0?".into()),
        ..ListScope::default()
    };
    let error = runs(async {
        let (pages, mut received) = mpsc::channel(PAGES_AHEAD);
        let container = Rc::clone(&model) as Rc<dyn Container>;
        tokio::task::spawn_local(listing("", None).list(container, position, pages));
        received.recv().await
    });
    assert!(matches!(error, Some(Err(Error::Usage(_)))));
}
