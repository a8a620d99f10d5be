//! An emulator of a test's own with one table.

use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server};
use serde_json::Value;

use crate::client::{Auth, Client, Reply, Request};

/// The table of every test.
pub(super) const TABLE: &str = "People";
/// What requests accept.
pub(super) const MINIMAL: &str = "application/json;odata=minimalmetadata";

/// An emulator with the table `People`, and a client of its development account.
pub(super) struct OwnTable {
    /// The emulator.
    pub(super) server: Server,
    /// A client of the Table service.
    pub(super) client: Client,
}

impl OwnTable {
    /// Starts an emulator with the table.
    pub(super) fn new() -> Self {
        let own = Self::open(&Options::default());
        own.create(TABLE).expect(204);
        own
    }

    /// Starts an emulator; it has the tables of its store.
    pub(super) fn open(options: &Options) -> Self {
        let server = Server::start(options).unwrap();
        let address = server.table_address().to_string();
        let client = Client::new(&address, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY);
        Self { server, client }
    }

    /// A request for a raw path below the account.
    pub(super) fn request(&self, method: &'static str, path: &str) -> Request {
        let request = self.client.request(method, "").auth(Auth::TableKey);
        let request = request.raw_path(&format!("/{DEVELOPMENT_ACCOUNT}/{path}"));
        request.header("Accept", MINIMAL)
    }

    /// A request with a document, whose answer has none.
    pub(super) fn write(&self, method: &'static str, path: &str, document: &str) -> Request {
        let request = self.request(method, path).body(document);
        request
            .header("Content-Type", "application/json")
            .header("Prefer", "return-no-content")
    }

    /// Create Table.
    pub(super) fn create(&self, name: &str) -> Reply {
        let document = format!(r#"{{"TableName":"{name}"}}"#);
        self.write("POST", "Tables", &document).send()
    }

    /// Insert Entity.
    pub(super) fn insert(&self, document: &str) -> Reply {
        self.write("POST", TABLE, document).send()
    }

    /// Inserts an entity with these keys and one number.
    pub(super) fn put(&self, partition: &str, row: &str, number: usize) -> Reply {
        let document = format!(r#"{{"PartitionKey":"{partition}","RowKey":"{row}","n":{number}}}"#);
        self.insert(&document).expect(204)
    }

    /// Query Entities with a filter; all without one.
    pub(super) fn query(&self, filter: &str) -> Reply {
        let request = self.request("GET", &format!("{TABLE}()"));
        if filter.is_empty() {
            return request.send();
        }
        request.query("$filter", filter).send()
    }

    /// `$batch` with requests of method, path and document, in one change set.
    pub(super) fn batch(&self, changes: &[(&str, &str, &str)]) -> Reply {
        let parts = changes.iter().map(|(method, path, document)| {
            format!(
                "--changeset_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{method} http://h/{DEVELOPMENT_ACCOUNT}/{path} HTTP/1.1\r\nAccept: {MINIMAL}\r\nContent-Type: application/json\r\nPrefer: return-no-content\r\nIf-Match: *\r\n\r\n{document}\r\n"
            )
        });
        let parts: String = parts.collect();
        self.send_batch(&format!(
            "--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_2\r\n\r\n{parts}--changeset_2--\r\n--batch_1--\r\n"
        ))
    }

    /// `$batch` with this body and the boundary `batch_1`.
    pub(super) fn send_batch(&self, body: &str) -> Reply {
        let request = self.request("POST", "$batch").body(body);
        request
            .header("Content-Type", "multipart/mixed; boundary=batch_1")
            .send()
    }
}

/// The path of an entity.
pub(super) fn entity(partition: &str, row: &str) -> String {
    format!("{TABLE}(PartitionKey='{partition}',RowKey='{row}')")
}

/// The entities of a page.
pub(super) fn values(reply: &Reply) -> Vec<Value> {
    let document: Value = serde_json::from_slice(&reply.body).unwrap();
    document["value"].as_array().unwrap().clone()
}

/// The keys of a page, as `partition/row`.
pub(super) fn keys(reply: &Reply) -> Vec<String> {
    let keys = values(reply).into_iter().map(|entity| {
        let text = |name: &str| entity[name].as_str().unwrap_or_default().to_owned();
        format!("{}/{}", text("PartitionKey"), text("RowKey"))
    });
    keys.collect()
}
