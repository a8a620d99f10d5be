//! A table for tests: its entities as JSON.

use serde_json::{Map, Value};

use super::{TableService, shared_key};

/// The most entities of a transaction.
const GROUP_ENTITIES: usize = 100;

/// A table, which may not exist.
#[derive(Clone, Debug)]
pub struct Table {
    service: TableService,
    name: String,
}

impl Table {
    pub(super) fn new(service: TableService, name: &str) -> Self {
        Self {
            service,
            name: name.to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its service.
    pub fn service(&self) -> &TableService {
        &self.service
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("{}/{}", self.service.url(), self.name)
    }

    /// A signature for it with these rights, for all keys or from one to another: partition and row.
    pub fn sas(&self, rights: &str, range: Option<[(&str, &str); 2]>) -> String {
        let account = self.service.account();
        shared_key::table_sas(account, &self.name, rights, range)
    }

    /// Makes it.
    pub fn make(&self) {
        let body = format!("{{\"TableName\":\"{}\"}}", self.name);
        let headers = [("Content-Type", "application/json")];
        self.service
            .ask("POST", "Tables", &[], &headers, body.as_bytes())
            .succeeded();
    }

    /// Deletes it.
    pub fn delete(&self) {
        let below = format!("Tables('{}')", self.name);
        self.service
            .ask("DELETE", &below, &[], &[], b"")
            .succeeded();
    }

    /// Whether it exists.
    pub fn exists(&self) -> bool {
        let below = format!("{}()", self.name);
        let answer = self.service.ask("GET", &below, &[("$top", "1")], &[], b"");
        answer.status == 200
    }

    /// Inserts an entity, given as JSON.
    pub fn insert(&self, json: &str) {
        let headers = [
            ("Content-Type", "application/json"),
            ("Prefer", "return-no-content"),
        ];
        self.service
            .ask("POST", &self.name, &[], &headers, json.as_bytes())
            .succeeded();
    }

    /// Inserts entities of one partition, given as JSON, in transactions.
    ///
    /// # Panics
    /// When one of them is refused.
    pub fn insert_all(&self, entities: &[String]) {
        for group in entities.chunks(GROUP_ENTITIES) {
            let mut body = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n".to_owned();
            for json in group {
                let lines = [
                    "--c\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n",
                    &format!("POST {} HTTP/1.1\r\n", self.url()),
                    "Content-Type: application/json\r\nPrefer: return-no-content\r\n\r\n",
                    json,
                    "\r\n",
                ];
                body.extend(lines);
            }
            body.push_str("--c--\r\n--b--\r\n");
            let headers = [("Content-Type", "multipart/mixed; boundary=b")];
            let answer = self
                .service
                .ask("POST", "$batch", &[], &headers, body.as_bytes());
            let text = String::from_utf8_lossy(&answer.succeeded().body).into_owned();
            let inserted = text.matches("HTTP/1.1 204").count();
            assert_eq!(inserted, group.len(), "the service answered: {text}");
        }
    }

    /// How many entities it has.
    pub fn count(&self) -> u64 {
        let pages = self.pages("");
        let names = pages.iter().map(|body| {
            String::from_utf8_lossy(body)
                .matches("\"odata.etag\":")
                .count()
        });
        names.sum::<usize>() as u64
    }

    /// All entities in the service's order, as objects without etag and timestamp.
    pub fn entities(&self) -> Vec<Value> {
        let mut entities = Vec::new();
        for body in self.pages("") {
            let mut page: Value = serde_json::from_slice(&body).expect("a page is JSON");
            let Some(Value::Array(found)) = page.get_mut("value").map(Value::take) else {
                panic!("a page has no entities: {page}");
            };
            entities.extend(found.into_iter().map(without_stamps));
        }
        entities
    }

    /// The pages of all entities in the service's order: their bodies. An empty `format` is that of the
    /// other requests, JSON with minimal metadata.
    pub fn pages(&self, format: &str) -> Vec<Vec<u8>> {
        let below = format!("{}()", self.name);
        let mut pages = Vec::new();
        let mut after: Vec<(String, String)> = Vec::new();
        loop {
            let mut query: Vec<(&str, &str)> = vec![("$format", format)];
            query.extend(
                after
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            let answer = self
                .service
                .ask("GET", &below, &query, &[], b"")
                .succeeded();
            pages.push(answer.body);
            after.clear();
            for name in ["NextPartitionKey", "NextRowKey"] {
                let header = format!("x-ms-continuation-{}", name.to_lowercase());
                if let Some(value) = answer.headers.get(&header) {
                    after.push((name.to_owned(), value.clone()));
                }
            }
            if after.is_empty() {
                return pages;
            }
        }
    }
}

/// The entity without what the service writes when it stores it.
fn without_stamps(entity: Value) -> Value {
    let Value::Object(members) = entity else {
        panic!("an entity is no object: {entity}");
    };
    let kept: Map<String, Value> = members
        .into_iter()
        .filter(|(name, _)| !name.starts_with("odata.") && name != "Timestamp")
        .collect();
    Value::Object(kept)
}
