//! `bound`: the least that moves bytes between this machine and a Blob service: threads, blocking sockets, no sums, no
//! retries, no report. What `compare` holds against azring as the bound of a workload.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rustix::fs::sendfile;

const HELP: &str = "\
bound: the least that moves bytes to or from a Blob service

usage: bound send FILE URL         one file as a block blob, by sendfile(2)
       bound put FOLDER URL        every file below a folder, one request each
       bound get URL COUNT FOLDER  the blobs file-0, file-1 and so on

URL is a container's, with a SAS, over HTTP.
";

/// The size of a block.
const BLOCK_BYTES: u64 = 4 << 20;

/// Connections for a large file: more only queue behind two processors.
const SENDERS: u64 = 3;

/// Connections for many files.
const EXCHANGERS: usize = 4;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let moved = match words[..] {
        ["send", file, url] => Target::parse(url).and_then(|target| send(file.as_ref(), &target)),
        ["put", folder, url] => Target::parse(url).and_then(|target| put(folder.as_ref(), &target)),
        ["get", url, count, folder] => Target::parse(url).and_then(|target| {
            let count = count.parse().map_err(io::Error::other)?;
            get(&target, count, folder.as_ref())
        }),
        _ => {
            let _ = write!(io::stderr(), "{HELP}");
            return ExitCode::from(2);
        }
    };
    match moved {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "bound: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A container: where it is, and what to say there.
struct Target {
    authority: String,
    path: String,
    sas: String,
}

impl Target {
    fn parse(url: &str) -> io::Result<Self> {
        let parts = || {
            let (address, sas) = url.strip_prefix("http://")?.split_once('?')?;
            let (authority, path) = address.split_once('/')?;
            Some(Self {
                authority: authority.to_owned(),
                path: format!("/{path}"),
                sas: sas.to_owned(),
            })
        };
        parts().ok_or_else(|| io::Error::other("the URL is not http://HOST/CONTAINER?SAS"))
    }

    fn head(&self, method: &str, blob: &str, query: &str, more: &str, bytes: u64) -> String {
        let Self {
            authority,
            path,
            sas,
        } = self;
        format!(
            "{method} {path}/{blob}?{query}{sas} HTTP/1.1\r\nHost: {authority}\r\nx-ms-version: 2021-12-02\r\n\
             {more}Content-Length: {bytes}\r\n\r\n"
        )
    }
}

/// A connection that is kept.
struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    fn open(target: &Target) -> io::Result<Self> {
        let stream = TcpStream::connect(&target.authority)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::new(),
        })
    }

    /// Reads one answer and returns its body. Anything but success is an error.
    fn answer(&mut self) -> io::Result<&[u8]> {
        self.answer.clear();
        let mut piece = [0; 16 * 1024];
        let mut whole = None;
        while whole.is_none_or(|(_, end)| self.answer.len() < end) {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answer.extend_from_slice(&piece[..count]);
            whole = whole.or_else(|| extent(&self.answer));
        }
        let (from, end) = whole.unwrap_or_default();
        if !self.answer.starts_with(b"HTTP/1.1 20") {
            let words = String::from_utf8_lossy(&self.answer).into_owned();
            return Err(io::Error::other(words));
        }
        Ok(&self.answer[from..end])
    }
}

/// Where the body of an answer begins and ends, once its head is there.
fn extent(answer: &[u8]) -> Option<(usize, usize)> {
    let from = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&answer[..from]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let bytes: usize = length
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    Some((from, from + bytes))
}

/// Runs `work` in so many threads; the first error is returned.
fn together(threads: u64, work: impl Fn() -> io::Result<()> + Sync) -> io::Result<()> {
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        started
            .into_iter()
            .try_for_each(|thread| thread.join().expect("a thread that moves does not panic"))
    })
}

fn send(path: &Path, target: &Target) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let length = fs::metadata(path)?.len();
    let blocks = length.div_ceil(BLOCK_BYTES);
    let next = AtomicU64::new(0);
    together(SENDERS, || {
        let file = File::open(path)?;
        let mut connection = Connection::open(target)?;
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks {
                return Ok(());
            }
            let mut offset = block * BLOCK_BYTES;
            let end = (offset + BLOCK_BYTES).min(length);
            let query = format!("comp=block&blockid={}&", id(block));
            let head = target.head("PUT", &name, &query, "", end - offset);
            connection.stream.write_all(head.as_bytes())?;
            while offset < end {
                let wanted = (end - offset) as usize;
                sendfile(&connection.stream, &file, Some(&mut offset), wanted)?;
            }
            connection.answer()?;
        }
    })?;
    let names: Vec<String> = (0..blocks).map(id).collect();
    let list = names.join("</Latest><Latest>");
    let list = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>{list}</Latest></BlockList>"
    );
    let mut connection = Connection::open(target)?;
    let head = target.head("PUT", &name, "comp=blocklist&", "", list.len() as u64);
    connection.stream.write_all(head.as_bytes())?;
    connection.stream.write_all(list.as_bytes())?;
    connection.answer().map(drop)
}

/// A block's name: eight characters, which are base64 as they are.
fn id(block: u64) -> String {
    format!("{block:08}")
}

fn put(folder: &Path, target: &Target) -> io::Result<()> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let next = AtomicU64::new(0);
    together(EXCHANGERS as u64, || {
        let mut connection = Connection::open(target)?;
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy();
            let bytes = fs::read(path)?;
            let kind = "x-ms-blob-type: BlockBlob\r\n";
            let mut request = target
                .head("PUT", &name, "", kind, bytes.len() as u64)
                .into_bytes();
            request.extend_from_slice(&bytes);
            connection.stream.write_all(&request)?;
            connection.answer()?;
        }
        Ok(())
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn get(target: &Target, count: u64, folder: &Path) -> io::Result<()> {
    let next = AtomicU64::new(0);
    together(EXCHANGERS as u64, || {
        let mut connection = Connection::open(target)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let name = format!("file-{number}");
            let head = target.head("GET", &name, "", "", 0);
            connection.stream.write_all(head.as_bytes())?;
            fs::write(folder.join(name), connection.answer()?)?;
        }
    })
}
