//! One large upload that is killed when nine tenths of its bytes have arrived, and given again: what the second run sends,
//! and how long it takes. azring gets the same command, AzCopy 10 its `jobs resume` and, for those who do not know of that, the
//! same command too.
//!
//! `interrupted [BYTES [FOLDER]]`: the length of the file (4 GiB) and where it is made.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::emulator::{Options, Server, StoreChoice};
use azring_emulator_tests::peers::Peers;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::write_noise;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How long to wait before counting again.
const COUNT_EVERY: Duration = Duration::from_millis(2);

/// The file, the server and a container.
struct InterruptedCopy<'a> {
    server: &'a Server,
    container: Container,
    file: &'a Path,
    bytes: u64,
    logs: &'a Path,
}

#[expect(clippy::print_stdout, reason = "the figures are what it is called for")]
fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let bytes = words.next().map_or(Ok(4 << 30), |text| text.parse())?;
    let folder = words.next().unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(folder)?;
    let file = folder.path().join("large");
    write_noise(&file, 1, bytes);
    let options = Options {
        store: StoreChoice::Null,
        verify: false,
        ..Options::default()
    };
    let server = Server::start(&options)?;
    let service = BlobService::path_style(&server.blob_url(), &Account::development(), None);
    println!("| second run of | MiB sent again | of all | seconds |\n|---|---|---|---|");
    for (name, first, second) in [
        ("azring, same command", azring as Words, azring as Words),
        ("azcopy, `jobs resume`", azcopy, azcopy_resume),
        ("azcopy, same command", azcopy, azcopy),
    ] {
        let logs = tempfile::tempdir()?;
        let copy = InterruptedCopy {
            server: &server,
            container: service.fresh_container("interrupted"),
            file: &file,
            bytes,
            logs: logs.path(),
        };
        copy.kill_at_nine_tenths(first(&copy))?;
        let (sent, seconds) = copy.finish(second(&copy))?;
        println!(
            "| {name} | {} | {:.1} % | {seconds:.2} |",
            sent >> 20,
            sent as f64 * 100.0 / bytes as f64
        );
    }
    Ok(())
}

/// Makes the command of a tool.
type Words = fn(&InterruptedCopy<'_>) -> Command;

impl InterruptedCopy<'_> {
    fn arrived(&self) -> u64 {
        let counters = &self.server.watch().counters;
        counters.of("PutBlock").bytes_in + counters.of("PutBlob").bytes_in
    }

    /// Runs the command until nine tenths have arrived, and kills it.
    fn kill_at_nine_tenths(&self, mut command: Command) -> Result<()> {
        self.server.watch().counters.reset();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        while self.arrived() < self.bytes / 10 * 9 {
            if let Some(status) = child.try_wait()? {
                return Err(format!("it ended with {status} before it was killed").into());
            }
            std::thread::park_timeout(COUNT_EVERY);
        }
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Runs the command to its end; returns the bytes it sent and the seconds it took.
    fn finish(&self, mut command: Command) -> Result<(u64, f64)> {
        self.server.watch().counters.reset();
        let begun = Instant::now();
        let output = command.stdin(Stdio::null()).output()?;
        let seconds = begun.elapsed().as_secs_f64();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let also = String::from_utf8_lossy(&output.stderr);
            return Err(format!("it ended with {}: {said}{also}", output.status).into());
        }
        let stored: Vec<_> = self
            .container
            .list()
            .into_values()
            .map(|blob| blob.bytes)
            .collect();
        if stored != [self.bytes] {
            return Err(format!("{stored:?} bytes are stored instead of {}", self.bytes).into());
        }
        Ok((self.arrived(), seconds))
    }
}

fn azring(copy: &InterruptedCopy<'_>) -> Command {
    let mut command = Command::new(program::built("azring"));
    let key = copy.container.service().account().key_in_base64();
    command
        .arg(format!("/Source:{}", copy.file.display()))
        .arg(format!("/Dest:{}", copy.container.url()))
        .arg(format!("/DestKey:{key}"))
        // As AzCopy does by default.
        .args(["/MD5:off", "/CRC64:off", "/Y"])
        .env("XDG_STATE_HOME", copy.logs)
        .stderr(Stdio::null());
    command
}

fn azcopy(copy: &InterruptedCopy<'_>) -> Command {
    let sas = copy.container.service().account_sas();
    let url = format!("{}/large?{sas}", copy.container.url());
    let file = copy.file.display().to_string();
    Peers::find().azcopy("LocalBlob", &file, &url, copy.logs)
}

fn azcopy_resume(copy: &InterruptedCopy<'_>) -> Command {
    // A job's log is called by its name.
    let jobs = fs::read_dir(copy.logs).expect("its folder is there");
    let job = jobs
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension() == Some(OsStr::new("log")))
        .and_then(|path| Some(path.file_stem()?.to_owned()))
        .expect("AzCopy leaves a log");
    let words = azcopy(copy);
    let mut command = Command::new(words.get_program());
    for (name, value) in words.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let sas = copy.container.service().account_sas();
    command
        .args(["jobs", "resume"])
        .arg(job)
        .arg(format!("--destination-sas={sas}"));
    command
}
