//! A listing in the order of bytes has the blobs of the listing in the service's order.

use std::collections::BTreeSet;

use super::*;

/// The names of a listing in the order of bytes.
fn listed(model: &Rc<Model>, listing: BlobListing) -> Result<Vec<String>, Error> {
    runs(async {
        let (pages, mut received) = mpsc::channel(PAGES_AHEAD);
        let container = Rc::clone(model) as Rc<dyn Container>;
        tokio::task::spawn_local(listing.list_by_bytes(container, pages));
        let mut names = Vec::new();
        while let Some(page) = received.recv().await {
            names.extend(page?.entries.iter().map(|entry| key(entry).0));
        }
        Ok(names)
    })
}

/// Files of a hierarchy, and the directories above them.
fn hierarchy() -> impl Strategy<Value = BTreeSet<String>> {
    let letters = vec![
        "a",
        "b",
        "a-",
        "a.",
        "a0",
        "-",
        "\u{ff00}",
        "😀",
        "a\u{e000}",
        "a😀",
        "z",
    ];
    let segment = prop::sample::select(letters);
    let path = prop::collection::vec(segment, 1..5);
    prop::collection::vec(path, 0..60).prop_map(|paths| {
        let above = paths
            .iter()
            .flat_map(|path| (1..=path.len()).map(|depth| path[..depth].join("/")));
        above.collect()
    })
}

/// A container with these names, which lists a few of them on each page.
fn model(
    names: &BTreeSet<String>,
    order: Order,
    (page_max, level_page_max): (usize, usize),
) -> Model {
    Model {
        page_max,
        level_page_max,
        ..Model::new(names.iter().map(|name| (name.clone(), 0)), order)
    }
}

proptest! {
    #[test]
    fn a_hierarchy_is_listed_in_the_order_of_bytes(
        names in hierarchy(),
        pages in (1..9_usize, 1..6_usize),
        levels in prop::sample::select(vec![Levels::InTurns, Levels::Bytes]),
        empty_every in prop::sample::select(vec![0, 2, 3]),
        seed in any::<u64>(),
        prefix in prop::sample::select(vec!["", "a", "a/", "a-/a"]),
    ) {
        let model = Rc::new(Model {
            is_hierarchical: true,
            levels,
            empty_every,
            seed,
            ..model(&names, Order::Folders, pages)
        });
        // The mark of a folder that is listed late is left out.
        let is_above = |name: &str| {
            let is_below = |other: &String| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
            names.iter().any(is_below)
        };
        let is_seen = |name: &&String| levels == Levels::InTurns || !is_above(name);
        let expected = names.iter().filter(|name| name.starts_with(prefix)).filter(is_seen);
        let expected: Vec<&String> = expected.collect();
        let found = listed(&model, listing("", Some(prefix))).unwrap();
        prop_assert!(found.is_sorted());
        let found: Vec<&String> = found.iter().filter(is_seen).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn a_hierarchy_is_listed_whole_in_its_own_order_too(
        names in hierarchy(),
        pages in (1..4_usize, 5..60_usize),
        seed in any::<u64>(),
    ) {
        let model = Rc::new(Model {
            is_hierarchical: true,
            seed,
            ..model(&names, Order::Folders, pages)
        });
        let found = joined(&list_all(&model, listing("", None), ListScope::default()));
        prop_assert_eq!(found, model.blobs.borrow().clone());
    }

    #[test]
    fn late_characters_are_listed_in_the_order_of_bytes(
        names in hierarchy(),
        pages in (1..9_usize, 1..6_usize),
        order in prop::sample::select(vec![Order::Bytes, Order::Utf16]),
        seed in any::<u64>(),
    ) {
        let model = Rc::new(Model { seed, ..model(&names, order, pages) });
        let found = listed(&model, listing("", None)).unwrap();
        prop_assert_eq!(found, names.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_hierarchy_on_one_page_costs_one_request_more() {
    let names = ["a", "a/b", "a-b"].map(str::to_owned).into();
    let model = Rc::new(Model {
        is_hierarchical: true,
        ..model(&names, Order::Folders, (9, 9))
    });
    assert_eq!(
        listed(&model, listing("", None)).unwrap(),
        ["a", "a-b", "a/b"]
    );
    assert_eq!((model.pages.get(), model.level_pages.get()), (2, 0));
}

#[test]
fn a_folder_that_cannot_be_listed_ends_the_listing_with_an_error() {
    let names = ["a", "a/b", "a/c", "b", "b/c", "b/d"]
        .map(str::to_owned)
        .into();
    let model = Rc::new(Model {
        is_hierarchical: true,
        broken: Some("b/".to_owned()),
        ..model(&names, Order::Folders, (2, 2))
    });
    assert!(listed(&model, listing("", None)).is_err());
}
