//! What a command line finds when it runs: files, containers and shares with the names that it mentions.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::{AccountOption, Options, Server};
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::program::built;
use azring_emulator_tests::rest::{BlobService, Container, FileService, Share};
use azring_emulator_tests::tree::{Tree, names_below};

use super::line::Line;

/// The names of the accounts that lines may mention.
const ACCOUNTS: [&str; 2] = ["myaccount", "otheraccount"];
const KEY: &str = "bXkga2V5IG15IGtleSBteSBrZXkgbXkga2V5IG15IGtleQ==";
/// The drives of Windows that lines may mention.
const DRIVES: [&str; 4] = ["c", "d", "e", "f"];

/// A place in a service that a word names.
#[derive(Debug, Clone)]
struct Remote {
    account: usize,
    is_file: bool,
    root: String,
    path: String,
}

impl Remote {
    /// The whole account, or several containers of it.
    fn is_account(&self) -> bool {
        self.root.is_empty() || self.root.contains('*')
    }

    /// A container of the account.
    fn container(&self, name: &str) -> Self {
        Self {
            account: self.account,
            is_file: false,
            root: name.to_owned(),
            path: String::new(),
        }
    }
}

/// The containers of an account that is copied as a whole.
const ACCOUNT_CONTAINERS: [&str; 2] = ["images", "logs2026"];

/// A folder and an emulator for one line.
pub(super) struct Stage {
    folder: Folder,
    server: Server,
    words: Vec<String>,
    before: BTreeSet<String>,
}

impl Stage {
    /// Makes everything that the line needs.
    pub(super) fn set_for(line: &Line) -> Self {
        let accounts = ACCOUNTS
            .map(|name| AccountOption::parse(&format!("{name}:{KEY}")).expect("it is an account"));
        let options = Options {
            accounts: accounts.into(),
            ..Options::default()
        };
        let mut stage = Self {
            folder: Folder::new(),
            server: Server::start(&options).expect("an emulator starts"),
            words: line.words.clone(),
            before: BTreeSet::new(),
        };
        std::fs::create_dir(stage.home()).expect("the folder is ours");
        stage.fill();
        stage.before = stage.names();
        stage
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The words that are no flags and no values of flags.
    fn places(&self) -> Vec<&str> {
        let mut places = Vec::new();
        let mut words = self.words[1..].iter();
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                None => places.push(&**word),
                Some(flag) if VALUED.contains(&flag) => {
                    words.next();
                }
                Some(_) => {}
            }
        }
        places
    }

    fn fill(&self) {
        let places = self.places();
        let is_sync = self.words[0] == "sync";
        let deletes = self
            .words
            .iter()
            .any(|word| ["--delete-destination=true", "--delete-destination"].contains(&&**word));
        for (at, place) in places.iter().enumerate() {
            let is_target = at == 1 || self.words.iter().any(|word| word.contains("PipeBlob"));
            match remote(place) {
                Some(_) if self.words[0] == "make" => {}
                Some(remote) if !is_target => self.seed_remote(&remote, &sample(&remote.path)),
                Some(remote) => {
                    let tree = Tree::new();
                    let tree = if is_sync && deletes {
                        tree.with(
                            below(&remote.path, "old.txt").trim_start_matches('/'),
                            "old",
                        )
                    } else {
                        tree
                    };
                    self.seed_remote(&remote, &tree);
                }
                None if !is_target => sample(&self.local(place)).write_to(Path::new("/")),
                None if is_sync && deletes => {
                    let folder = self.local(place);
                    let old = Tree::new().with(&below(&folder, "old.txt"), "old");
                    old.write_to(Path::new("/"));
                }
                None => {}
            }
        }
        for (name, value) in self.given() {
            if name == "list-of-files" {
                let list = Tree::new().with(&self.local(&value), "a.txt\nsub/c.txt\n");
                list.write_to(Path::new("/"));
            }
        }
    }

    /// The flags with their values.
    fn given(&self) -> Vec<(String, String)> {
        let mut given = Vec::new();
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--") else {
                continue;
            };
            if let Some((name, value)) = flag.split_once('=') {
                given.push((name.to_owned(), value.to_owned()));
            } else if VALUED.contains(&flag) {
                let value = words.next().cloned().unwrap_or_default();
                given.push((flag.to_owned(), value));
            }
        }
        given
    }

    /// The path of this machine for one of a line.
    fn local(&self, place: &str) -> String {
        let folder = self.folder.path().display();
        let text = place.replace('\\', "/");
        let drive = text.get(..2).filter(|drive| drive.ends_with(':'));
        if let Some(drive) = drive {
            return format!("{folder}/{}{}", drive[..1].to_ascii_lowercase(), &text[2..]);
        }
        if text.starts_with('/') {
            return format!("{folder}/root{text}");
        }
        let text = text.trim_start_matches("./");
        format!("{folder}/home/{text}")
    }

    fn container(&self, remote: &Remote) -> Container {
        let account = Account::new(ACCOUNTS[remote.account], KEY);
        BlobService::path_style(&self.server.blob_url(), &account, None).container(&remote.root)
    }

    fn share(&self, remote: &Remote) -> Share {
        let account = Account::new(ACCOUNTS[remote.account], KEY);
        FileService::path_style(&self.server.file_url(), &account, None).share(&remote.root)
    }

    fn seed_remote(&self, remote: &Remote, tree: &Tree) {
        if remote.is_account() {
            // A target has no containers before.
            for name in ACCOUNT_CONTAINERS.iter().filter(|_| !tree.is_empty()) {
                self.seed_remote(&remote.container(name), tree);
            }
            return;
        }
        if remote.is_file {
            let share = self.share(remote);
            if !share.exists() {
                share.make();
            }
            tree.put_into(&share);
        } else {
            let container = self.container(remote);
            if !container.exists() {
                container.make();
            }
            for (name, bytes) in tree.files() {
                let kind = [("x-ms-blob-content-type", "text/plain")];
                container.put_with(name, bytes, &kind);
            }
        }
    }

    /// The names that exist: of blobs, of files in shares, of files here.
    fn names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let places = self.places();
        let remotes = places.iter().filter_map(|place| remote(place));
        let remotes = remotes.flat_map(|remote| {
            if remote.is_account() {
                let containers = ACCOUNT_CONTAINERS.iter();
                containers.map(|name| remote.container(name)).collect()
            } else {
                vec![remote]
            }
        });
        for remote in remotes {
            let (listed, kind) = if remote.is_file {
                let share = self.share(&remote);
                let listed = if share.exists() {
                    share.names()
                } else {
                    Vec::new()
                };
                (listed, "file:")
            } else {
                let container = self.container(&remote);
                let listed = if container.exists() {
                    container.names()
                } else {
                    Vec::new()
                };
                (listed, "")
            };
            let account = if remote.account == 0 {
                ""
            } else {
                "otheraccount:"
            };
            let root = &remote.root;
            names.extend(
                listed
                    .iter()
                    .map(|name| format!("{account}{kind}{root}/{name}")),
            );
        }
        names.extend(names_below(self.folder.path()));
        names
    }

    /// The names that are new, and those that are gone, with a minus.
    pub(super) fn changes(&self) -> Vec<String> {
        let now = self.names();
        let new = now.difference(&self.before).cloned();
        let gone = self.before.difference(&now).map(|name| format!("-{name}"));
        new.chain(gone).collect()
    }

    /// The query of a SAS for this place.
    fn sas(&self, remote: &Remote) -> String {
        let account = Account::new(ACCOUNTS[remote.account], KEY);
        if remote.is_file {
            FileService::path_style(&self.server.file_url(), &account, None).account_sas()
        } else {
            BlobService::path_style(&self.server.blob_url(), &account, None).account_sas()
        }
    }

    /// A word with the addresses of this stage. `origin` makes the beginning of a URL.
    fn word(&self, word: &str, origin: &dyn Fn(&Remote, &str) -> String) -> String {
        let Some(remote) = remote(word) else {
            return word.to_owned();
        };
        let (url, _) = word.split_once('?').unwrap_or((word, ""));
        let (host, path) = url["https://".len()..]
            .split_once('/')
            .unwrap_or((&url["https://".len()..], ""));
        format!("{}/{path}?{}", origin(&remote, host), self.sas(&remote))
    }

    /// Runs azring under AzCopy's name.
    pub(super) fn run_azring(&self) -> Outcome {
        let ports = [
            self.server.address().port(),
            self.server.file_address().port(),
        ];
        let origin = |remote: &Remote, host: &str| {
            format!("http://{host}:{}", ports[usize::from(remote.is_file)])
        };
        let folder = self.folder.path().display().to_string();
        let words = self.words.iter().map(|word| {
            let word = self.word(word, &origin);
            match word.split_once("=/") {
                _ if word.starts_with('/') && word != "/dev/null" => self.local(&word),
                Some((flag, path)) => format!("{flag}={}", self.local(&format!("/{path}"))),
                None => word,
            }
        });
        // A service copies from addresses that it can resolve.
        let is_between = self
            .places()
            .iter()
            .filter_map(|place| remote(place))
            .count()
            > 1;
        let is_lake = self.words.iter().any(|word| word.contains(".dfs."));
        let words: Vec<_> = if is_between && !is_lake {
            self.plain_words()
        } else {
            words.collect()
        };
        let hosts = ACCOUNTS.iter().flat_map(|name| {
            [
                format!("{name}.blob.core.windows.net:{}:127.0.0.1", ports[0]),
                format!("{name}.file.core.windows.net:{}:127.0.0.1", ports[1]),
            ]
        });
        let hosts: Vec<_> = hosts.collect();
        let drives = DRIVES.map(|drive| format!("{drive}:={folder}/{drive}"));
        let names = Folder::new();
        let program = names.path().join("azcopy");
        symlink(built("azring"), &program).expect("the folder is ours");
        let input = names.path().join("input");
        std::fs::write(&input, "from a pipe").expect("the folder is ours");
        let run = Azring::new()
            .program(program)
            .within(self.home())
            .env("AZRING_RESOLVE", hosts.join(","))
            .env("AZRING_MAP_DRIVE", drives.join(";"))
            .args(words);
        if self.words.iter().any(|word| word.contains("Pipe")) {
            run.input(input).run()
        } else {
            run.run()
        }
    }

    /// The words with addresses that any program reaches, and with the kinds of the places.
    fn plain_words(&self) -> Vec<String> {
        let origin = |remote: &Remote, _: &str| {
            let url = if remote.is_file {
                self.server.file_url()
            } else {
                self.server.blob_url()
            };
            format!("{url}/{}", ACCOUNTS[remote.account])
        };
        let places: BTreeSet<_> = self.places().into_iter().collect();
        let words = self.words.iter().map(|word| match remote(word) {
            Some(_) => self.word(word, &origin),
            None if places.contains(&**word) && word != "/dev/null" => self.local(word),
            None => match word.split_once("=/") {
                Some((flag, path)) => format!("{flag}={}", self.local(&format!("/{path}"))),
                None if word.starts_with("/tmp/") => self.local(word),
                None => word.clone(),
            },
        });
        let mut words: Vec<_> = words.collect();
        if !self.given().iter().any(|(name, _)| name == "from-to") {
            let kind =
                |place: Option<&&str>, other: &'static str| match place.map(|text| remote(text)) {
                    Some(Some(remote)) if remote.is_file => "File",
                    Some(Some(_)) => "Blob",
                    Some(None) => "Local",
                    None => other,
                };
            let places = self.places();
            let from_to = kind(places.first(), "").to_owned() + kind(places.get(1), "Trash");
            words.extend(["--from-to".to_owned(), from_to]);
        }
        words
    }

    /// Runs AzCopy 10. Returns what it printed.
    pub(super) fn run_peer(&self, peers: &Peers) -> String {
        let words = self.plain_words();
        let logs = Folder::new();
        let mut command: Command = peers.program("azcopy");
        let output = command
            .args(words)
            .args(["--skip-version-check"])
            .current_dir(self.home())
            .env("AZCOPY_LOG_LOCATION", logs.path())
            .env("AZCOPY_JOB_PLAN_LOCATION", logs.path())
            .env("AZCOPY_DISABLE_SYSLOG", "true")
            .env("AZCOPY_CONCURRENCY_VALUE", "4")
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = said.lines().filter(|line| {
            line.contains("rror") || line.contains("annot") || line.contains("Status")
        });
        errors.collect::<Vec<_>>().join(" / ")
    }
}

/// Flags of the lines whose value may be the next word.
const VALUED: &[&str] = &[
    "from-to",
    "overwrite",
    "blob-type",
    "block-blob-tier",
    "log-level",
    "include-pattern",
    "exclude-pattern",
    "include-path",
    "exclude-path",
    "check-md5",
    "delete-destination",
    "output-type",
    "output-level",
    "cap-mbps",
    "block-size-mb",
    "list-of-files",
    "metadata",
    "content-type",
    "cache-control",
    "location",
    "with-status",
    "include-after",
    "include-before",
    "application-id",
    "tenant-id",
    "size-per-file",
    "file-count",
    "include-regex",
    "exclude-regex",
];

/// The place that a word names in a service.
fn remote(word: &str) -> Option<Remote> {
    let rest = word.strip_prefix("https://")?;
    let (url, _) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = url.split_once('/').unwrap_or((url, ""));
    let (name, service) = host.split_once('.')?;
    let account = ACCOUNTS.iter().position(|known| *known == name)?;
    let (root, path) = path.split_once('/').unwrap_or((path, ""));
    Some(Remote {
        account,
        is_file: service.starts_with("file."),
        root: root.to_owned(),
        path: path.to_owned(),
    })
}

/// The objects that a source of this path has: one, or a tree.
fn sample(path: &str) -> Tree {
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
    let at = |name: &str| {
        let whole = below(folder, name);
        whole.trim_start_matches('/').to_owned()
    };
    let image = vec![7; 1024];
    if let Some(ending) = last.strip_prefix('*').filter(|ending| !ending.is_empty()) {
        let tree = Tree::new().with(&at("a.txt"), "a").with(&at("other"), "b");
        return tree.with(&at(&format!("one{ending}")), image);
    }
    if last.contains('*') && last != "*" {
        let name = last.replace('*', "1");
        return Tree::new().with(&at(&name), image).with(&at("other"), "b");
    }
    if last.contains('.') && last != "." {
        return Tree::new().with(&at(last), image);
    }

    let folder = path.trim_end_matches(['*', '.']).trim_matches('/');
    let mut tree = Tree::new();
    for name in ["a.txt", "b.csv", "sub/c.txt", "sub/d.csv"] {
        tree = tree.with(below(folder, name).trim_start_matches('/'), name);
    }
    tree
}

fn below(folder: &str, name: &str) -> String {
    let folder = folder.trim_end_matches('/');
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
