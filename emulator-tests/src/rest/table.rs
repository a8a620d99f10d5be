//! A table for tests: its entities as JSON.

use serde_json::{Map, Value};

use super::TableService;

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

    /// All entities in the service's order, as objects without etag and timestamp.
    pub fn entities(&self) -> Vec<Value> {
        let below = format!("{}()", self.name);
        let mut entities = Vec::new();
        let mut after: Vec<(String, String)> = Vec::new();
        loop {
            let query: Vec<(&str, &str)> = after
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answer = self
                .service
                .ask("GET", &below, &query, &[], b"")
                .succeeded();
            let mut page: Value = serde_json::from_slice(&answer.body).expect("a page is JSON");
            let Some(Value::Array(found)) = page.get_mut("value").map(Value::take) else {
                panic!("a page has no entities: {page}");
            };
            entities.extend(found.into_iter().map(without_stamps));
            after.clear();
            for name in ["NextPartitionKey", "NextRowKey"] {
                let header = format!("x-ms-continuation-{}", name.to_lowercase());
                if let Some(value) = answer.headers.get(&header) {
                    after.push((name.to_owned(), value.clone()));
                }
            }
            if after.is_empty() {
                return entities;
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
