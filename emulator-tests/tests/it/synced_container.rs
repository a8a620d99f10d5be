//! A container and a folder that were synced, for tests of what a later sync deletes.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::sync::up;

/// A folder with `a` and `b/c`, and a container with the same.
pub(crate) struct SyncedContainer {
    pub(crate) server: Server,
    pub(crate) container: Container,
    pub(crate) folder: Folder,
}

impl SyncedContainer {
    pub(crate) fn new() -> Self {
        let (server, service) = single_account::start();
        let container = service.fresh_container("synced");
        let folder = Folder::new();
        Tree::named(["a", "b/c"]).write_to(folder.path());
        up(folder.path(), &container, &[]).run().succeeded();
        Self {
            server,
            container,
            folder,
        }
    }

    /// The same, and the container has one more blob.
    pub(crate) fn and(name: &str) -> Self {
        let synced = Self::new();
        synced.container.put(name, "x");
        synced
    }

    /// A sync from the folder.
    pub(crate) fn sync(&self, words: &[&str]) -> Azring {
        up(self.folder.path(), &self.container, words)
    }

    #[track_caller]
    pub(crate) fn has(&self, names: &[&str]) {
        assert_eq!(self.container.names(), names);
    }

    /// Requests that delete blobs.
    pub(crate) fn deletions(&self) -> u64 {
        let counters = &self.server.watch().counters;
        counters.of("DeleteBlob").requests + counters.of("SubmitContainerBatch").requests
    }
}

/// The rule that refuses such requests until it is cleared.
pub(crate) fn busy(method: &str, path: &str) -> String {
    format!(
        r#"{{"when":{{"method":"{method}","path":"{path}"}},"then":{{"answer":{{"status":503,"code":"ServerBusy"}}}}}}"#
    )
}

/// Runs a command; `change` happens while the server applies the rule. Returns its exit code.
pub(crate) fn run_while(
    server: &Server,
    rule: &str,
    run: Azring,
    change: impl FnOnce(),
) -> Option<i32> {
    server.set_faults(rule);
    let mut run = run.launch();
    run.wait_for_faults(server);
    change();
    server.clear_faults();
    run.end()
}

/// Runs a sync; `overwrite` overwrites an object of this name at its destination while the server applies the rule.
/// The object is named as one that was not deleted, and the exit code is 1.
#[track_caller]
pub(crate) fn names_the_overwritten(
    server: &Server,
    rule: &str,
    run: Azring,
    name: &str,
    overwrite: impl FnOnce(),
) {
    let folder = Folder::new();
    let ledger = folder.join("ledger.jsonl");
    let run = run.arg(format!("/Ledger:{}", ledger.display()));
    assert_eq!(run_while(server, rule, run, overwrite), Some(1));
    let text = std::fs::read_to_string(&ledger).expect("it was written");
    let named = format!(r#""name":"{name}","outcome":"not_deleted""#);
    assert!(text.contains(&named), "{text}");
    assert!(text.contains("since it was"), "{text}");
}
