//! A Blob service with one container in memory, as small as the contract allows.
//!
//! It lists three names a page, checks conditions and commits blocks. It answers whoever asks, without
//! authorization, and knows nothing that the contract does not need.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use percent_encoding::percent_decode_str;

use super::stores::Objects;

/// Names on one page of a listing.
const PAGE_NAMES: usize = 3;

/// The path of the container.
const CONTAINER: &str = "/acct/cont";

#[derive(Clone)]
pub(super) struct BlobService {
    address: SocketAddr,
    container: Arc<Mutex<Container>>,
}

#[derive(Default)]
struct Container {
    blobs: BTreeMap<String, Blob>,
    /// Blocks that are not committed, by the blob's name: id and bytes.
    blocks: BTreeMap<String, Vec<(String, Vec<u8>)>>,
    tags: u64,
    /// How many batches were sent.
    batches: usize,
    batch_mode: BatchMode,
}

/// How batches are answered.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum BatchMode {
    /// Their parts are done.
    #[default]
    Served,
    /// They are refused, as a service without them does.
    Refused,
    /// Their parts are refused, as a busy service does.
    Busy,
    /// Only every second part is done and answered.
    Partial,
    /// No part is done, and each is answered with 404, as behind a proxy that changes paths.
    Astray,
    /// Their parts are done, and no answer has an id.
    Unnamed,
    /// Their parts are done and answered, and each is answered with 202 after that.
    Doubled,
}

struct Blob {
    bytes: Vec<u8>,
    etag: String,
    /// The ids and lengths of its blocks; none of a blob that was one request.
    blocks: Vec<(String, usize)>,
}

impl BlobService {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let container = Arc::new(Mutex::new(Container::default()));
        let shared = Arc::clone(&container);
        // The threads end with the process: each test is one.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { address, container }
    }

    /// The same, with another answer to batches.
    pub(super) fn with_batches(self, batch_mode: BatchMode) -> Self {
        self.lock().batch_mode = batch_mode;
        self
    }

    /// How many batches were sent to it.
    pub(super) fn batches(&self) -> usize {
        self.lock().batches
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}{CONTAINER}", self.address)
    }

    fn lock(&self) -> MutexGuard<'_, Container> {
        self.container
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Objects for BlobService {
    fn put(&self, name: &str, bytes: &[u8]) -> bool {
        self.lock().store(name, bytes.to_vec(), Vec::new());
        true
    }

    fn remove(&self, name: &str) -> bool {
        self.lock().blobs.remove(name).is_some()
    }

    fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.lock().blobs.get(name).map(|blob| blob.bytes.clone())
    }

    fn count(&self) -> usize {
        self.lock().blobs.len()
    }
}

/// A request, as far as it matters here.
struct Call {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Call {
    /// The next one of a connection; `None` at its end.
    fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let bytes = headers
            .get("content-length")
            .map_or(0, |text| text.parse().unwrap_or(0));
        let mut body = vec![0; bytes];
        stream.read_exact(&mut body).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let fields = query.split('&').filter_map(|field| field.split_once('='));
        Some(Self {
            method,
            path: decoded(path),
            query: fields
                .map(|(name, value)| (name.to_owned(), decoded(value)))
                .collect(),
            headers,
            body,
        })
    }

    fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn error(status: u16, code: &str) -> Self {
        Self {
            headers: vec![("x-ms-error-code", code.to_owned())],
            body: format!("<Error><Code>{code}</Code><Message>no</Message></Error>").into(),
            ..Self::new(status)
        }
    }

    fn about(status: u16, blob: &Blob) -> Self {
        Self {
            headers: vec![
                ("etag", blob.etag.clone()),
                ("last-modified", "Thu, 16 Aug 2018 15:19:39 GMT".to_owned()),
                ("x-ms-blob-type", "BlockBlob".to_owned()),
            ],
            ..Self::new(status)
        }
    }
}

/// One part of the answer to a batch.
fn part_answer(id: Option<&str>, answer: &Answer) -> String {
    let id = id.map(|id| format!("Content-ID: {id}\r\n"));
    let mut part = format!(
        "--answers\r\nContent-Type: application/http\r\n{}\r\nHTTP/1.1 {} x\r\n",
        id.unwrap_or_default(),
        answer.status
    );
    for (name, value) in &answer.headers {
        let _ = write!(part, "{name}: {value}\r\n");
    }
    part.push_str("\r\n");
    part
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, container: &Mutex<Container>) {
    let mut reader = BufReader::new(stream);
    while let Some(call) = Call::read(&mut reader) {
        let mut container = container.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = container.answer(&call);
        drop(container);
        let mut head = format!("HTTP/1.1 {} x\r\n", answer.status);
        let id = call.header("x-ms-client-request-id");
        for (name, value) in &answer.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if let Some(id) = id {
            let _ = write!(head, "x-ms-client-request-id: {id}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", answer.body.len());
        let body = if call.method == "HEAD" {
            &[]
        } else {
            &answer.body[..]
        };
        let sent = (&*stream).write_all(&[head.as_bytes(), body].concat());
        if sent.is_err() {
            return;
        }
    }
}

impl Container {
    fn answer(&mut self, call: &Call) -> Answer {
        let Some(name) = call.path.strip_prefix(CONTAINER) else {
            return Answer::error(404, "ResourceNotFound");
        };
        let Some(name) = name.strip_prefix('/') else {
            return match (&*call.method, call.query("comp")) {
                ("GET", "list") => self.list(call),
                ("POST", "batch") => self.batch(call),
                ("PUT", _) => Answer::error(409, "ContainerAlreadyExists"),
                _ => Answer::new(200),
            };
        };
        match (&*call.method, call.query("comp")) {
            ("HEAD", _) => self.head(name),
            ("GET", "blocklist") => self.block_list(name),
            ("GET", _) => self.get(name, call),
            ("PUT", "block") => {
                let block = (call.query("blockid").to_owned(), call.body.clone());
                self.blocks.entry(name.to_owned()).or_default().push(block);
                Answer::new(201)
            }
            ("PUT", "blocklist") => self.commit(name, call),
            ("PUT", _) => self.put(name, call),
            ("DELETE", _) => self.delete(name, call),
            _ => Answer::error(405, "UnsupportedHttpVerb"),
        }
    }

    fn store(&mut self, name: &str, bytes: Vec<u8>, blocks: Vec<(String, usize)>) -> &Blob {
        self.tags += 1;
        let blob = Blob {
            bytes,
            etag: format!("\"0x{:X}\"", self.tags),
            blocks,
        };
        self.blocks.remove(name);
        self.blobs
            .entry(name.to_owned())
            .insert_entry(blob)
            .into_mut()
    }

    /// Why a write is refused by its condition.
    fn refused(&self, name: &str, call: &Call) -> Option<Answer> {
        let found = self.blobs.get(name);
        if call.header("if-none-match") == Some("*") && found.is_some() {
            return Some(Answer::error(409, "BlobAlreadyExists"));
        }
        let wanted = call.header("if-match")?;
        let is_met = found.is_some_and(|blob| blob.etag == wanted);
        (!is_met).then(|| Answer::error(412, "ConditionNotMet"))
    }

    fn head(&self, name: &str) -> Answer {
        match self.blobs.get(name) {
            Some(blob) => Answer {
                body: blob.bytes.clone(),
                ..Answer::about(200, blob)
            },
            None => Answer::error(404, "BlobNotFound"),
        }
    }

    fn get(&self, name: &str, call: &Call) -> Answer {
        let Some(blob) = self.blobs.get(name) else {
            return Answer::error(404, "BlobNotFound");
        };
        if let Some(refused) = self.refused(name, call) {
            return refused;
        }
        let range = call
            .header("x-ms-range")
            .and_then(|text| text.strip_prefix("bytes="));
        let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
            return Answer {
                body: blob.bytes.clone(),
                ..Answer::about(200, blob)
            };
        };
        let length = blob.bytes.len();
        let first: usize = first.parse().unwrap_or(0);
        let last = last.parse().unwrap_or(length).min(length.saturating_sub(1));
        if first >= length {
            return Answer::error(416, "InvalidRange");
        }
        let mut answer = Answer::about(206, blob);
        let range = format!("bytes {first}-{last}/{length}");
        answer.headers.push(("content-range", range));
        answer.body = blob.bytes[first..=last].to_vec();
        answer
    }

    fn put(&mut self, name: &str, call: &Call) -> Answer {
        if let Some(refused) = self.refused(name, call) {
            return refused;
        }
        Answer::about(201, self.store(name, call.body.clone(), Vec::new()))
    }

    fn delete(&mut self, name: &str, call: &Call) -> Answer {
        if !self.blobs.contains_key(name) {
            return Answer::error(404, "BlobNotFound");
        }
        if let Some(refused) = self.refused(name, call) {
            return refused;
        }
        self.blobs.remove(name);
        Answer::new(202)
    }

    /// Serves the parts of a batch, the last one first: their order says nothing.
    fn batch(&mut self, call: &Call) -> Answer {
        self.batches += 1;
        if self.batch_mode == BatchMode::Refused {
            return Answer::error(400, "InvalidQueryParameterValue");
        }
        let mode = self.batch_mode;
        let body = String::from_utf8_lossy(&call.body).into_owned();
        let kind = call.header("content-type").unwrap_or_default();
        let boundary = kind.split("boundary=").nth(1).unwrap_or_default();
        let delimiter = format!("--{boundary}\r\n");
        let parts = body.split(&delimiter).skip(1);
        let mut answers = String::new();
        let every = if mode == BatchMode::Partial { 2 } else { 1 };
        for part in parts.collect::<Vec<_>>().into_iter().rev().step_by(every) {
            let (own, request) = part.split_once("\r\n\r\n").unwrap_or_default();
            let id = own.split("Content-ID: ").nth(1);
            let id = id.filter(|_| mode != BatchMode::Unnamed);
            let answer = match Call::read(&mut request.as_bytes()) {
                Some(_) if mode == BatchMode::Busy => Answer::error(503, "ServerBusy"),
                Some(_) if mode == BatchMode::Astray => Answer::error(404, "ResourceNotFound"),
                Some(part) if part.method == "DELETE" => self.answer(&part),
                _ => Answer::error(400, "InvalidInput"),
            };
            answers.push_str(&part_answer(id, &answer));
            if mode == BatchMode::Doubled {
                answers.push_str(&part_answer(id, &Answer::new(202)));
            }
        }
        answers.push_str("--answers--");
        let kind = "multipart/mixed; boundary=answers".to_owned();
        Answer {
            headers: vec![("content-type", kind)],
            body: answers.into(),
            ..Answer::new(202)
        }
    }

    fn block_list(&self, name: &str) -> Answer {
        let written = |blocks: Vec<(&str, usize)>| {
            let block =
                |(id, bytes)| format!("<Block><Name>{id}</Name><Size>{bytes}</Size></Block>");
            blocks.into_iter().map(block).collect::<String>()
        };
        let committed = self
            .blobs
            .get(name)
            .map(|blob| &blob.blocks[..])
            .unwrap_or_default();
        let committed = committed.iter().map(|(id, bytes)| (&**id, *bytes));
        let blocks = self
            .blocks
            .get(name)
            .map(|blocks| &blocks[..])
            .unwrap_or_default();
        if blocks.is_empty() && !self.blobs.contains_key(name) {
            return Answer::error(404, "BlobNotFound");
        }
        let blocks = blocks.iter().map(|(id, bytes)| (&**id, bytes.len()));
        let body = format!(
            "<BlockList><CommittedBlocks>{}</CommittedBlocks><UncommittedBlocks>{}</UncommittedBlocks></BlockList>",
            written(committed.collect()),
            written(blocks.collect())
        );
        Answer {
            body: body.into(),
            ..Answer::new(200)
        }
    }

    fn commit(&mut self, name: &str, call: &Call) -> Answer {
        if let Some(refused) = self.refused(name, call) {
            return refused;
        }
        let list = String::from_utf8_lossy(&call.body).into_owned();
        let sent = self.blocks.remove(name).unwrap_or_default();
        let (mut bytes, mut blocks) = (Vec::new(), Vec::new());
        for part in list.split("<Latest>").skip(1) {
            let id = part.split('<').next().unwrap_or_default();
            let Some((_, block)) = sent.iter().rev().find(|(sent, _)| sent == id) else {
                return Answer::error(400, "InvalidBlockList");
            };
            bytes.extend_from_slice(block);
            blocks.push((id.to_owned(), block.len()));
        }
        Answer::about(201, self.store(name, bytes, blocks))
    }

    /// A page of names, or of one level of them.
    fn list(&self, call: &Call) -> Answer {
        let prefix = call.query("prefix");
        let (marker, from) = (call.query("marker"), call.query("startFrom"));
        let mut items: Vec<(String, Option<&Blob>)> = Vec::new();
        for (name, blob) in &self.blobs {
            let Some(rest) = name.strip_prefix(prefix) else {
                continue;
            };
            let folder = rest.find('/').filter(|_| call.query("delimiter") == "/");
            let item = match folder {
                Some(slash) => (name[..=prefix.len() + slash].to_owned(), None),
                None => (name.clone(), Some(blob)),
            };
            let is_ahead = item.0.as_str() >= marker && item.0.as_str() >= from;
            if is_ahead && items.last().is_none_or(|last| last.0 != item.0) {
                items.push(item);
            }
        }
        let most = call.query("maxresults").parse().unwrap_or(PAGE_NAMES);
        let next = items
            .get(most)
            .map(|(name, _)| name.clone())
            .unwrap_or_default();
        let mut body = String::from("<EnumerationResults><Blobs>");
        for (name, blob) in items.iter().take(most) {
            let _ = match blob {
                Some(blob) => write!(
                    body,
                    "<Blob><Name>{name}</Name><Properties><Last-Modified>Thu, 16 Aug 2018 15:19:39 GMT</Last-Modified><Etag>{}</Etag><Content-Length>{}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>",
                    blob.etag,
                    blob.bytes.len()
                ),
                None => write!(body, "<BlobPrefix><Name>{name}</Name></BlobPrefix>"),
            };
        }
        let _ = write!(
            body,
            "</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"
        );
        Answer {
            body: body.into(),
            ..Answer::new(200)
        }
    }
}
