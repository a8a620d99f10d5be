//! An emulator of a test's own with one share.

use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server};

use crate::client::{Client, Reply, Request};

/// The share of every test.
pub(super) const SHARE: &str = "docs";

/// An emulator with the share `docs`, and a client of its development account.
pub(super) struct OwnShare {
    /// The emulator.
    pub(super) server: Server,
    /// A client of the File service.
    pub(super) client: Client,
}

impl OwnShare {
    /// Starts an emulator with the share.
    pub(super) fn new() -> Self {
        Self::with(&Options::default())
    }

    /// The same with these options.
    pub(super) fn with(options: &Options) -> Self {
        let own = Self::open(options);
        own.share("PUT", "").send().expect(201);
        own
    }

    /// Starts an emulator; the share may exist already.
    pub(super) fn open(options: &Options) -> Self {
        let server = Server::start(options).unwrap();
        let address = server.file_address().to_string();
        let client = Client::new(&address, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY);
        Self { server, client }
    }

    /// A request for the share; `comp` may be empty.
    pub(super) fn share(&self, method: &'static str, comp: &str) -> Request {
        let request = self.client.request(method, SHARE).query("restype", "share");
        with_comp(request, comp)
    }

    /// A request for a directory of the share; an empty path is its root.
    pub(super) fn directory(&self, method: &'static str, path: &str, comp: &str) -> Request {
        let request = self.client.request(method, &in_share(path));
        with_comp(request.query("restype", "directory"), comp)
    }

    /// A request for a file of the share.
    pub(super) fn file(&self, method: &'static str, path: &str, comp: &str) -> Request {
        with_comp(self.client.request(method, &in_share(path)), comp)
    }

    /// Makes a directory.
    pub(super) fn make_directory(&self, path: &str) {
        self.directory("PUT", path, "").send().expect(201);
    }

    /// Create File.
    pub(super) fn create(&self, path: &str, length: u64) -> Request {
        let create = self.file("PUT", path, "").header("x-ms-type", "file");
        create.header("x-ms-content-length", &length.to_string())
    }

    /// Put Range at an offset. Without a body it clears `length` bytes.
    pub(super) fn put_range(&self, path: &str, offset: u64, body: &[u8], length: u64) -> Request {
        let (write, length) = match body.len() as u64 {
            0 => ("clear", length),
            length => ("update", length),
        };
        let range = format!("bytes={offset}-{}", offset + length - 1);
        let put = self.file("PUT", path, "range").header("x-ms-write", write);
        put.header("x-ms-range", &range).body(body)
    }

    /// A file with these bytes.
    pub(super) fn put(&self, path: &str, body: &[u8]) {
        self.create(path, body.len() as u64).send().expect(201);
        if !body.is_empty() {
            self.put_range(path, 0, body, 0).send().expect(201);
        }
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        self.file("GET", path, "").send().expect(200).body
    }

    /// The ranges of a file, as `0-511`.
    pub(super) fn ranges(&self, path: &str) -> Vec<String> {
        ranges_of(&self.file("GET", path, "rangelist").send().expect(200))
    }

    /// The names in a directory.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        self.directory("GET", path, "list")
            .send()
            .expect(200)
            .all("Name")
    }
}

/// The listed ranges of an answer.
pub(super) fn ranges_of(reply: &Reply) -> Vec<String> {
    let pairs = reply.all("Start").into_iter().zip(reply.all("End"));
    pairs.map(|(start, end)| format!("{start}-{end}")).collect()
}

fn in_share(path: &str) -> String {
    if path.is_empty() {
        SHARE.to_owned()
    } else {
        format!("{SHARE}/{path}")
    }
}

fn with_comp(request: Request, comp: &str) -> Request {
    if comp.is_empty() {
        request
    } else {
        request.query("comp", comp)
    }
}
