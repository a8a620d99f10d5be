//! What azring-emulator and Azurite both do as the documentation says. Each test runs against both;
//! without Azurite a run fails in CI only.

use azring_emulator_tests::azurite;
use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server};

use super::own_table::{MINIMAL, keys, values};
use crate::client::{Auth, Client, Reply, Request};

/// A table of a test's own at one of the servers.
struct BothTable {
    client: Client,
    name: &'static str,
}

/// Runs a case with a new table at each server.
fn on_both(name: &'static str, case: impl Fn(&BothTable)) {
    let server = Server::start(&Options::default()).unwrap();
    let mut addresses = vec![server.table_address().to_string()];
    match std::panic::catch_unwind(azurite::shared_tables) {
        Ok(service) => {
            let url = service.url();
            let address = url.trim_start_matches("http://").split('/').next();
            addresses.extend(address.map(str::to_owned));
        }
        Err(reason) if std::env::var_os("CI").is_some() => std::panic::resume_unwind(reason),
        Err(_) => {}
    }
    for address in addresses {
        let client = Client::new(&address, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY);
        let table = BothTable { client, name };
        let document = format!(r#"{{"TableName":"{name}"}}"#);
        table.write("POST", "Tables", &document).send().expect(204);
        case(&table);
    }
}

impl BothTable {
    fn request(&self, method: &'static str, path: &str) -> Request {
        let request = self.client.request(method, "").auth(Auth::TableKey);
        let request = request.raw_path(&format!("/{DEVELOPMENT_ACCOUNT}/{path}"));
        request.header("Accept", MINIMAL)
    }

    fn write(&self, method: &'static str, path: &str, document: &str) -> Request {
        let request = self.request(method, path).body(document);
        request
            .header("Content-Type", "application/json")
            .header("Prefer", "return-no-content")
    }

    fn insert(&self, document: &str) -> Reply {
        self.write("POST", self.name, document).send()
    }

    fn entity(&self, row: &str) -> String {
        format!("{}(PartitionKey='p',RowKey='{row}')", self.name)
    }

    /// Upserts rows `0000` and so on of the partition `p` in one transaction.
    fn upsert(&self, numbers: std::ops::Range<usize>) -> Reply {
        let parts = numbers.map(|number| {
            format!(
                "--changeset_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nPUT http://{}/{DEVELOPMENT_ACCOUNT}/{}(PartitionKey='p',RowKey='{number:04}') HTTP/1.1\r\nAccept: {MINIMAL}\r\nContent-Type: application/json\r\n\r\n{{\"PartitionKey\":\"p\",\"RowKey\":\"{number:04}\",\"n\":{number}}}\r\n",
                self.client.address, self.name
            )
        });
        let parts: String = parts.collect();
        let body = format!(
            "--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_2\r\n\r\n{parts}--changeset_2--\r\n--batch_1--\r\n"
        );
        let request = self.request("POST", "$batch").body(body);
        let request = request.header("Content-Type", "multipart/mixed; boundary=batch_1");
        request.send()
    }

    fn query(&self, filter: &str) -> Reply {
        let request = self.request("GET", &format!("{}()", self.name));
        request.query("$filter", filter).send().expect(200)
    }
}

#[test]
fn both_servers_order_keys_by_utf16_units() {
    on_both("BothOrder", |table| {
        for key in ["\u{ffee}", "é", "a-", "a", "Z", "😀", "0"] {
            let document = format!(r#"{{"PartitionKey":"{key}","RowKey":"r"}}"#);
            table.insert(&document).expect(204);
        }
        let found = keys(&table.query("PartitionKey ge 'Z'"));
        assert_eq!(found, ["Z/r", "a/r", "a-/r", "é/r", "😀/r", "\u{ffee}/r"]);
    });
}

#[test]
fn both_servers_give_pages_of_1000_and_go_on_at_the_token() {
    on_both("BothPages", |table| {
        for begin in (0..1200).step_by(100) {
            table.upsert(begin..begin + 100).expect(202);
        }
        let first = table.query("PartitionKey eq 'p'");
        assert_eq!(values(&first).len(), 1000);
        let mut next = table.request("GET", &format!("{}()", table.name));
        next = next.query("$filter", "PartitionKey eq 'p'");
        for name in ["NextPartitionKey", "NextRowKey"] {
            let token = first.header(&format!("x-ms-continuation-{name}")).unwrap();
            next = next.query(name, token);
        }
        let second = next.send().expect(200);
        assert_eq!(keys(&second)[0], "p/1000");
        assert_eq!(values(&second).len(), 200);
        assert_eq!(second.header("x-ms-continuation-nextpartitionkey"), None);
    });
}

#[test]
fn both_servers_merge_replace_and_compare_entity_tags() {
    on_both("BothChanges", |table| {
        let path = table.entity("r");
        let read = || {
            let text = table.request("GET", &path).send().expect(200).body;
            let entity: serde_json::Value = serde_json::from_slice(&text).unwrap();
            (entity["a"].clone(), entity["b"].clone())
        };
        let keyed = |members: &str| format!(r#"{{"PartitionKey":"p","RowKey":"r",{members}}}"#);
        let old = table.insert(&keyed(r#""a":1"#)).expect(204);
        let old = old.header("etag").unwrap().to_owned();
        table
            .insert(&keyed(r#""a":1"#))
            .refused(409, "EntityAlreadyExists");
        table
            .write("MERGE", &path, &keyed(r#""b":2"#))
            .send()
            .expect(204);
        assert_eq!(read(), (1.into(), 2.into()));
        table
            .write("PUT", &path, &keyed(r#""b":3"#))
            .send()
            .expect(204);
        assert_eq!(read(), (serde_json::Value::Null, 3.into()));
        let stale = table
            .write("PUT", &path, &keyed(r#""b":4"#))
            .header("If-Match", &old);
        stale.send().refused(412, "UpdateConditionNotSatisfied");
        let delete = table.request("DELETE", &path).header("If-Match", "*");
        delete.send().expect(204);
        table
            .request("GET", &path)
            .send()
            .refused(404, "ResourceNotFound");
    });
}
