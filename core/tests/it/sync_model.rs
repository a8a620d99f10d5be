//! A sync of random trees, with random filters and failures of the service, against a model of a few lines.
//!
//! Whatever fails, nothing is deleted that the source has, and nothing at all when anything was not listed
//! or not copied; the next sync makes the target what the model says. Without a failure the first one does, and
//! a second sync copies nothing. Folders, containers and shares are synced, in five directions; half of the
//! containers are in an account with a hierarchical namespace.
//! `AZRING_SYNC_CASES` says how many cases there are (`scripts/sync_model.sh`), `AZRING_SEED` which is the first.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azring_core::Stop;
use azring_core::job;
use azring_core::location::{Access, Location, ServiceKind, parse};
use azring_core::options::{
    Compare, Conflict, ContentType, CopyWay, DeletionMode, DownloadOptions, Engine, Integrity,
    Options, Selection, SyncOptions, TableOptions, TrashFolder, UploadOptions,
};
use azring_core::report::{Event, Observer, OverwriteAnswer, Summary};
use azring_core::select::Filter;
use azring_emulator_tests::emulator::{Options as EmulatorOptions, Server};
use azring_emulator_tests::rest::{BlobService, Container, FileService, Share, Storage};
use azring_emulator_tests::tree::Tree;
use azring_emulator_tests::two_accounts::TwoAccounts;
use azring_transport::auth::Secret;
use tempfile::TempDir;

/// Names whose order depends on where a slash stands, and none of which is a folder of another.
const NAMES: [&str; 10] = [
    "a-b", "a.txt", "a/c", "a/d/e", "a0", "b/x", "b-", "é", "z/1", "z/2",
];

/// Cases, unless another number is given.
const CASES: u64 = 2_000;

/// Services that are synced with at once.
const AT_ONCE: usize = 4;

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
    /// The source cannot be listed.
    SourceListing,
    /// An object cannot be read.
    Reading,
    /// From this request on everything is refused.
    Ended(u64),
}

impl Fault {
    /// A failure that these ends may have.
    fn draw(draw: &mut Draw, source: &End, target: &End) -> Self {
        let of_target = [
            Self::Listing,
            Self::LateListing,
            Self::Writing,
            Self::Deleting,
        ];
        let of_source = [Self::SourceListing, Self::Reading];
        let fault = match draw.below(10) {
            drawn @ 0..4 => of_target[drawn as usize],
            drawn @ (4 | 5) => of_source[drawn as usize - 4],
            6 | 7 => Self::Ended(1 + draw.below(30)),
            _ => Self::None,
        };
        let is_possible = match fault {
            Self::None | Self::Ended(_) => true,
            Self::SourceListing => source.is_service(),
            // A service reads the source of another container by itself.
            Self::Reading => source.is_service() && !target.is_service(),
            Self::Listing | Self::LateListing | Self::Writing | Self::Deleting => {
                target.is_service()
            }
        };
        if is_possible { fault } else { Self::None }
    }

    fn rule(self, source: &str, target: &str) -> Option<String> {
        let refused = r#"{"answer":{"status":403,"code":"AuthorizationFailure"}}"#;
        let when = match self {
            Self::None => return None,
            Self::Listing => format!(r#""path":"*/{target}","query":"*comp=list*""#),
            Self::LateListing => {
                format!(r#""path":"*/{target}","query":"*comp=list*","hits":[2]"#)
            }
            Self::Writing => format!(r#""method":"PUT","path":"*/{target}/a*""#),
            Self::Deleting => format!(r#""method":"DELETE","path":"*/{target}/*""#),
            Self::SourceListing => format!(r#""path":"*/{source}","query":"*comp=list*""#),
            Self::Reading => format!(r#""method":"GET","path":"*/{source}/a*""#),
            Self::Ended(from) => {
                let hits: Vec<_> = (from..from + 200).map(|hit| hit.to_string()).collect();
                format!(r#""hits":[{}]"#, hits.join(","))
            }
        };
        Some(format!(r#"{{"when":{{{when}}},"then":{refused}}}"#))
    }

    /// Whether it is certain that it leaves nothing to delete.
    fn prevents_deletion(self) -> bool {
        match self {
            Self::None | Self::Deleting | Self::Ended(_) => false,
            Self::Listing
            | Self::LateListing
            | Self::Writing
            | Self::SourceListing
            | Self::Reading => true,
        }
    }
}

/// One side of a sync.
enum End {
    Folder(TempDir),
    Blobs(Container),
    Files(Share),
}

impl End {
    fn folder() -> Self {
        Self::Folder(TempDir::new().expect("a folder for temporary files"))
    }

    fn is_service(&self) -> bool {
        !matches!(self, Self::Folder(_))
    }

    /// The container or share; a word that no path has for a folder.
    fn name(&self) -> &str {
        match self {
            Self::Folder(_) => "no-such-name",
            Self::Blobs(container) => container.name(),
            Self::Files(share) => share.name(),
        }
    }

    fn fill(&self, model: &Model) {
        match self {
            Self::Folder(folder) => tree(model).write_to(folder.path()),
            Self::Blobs(container) => tree(model).put_into(container),
            Self::Files(share) => tree(model).put_into(share),
        }
    }

    /// Gives the files of a folder this time.
    fn set_modified(&self, model: &Model, time: SystemTime) {
        let Self::Folder(folder) = self else { return };
        for name in model.keys() {
            let file = File::options().write(true).open(folder.path().join(name));
            file.and_then(|file| file.set_modified(time)).expect("ours");
        }
    }

    fn tree(&self) -> Tree {
        match self {
            Self::Folder(folder) => Tree::read_from(folder.path()),
            Self::Blobs(container) => Tree::get_from(container),
            Self::Files(share) => Tree::get_from(share),
        }
    }

    fn location(&self) -> Location {
        match self {
            Self::Folder(folder) => Location::Local(folder.path().to_owned()),
            Self::Blobs(container) => location_of(container, ServiceKind::Blob),
            Self::Files(share) => location_of(share, ServiceKind::Share),
        }
    }
}

fn location_of(storage: &impl Storage, kind: ServiceKind) -> Location {
    let access = Access {
        key: Some(Secret::new(storage.account().key_in_base64())),
        sas: None,
    };
    parse(&storage.url(), access, Some(kind)).expect("a URL")
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
    from: End,
    to: End,
    compare: Compare,
    source: Model,
    target: Model,
    deletes: bool,
    allows_empty_source: bool,
    has_trash: bool,
    fault: Fault,
    rule: Rule,
}

impl Case {
    fn draw(draw: &mut Draw, (blobs, files): ([&BlobService; 2], &FileService)) -> Self {
        let mut services = [0, 1].map(|_| blobs[draw.below(2) as usize]).into_iter();
        let mut container = || {
            let blobs = services.next().expect("there are two ends");
            End::Blobs(blobs.fresh_container("model"))
        };
        let share = || End::Files(files.fresh_share("model"));
        let (from, to, compare) = match draw.below(8) {
            0..3 => (End::folder(), container(), Compare::Time),
            3 | 4 => (container(), End::folder(), Compare::Hash),
            5 => (container(), container(), Compare::Hash),
            6 => (End::folder(), share(), Compare::Time),
            _ => (share(), End::folder(), Compare::Time),
        };
        let (source, target) = (draw.model(), draw.model());
        // The source is written last, so that what differs is newer there.
        to.fill(&target);
        to.set_modified(&target, SystemTime::now() - Duration::from_hours(1));
        from.fill(&source);
        // A file system's clock ticks every few milliseconds: without this a file can be older than a blob that was
        // written before it.
        from.set_modified(&source, SystemTime::now());
        Self {
            source,
            target,
            deletes: draw.below(4) > 0,
            allows_empty_source: draw.below(2) > 0,
            has_trash: draw.below(3) == 0,
            fault: Fault::draw(draw, &from, &to),
            rule: Rule::draw(draw),
            from,
            to,
            compare,
        }
    }

    fn options(&self) -> Options {
        Options {
            source: self.from.location(),
            target: self.to.location(),
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
            download: DownloadOptions {
                keep_modified: true,
                ..DownloadOptions::default()
            },
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
                compare: self.compare,
                trash: self.has_trash.then(trash),
                ..SyncOptions::default()
            }),
            moves: None,
            verify: None,
            shard: None,
            preview: false,
        }
    }

    fn run(&self) -> Option<Summary> {
        job::run(&self.options(), None, &Nobody, &Stop::default()).ok()
    }

    /// Whether objects may be deleted at all when this fails.
    fn may_delete(&self, fault: Fault) -> bool {
        let is_empty = self.selected().next().is_none() && !self.allows_empty_source;
        self.deletes && !fault.prevents_deletion() && !is_empty
    }

    /// What the target has in the end if nothing fails.
    fn expected(&self) -> Model {
        let mut expected = self.target.clone();
        if self.may_delete(Fault::None) {
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
        let rule = self.fault.rule(self.from.name(), self.to.name());
        if let Some(rule) = &rule {
            server.set_faults(rule);
        }
        let summary = self.run();
        let is_hit = rule.is_some() && server.has_applied_faults();
        server.clear_faults();
        let is_success = summary.is_some_and(|summary| summary.is_success());
        let all = self.to.tree();
        let found = without_trash(all.clone());
        for (name, content) in &self.target {
            let may_be_gone = self.is_superfluous(name)
                && (self.may_delete(self.fault) || !is_hit && self.deletes);
            let Some(bytes) = found.get(name) else {
                assert!(may_be_gone, "{name} is gone");
                assert!(
                    !self.has_trash || is_in_trash(&all, name, content),
                    "{name} is in no trash"
                );
                continue;
            };
            let is_new = self
                .source
                .get(*name)
                .is_some_and(|new| new.as_bytes() == bytes);
            assert!(is_new || bytes == content.as_bytes(), "{name} is neither");
        }
        assert_eq!(
            self.from.tree(),
            tree(&self.source),
            "the source is changed"
        );
        let is_refused = self.deletes && !self.may_delete(Fault::None) && self.has_superfluous();
        if is_hit && !matches!(self.fault, Fault::Ended(_)) {
            assert!(!is_success, "a failure was not told");
        }
        if !is_hit || is_success {
            assert_eq!(found, tree(&self.expected()));
            assert!(is_success || is_refused, "it failed without a failure");
        }
        let again = self.run().expect("it runs");
        if is_success {
            assert_eq!(again.done, 0, "a second sync copied something");
        }
        assert_eq!(again.skipped + again.done, self.selected().count() as u64);
        let all = self.to.tree();
        assert_eq!(
            without_trash(all.clone()),
            tree(&self.expected()),
            "the next sync"
        );
        for (name, content) in &self.target {
            let is_gone =
                self.has_trash && self.may_delete(Fault::None) && self.is_superfluous(name);
            assert!(
                !is_gone || is_in_trash(&all, name, content),
                "{name} is in no trash in the end"
            );
        }
    }

    fn has_superfluous(&self) -> bool {
        self.target.keys().any(|name| self.is_superfluous(name))
    }
}

fn trash() -> TrashFolder {
    TrashFolder::parse("a/trash").expect("a path")
}

/// What a target has beside its trash.
fn without_trash(tree: Tree) -> Tree {
    tree.only(|name| !name.starts_with("a/trash/"))
}

/// Whether an object of this name and content is in the trash.
fn is_in_trash(tree: &Tree, name: &str, content: &str) -> bool {
    let end = format!("/{name}");
    let is_it = |(kept, bytes): (&str, &[u8])| {
        kept.starts_with("a/trash/") && kept.ends_with(&end) && bytes == content.as_bytes()
    };
    tree.files().any(is_it)
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

/// Checks every so many of the cases, with a service of its own.
fn check_cases(cases: impl Iterator<Item = u64>) {
    let accounts = TwoAccounts::flat_and_hierarchical(EmulatorOptions::default());
    let (server, blobs) = (accounts.emulator(), [&accounts.one, &accounts.other]);
    let [files, _] = accounts.file_services();
    for seed in cases {
        let case = Case::draw(&mut Draw(seed), (blobs, &files));
        let checked = std::panic::AssertUnwindSafe(|| case.check(server));
        if let Err(failure) = std::panic::catch_unwind(checked) {
            let (source, target) = (&case.source, &case.target);
            let (fault, rule, deletes) = (case.fault, case.rule, case.deletes);
            let text = failure
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_default();
            let (from, to) = (case.from.location(), case.to.location());
            let has_trash = case.has_trash;
            panic!(
                "AZRING_SEED={seed}: {text}\n{from} to {to}\nsource {source:?}\ntarget {target:?}\n{fault:?}, {rule:?}, \
                 deletes: {deletes}, trash: {has_trash}, empty: {}",
                case.allows_empty_source
            );
        }
    }
}

#[test]
fn no_sync_of_random_trees_deletes_what_is_not_proved_superfluous() {
    let first = number("AZRING_SEED").unwrap_or(1);
    let cases = number("AZRING_SYNC_CASES").unwrap_or(CASES);
    std::thread::scope(|scope| {
        let part = |index| move || check_cases((first + index..first + cases).step_by(AT_ONCE));
        let parts: Vec<_> = (0..AT_ONCE as u64)
            .map(|index| scope.spawn(part(index)))
            .collect();
        for part in parts {
            part.join().expect("every case is as the model says");
        }
    });
}
