//! One random table with random options, faults and kills: exported, imported and compared.

use std::collections::BTreeMap;
use std::path::Path;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::{Table, TableService};
use rustix::process::Signal;

use super::draw::CaseDraw;
use super::entities::{self, Entities};
use super::service_faults::ServiceFaults;
use super::stored_table;
use super::tally::{Tally, add};

/// How often a command is run again until it ends well. The service has no faults in the last half.
const RUNS_MAX: usize = 6;

/// How long to wait between two looks at what the service has seen.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_micros(200);

/// How one command is disturbed.
#[derive(Debug, Clone, Default)]
pub(super) struct Disturbance {
    /// Each kill: after so many requests of its run.
    pub(super) kills: Vec<u64>,
    pub(super) faults: Option<ServiceFaults>,
}

/// A table and what happens to it.
#[derive(Debug, Clone)]
pub(super) struct TableCase {
    seed: u64,
    pub(super) entities: Entities,
    pub(super) existing: Entities,
    operation: &'static str,
    pub(super) export_words: Vec<String>,
    pub(super) import_words: Vec<String>,
    has_signatures: bool,
    pub(super) has_two_servers: bool,
    pub(super) export: Disturbance,
    pub(super) import: Disturbance,
    /// The copy of the export that is damaged, to be refused.
    pub(super) is_damaged_too: bool,
}

impl Disturbance {
    fn random(draw: &mut CaseDraw, faults: ServiceFaults, requests: usize) -> Self {
        let kills = match draw.below(10) {
            0..6 => 0,
            6..9 => 1,
            _ => 3,
        };
        Self {
            kills: (0..kills).map(|_| draw.below(requests) as u64).collect(),
            faults: draw.chance(70).then_some(faults),
        }
    }
}

impl TableCase {
    /// The case of this seed. `is_large`: with entities that are exported in several files.
    pub(super) fn random(seed: u64, is_large: bool) -> Self {
        let draw = &mut CaseDraw::new(seed);
        let entities = if is_large {
            entities::large_table(draw)
        } else {
            entities::table(draw)
        };
        let existing = if draw.chance(40) {
            entities::existing(draw, &entities)
        } else {
            Entities::new()
        };
        let mut export_words = Vec::new();
        match draw.below(3) {
            0 => {}
            1 => export_words.push("/PKRS:auto".to_owned()),
            _ => export_words.extend(split_keys(draw, &entities)),
        }
        if is_large || draw.chance(20) {
            export_words.push("/SplitSize:32".to_owned());
        }
        let concurrency = |draw: &mut CaseDraw| {
            let asked = draw.chance(50);
            asked.then(|| format!("/NC:{}", 1 + draw.below(6)))
        };
        export_words.extend(concurrency(draw));
        let import_words: Vec<String> = concurrency(draw).into_iter().collect();
        let (reading, writing) = (
            ServiceFaults::of_export(draw, &entities),
            ServiceFaults::of_import(draw, &entities),
        );
        let pages = 2 + entities.len() / 10;
        Self {
            operation: *draw.pick(&["InsertOrSkip", "InsertOrMerge", "InsertOrReplace"]),
            has_signatures: draw.chance(30),
            has_two_servers: draw.chance(50),
            export: Disturbance::random(draw, reading, pages),
            import: Disturbance::random(draw, writing, pages),
            is_damaged_too: draw.chance(25),
            seed,
            entities,
            existing,
            export_words,
            import_words,
        }
    }

    /// Exports, imports and compares.
    ///
    /// # Panics
    /// When a command does not end well, or a table is not what it should be.
    pub(super) fn run(&self, tally: &Tally) {
        let draw = &mut CaseDraw::new(!self.seed);
        let start = || Server::start(&Options::default()).expect("an emulator starts");
        let first = start();
        let second = self.has_two_servers.then(start);
        let target_server = second.as_ref().unwrap_or(&first);
        let account = Account::development();
        let service = |server: &Server| TableService::path_style(&server.table_url(), &account);
        // Names of their own: an azring of an earlier process that still tries to write finds no such table.
        let source = service(&first).fresh_table("source");
        stored_table::fill(&source, &self.entities, draw);
        let stored = stored_table::read(&source);
        assert_equal(&stored, &self.entities, "the source itself");

        let (folder, journal) = (Folder::new(), Folder::new());
        let export = || self.export_command(&source, folder.path(), journal.path());
        run_to_success(&first, &self.export, self.seed, tally, export);
        let was_killed = !self.export.kills.is_empty();
        let data_files = assert_is_export(folder.path(), &self.entities, was_killed);
        add(&tally.data_files, data_files);
        add(&tally.entities, self.entities.len() as u64);

        let target = service(target_server).unmade_table("target");
        if !self.existing.is_empty() {
            target.make();
            stored_table::fill(&target, &self.existing, draw);
        }
        if self.is_damaged_too && !self.entities.is_empty() {
            let unmade = service(target_server).unmade_table("damaged");
            self.refuse_damaged(draw, folder.path(), &unmade);
            add(&tally.refusals, 1);
        }
        let import = || self.import_command(folder.path(), &target, journal.path());
        run_to_success(target_server, &self.import, self.seed, tally, import);
        let expected = entities::imported(&self.existing, &self.entities, self.operation);
        assert_equal(
            &stored_table::read(&target),
            &expected,
            "the imported table",
        );
        assert_equal(
            &stored_table::read(&source),
            &stored,
            "the source after all",
        );
    }

    fn export_command(&self, source: &Table, folder: &Path, journal: &Path) -> Azring {
        let run = Azring::copy(source.url(), folder)
            .args(["/SourceType:Table", "/Y", "/Manifest:the.manifest"])
            .arg(format!("/Z:{}", journal.display()))
            .args(&self.export_words);
        if self.has_signatures {
            let sas = source.service().account_sas_for("o", "r");
            return run.arg(format!("/SourceSAS:{sas}"));
        }
        run.source_key(source.service().account())
    }

    fn import_command(&self, folder: &Path, target: &Table, journal: &Path) -> Azring {
        let run = Azring::copy(folder, target.url())
            .args(["/DestType:Table", "/Y", "/Manifest:the.manifest"])
            .arg(format!("/EntityOperation:{}", self.operation))
            .arg(format!("/Z:{}", journal.display()))
            .args(&self.import_words);
        if self.has_signatures {
            let sas = target.service().account_sas_for("co", "rwdlacu");
            return run.arg(format!("/DestSAS:{sas}"));
        }
        run.dest_key(target.service().account())
    }

    /// A data file with one wrong bit among its entities, or a shorter one, or one too few, is refused, and the
    /// table is not made.
    fn refuse_damaged(&self, draw: &mut CaseDraw, folder: &Path, unmade: &Table) {
        let (copy, journal) = (Folder::new(), Folder::new());
        for (name, bytes) in files(folder) {
            std::fs::write(copy.join(&name), bytes).expect("the folder is ours");
        }
        let mut data = files(folder);
        let export = export_time(&data);
        data.retain(|(name, _)| name.contains(&export));
        let (name, mut bytes) = data.swap_remove(draw.below(data.len()));
        let path = copy.join(&name);
        let begin = bytes
            .iter()
            .position(|byte| *byte == b'[')
            .expect("an array")
            + 1;
        let at = begin + draw.below(bytes.len() - begin);
        let written = match draw.below(3) {
            0 => {
                bytes[at] ^= 1 << draw.below(8);
                std::fs::write(&path, bytes)
            }
            1 => std::fs::write(&path, &bytes[..at]),
            _ => std::fs::remove_file(&path),
        };
        written.expect("the folder is ours");
        let outcome = self
            .import_command(copy.path(), unmade, journal.path())
            .run();
        assert_eq!(outcome.status, Some(1), "byte {at} of {name}: {outcome}");
        assert!(!unmade.exists(), "byte {at} of {name}: {outcome}");
    }
}

/// `/PKRS` with a few keys in the order of the service: some of the table, some made up.
fn split_keys(draw: &mut CaseDraw, entities: &Entities) -> Option<String> {
    let own: Vec<&String> = entities.keys().map(|(partition, _)| partition).collect();
    let mut keys: Vec<String> = (0..=draw.below(5))
        .map(|_| {
            if own.is_empty() || draw.chance(40) {
                entities::key(draw)
            } else {
                (*draw.pick(&own)).clone()
            }
        })
        .collect();
    // An empty key splits nothing, and quotes around the value belong to the command line.
    keys.retain(|key| !key.is_empty() && !key.contains('"'));
    keys.sort_by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    keys.dedup();
    (!keys.is_empty()).then(|| format!("/PKRS:{}", keys.join("#")))
}

/// Runs a command until it ends well, with kills and faults at first.
fn run_to_success(
    server: &Server,
    disturbance: &Disturbance,
    seed: u64,
    tally: &Tally,
    command: impl Fn() -> Azring,
) {
    if let Some(faults) = &disturbance.faults {
        faults.apply_to(server, seed);
    }
    for requests in &disturbance.kills {
        server.watch().counters.reset();
        let mut running = command().launch();
        while seen(server) < *requests && !running.has_ended() {
            pause(LOOK_EVERY);
        }
        running.signal(Signal::KILL);
        match running.end() {
            None => add(&tally.kills, 1),
            Some(0) => return end_faults(server, tally),
            Some(_) => add(&tally.failures, 1),
        }
    }
    for attempt in 0..RUNS_MAX {
        if attempt == RUNS_MAX / 2 {
            end_faults(server, tally);
        }
        let outcome = command().run();
        if outcome.status == Some(0) {
            break;
        }
        add(&tally.failures, 1);
        assert!(attempt + 1 < RUNS_MAX, "it does not end well: {outcome}");
    }
    end_faults(server, tally);
}

fn end_faults(server: &Server, tally: &Tally) {
    add(&tally.faults, server.applied_faults().iter().sum());
    ServiceFaults::end_on(server);
}

/// Requests since the last reset.
fn seen(server: &Server) -> u64 {
    let operations = server.watch().counters.snapshot().operations;
    operations.values().map(|counts| counts.requests).sum()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    super::super::export::files(folder).into_iter().collect()
}

/// The time in the manifest, as the names of its data files have it.
fn export_time(files: &[(String, Vec<u8>)]) -> String {
    let manifest = files.iter().find(|(name, _)| name == "the.manifest");
    let (_, manifest) = manifest.expect("there is a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("it is JSON");
    let time = manifest["Timestamp"].as_str().expect("it has a time");
    format!("_{}_", time.replace(['-', ':'], ""))
}

/// The folder has a manifest and as many data files as it says, and nothing else. The data files have each entity
/// once. Returns how many files they are.
///
/// A kill may meet a run at its end, when its export is complete and its journal is removed. The next run exports
/// the table once more then: the data files of each export are complete.
#[track_caller]
fn assert_is_export(folder: &Path, expected: &Entities, was_killed: bool) -> u64 {
    let mut files = files(folder);
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let manifest = files.iter().find(|(name, _)| name == "the.manifest");
    let (_, manifest) = manifest.unwrap_or_else(|| panic!("no manifest: {names:?}"));
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("it is JSON");
    let counted = manifest["TotalDataFiles"].as_u64();
    let time = export_time(&files);
    files.retain(|(name, _)| name != "the.manifest");
    let is_data = |name: &str| name.split('.').next_back() == Some("json");
    assert!(files.iter().all(|(name, _)| is_data(name)), "{names:?}");
    let (files, earlier): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|(name, _)| name.contains(&time));
    assert_eq!(counted, Some(files.len() as u64), "{names:?}");
    assert!(earlier.is_empty() || was_killed, "{names:?}");
    let mut earlier_exports = BTreeMap::<String, Vec<Vec<u8>>>::new();
    for (name, content) in earlier {
        let time = name.split('_').find(|part| part.ends_with('Z'));
        let time = time.unwrap_or_else(|| panic!("no time in {name}"));
        earlier_exports
            .entry(time.to_owned())
            .or_default()
            .push(content);
    }
    let count = files.len() as u64;
    let this = files.into_iter().map(|(_, content)| content).collect();
    for contents in earlier_exports.into_values().chain([this]) {
        let mut exported = Entities::new();
        for content in contents {
            stored_table::add_entities(&mut exported, content);
        }
        assert_equal(&exported, expected, &format!("the export {names:?}"));
    }
    count
}

/// Names the first difference.
#[track_caller]
fn assert_equal(found: &Entities, expected: &Entities, what: &str) {
    for (keys, properties) in expected {
        let Some(others) = found.get(keys) else {
            panic!("{what} lacks {keys:?}");
        };
        for (name, value) in properties {
            let shown = |value: &dyn std::fmt::Debug| {
                let text = format!("{value:?}");
                text.chars().take(300).collect::<String>()
            };
            let other = others.get(name);
            assert!(
                other == Some(value),
                "{what}: `{name}` of {keys:?} is {}, not {}",
                shown(&other),
                shown(&value)
            );
        }
        let names = others.len();
        assert_eq!(names, properties.len(), "{what}: properties of {keys:?}");
    }
    let surplus = found.keys().find(|keys| !expected.contains_key(*keys));
    assert_eq!(surplus, None, "{what} has an entity that nobody wrote");
}
