//! The servers that cases run against, and what cases use of one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::emulator::{AccountOption, Options, Server};

use crate::client::{Client, Reply};
use crate::deviations;

/// A server under test.
#[derive(Debug)]
pub struct Subject {
    /// Its first account.
    pub main: Client,
    /// Another account.
    pub second: Client,
    is_azurite: bool,
}

impl Subject {
    /// azring-emulator, one for the whole run.
    pub fn emulator() -> &'static Self {
        static SERVER: OnceLock<(Server, Subject)> = OnceLock::new();
        let (_, subject) = SERVER.get_or_init(|| {
            let accounts =
                [Account::development(), Account::second()].map(|account| AccountOption {
                    name: account.name().to_owned(),
                    key: account.key_in_base64(),
                    second_key: None,
                });
            let server = Server::start(&Options {
                accounts: accounts.into(),
                ..Options::default()
            })
            .expect("an emulator that starts");
            let subject = Self::at(&server.address().to_string(), false);
            (server, subject)
        });
        subject
    }

    /// Azurite, one for the whole run. Without Azurite a run fails in CI only.
    pub fn azurite() -> Option<&'static Self> {
        static SUBJECT: OnceLock<Option<Subject>> = OnceLock::new();
        SUBJECT
            .get_or_init(|| {
                let obtained = std::panic::catch_unwind(azurite::shared);
                match obtained {
                    Ok(server) => Some(Self::at(
                        server.origin().trim_start_matches("http://"),
                        true,
                    )),
                    Err(reason) if std::env::var_os("CI").is_some() => {
                        std::panic::resume_unwind(reason)
                    }
                    Err(_) => None,
                }
            })
            .as_ref()
    }

    fn at(address: &str, is_azurite: bool) -> Self {
        let client =
            |account: Account| Client::new(address, account.name(), &account.key_in_base64());
        Self {
            main: client(Account::development()),
            second: client(Account::second()),
            is_azurite,
        }
    }

    /// Whether this server shows one of the listed deviations. Only Azurite has any.
    pub fn deviates(&self, number: u16) -> bool {
        deviations::must_be_listed(number);
        self.is_azurite
    }

    /// A new container that no other case uses.
    pub fn container(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!(
            "case-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        self.main
            .put(&name)
            .query("restype", "container")
            .send()
            .expect(201);
        name
    }

    /// A container with one block blob `b`. Returns the blob's path.
    pub fn blob(&self, body: &[u8]) -> String {
        let path = format!("{}/b", self.container());
        self.put(&path, body).expect(201);
        path
    }

    /// Put Blob.
    pub fn put(&self, path: &str, body: &[u8]) -> Reply {
        self.main
            .put(path)
            .header("x-ms-blob-type", "BlockBlob")
            .body(body)
            .send()
    }

    /// Put Block.
    pub fn block(&self, path: &str, id: &str, body: &[u8]) -> Reply {
        self.main
            .put(path)
            .query("comp", "block")
            .query("blockid", id)
            .body(body)
            .send()
    }

    /// Put Block List from pairs of kind and id.
    pub fn commit(&self, path: &str, blocks: &[(&str, &str)]) -> Reply {
        let each = |(kind, id): &(&str, &str)| format!("<{kind}>{id}</{kind}>");
        let inner = blocks.iter().map(each).collect::<Vec<_>>().concat();
        let list =
            format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{inner}</BlockList>");
        self.main
            .put(path)
            .query("comp", "blocklist")
            .body(list)
            .send()
    }

    /// A page blob `b` of this size in a container of its own.
    pub fn page_blob(&self, size: u64) -> String {
        let path = format!("{}/b", self.container());
        let put = self.main.put(&path).header("x-ms-blob-type", "PageBlob");
        put.header("x-ms-blob-content-length", &size.to_string())
            .send()
            .expect(201);
        path
    }

    /// Put Page.
    pub fn page(&self, path: &str, range: &str, body: &[u8]) -> Reply {
        let write = if body.is_empty() { "clear" } else { "update" };
        let put = self
            .main
            .put(path)
            .query("comp", "page")
            .header("x-ms-range", range);
        put.header("x-ms-page-write", write).body(body).send()
    }

    /// An append blob `b` in a container of its own.
    pub fn append_blob(&self) -> String {
        let path = format!("{}/b", self.container());
        self.main
            .put(&path)
            .header("x-ms-blob-type", "AppendBlob")
            .send()
            .expect(201);
        path
    }

    /// Append Block.
    pub fn append(&self, path: &str, body: &[u8]) -> Reply {
        self.main
            .put(path)
            .query("comp", "appendblock")
            .body(body)
            .send()
    }

    /// Snapshot Blob. Returns its time.
    pub fn snapshot(&self, path: &str) -> String {
        let reply = self
            .main
            .put(path)
            .query("comp", "snapshot")
            .send()
            .expect(201);
        reply.header("x-ms-snapshot").expect("a time").to_owned()
    }

    /// Two snapshots, older first. Azurite gives one name to the snapshots of a millisecond and
    /// keeps both (deviation 35), so the second is taken in a later millisecond of this machine's
    /// clock.
    pub fn two_snapshots(&self, path: &str) -> [String; 2] {
        let first = self.snapshot(path);
        if self.deviates(35) {
            let answered = millisecond();
            while millisecond() == answered {
                std::thread::yield_now();
            }
        }
        [first, self.snapshot(path)]
    }

    /// The bytes of a blob.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        self.main.get(path).send().expect(200).body
    }

    /// List Blobs with these parameters.
    pub fn list(&self, container: &str, query: &[(&str, &str)]) -> Reply {
        let list = self
            .main
            .get(container)
            .query("restype", "container")
            .query("comp", "list");
        list.queries(query).send()
    }

    /// The URL that a copy names as its source.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{}/{path}", self.main.address, self.main.account)
    }
}

/// Makes each case a test for each server.
#[macro_export]
macro_rules! cases {
    ($(fn $name:ident($subject:ident) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports, reason = "not every case needs everything")]
            use super::*;

            fn case($subject: &$crate::subject::Subject) $body

            #[test]
            fn emulator() {
                case($crate::subject::Subject::emulator());
            }

            #[test]
            fn azurite() {
                if let Some(subject) = $crate::subject::Subject::azurite() {
                    case(subject);
                }
            }
        })*
    };
}

/// The clock's milliseconds.
fn millisecond() -> u128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("a clock behind 1970").as_millis()
}
