//! The setup of a workload: the server, the files and the containers that all its runs share, and the state of the
//! page cache before each.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use azring_emulator_tests::azurite::AzuriteTables;
use azring_emulator_tests::certificate::Certificate;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::rest::Table;
use azring_emulator_tests::tree::{names_below, write_noise};
use rustix::fs::{Advice, fadvise, sync};
use tempfile::TempDir;

use crate::options::Options;
use crate::remote::Remote;
use crate::server::{self, Server};
use crate::table_source;
use crate::tool::{self, Job, Tool};
use crate::workload::{Direction, Extent, Link, ServerKind, Shape, Store, Workload};

/// A file system in memory.
const IN_MEMORY: &str = "/dev/shm";

/// The server and the files for one workload.
#[derive(Debug)]
pub struct Setup {
    workload: &'static Workload,
    files: u64,
    file_bytes: u64,
    folder: TempDir,
    logs: TempDir,
    certificate: Option<Certificate>,
    server: Server,
    /// The container that is equal to the files, if they are to be compared.
    equal: Option<Remote>,
}

impl Setup {
    /// Starts the server and makes the files. Fails when the disk does.
    pub fn prepare(workload: &'static Workload, options: &Options) -> io::Result<Self> {
        let (files, file_bytes) = workload.files(options);
        let folder = if workload.is_in_memory() && Path::new(IN_MEMORY).is_dir() {
            tempfile::tempdir_in(IN_MEMORY)?
        } else {
            tempfile::tempdir_in(&options.folder)?
        };
        let certificate = workload.https.then(Certificate::make);
        let logs = tempfile::tempdir()?;
        let mut words = words(workload, files, file_bytes);
        if let Some(link) = workload.link {
            let plan = logs.path().join("link.json");
            fs::write(&plan, fault_plan(link))?;
            words.extend(["--faults".to_owned(), plan.display().to_string()]);
        }
        let server = match workload.server {
            ServerKind::Emulator => Server::Emulator(serve(&words, certificate.as_ref())),
            ServerKind::Azurite => Server::Azurite(AzuriteTables::start()),
        };
        let mut setup = Self {
            workload,
            files,
            file_bytes,
            folder,
            logs,
            certificate,
            server,
            equal: None,
        };
        match (workload.store, workload.direction) {
            (Store::Table, _) => setup.make_entities(&words)?,
            (Store::Blob | Store::Share, Direction::Up) => setup.make_files()?,
            (Store::Blob | Store::Share, Direction::Down) => {}
        }
        if workload.extent == Extent::Compared {
            let container = setup.fresh("equal");
            setup.fill(&container)?;
            setup.equal = Some(container);
        }
        Ok(setup)
    }

    /// How many bytes a run copies.
    pub fn bytes(&self) -> u64 {
        self.files * self.file_bytes
    }

    /// How many files a run copies.
    pub fn files(&self) -> u64 {
        self.files
    }

    /// How far a run goes.
    pub fn extent(&self) -> Extent {
        self.workload.extent
    }

    /// The server's process id.
    pub fn server(&self) -> u32 {
        self.server.id()
    }

    /// Prepares run `number`: an empty place to copy to, and the page cache as the workload has it.
    pub fn prepare_run(&self, number: usize) -> io::Result<Place> {
        let place = match self.workload.direction {
            Direction::Up => {
                let remote = match self.workload.extent {
                    Extent::Compared => None,
                    Extent::Copied | Extent::Planned => Some(self.fresh(&format!("run-{number}"))),
                    Extent::Removed => {
                        let container = self.fresh(&format!("run-{number}"));
                        self.fill(&container)?;
                        Some(container)
                    }
                };
                Place {
                    folder: self.source(),
                    remote,
                }
            }
            Direction::Down => {
                let folder = self.folder.path().join(format!("run-{number}"));
                fs::create_dir(&folder)?;
                let remote = Some(self.pattern());
                Place { folder, remote }
            }
        };
        // What an earlier run left to be written must not be written during this one.
        sync();
        if self.workload.direction == Direction::Up && self.file_bytes > 0 {
            names_below(&self.source())
                .iter()
                .try_for_each(|name| self.set_cache(name))?;
        }
        Ok(place)
    }

    /// The job of a run at `place`.
    pub fn job<'a>(&'a self, place: &'a Place, authority: Option<&'a Path>) -> Job<'a> {
        Job {
            workload: self.workload,
            folder: &place.folder,
            remote: self.remote(place),
            files: self.files,
            bytes: self.bytes(),
            trusted: authority,
            logs: self.logs.path(),
        }
    }

    /// Whose certificates to trust.
    pub fn authority(&self) -> Option<PathBuf> {
        self.certificate.as_ref().map(Certificate::authority)
    }

    /// Says what is missing when a run has not copied everything, or has copied what it should not have, and makes room
    /// again.
    pub fn check(&self, tool: Tool, place: &Place) -> Result<(), String> {
        if let Remote::Table(table) = self.remote(place) {
            return self.check_table(table, place);
        }
        let found: Vec<u64> = match self.workload.direction {
            Direction::Up => self.remote(place).lengths(),
            Direction::Down => {
                let length = |name: &String| {
                    fs::metadata(place.folder.join(name)).map_or(0, |file| file.len())
                };
                names_below(&place.folder).iter().map(length).collect()
            }
        };
        if self.workload.direction == Direction::Down {
            fs::remove_dir_all(&place.folder).map_err(|error| error.to_string())?;
        }
        let (files, bytes) = (found.len() as u64, found.iter().sum::<u64>());
        let wanted = if tool.leaves_all(self.workload) {
            (self.files, self.bytes())
        } else {
            (0, 0)
        };
        if (files, bytes) == wanted {
            return Ok(());
        }
        Err(format!(
            "{files} files with {bytes} bytes are there instead of {} with {}",
            wanted.0, wanted.1
        ))
    }

    /// The container, share or table of a run.
    fn remote<'a>(&'a self, place: &'a Place) -> &'a Remote {
        let remote = place.remote.as_ref().or(self.equal.as_ref());
        remote.expect("a run has a place of its own, or all have one")
    }

    /// Brings all files into the container, with their times.
    fn fill(&self, container: &Remote) -> io::Result<()> {
        let status = tool::filling(&self.source(), container, self.logs.path()).status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!(
                "filling the container ended with {status}"
            )))
        }
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    /// The same for entities. A table that was written is deleted.
    fn check_table(&self, table: &Table, place: &Place) -> Result<(), String> {
        let found = match self.workload.direction {
            Direction::Up => {
                let found = table.count();
                table.delete();
                found
            }
            Direction::Down => {
                let found = table_source::entities_in(&place.folder);
                let removed = fs::remove_dir_all(&place.folder);
                let found = removed.and(found);
                found.map_err(|error| error.to_string())?
            }
        };
        if found == self.files {
            return Ok(());
        }
        Err(format!(
            "{found} entities arrived instead of {}",
            self.files
        ))
    }

    /// A new container, share or table.
    fn fresh(&self, purpose: &str) -> Remote {
        let authority = self.authority();
        self.server
            .fresh(self.workload.store, authority.as_deref(), purpose)
    }

    /// The container, share or table that exists from the start.
    fn pattern(&self) -> Remote {
        let authority = self.authority();
        self.server
            .pattern(self.workload.store, authority.as_deref())
    }

    /// Makes the files that imports read, and the table that exports read from Azurite.
    fn make_entities(&self, words: &[String]) -> io::Result<()> {
        let is_azurite = self.workload.server == ServerKind::Azurite;
        if self.workload.direction == Direction::Down && !is_azurite {
            return Ok(());
        }
        let other = is_azurite.then(|| Server::Emulator(serve(words, None)));
        let emulator = other.as_ref().unwrap_or(&self.server);
        if let Remote::Table(table) = emulator.pattern(Store::Table, None) {
            table_source::make(&table, &self.source())?;
        }
        if self.workload.direction == Direction::Down
            && let Remote::Table(table) = self.pattern()
        {
            table_source::import(&self.source(), &table)?;
        }
        Ok(())
    }

    fn make_files(&self) -> io::Result<()> {
        fs::create_dir(self.source())?;
        for number in 0..self.files {
            // A thousand files to a folder, as people's trees have it.
            let folder = match self.workload.shape {
                Shape::Small | Shape::Empty(_) | Shape::Directories(_) => {
                    self.source().join(format!("folder-{}", number / 1000))
                }
                Shape::One | Shape::SixtyFour | Shape::Thousand | Shape::Byte | Shape::Entities => {
                    self.source()
                }
            };
            if number % 1000 == 0 {
                fs::create_dir_all(&folder)?;
            }
            write_noise(
                &folder.join(format!("file-{number}")),
                number,
                self.file_bytes,
            );
        }
        Ok(())
    }

    /// Brings the file into the page cache, or out of it. The kernel gives up pages only once they are on the disk.
    fn set_cache(&self, name: &str) -> io::Result<()> {
        let mut file = File::open(self.source().join(name))?;
        if self.workload.cached {
            io::copy(&mut file, &mut io::sink())?;
        } else {
            fadvise(&file, 0, None, Advice::DontNeed)?;
        }
        Ok(())
    }
}

/// Where one run copies from and to.
#[derive(Debug)]
pub struct Place {
    folder: PathBuf,
    /// `None`: all runs have the same one.
    remote: Option<Remote>,
}

/// The emulator's words: one that keeps nothing, so that it costs as little as a server can; downloads read objects of a
/// pattern.
fn words(workload: &Workload, files: u64, file_bytes: u64) -> Vec<String> {
    let mut words: Vec<String> = vec!["--store".into(), "null".into(), "--no-verify".into()];
    if workload.store == Store::Table {
        // Imports read what was exported from it.
        words.extend(server::pattern_table(files, file_bytes));
        return words;
    }
    if workload.direction == Direction::Down {
        let prefix = match workload.shape {
            Shape::Directories(_) => "directory-{}/file",
            Shape::One
            | Shape::SixtyFour
            | Shape::Thousand
            | Shape::Small
            | Shape::Byte
            | Shape::Empty(_)
            | Shape::Entities => "file-",
        };
        let option = match workload.store {
            Store::Blob => "--pattern-blobs",
            Store::Share | Store::Table => "--pattern-files",
        };
        let objects = format!("pattern/{prefix}:{file_bytes}:{files}");
        words.extend([option.into(), objects]);
    }
    words
}

fn fault_plan(link: Link) -> String {
    let Link {
        round_trip_ms,
        bytes_per_second,
    } = link;
    format!(
        r#"{{"rules": [{{"name": "link", "then": {{"delay_ms": {round_trip_ms}}}}}],
            "bandwidth": {{"total_bytes_per_second": {bytes_per_second}}}}}"#
    )
}

fn serve(words: &[String], certificate: Option<&Certificate>) -> EmulatorProcess {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match certificate {
        None => EmulatorProcess::start(&words),
        Some(certificate) => EmulatorProcess::start_https(certificate, &words),
    }
}
