//! Every command line of the article, typed as it stands there: with addresses of this machine for
//! `https://myaccount.blob.core.windows.net` and keys for `key`, and with a folder for the drive `C:`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{AccountOption, Options, Server};
use azring_emulator_tests::rest::{
    BlobService, Container, FileService, Share, Storage as _, Table, TableService,
};
use azring_emulator_tests::tree::Tree;

use super::examples::{BLOBS, EXAMPLES, Example, FILES, Then};
use crate::sync_copy::with_snapshots;

/// The accounts that the article has.
const ACCOUNTS: [&str; 5] = [
    "myaccount",
    "myaccount1",
    "myaccount2",
    "sourceaccount",
    "destaccount",
];

/// The headings under which the article types something.
const HEADINGS: &[&str] = &[
    "Writing your first AzCopy command",
    "Download a single blob",
    "Download a single blob from the secondary region",
    "Download all blobs in a container",
    "Download blobs with a specific prefix",
    "Set the last-modified time of exported files to be same as the source blobs",
    "Upload a single blob",
    "Upload a single blob to a virtual directory",
    "Upload all blobs in a folder",
    "Upload blobs matching a specific pattern",
    "Specify the MIME content type of a destination blob",
    "Copy a single blob from one container to another within the same storage account",
    "Copy a single blob from one storage account to another",
    "Copy a single blob from the secondary region to the primary region",
    "Copy a single blob and its snapshots from one storage account to another",
    "Copy all blobs in a container to another storage account",
    "Synchronously copy blobs from one storage account to another",
    "Download a single file",
    "Download all files in a directory",
    "Upload a single file",
    "Upload all files in a folder",
    "Upload files matching a specific pattern",
    "Copy from one file share to another",
    "Copy from an Azure file share to Blob storage",
    "Copy a blob from Blob storage to an Azure file share",
    "Synchronously copy files",
    "Export a table",
    "Split an export from Table storage into multiple files",
    "Export a table to JSON or CSV data file format",
    "Export table entities concurrently",
    "Export a table to Blob storage",
    "Import a table",
    "Import entities into a table from Blob storage",
    "Only copy data that doesn't exist in the destination",
    "Use a response file to specify command-line parameters",
    "Use multiple response files to specify command-line parameters",
    "Specify a shared access signature (SAS)",
    "Journal file folder",
    "Generate a log file",
    "Run AzCopy against the Azure Storage Emulator",
];

/// A service with the article's accounts, and the drive `C:`.
struct World {
    server: Server,
    accounts: Vec<Account>,
    drive: Folder,
}

/// One end of a copy, as the article writes it.
enum Place {
    Folder(PathBuf),
    Blobs(Container),
    /// A share and a directory in it, which may be empty.
    Files(Share, String),
}

impl World {
    fn new() -> Self {
        let accounts: Vec<_> = (1_u8..)
            .zip(ACCOUNTS)
            .map(|(number, name)| {
                Account::new(name, &format!("{0}{0}{0}{0}", format_args!("key{number}")))
            })
            .collect();
        let options = Options {
            accounts: accounts
                .iter()
                .map(|account| AccountOption {
                    name: account.name().to_owned(),
                    key: account.key_in_base64(),
                    second_key: None,
                })
                .collect(),
            ..Options::default()
        };
        Self {
            server: Server::start(&options).expect("an emulator starts"),
            accounts,
            drive: Folder::new(),
        }
    }

    fn account(&self, name: &str) -> &Account {
        let name = name.trim_end_matches("-secondary");
        let found = self.accounts.iter().find(|account| account.name() == name);
        found.unwrap_or_else(|| panic!("the article has no account {name}"))
    }

    /// The place that the article calls so, if it is a folder, a container of blobs or a share.
    fn place(&self, text: &str) -> Option<Place> {
        if let Some(path) = text.strip_prefix(r"C:\") {
            return Some(Place::Folder(self.drive.join(path.trim_end_matches('\\'))));
        }
        let (_, rest) = text.split_once("://")?;
        if let Some((account, path)) = rest.split_once(".file.core.windows.net/") {
            let (share, directory) = path.split_once('/').unwrap_or((path, ""));
            let service =
                FileService::path_style(&self.server.file_url(), self.account(account), None);
            let directory = directory.trim_end_matches('/').to_owned();
            return Some(Place::Files(service.share(share), directory));
        }
        let (account, path) = match rest.strip_prefix("127.0.0.1:10000/") {
            Some(rest) => rest.split_once('/')?,
            None => rest.split_once(".blob.core.windows.net/")?,
        };
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let container = path.split('/').next()?;
        let service = BlobService::path_style(&self.server.blob_url(), self.account(account), None);
        // The service itself takes no capitals in the name of a container.
        Some(Place::Blobs(service.container(&container.to_lowercase())))
    }

    /// A word of the article with what is here for what is there.
    fn word(&self, word: &str, example: &Example) -> String {
        let named = |name: &str| word.to_lowercase().starts_with(&format!("/{name}:"));
        let owner = |end: &str| {
            let text = value(example.typed, end).expect("a key belongs to a place");
            match self.place(&text) {
                Some(Place::Blobs(container)) => container.account().clone(),
                Some(Place::Files(share, _)) => share.account().clone(),
                _ => self.account("myaccount").clone(),
            }
        };
        let (name, _) = word.split_once(':').unwrap_or((word, ""));
        if named("sourcekey") || named("destkey") {
            let end = if named("sourcekey") { "source" } else { "dest" };
            return format!(
                "{name}:{}",
                owner_or(self, example, end, owner).key_in_base64()
            );
        }
        let service =
            |account: &Account| BlobService::path_style(&self.server.blob_url(), account, None);
        if named("sourcesas") || named("destsas") {
            return format!("{name}:{}", service(&owner("source")).account_sas());
        }
        let is_here = ["127.0.0.1:10000", "127.0.0.1:10002"];
        let is_address = |text: &&str| word.contains(text);
        if !word.contains(".core.windows.net") && !is_here.iter().any(is_address) {
            return word.to_owned();
        }
        let mut text = word.replace("myContainer", "mycontainer");
        for scheme in ["https://", "http://"] {
            text = text.replace(&format!("{scheme}127.0.0.1:10000"), &self.server.blob_url());
            text = text.replace(
                &format!("{scheme}127.0.0.1:10002"),
                &self.server.table_url(),
            );
            for account in ACCOUNTS {
                for host in [account.to_owned(), format!("{account}-secondary")] {
                    for (label, url) in self.server.urls() {
                        let there = format!("{scheme}{host}.{label}.core.windows.net");
                        text = text.replace(&there, &format!("{url}/{host}"));
                    }
                }
            }
        }
        text.replace(
            "SourceSASToken",
            &service(self.account("myaccount")).account_sas(),
        )
    }

    /// The example as it is typed here.
    fn typed(&self, example: &Example) -> Azring {
        let words = split(example.typed).into_iter().skip(1);
        let words: Vec<_> = words.map(|word| self.word(&word, example)).collect();
        // The addresses here do not name the service.
        let of_service = |end: &str, label: &str| {
            let host = format!(".{label}.core.windows.net");
            value(example.typed, end).is_some_and(|text| text.contains(&host))
        };
        let types = [
            ("source", "file", "/SourceType:File"),
            ("dest", "file", "/DestType:File"),
            ("source", "table", "/SourceType:Table"),
            ("dest", "table", "/DestType:Table"),
        ];
        let types = types
            .into_iter()
            .filter(|(end, label, _)| of_service(end, label));
        Azring::new()
            .args(words)
            .args(types.map(|(.., word)| word))
            .arg(format!("/MapDrive:C:={}", self.drive.path().display()))
    }

    /// Puts in place what the example copies, and the files that it names.
    fn prepare(&self, example: &Example) -> Option<Tree> {
        let responses = self.drive.join("responsefiles");
        fs::create_dir(&responses).expect("the drive is ours");
        let whole = "/Source:http://myaccount.blob.core.windows.net/mycontainer /Dest:C:\\myfolder /SourceKey:<sourcekey> /S /Y";
        let (source, dest) = (
            "/Source:http://myaccount.blob.core.windows.net/mycontainer",
            r"/Dest:C:\myfolder",
        );
        for (name, words) in [
            ("copyoperation.txt", whole),
            ("source.txt", source),
            ("dest.txt", dest),
            ("options.txt", "/S /Y"),
        ] {
            let in_place = Example {
                heading: "",
                typed: whole,
                then: Then::Asks,
            };
            let words: Vec<_> = split(words)
                .iter()
                .map(|word| self.word(word, &in_place))
                .collect();
            fs::write(responses.join(name), words.join(" ")).expect("the folder is ours");
        }
        match example.then {
            Then::Resumes => return None,
            Then::Exports(_) => {
                Self::fill(&self.table("myTable"));
                return None;
            }
            Then::Imports => {
                self.prepare_export(example);
                return None;
            }
            Then::Makes(_) | Then::MakesSnapshots | Then::Asks => {}
        }
        let text = value(example.typed, "source")
            .unwrap_or_else(|| value(whole, "source").expect("it has one"));
        match self.place(&text)? {
            Place::Folder(path) => Tree::named(
                FILES
                    .iter()
                    .copied()
                    .chain(["ab", "xyz.txt"])
                    .filter(|name| is_meant(example, name)),
            )
            .write_to(&path),
            Place::Files(share, directory) => {
                share.make();
                let names = FILES.iter().copied().chain(["ab", "xyz.txt"]);
                let tree = Tree::named(names.filter(|name| is_meant(example, name)));
                let tree = match directory.as_str() {
                    "" => tree,
                    _ => tree.below(&directory),
                };
                tree.put_into(&share);
            }
            Place::Blobs(container) => {
                container.make();
                let names = BLOBS.iter().copied().chain(["ab", "xyz.txt"]);
                Tree::named(names.filter(|name| is_meant(example, name))).put_into(&container);
                if example.then == Then::MakesSnapshots {
                    return Some(with_snapshots(&container, "abc.txt"));
                }
            }
        }
        None
    }

    /// A table of the article's first account.
    fn table(&self, name: &str) -> Table {
        TableService::path_style(&self.server.table_url(), self.account("myaccount")).table(name)
    }

    /// Makes a table with entities before, between and behind the keys of the article.
    fn fill(table: &Table) {
        table.make();
        for partition in ["a", "ab", "bb"] {
            table.insert(&format!(
                "{{\"PartitionKey\":\"{partition}\",\"RowKey\":\"1\",\"count\":1}}"
            ));
        }
    }

    /// Exports a table to where the example imports it from.
    fn prepare_export(&self, example: &Example) {
        let table = self.table("exported");
        Self::fill(&table);
        let folder = self.drive.join("exported");
        let manifest = value(example.typed, "manifest").expect("an import has a manifest");
        let text = value(example.typed, "source").expect("it has one");
        let folder = match self.place(&text) {
            Some(Place::Folder(path)) => path,
            _ => folder,
        };
        Azring::copy(table.url(), folder.display().to_string())
            .source_key(self.account("myaccount"))
            .args([
                "/SourceType:Table".to_owned(),
                format!("/Manifest:{manifest}"),
            ])
            .run()
            .succeeded();
        if let Some(Place::Blobs(container)) = self.place(&text) {
            container.make();
            Tree::read_from(&folder).put_into(&container);
        }
    }

    /// What is at the destination.
    fn found(&self, example: &Example) -> Tree {
        let text = value(example.typed, "dest").unwrap_or_else(|| r"C:\myfolder".to_owned());
        match self.place(&text).expect("it is a place") {
            Place::Folder(path) if path.exists() => Tree::read_from(&path),
            Place::Blobs(container) if container.exists() => Tree::get_from(&container),
            Place::Files(share, _) if share.exists() => Tree::get_from(&share),
            Place::Folder(_) | Place::Blobs(_) | Place::Files(..) => Tree::new(),
        }
    }
}

/// Files that the article assumes in some examples only.
fn is_meant(example: &Example, name: &str) -> bool {
    match name {
        "ab" => example.typed.contains("/Pattern:ab"),
        "xyz.txt" => example.typed.contains("/Pattern:a"),
        _ => true,
    }
}

fn owner_or(
    world: &World,
    example: &Example,
    end: &str,
    owner: impl Fn(&str) -> Account,
) -> Account {
    match value(example.typed, end) {
        Some(_) => owner(end),
        None => world.account("myaccount").clone(),
    }
}

/// The words of a line as Windows reads it: quotes keep blanks together, a backslash is a letter.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars().chain([' ']) {
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            _ => word.push(letter),
        }
    }
    words
}

/// The value of a parameter of a line.
fn value(line: &str, name: &str) -> Option<String> {
    let prefix = format!("/{name}:");
    split(line).into_iter().find_map(|word| {
        let is_it = word.to_lowercase().starts_with(&prefix);
        is_it.then(|| word[prefix.len()..].to_owned())
    })
}

/// Runs an example in a world of its own.
fn run(example: &Example) {
    let world = World::new();
    let snapshots = world.prepare(example);
    world.server.watch().counters.reset();
    let done = |outcome: Outcome, names: usize| outcome.succeeded().counting(names as u64, 0, 0);
    match example.then {
        Then::Makes(names) => {
            done(world.typed(example).run(), names.len());
            assert_same(&made(names), &world.found(example));
        }
        Then::MakesSnapshots => {
            done(world.typed(example).run(), 3);
            assert_same(&snapshots.expect("it has some"), &world.found(example));
        }
        Then::Resumes => resumes(&world, example),
        Then::Asks => {
            let outcome = world.typed(example).run();
            outcome.refused();
        }
        Then::Exports(data) => {
            done(world.typed(example).run(), data.len() + 1);
            assert_export(&world, example, data);
        }
        Then::Imports => {
            world.typed(example).run().succeeded();
            let text = value(example.typed, "dest").expect("it has one");
            let name = text.rsplit('/').find(|name| !name.is_empty());
            let table = world.table(name.expect("a table has a name"));
            assert_eq!(table.entities(), world.table("exported").entities());
            assert_eq!(table.entities().len(), 3);
        }
    }
}

/// The names of the files at the destination, which is a folder or a container.
fn names_at_destination(world: &World, example: &Example) -> Vec<String> {
    let text = value(example.typed, "dest").expect("it has one");
    if let Some(Place::Blobs(container)) = world.place(&text) {
        return container.names();
    }
    fs::read_dir(world.drive.join("myfolder"))
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.into_string().expect("names are text"))
        .collect()
}

/// Compares the names of the files at the destination.
fn assert_export(world: &World, example: &Example, data: &[&str]) {
    let mut names = names_at_destination(world, example);
    names.retain(|name| !name.ends_with(".schema.csv"));
    names.sort();
    let is_manifest = |name: &String| match value(example.typed, "manifest") {
        Some(given) => *name == given,
        None => {
            name.to_lowercase().starts_with("myaccount_mytable_") && name.ends_with(".manifest")
        }
    };
    let (manifests, names): (Vec<_>, Vec<_>) = names.into_iter().partition(is_manifest);
    assert_eq!(manifests.len(), 1, "{manifests:?} beside {names:?}");
    let endings = names.iter().map(|name| {
        // `ACCOUNT_TABLE_TIME_RANGE_SPLIT_CRC.json`
        let parts: Vec<&str> = name.split(['_', '.']).collect();
        let [.., range, split, _, extension] = parts[..] else {
            panic!("{name}");
        };
        format!("_{range}_{split}.{extension}")
    });
    assert_eq!(endings.collect::<Vec<_>>(), data);
}

/// "AzCopy /Z:C:\journalfolder\": what the command before it has left is done.
fn resumes(world: &World, example: &Example) {
    let before = EXAMPLES
        .iter()
        .find(|one| one.typed.contains("/DestKey:key /Z:C:"))
        .expect("it is there");
    fs::create_dir_all(world.drive.join("myfolder")).expect("the drive is ours");
    Tree::named(FILES.iter().copied()).write_to(&world.drive.join("myfolder"));
    let plan = r#"{"rules": [{"when": {"method": "PUT", "path": "*/abc1.txt"},
        "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#;
    world.server.set_fault_plan(plan);
    world.typed(before).run().failed();
    world.server.clear_faults();
    let key = world.account("myaccount").key_in_base64();
    let outcome = world.typed(example).env("AZRING_DEST_KEY", key).run();
    outcome.succeeded().counting(3, 0, 0);
    assert_same(
        &Tree::named(["abc.txt", "abc1.txt", "abc2.txt"]),
        &world.found(before),
    );
}

/// What is made of what is copied: its content is that of the name that it had.
fn made(names: &[&str]) -> Tree {
    let names = names.iter().copied();
    let (below, others): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with("vd/"));
    if below.is_empty() {
        return Tree::named(others);
    }
    Tree::named(below.iter().map(|name| &name["vd/".len()..])).below("vd")
}

#[test]
fn every_command_line_gives_what_the_article_says() {
    for example in EXAMPLES {
        run(example);
    }
}

#[test]
fn every_heading_has_its_command_lines_and_every_command_line_its_heading() {
    let headings: BTreeSet<_> = HEADINGS.iter().copied().collect();
    let of_examples: BTreeSet<_> = EXAMPLES.iter().map(|example| example.heading).collect();
    assert_eq!(headings, of_examples);
    let typed: BTreeSet<_> = EXAMPLES.iter().map(|example| example.typed).collect();
    assert_eq!((EXAMPLES.len(), typed.len()), (52, 52));
}
