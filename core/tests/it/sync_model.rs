//! A sync of random trees, with random filters and failures of the service, against a model of a few lines.
//!
//! Whatever fails, nothing is deleted that the source has, and nothing at all when anything was not listed
//! or not copied. Without a failure the target is what the model says, and a second sync copies nothing.
//! `AZRING_SYNC_CASES` says how many cases there are (`scripts/sync_model.sh`), `AZRING_SEED` which is the first.

use std::collections::BTreeMap;
use std::sync::Arc;

use azring_core::Stop;
use azring_core::job;
use azring_core::location::{Access, Location, ServiceKind, parse};
use azring_core::options::{
    Conflict, ContentType, CopyWay, DeletionMode, DownloadOptions, Engine, Integrity, Options,
    Selection, SyncOptions, TableOptions, UploadOptions,
};
use azring_core::report::{Event, Observer, OverwriteAnswer, Summary};
use azring_core::select::Filter;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;
use azring_transport::auth::Secret;
use tempfile::TempDir;

/// Names whose order depends on where a slash stands, and none of which is a folder of another.
const NAMES: [&str; 10] = [
    "a-b", "a.txt", "a/c", "a/d/e", "a0", "b/x", "b-", "é", "z/1", "z/2",
];

/// Objects by name.
type Model = BTreeMap<&'static str, String>;

/// What fails in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The target cannot be listed.
    Listing,
    /// The second listing of the target fails, which comes before the deletion.
    LateListing,
    /// An object cannot be written.
    Writing,
    /// Nothing can be deleted.
    Deleting,
}

impl Fault {
    fn rule(self, container: &str) -> Option<String> {
        let refused = r#"{"answer":{"status":403,"code":"AuthorizationFailure"}}"#;
        let when = match self {
            Self::None => return None,
            Self::Listing => format!(r#""path":"*/{container}","query":"*comp=list*""#),
            Self::LateListing => {
                format!(r#""path":"*/{container}","query":"*comp=list*","hits":[2]"#)
            }
            Self::Writing => format!(r#""method":"PUT","path":"*/{container}/a*""#),
            Self::Deleting => format!(r#""method":"DELETE","path":"*/{container}/*""#),
        };
        Some(format!(r#"{{"when":{{{when}}},"then":{refused}}}"#))
    }
}

/// What a sync is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Everything,
    /// Not this folder or object.
    Without(&'static str),
    /// Only this folder or object.
    Only(&'static str),
    /// No names whose last part ends so.
    NotEnding(&'static str),
    /// Only objects of at most a byte.
    Small,
}

impl Rule {
    fn draw(draw: &mut Draw) -> Self {
        let path = ["a", "b", "z", "a/d", "a-b"][draw.below(5) as usize];
        match draw.below(8) {
            0 | 1 => Self::Without(path),
            2 => Self::Only(path),
            3 => Self::NotEnding(["c", "t", "1", "x"][draw.below(4) as usize]),
            4 | 5 => Self::Small,
            _ => Self::Everything,
        }
    }

    /// Whether an object is selected: the reference.
    fn selects(self, name: &str, content: &str) -> bool {
        let is_in = |path: &str| name == path || name.starts_with(&format!("{path}/"));
        match self {
            Self::Everything => true,
            Self::Without(path) => !is_in(path),
            Self::Only(path) => is_in(path),
            Self::NotEnding(end) => !name.ends_with(end),
            Self::Small => content.len() <= 1,
        }
    }

    fn filter(self) -> Filter {
        let mut filter = Filter::default();
        let added = match self {
            Self::Everything => Ok(()),
            Self::Without(path) => filter.exclude_path(path.as_bytes()),
            Self::Only(path) => filter.include_path(path.as_bytes()),
            Self::NotEnding(end) => filter.exclude_pattern(format!("*{end}").as_bytes()),
            Self::Small => {
                filter.at_most(1);
                Ok(())
            }
        };
        added.expect("it can be read");
        filter
    }
}

/// Numbers drawn from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Some of the names, each with one of a few contents.
    fn model(&mut self) -> Model {
        let share = self.below(11);
        let mut model = Model::new();
        for name in NAMES {
            if self.below(10) < share {
                let content = ["", "x", "y", "longer"][self.below(4) as usize];
                model.insert(name, content.to_owned());
            }
        }
        model
    }
}

/// An observer that needs nothing.
struct Nobody;

impl Observer for Nobody {
    fn event(&self, _event: Event<'_>) {}

    fn ask_overwrite(&self, _source: &str, _target: &str) -> OverwriteAnswer {
        panic!("a sync never asks about an object")
    }
}

/// One case: two trees, and what is asked for.
struct Case {
    folder: TempDir,
    container: Container,
    source: Model,
    target: Model,
    deletes: bool,
    allows_empty_source: bool,
    fault: Fault,
    rule: Rule,
}

impl Case {
    fn draw(draw: &mut Draw, service: &BlobService) -> Self {
        let container = service.fresh_container("model");
        let (source, target) = (draw.model(), draw.model());
        // The source is written last, so that what differs is newer there.
        tree(&target).put_into(&container);
        let folder = TempDir::new().expect("a folder for temporary files");
        tree(&source).write_to(folder.path());
        Self {
            folder,
            container,
            source,
            target,
            deletes: draw.below(4) > 0,
            allows_empty_source: draw.below(2) > 0,
            fault: match draw.below(8) {
                0 => Fault::Listing,
                1 => Fault::LateListing,
                2 => Fault::Writing,
                3 => Fault::Deleting,
                _ => Fault::None,
            },
            rule: Rule::draw(draw),
        }
    }

    fn options(&self) -> Options {
        let access = Access {
            key: Some(Secret::new(
                self.container.service().account().key_in_base64(),
            )),
            sas: None,
        };
        let target = parse(&self.container.url(), access, Some(ServiceKind::Blob));
        Options {
            source: Location::Local(self.folder.path().to_owned()),
            target: target.expect("a URL"),
            selection: Selection {
                recursive: true,
                metadata: true,
                filter: Arc::new(self.rule.filter()),
                lists_all_sizes_and_times: true,
                ..Selection::default()
            },
            conflict: Conflict::default(),
            upload: UploadOptions {
                content_type: ContentType::Unset,
                ..UploadOptions::default()
            },
            integrity: Integrity::default(),
            download: DownloadOptions::default(),
            table: TableOptions::default(),
            engine: Engine {
                concurrency: Some(2),
                ..Engine::default()
            },
            sync_copy: false,
            copy_way: CopyWay::Auto,
            preserve_smb: false,
            posix: azring_core::options::PosixOptions::default(),
            properties: Arc::default(),
            as_subdir: false,
            sync: Some(SyncOptions {
                deletion: if self.deletes {
                    DeletionMode::On
                } else {
                    DeletionMode::Off
                },
                allows_empty_source: self.allows_empty_source,
                ..SyncOptions::default()
            }),
            moves: None,
            verify: None,
            preview: false,
        }
    }

    fn run(&self) -> Option<Summary> {
        job::run(&self.options(), None, &Nobody, &Stop::default()).ok()
    }

    /// Whether objects may be deleted at all.
    fn may_delete(&self) -> bool {
        let is_sure = !matches!(
            self.fault,
            Fault::Listing | Fault::LateListing | Fault::Writing
        );
        let is_empty = self.selected().next().is_none() && !self.allows_empty_source;
        self.deletes && is_sure && !is_empty
    }

    /// What the target has afterwards if nothing fails.
    fn expected(&self) -> Model {
        let mut expected = self.target.clone();
        if self.may_delete() {
            expected.retain(|name, _| !self.is_superfluous(name));
        }
        expected.extend(self.selected());
        expected
    }

    /// What the source has and the filter selects.
    fn selected(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = self.source.iter();
        let selected = all.filter(|(name, content)| self.rule.selects(name, content));
        selected.map(|(name, content)| (*name, content.clone()))
    }

    /// Whether only the target has the object, and the filter selects it.
    fn is_superfluous(&self, name: &str) -> bool {
        let content = self.target.get(name).map_or("", String::as_str);
        !self.source.contains_key(name) && self.rule.selects(name, content)
    }

    fn check(&self, server: &Server) {
        let rule = self.fault.rule(self.container.name());
        if let Some(rule) = &rule {
            server.set_faults(rule);
        }
        let summary = self.run();
        let is_hit = rule.is_some() && server.has_applied_faults();
        server.clear_faults();
        let found = Tree::get_from(&self.container);
        for name in self.target.keys() {
            let may_be_gone =
                self.is_superfluous(name) && (self.may_delete() || !is_hit && self.deletes);
            assert!(found.get(name).is_some() || may_be_gone, "{name} is gone");
        }
        if is_hit {
            let is_success = summary.is_some_and(|summary| summary.is_success());
            assert!(!is_success, "a failure was not told");
            return;
        }
        if rule.is_some() {
            return;
        }
        assert_eq!(found, tree(&self.expected()));
        let again = self.run().expect("it runs");
        assert_eq!(again.done, 0, "a second sync copied something");
        assert_eq!(again.skipped, self.selected().count() as u64);
        assert_eq!(Tree::get_from(&self.container), found);
    }
}

fn tree(model: &Model) -> Tree {
    model.iter().fold(Tree::new(), |tree, (name, content)| {
        tree.with(name, content.as_bytes())
    })
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("it is a number"))
}

#[test]
fn no_sync_of_random_trees_deletes_what_is_not_proved_superfluous() {
    let (server, service) = single_account::start();
    let first = number("AZRING_SEED").unwrap_or(1);
    let cases = number("AZRING_SYNC_CASES").unwrap_or(60);
    for seed in first..first + cases {
        let case = Case::draw(&mut Draw(seed), &service);
        let checked = std::panic::AssertUnwindSafe(|| case.check(&server));
        if let Err(failure) = std::panic::catch_unwind(checked) {
            let (source, target) = (&case.source, &case.target);
            let (fault, rule, deletes) = (case.fault, case.rule, case.deletes);
            let text = failure
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_default();
            panic!(
                "AZRING_SEED={seed}: {text}\nsource {source:?}\ntarget {target:?}\n{fault:?}, {rule:?}, deletes: {deletes}, empty: {}",
                case.allows_empty_source
            );
        }
    }
}
