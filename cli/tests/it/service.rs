//! A blob service in this process, and the words of commands that copy to and from it.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::emulator::fault::Plan;
use azring_emulator_tests::emulator::{DEVELOPMENT_KEY, Options, Server};
use azring_emulator_tests::rest::{BlobService, Container};
use tempfile::TempDir;

/// The key of the service's only account.
pub(crate) const KEY: &str = DEVELOPMENT_KEY;

/// A blob service with one account, and a folder of files to copy.
pub(crate) struct Service {
    server: Server,
    folder: TempDir,
}

impl Service {
    /// A service without faults, and a folder `source` with these files of these many bytes.
    pub(crate) fn with_files(files: &[(&str, usize)]) -> Self {
        Self::on(&Options::default(), files)
    }

    /// The same on a server with these options.
    pub(crate) fn on(options: &Options, files: &[(&str, usize)]) -> Self {
        let server = Server::start(options).expect("the emulator starts");
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        for (name, bytes) in files {
            let path = folder.path().join("source").join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(path, vec![b'x'; *bytes]).expect("it can be written");
        }
        Self { server, folder }
    }

    /// The server itself.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Gives the service a plan of faults.
    pub(crate) fn set_faults(&self, plan: &str) {
        let plan = Plan::parse(plan).expect("a fault plan");
        self.server.watch().faults.set(Some(plan));
    }

    /// The container, for a client of the test.
    pub(crate) fn container(&self) -> Container {
        BlobService::path_style(&self.server.blob_url(), &Account::development(), None)
            .container("container")
    }

    /// A path in the test's folder.
    pub(crate) fn path(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        path.to_str().expect("it is text").to_owned()
    }

    /// The folder itself.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of the container.
    pub(crate) fn url(&self) -> String {
        format!("{}/devstoreaccount1/container", self.server.blob_url())
    }

    /// The words of an upload of `source`, and more.
    pub(crate) fn upload(&self, more: &[&str]) -> Vec<String> {
        let own = [
            format!("/Source:{}", self.path("source")),
            format!("/Dest:{}", self.url()),
            format!("/DestKey:{KEY}"),
        ];
        own.into_iter()
            .chain(more.iter().map(|&word| word.to_owned()))
            .collect()
    }

    /// The words of a download into `target`, and more.
    pub(crate) fn download(&self, more: &[&str]) -> Vec<String> {
        let own = [
            format!("/Source:{}", self.url()),
            format!("/Dest:{}", self.path("target")),
            format!("/SourceKey:{KEY}"),
        ];
        own.into_iter()
            .chain(more.iter().map(|&word| word.to_owned()))
            .collect()
    }
}

/// A service that accepts connections and never answers, so that a run waits until the test ends it.
pub(crate) struct SilentService(TcpListener);

impl SilentService {
    pub(crate) fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    /// The URL of a container.
    pub(crate) fn url(&self) -> String {
        let address = self.0.local_addr().expect("it listens");
        format!("http://{address}/devstoreaccount1/container")
    }

    /// The words of an upload of a service's files to this service, and more.
    pub(crate) fn upload(&self, service: &Service, more: &[&str]) -> Vec<String> {
        let mut words = service.upload(more);
        words[1] = format!("/Dest:{}", self.url());
        words
    }

    /// Waits for a request. Dropping the returned connection breaks it.
    pub(crate) fn accept(&self) -> TcpStream {
        let (mut connection, _) = self.0.accept().expect("somebody comes");
        connection.read_exact(&mut [0]).expect("it says something");
        connection
    }
}
