//! Every command of the documentation runs: the blocks `sh` of README.md and of docs/, in their order, against
//! azring-emulator under the names of Azure's hosts.
//!
//! The commands are run as they stand. Only `/data/`, `/shared/` and `/scratch/` become folders of the test. Names like
//! `myaccount.blob.core.windows.net` lead to the emulator through a proxy ([`tunnel`]), and `cargo build` stands for
//! the programs that are built already.

mod tunnel;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::certificate::Certificate;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::{BlobService, TableService};
use azring_emulator_tests::scratch::Folder;

use tunnel::Tunnel;

/// A key that every account of the documentation has.
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The accounts of the documentation.
const ACCOUNTS: [&str; 3] = ["myaccount", "one", "two"];

/// The words after the three backquotes of a block. Only `sh` has commands.
const LANGUAGES: [&str; 7] = ["sh", "text", "json", "yaml", "toml", "python", "promql"];

/// Folders of the documentation that are the reader's.
const FOLDERS: [&str; 3] = ["data", "shared", "scratch"];

/// What `cargo build` does here: it checks the names of packages, and puts the programs where cargo would.
const CARGO: &str = r#"#!/bin/sh
set -e
[ "$1" = build ] || { echo "cargo $1: only a build is known" >&2; exit 64; }
while [ $# -gt 0 ]; do
  if [ "$1" = -p ]; then
    grep -q "^name = \"$2\"$" "$ROOT"/*/Cargo.toml || { echo "there is no package $2" >&2; exit 101; }
  fi
  shift
done
mkdir -p target/release
for program in azring azring-emulator; do ln -sf "$PROGRAMS/$program" target/release/; done
"#;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in the workspace")
        .to_owned()
}

/// The page whose commands install packages, which `scripts/package_test.sh` makes and runs it with.
const ABOUT_PACKAGES: &str = "emulator-in-ci.md";

/// README.md and the pages of docs/.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut pages: Vec<_> = fs::read_dir(root.join("docs"))
        .expect("there is a folder with documentation")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages.insert(0, root.join("README.md"));
    pages
}

/// The blocks of a page between lines of three backquotes, each with the word after them.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks: Vec<(&str, String)> = Vec::new();
    let mut is_open = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) if !is_open => {
                blocks.push((language, String::new()));
                is_open = true;
            }
            Some(_) => is_open = false,
            None if is_open => {
                let (_, block) = blocks.last_mut().expect("one is open");
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    blocks
}

/// What the commands of one page run in.
struct Stage {
    folder: Folder,
    tunnel: Tunnel,
    emulator: EmulatorProcess,
    certificate: Certificate,
}

impl Stage {
    fn new() -> Self {
        let certificate = Certificate::make();
        let accounts = ACCOUNTS.map(|name| format!("{name}:{KEY}"));
        // A port that was free a moment ago.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("there is a free port").port().to_string();
        let tables = format!("https://127.0.0.1:{port}");
        let mut options = vec!["--table-port", port.as_str()];
        for account in &accounts {
            options.extend(["--account", account.as_str()]);
        }
        let emulator = EmulatorProcess::start_https(&certificate, &options);
        let tunnel = Tunnel::to(&[
            (".blob.", emulator.origin()),
            (".file.", emulator.file_origin()),
            (".table.", &tables),
        ]);
        let stage = Self {
            folder: Folder::new(),
            tunnel,
            emulator,
            certificate,
        };
        stage.make_files();
        let logs = stage.service().container("logs2025");
        logs.make();
        logs.put("january.log", "started");
        let account = Account::new(ACCOUNTS[0], KEY);
        let tables = TableService::over_https(&tables, &account, &stage.certificate.authority());
        let table = tables.table("mytable");
        table.make();
        for partition in ["aardvark", "beetle"] {
            table.insert(&format!(
                r#"{{"PartitionKey": "{partition}", "RowKey": "1"}}"#
            ));
        }
        stage
    }

    fn make_files(&self) {
        for (name, bytes) in [
            ("data/set/abc.txt", 700),
            ("data/set/a.jpg", 500),
            ("data/set/sub/b.png", 900),
            ("data/set/sub/c.txt", 900),
            ("data/set/tmp/x.tmp", 900),
            ("data/images/disk.vhd", 1 << 20),
            ("data/outbox/m.txt", 10),
        ] {
            let path = self.folder.join(name);
            fs::create_dir_all(path.parent().expect("it is below")).expect("the folder is ours");
            fs::write(path, vec![b'x'; bytes]).expect("the folder is ours");
        }
        for folder in ["home", "bin", "shared", "scratch"] {
            fs::create_dir(self.folder.join(folder)).expect("the folder is ours");
        }
        for name in ["azring", "azring-emulator"] {
            symlink(program::built(name), self.folder.join("bin").join(name))
                .expect("the folder is ours");
        }
        let cargo = self.folder.join("bin/cargo");
        fs::write(&cargo, CARGO).expect("the folder is ours");
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// The account of most examples.
    fn service(&self) -> BlobService {
        let account = Account::new(ACCOUNTS[0], KEY);
        BlobService::path_style(
            self.emulator.origin(),
            &account,
            Some(&self.certificate.authority()),
        )
    }

    /// Runs commands, and panics with what they printed if one fails.
    fn run(&self, page: &Path, commands: &str) {
        let script = FOLDERS.iter().fold(commands.to_owned(), |script, name| {
            let own = format!("{}/", self.folder.join(name).display());
            script.replace(&format!("/{name}/"), &own)
        });
        let programs = program::built("azring");
        let programs = programs.parent().expect("it is in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c"])
            .arg(script)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_clear()
            .env(
                "PATH",
                format!("{}:{path}", self.folder.join("bin").display()),
            )
            .env("HOME", self.folder.join("home"))
            .env("ROOT", root())
            .env("PROGRAMS", programs)
            .env("HTTPS_PROXY", self.tunnel.url())
            .env("SSL_CERT_FILE", self.certificate.authority())
            .envs(["KEY", "KEY1", "KEY2"].map(|name| (name, KEY)))
            .env("SAS", self.service().account_sas())
            .output()
            .expect("there is bash");
        assert!(
            output.status.success(),
            "a block of {} fails ({}):\n{commands}\n{}\n{}",
            page.display(),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Runs the commands of a page; returns how many blocks have some.
fn run_page(page: &Path) -> usize {
    let text = fs::read_to_string(page).expect("it is text");
    let stage = Stage::new();
    let mut run = 0;
    for (language, commands) in blocks(&text) {
        assert!(
            LANGUAGES.contains(&language),
            "{}: a block is called `{language}`, and commands are in blocks called `sh`",
            page.display()
        );
        if language == "sh" {
            stage.run(page, &commands);
            run += 1;
        }
    }
    run
}

#[test]
fn every_command_of_the_documentation_runs() {
    let pages = pages();
    let own = pages.iter().filter(|page| !page.ends_with(ABOUT_PACKAGES));
    let blocks: usize = own.map(|page| run_page(page)).sum();
    assert!(blocks >= 20, "{blocks} blocks");
}

/// Queries of Prometheus name metrics that azring has.
#[test]
fn every_metric_of_the_documentation_exists() {
    let described = root().join("cli/src/listener/metrics/METRICS.md");
    let described = fs::read_to_string(described).expect("it is text");
    let mut found = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("it is text");
        for (_, queries) in blocks(&text).iter().filter(|(word, _)| *word == "promql") {
            let words = queries.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
            for metric in words.filter(|word| word.starts_with("azring_")) {
                let is_there = described.contains(&format!("| `{metric}` |"));
                assert!(is_there, "{}: {metric}", page.display());
                found += 1;
            }
        }
    }
    assert!(found >= 5, "{found} metrics");
}

/// All Rust sources below a folder, as one text.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("it can be read");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .map(|path| match path.extension() {
            _ if path.is_dir() => sources(&path),
            Some(extension) if extension == "rs" => fs::read_to_string(&path).expect("it is text"),
            _ => String::new(),
        })
        .collect()
}

/// In backquotes, a path names a file and a word with three underscores or more names a test.
#[test]
fn every_test_that_a_promise_names_exists() {
    let root = root();
    let folders = ["core", "transport", "cli", "emulator-tests"];
    let code: String = folders
        .iter()
        .flat_map(|name| ["src", "tests"].map(|kind| root.join(name).join(kind)))
        .filter(|folder| folder.exists())
        .map(|folder| sources(&folder))
        .collect();
    let page = fs::read_to_string(root.join("docs/reliability.md")).expect("it is text");
    let mut named = 0;
    for word in page.split('`').skip(1).step_by(2) {
        let is_path = ["scripts/", "core/", "transport/", "cli/", "emulator-tests/"]
            .iter()
            .any(|folder| word.starts_with(folder));
        let is_test = word.matches('_').count() >= 3 && !word.contains([' ', '/', '$', '=']);
        if is_path {
            assert!(root.join(word).exists(), "there is no {word}");
        } else if is_test {
            assert!(
                code.contains(&format!("fn {word}(")),
                "there is no test {word}"
            );
        }
        named += usize::from(is_path || is_test);
    }
    assert!(named >= 20, "{named} tests are named");
}

#[test]
fn every_link_of_the_documentation_leads_to_a_file() {
    for page in pages() {
        let text = fs::read_to_string(&page).expect("it is text");
        let folder = page.parent().expect("it is in a folder");
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(
                folder.join(target).exists(),
                "{}: there is no `{target}`",
                page.display()
            );
        }
    }
}
