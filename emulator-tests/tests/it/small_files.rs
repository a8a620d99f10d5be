//! A service of its own, a folder of small files, and a folder for what a run makes: for tests of credentials.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::BlobService;
use azring_emulator_tests::single_account;

pub(crate) struct SmallFiles {
    pub(crate) server: Server,
    pub(crate) service: BlobService,
    /// The files `f0000`, `f0001` and so on.
    pub(crate) source: Folder,
    /// The target of downloads, or the place of the journal and whatever else a run writes.
    pub(crate) made: Folder,
}

impl SmallFiles {
    pub(crate) fn new(count: usize) -> Self {
        let (server, service) = single_account::start();
        let (source, made) = (Folder::new(), Folder::new());
        for number in 0..count {
            fs::write(source.join(&format!("f{number:04}")), "content").expect("a folder of ours");
        }
        // A journal in a folder that others may write is not followed.
        fs::set_permissions(made.path(), Permissions::from_mode(0o755)).expect("a folder of ours");
        Self {
            server,
            service,
            source,
            made,
        }
    }

    /// The container that the files go to, which does not exist yet.
    pub(crate) fn url(&self) -> String {
        format!("{}/cont", self.service.url())
    }

    pub(crate) fn upload(&self, words: &[&str]) -> Azring {
        Azring::copy(self.source.path(), self.url())
            .args(["/S", "/Y"])
            .args(words)
    }

    pub(crate) fn download(&self, url: &str, words: &[&str]) -> Azring {
        Azring::copy(url, self.made.path())
            .args(["/S", "/Y"])
            .args(words)
    }
}
