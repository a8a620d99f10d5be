//! A plan between a folder and a container, and its workers.

use std::fs;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::{BlobService, Container, Storage as _};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// What is copied, and the plan's folder.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) service: BlobService,
    pub(crate) tree: Tree,
    pub(crate) source: Folder,
    pub(crate) container: Container,
    pub(crate) plan: Folder,
    /// The state of the first worker.
    pub(crate) state: Folder,
}

impl Scene {
    pub(crate) fn new(tree: Tree) -> Self {
        let (server, service) = single_account::start();
        let (source, container) = (Folder::new(), service.fresh_container("shards"));
        tree.write_to(source.path());
        Self {
            server,
            service,
            tree,
            source,
            container,
            plan: Folder::new(),
            state: Folder::new(),
        }
    }

    /// The upload, with the key of the account.
    pub(crate) fn between(&self, command: Azring) -> Azring {
        command
            .arg(self.source.path())
            .arg(self.container.url())
            .dest_key(self.container.account())
            .arg("/DestType:Blob")
    }

    /// `azring shard plan`.
    pub(crate) fn plan(&self, words: &[&str]) -> Azring {
        let command = self.between(Azring::new().args(["shard", "plan"]));
        let into = format!("/Into:{}", self.plan.path().display());
        command.args(["/S", &into]).args(words)
    }

    /// `azring shard run`, with the first worker's state.
    pub(crate) fn run(&self, shards: &str) -> Azring {
        self.run_in(shards, &self.state)
    }

    /// The same for a worker with another state.
    pub(crate) fn run_in(&self, shards: &str, state: &Folder) -> Azring {
        let command = Azring::new().args(["shard", "run"]).arg(self.plan.path());
        let state = format!("/State:{}", state.path().display());
        self.between(command.arg(shards)).args([&state, "/NC:4"])
    }

    /// `azring shard status` or `merge`.
    pub(crate) fn tell(&self, word: &str) -> Azring {
        Azring::new().args(["shard", word]).arg(self.plan.path())
    }

    /// How many shards the plan has, once it is sealed.
    pub(crate) fn shards(&self) -> usize {
        let text = self.read("plan.json");
        assert!(text.contains("\"sealed\": true"), "{text}");
        text.matches("\"shard\": ").count()
    }

    /// Runs all shards, one after another.
    pub(crate) fn run_all(&self) {
        let all = format!("0-{}", self.shards() - 1);
        self.run(&all).run().succeeded();
    }

    /// A file of the plan's folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.plan.join(name)).expect("the plan has the file")
    }

    /// Whether the plan's folder has the file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.plan.join(name).exists()
    }

    /// Everything is at the target, and the results say so.
    #[track_caller]
    pub(crate) fn assert_complete(&self) {
        assert_same(&self.tree, &Tree::get_from(&self.container));
        self.tell("status").run().succeeded();
        let ledger = self.state.join("merged");
        let word = format!("/Ledger:{}", ledger.display());
        self.tell("merge").arg(word).run().succeeded();
        let ledger = fs::read_to_string(ledger).expect("the ledgers were merged");
        let mut names: Vec<_> = ledger.lines().map(name_in).collect();
        names.sort();
        let mut wanted: Vec<_> = self.tree.files().map(|(name, _)| name.to_owned()).collect();
        wanted.sort();
        assert_eq!(names, wanted, "the ledger has every object once");
    }
}

/// The name in a line of a ledger; the names of these tests need no escapes.
pub(crate) fn name_in(line: &str) -> String {
    let (_, rest) = line.split_once("\"name\":\"").expect("a line has a name");
    let (name, _) = rest.split_once('"').expect("a name ends");
    name.to_owned()
}

/// So many small files, and two of several blocks.
pub(crate) fn tree(small: u64) -> Tree {
    let files = (0..small).map(|number| {
        let name = format!("{:02}/{number:04}", number % 7);
        (name, noise(number, (number * 97 % 9_000) as usize))
    });
    let large = (0..2).map(|number| (format!("large/{number}"), noise(number, 9 << 20)));
    files
        .chain(large)
        .fold(Tree::new(), |tree, (name, bytes)| tree.with(&name, bytes))
}
