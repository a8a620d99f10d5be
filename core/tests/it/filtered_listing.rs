//! A filtered listing has exactly what the filter selects of the whole listing, in every store: what a
//! lister does not look at has nothing that is selected.

use std::ops::ControlFlow;
use std::sync::Arc;

use azring_core::entry::Entry;
use azring_core::job;
use azring_core::location::{Access, Location, ServiceKind, parse};
use azring_core::options::{Engine, Selection};
use azring_core::select::{Filter, ListForm};
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;
use azring_transport::auth::Secret;

/// Names below several folders, and folders that begin alike.
const NAMES: [&str; 16] = [
    "a",
    "a-b/c.log",
    "a.log",
    "ab/c",
    "ab/c-d/e.log",
    "ab/cd",
    "b/a/b/a.txt",
    "b/a.txt",
    "b/ab/x",
    "b0",
    "c/d/e/f/g.log",
    "c/d/x",
    "c/dd/x",
    "x y/a&b.txt",
    "é/a.txt",
    "é/é.log",
];

const PATTERNS: [&str; 14] = [
    "*.log",
    "a*",
    "/a*",
    "b/",
    "/b/",
    "**/a/**",
    "c/**/x",
    "/c/*/x",
    "{ab,é}/*",
    "[!a]*",
    "?",
    "/?/**",
    "d/",
    "a&b.txt",
];

const PATHS: [&str; 9] = [
    "a",
    "ab",
    "ab/c",
    "b/a/",
    "c/d",
    "c/d/e/f/g.log",
    "é",
    "x y",
    "nothing",
];

const EXPRESSIONS: [&str; 4] = ["^c/", "log$", "(?i)A", "/.*/"];

/// Numbers drawn from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % end as u64) as usize
    }

    fn some<'a>(&mut self, texts: &[&'a str]) -> Vec<&'a str> {
        let count = [0, 0, 1, 1, 2, 3][self.below(6)];
        (0..count).map(|_| texts[self.below(texts.len())]).collect()
    }

    fn filter(&mut self) -> Filter {
        let mut filter = Filter::default();
        if self.below(4) == 0 {
            filter.needs_each_kind();
        }
        for text in self.some(&PATTERNS) {
            filter.include_pattern(text.as_bytes()).expect(text);
        }
        for text in self.some(&PATTERNS) {
            filter.exclude_pattern(text.as_bytes()).expect(text);
        }
        for text in self.some(&PATHS) {
            filter.include_path(text.as_bytes()).expect(text);
        }
        for text in self.some(&PATHS) {
            filter.exclude_path(text.as_bytes()).expect(text);
        }
        if self.below(5) == 0 {
            let text = EXPRESSIONS[self.below(EXPRESSIONS.len())];
            filter.include_regex(text).expect(text);
        }
        if self.below(5) == 0 {
            let rules = [
                "- ab/\n+ a*\n- *.log",
                "+ /c/d/**\n- c/\n- *.txt",
                "- b/a/**\n+ *.log\n- *",
            ];
            let rules = rules[self.below(3)];
            filter.ordered_rules(rules.as_bytes()).expect(rules);
        }
        match self.below(6) {
            0 => filter.at_least(16),
            1 => filter.at_most(18),
            _ => {}
        }
        filter
    }
}

fn list(location: &Location, filter: &Arc<Filter>) -> Vec<Entry> {
    let selection = Selection {
        recursive: true,
        filter: Arc::clone(filter),
        ..Selection::default()
    };
    let mut all = Vec::new();
    let listed = job::list(location, &selection, &Engine::default(), &mut |page| {
        assert!(page.unlisted.is_empty() && page.unfound.is_empty());
        all.extend(page.entries.iter().cloned());
        ControlFlow::Continue(())
    });
    listed.expect("it can be listed");
    all
}

fn names(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.name.to_string()).collect()
}

fn location(storage: &(impl Storage + ?Sized), service: ServiceKind) -> Location {
    let access = Access {
        key: Some(Secret::new(storage.account().key_in_base64())),
        sas: None,
    };
    parse(&storage.url(), access, Some(service)).expect("a URL")
}

#[test]
fn a_filtered_listing_has_what_is_selected_of_the_whole_in_every_store() {
    let tree = Tree::named(NAMES).only(|name| name != "a");
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    tree.write_to(folder.path());
    let (_blobs, blobs) = single_account::start();
    let container = blobs.fresh_container("filtered");
    tree.put_into(&container);
    let (_files, files) = single_account::start_for_files();
    let share = files.fresh_share("filtered");
    tree.put_into(&share);
    let stores = [
        Location::Local(folder.path().to_owned()),
        location(&container, ServiceKind::Blob),
        location(&share, ServiceKind::Share),
    ];
    for store in &stores {
        let whole = list(store, &Arc::default());
        assert_eq!(whole.len(), tree.len());
        for seed in 0..80 {
            let filter = Arc::new(Draw(seed).filter());
            let selected = whole.iter().filter(|entry| filter.selects(entry));
            let selected: Vec<Entry> = selected.cloned().collect();
            let found = list(store, &filter);
            assert_eq!(
                names(&found),
                names(&selected),
                "{store}, {seed}: {filter:?}"
            );
        }
    }
}

#[test]
fn listed_names_are_those_of_the_whole_that_are_in_the_list() {
    let tree = Tree::named(NAMES).only(|name| name != "a");
    let (_blobs, blobs) = single_account::start();
    let container = blobs.fresh_container("listed");
    tree.put_into(&container);
    let store = location(&container, ServiceKind::Blob);
    let whole = list(&store, &Arc::default());
    for seed in 0..20 {
        let mut draw = Draw(seed);
        let mut filter = draw.filter();
        let listed = (0..8).map(|_| names(&whole)[draw.below(whole.len())].clone());
        let listed: Vec<String> = listed.collect();
        let form = ListForm {
            separator: b'\n',
            has_paths: false,
        };
        filter
            .list(listed.join("\n").as_bytes(), form)
            .expect("a list");
        let filter = Arc::new(filter);
        let selected = whole.iter().filter(|entry| filter.selects(entry));
        let selected: Vec<Entry> = selected.cloned().collect();
        assert_eq!(
            names(&list(&store, &filter)),
            names(&selected),
            "{seed}: {filter:?}"
        );
    }
}
