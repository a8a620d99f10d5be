//! The stores that the contract is checked against, and the view of them that a test has.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use azring_core::entry::EntryName;
use azring_core::location::{Access, Discard, Location, ServiceKind, Synthetic, parse};
use azring_core::options::{DownloadOptions, Selection, UploadOptions};
use azring_core::plan::route::Route;
use azring_core::select::{Pattern, PatternRule};
use azring_core::store::blob::{BlobReadOptions, BlobRemover, BlobSource, BlobTarget};
use azring_core::store::local::{self, LocalRemover, LocalSource, LocalTarget};
use azring_core::store::share::{ShareReadOptions, ShareRemover, ShareSource, ShareTarget};
use azring_core::store::synthetic::{Content, DiscardTarget, SyntheticSource};
use azring_core::store::{Remover, Source, Target};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_transport::auth::Secret;
use azring_transport::disk::durability::{DurabilityMode, DurabilityQueue};
use tempfile::TempDir;

use super::blob_service::BlobService;

/// One store: its ends as the program sees them, and its objects as a test sees them.
pub(super) struct Store {
    pub(super) label: &'static str,
    pub(super) source: Arc<dyn Source>,
    pub(super) target: Arc<dyn Target>,
    /// `None`: nothing can be removed from it.
    pub(super) remover: Option<Box<dyn Remover>>,
    /// Whether an object of several chunks is visible under its name before the commit.
    pub(super) shows_unfinished: bool,
    pub(super) objects: Box<dyn Objects>,
}

impl Store {
    /// Whether objects can be put into it, and are found there again.
    pub(super) fn keeps_objects(&self) -> bool {
        self.objects.put("kept", b"kept") && self.objects.remove("kept")
    }
}

/// What a test does to a store behind the program's back.
pub(super) trait Objects {
    /// Makes an object or overwrites it; false where that cannot be.
    fn put(&self, name: &str, bytes: &[u8]) -> bool;

    /// Removes an object; false where that cannot be.
    fn remove(&self, name: &str) -> bool;

    /// The bytes of an object.
    fn get(&self, name: &str) -> Option<Vec<u8>>;

    /// How many objects there are, hidden ones of the program included; 0 where none are kept.
    fn count(&self) -> usize;
}

/// Every store.
pub(super) fn all() -> Vec<Store> {
    vec![folder(), blobs(), share(), synthetic()]
}

/// The stores whose objects a test can change.
pub(super) fn keeping() -> impl Iterator<Item = Store> {
    all().into_iter().filter(Store::keeps_objects)
}

/// A store with these objects, whose bytes are their names.
pub(super) fn fill(store: &Store, names: &[&str]) {
    for name in names {
        assert!(store.objects.put(name, name.as_bytes()), "{}", store.label);
    }
}

fn folder() -> Store {
    let folder = tempfile::tempdir().expect("a folder");
    let selection = Selection {
        recursive: true,
        ..Selection::default()
    };
    let pattern = Pattern::new(None, local::rules::pattern_rule(&selection)).expect("a pattern");
    let (settler, _thread) = DurabilityQueue::start(DurabilityMode::Batch);
    let options = DownloadOptions::default();
    Store {
        label: "a folder",
        source: Arc::new(LocalSource::folder(folder.path(), pattern).expect("it is there")),
        target: Arc::new(LocalTarget::new(folder.path(), options, false, settler, 8)),
        remover: Some(Box::new(LocalRemover::new(folder.path()))),
        shows_unfinished: false,
        objects: Box::new(Files {
            folder,
            writes: AtomicU64::new(0),
        }),
    }
}

fn blobs() -> Store {
    blobs_of(BlobService::start())
}

/// The container of this service as a store.
pub(super) fn blobs_of(service: BlobService) -> Store {
    let location = parse(&service.url(), Access::default(), None).expect("a URL");
    let Location::Blob(place) = location else {
        panic!("a place in Blob storage");
    };
    let everything = Pattern::new(None, PatternRule::Prefix).expect("a pattern");
    let options = BlobReadOptions::default();
    Store {
        label: "Blob storage",
        source: Arc::new(BlobSource::directory(place.clone(), everything, options)),
        target: Arc::new(BlobTarget::new(
            place.clone(),
            &UploadOptions::default(),
            false,
        )),
        remover: Some(Box::new(BlobRemover::new(place))),
        shows_unfinished: false,
        objects: Box::new(service),
    }
}

fn share() -> Store {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("contract");
    share_of(server, share)
}

/// The files of this share as a store.
pub(super) fn share_of(server: Server, share: Share) -> Store {
    let access = Access {
        key: Some(Secret::new(share.service().account().key_in_base64())),
        sas: None,
    };
    let location = parse(&share.url(), access, Some(ServiceKind::Share)).expect("a URL");
    let folder = Location::Local("/source".into());
    let route = Route::between(&folder, &location, false).expect("a route");
    let Location::Share(place) = location else {
        panic!("a place in a share");
    };
    let everything = Selection {
        recursive: true,
        ..Selection::default()
    };
    let options = ShareReadOptions::default();
    Store {
        label: "a file share",
        source: Arc::new(ShareSource::directory(place.clone(), &everything, options)),
        target: Arc::new(ShareTarget::new(place.clone(), &route)),
        remover: Some(Box::new(ShareRemover::new(place))),
        shows_unfinished: true,
        objects: Box::new(ShareFiles {
            _server: server,
            share,
        }),
    }
}

/// The files of a share of an emulator that ends with this.
struct ShareFiles {
    _server: Server,
    share: Share,
}

impl Objects for ShareFiles {
    fn put(&self, name: &str, bytes: &[u8]) -> bool {
        self.share.put(name, bytes);
        true
    }

    fn remove(&self, name: &str) -> bool {
        self.share.ask("DELETE", name, &[], &[], "").status == 202
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        let answer = self.share.ask("GET", name, &[], &[], "");
        (answer.status == 200).then_some(answer.body)
    }

    fn count(&self) -> usize {
        self.share.names().len()
    }
}

fn synthetic() -> Store {
    let made_up = Synthetic {
        seed: 7,
        objects: Some(1_200),
        object_bytes: 3 * 4096 + 5,
    };
    Store {
        label: "the synthetic ends",
        source: Arc::new(SyntheticSource::new(made_up)),
        target: Arc::new(DiscardTarget::new(Discard { compares: false }, false)),
        remover: None,
        shows_unfinished: false,
        objects: Box::new(MadeUp(made_up)),
    }
}

/// The files of a folder that disappears with this.
struct Files {
    folder: TempDir,
    /// Each write has a time of its own, however coarse the clock of the file system is.
    writes: AtomicU64,
}

impl Files {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Objects for Files {
    fn put(&self, name: &str, bytes: &[u8]) -> bool {
        let path = self.path(name);
        let above = path.parent().expect("a folder");
        let is_written = fs::create_dir_all(above).is_ok() && fs::write(&path, bytes).is_ok();
        let write = self.writes.fetch_add(1, Ordering::Relaxed);
        let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000 + write);
        let file = fs::File::options().write(true).open(path);
        is_written && file.is_ok_and(|file| file.set_modified(time).is_ok())
    }

    fn remove(&self, name: &str) -> bool {
        fs::remove_file(self.path(name)).is_ok()
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path(name)).ok()
    }

    fn count(&self) -> usize {
        fn files(folder: &std::path::Path) -> usize {
            let items = fs::read_dir(folder).expect("it is there");
            let paths = items.map(|item| item.expect("a name").path());
            paths
                .map(|path| if path.is_dir() { files(&path) } else { 1 })
                .sum()
        }
        files(self.folder.path())
    }
}

/// Objects that follow from a seed.
struct MadeUp(Synthetic);

impl Objects for MadeUp {
    fn put(&self, _name: &str, _bytes: &[u8]) -> bool {
        false
    }

    fn remove(&self, _name: &str) -> bool {
        false
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        let content = Content::of(&EntryName::from(name))?;
        let mut bytes = Vec::new();
        content.each_piece(0, self.0.object_bytes, |piece| {
            bytes.extend_from_slice(piece);
        });
        Some(bytes)
    }

    fn count(&self) -> usize {
        0
    }
}
