//! A service with faults, a container or share of it, and what is meant to be in there.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{BlobService, Container, FileService, Share, Storage};
use azring_emulator_tests::tree::{Tree, noise};

/// What objects are stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StorageKind {
    Container,
    Share,
}

pub(super) const BOTH: [StorageKind; 2] = [StorageKind::Container, StorageKind::Share];

/// A service of its own with a container or a share, and what is meant to be in it.
pub(super) struct FaultyStorage {
    pub(super) server: Server,
    pub(super) tree: Tree,
    kind: StorageKind,
}

impl FaultyStorage {
    /// An honest service with this tree in its container or share.
    pub(super) fn with(kind: StorageKind, tree: Tree) -> Self {
        let faulty = Self::empty(kind, tree);
        faulty.tree.put_into(&*faulty.storage());
        faulty
    }

    /// An honest service with an empty container or share, and a tree to put into it.
    pub(super) fn empty(kind: StorageKind, tree: Tree) -> Self {
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let faulty = Self { server, tree, kind };
        match kind {
            StorageKind::Container => faulty.container().make(),
            StorageKind::Share => faulty.share().make(),
        }
        faulty
    }

    pub(super) fn container(&self) -> Container {
        BlobService::path_style(&self.server.blob_url(), &Account::development(), None)
            .container("cont")
    }

    pub(super) fn share(&self) -> Share {
        FileService::path_style(&self.server.file_url(), &Account::development(), None)
            .share("cont")
    }

    /// The container or the share.
    pub(super) fn storage(&self) -> Box<dyn Storage> {
        match self.kind {
            StorageKind::Container => Box::new(self.container()),
            StorageKind::Share => Box::new(self.share()),
        }
    }

    /// Its answers have these faults from now on.
    pub(super) fn set_faults(&self, rules: &str) {
        self.server
            .set_fault_plan(&format!("{{\"seed\": 5, \"rules\": [{rules}]}}"));
    }

    /// The answers to requests that match have this fault from now on.
    pub(super) fn set_fault(&self, when: &str, then: &str) {
        self.set_faults(&format!(
            r#"{{ "when": {{ {when} }}, "then": {{ {then} }} }}"#
        ));
    }

    /// Each rule was met: without this a test of it could not fail. From here on it is honest.
    #[track_caller]
    pub(super) fn assert_faults_applied(&self) {
        self.server.assert_faults_applied();
        self.server.clear_faults();
    }

    pub(super) fn upload(&self, words: &[&str]) -> Outcome {
        let source = Folder::new();
        self.tree.write_to(source.path());
        Azring::upload(source.path(), &*self.storage())
            .args(["/S", "/Y", "/NoJournal"])
            .args(words)
            .run()
    }

    pub(super) fn download(&self, words: &[&str]) -> (Outcome, Tree) {
        let target = Folder::new();
        let outcome = Azring::download(&*self.storage(), target.path())
            .args(["/S", "/Y", "/NoJournal"])
            .args(words)
            .run();
        (outcome, Tree::read_from(target.path()))
    }
}

/// One object of four ranges.
pub(super) fn large() -> Tree {
    Tree::new().with("large", noise(7, (12 << 20) + 12_345))
}

/// Fifty small objects.
pub(super) fn fifty() -> Tree {
    (0..50_u64).fold(Tree::new(), |tree, number| {
        tree.with(&format!("f{number:02}"), noise(number, 4096))
    })
}
