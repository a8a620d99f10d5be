//! The headers and documents of answers.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::TableCall;
use super::json::MetadataLevel;
use super::state::{EntityKey, StoredEntity};
use super::value::JsonText;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

/// What .NET leaves as it is in a part of an address: quotes too.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The properties that every entity has.
const SYSTEM: [&str; 3] = ["PartitionKey", "RowKey", "Timestamp"];

/// An answer without a body.
pub fn empty(status: u16) -> Response {
    let response = Response::new(status);
    response
        .header("Cache-Control", "no-cache")
        .header("X-Content-Type-Options", "nosniff")
}

/// An answer in JSON.
pub fn json(status: u16, level: MetadataLevel, document: String) -> Response {
    let mut response = empty(status).header("Content-Type", level.content_type());
    response.payload = Payload::Document(document.into_bytes());
    response
}

/// How an answer writes the entities of one table.
pub struct EntityForm<'a> {
    /// The address of the service, with a slash at its end.
    pub endpoint: String,
    /// The account.
    pub account: &'a str,
    /// The table's name as it was created.
    pub table: String,
    /// The metadata.
    pub level: MetadataLevel,
    /// The properties of `$select`; all without it.
    pub select: Option<Vec<String>>,
}

impl<'a> EntityForm<'a> {
    /// The form that a request asks for.
    pub fn of(call: &'a TableCall<'_>, table: &str, level: MetadataLevel) -> Self {
        let select = call.query.get("$select");
        Self {
            endpoint: call.endpoint(),
            account: &call.account.name,
            table: table.to_owned(),
            level,
            select: select.map(|names| {
                let names = names.split(',').map(str::trim);
                names.map(str::to_owned).collect()
            }),
        }
    }

    /// The names that are selected; `None` for all, which an empty `$select` or `*` means too.
    fn selected(&self) -> Option<&[String]> {
        let names = self.select.as_deref()?;
        let is_all = names.iter().all(String::is_empty) || names.iter().any(|name| name == "*");
        (!is_all).then_some(names)
    }

    /// `odata.metadata` of a list, or with `/@Element` of one entity, and a comma behind it.
    pub fn metadata(&self, element: &str) -> String {
        if self.level == MetadataLevel::None {
            return String::new();
        }
        let select = match &self.select {
            None => String::new(),
            Some(names) => format!("&$select={}", names.join(",")),
        };
        let address = format!("{}$metadata#{}{element}{select}", self.endpoint, self.table);
        format!(
            "\"odata.metadata\":\"{}\",",
            JsonText::of(&address).as_str()
        )
    }

    /// Appends an entity. `metadata` is that of one entity; empty in a list.
    pub fn write(&self, out: &mut String, metadata: &str, key: &EntityKey, entity: &StoredEntity) {
        out.push('{');
        out.push_str(metadata);
        let link = || self.link(key);
        if self.level == MetadataLevel::Full {
            let _ = write!(
                out,
                "\"odata.type\":\"{}.{}\",\"odata.id\":\"{}{}\",",
                self.account,
                self.table,
                JsonText::of(&self.endpoint).as_str(),
                link()
            );
        }
        if self.level >= MetadataLevel::Minimal {
            out.push_str("\"odata.etag\":\"W/\\\"datetime'");
            out.push_str(&entity.etag_time());
            out.push_str("'\\\"\",");
        }
        if self.level == MetadataLevel::Full {
            let _ = write!(out, "\"odata.editLink\":\"{}\",", link());
        }
        match self.selected() {
            None => {
                write_text(out, "PartitionKey", key.partition.as_str());
                write_text(out, "RowKey", key.row.as_str());
                self.write_timestamp(out, entity);
                if self.level == MetadataLevel::None {
                    write_values(out, entity);
                } else if !entity.body.is_empty() {
                    out.push_str(&entity.body);
                    out.push(',');
                }
            }
            Some(names) => self.write_selected(out, key, entity, names),
        }
        if out.ends_with(',') {
            out.pop();
        }
        out.push('}');
    }

    fn write_timestamp(&self, out: &mut String, entity: &StoredEntity) {
        if self.level == MetadataLevel::Full {
            out.push_str("\"Timestamp@odata.type\":\"Edm.DateTime\",");
        }
        write_text(out, "Timestamp", &entity.written.to_string());
    }

    /// The selected properties in the order of their names after the keys and the timestamp. Those
    /// that the entity does not have are null.
    fn write_selected(
        &self,
        out: &mut String,
        key: &EntityKey,
        entity: &StoredEntity,
        names: &[String],
    ) {
        let is_selected = |name: &str| names.iter().any(|one| one == name);
        if is_selected("PartitionKey") {
            write_text(out, "PartitionKey", key.partition.as_str());
        }
        if is_selected("RowKey") {
            write_text(out, "RowKey", key.row.as_str());
        }
        if is_selected("Timestamp") {
            self.write_timestamp(out, entity);
        }
        let own = names.iter().filter(|name| !SYSTEM.contains(&name.as_str()));
        let mut own: Vec<JsonText> = own.map(|name| JsonText::of(name)).collect();
        own.sort_by(JsonText::compare);
        own.dedup();
        let properties = entity.properties();
        for name in own {
            let spelled = name.as_str();
            let Some(property) = properties.iter().find(|property| property.name == name) else {
                let _ = write!(out, "\"{spelled}\":null,");
                continue;
            };
            if self.level != MetadataLevel::None && property.value.is_annotated() {
                let edm = property.value.edm_type().name();
                let _ = write!(out, "\"{spelled}@odata.type\":\"{edm}\",");
            }
            let _ = write!(out, "\"{spelled}\":");
            property.value.write_json(out);
            out.push(',');
        }
    }

    /// `table(PartitionKey='p',RowKey='r')`, percent-encoded.
    pub fn link(&self, key: &EntityKey) -> String {
        let part = |key: &str| {
            let doubled = key.replace('\'', "''");
            utf8_percent_encode(&doubled, PART).to_string()
        };
        format!(
            "{}(PartitionKey='{}',RowKey='{}')",
            self.table,
            part(key.partition.as_str()),
            part(key.row.as_str())
        )
    }
}

/// Appends the properties without their types.
fn write_values(out: &mut String, entity: &StoredEntity) {
    for property in entity.properties() {
        let _ = write!(out, "\"{}\":", property.name.as_str());
        property.value.write_json(out);
        out.push(',');
    }
}

fn write_text(out: &mut String, name: &str, text: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":\"");
    let is_plain = |byte: u8| matches!(byte, 0x20..=0x7f) && !matches!(byte, b'"' | b'\\');
    if text.bytes().all(is_plain) {
        out.push_str(text);
    } else {
        out.push_str(JsonText::of(text).as_str());
    }
    out.push_str("\",");
}
