//! An entity of a data file, as a batch sends it.
//!
//! Its values are the very tokens of the file: no number is read. What only a service may write is left
//! out, and a number that has to stay a `Double` gets its type.

use crate::dump::json::{JsonText, Member, Members};
use crate::{Error, Result};

/// The end of the name of the member that holds the type of another.
const TYPE_OF: &[u8] = b"@odata.type";

/// The beginning of the names of members that only a service writes.
const OF_SERVICE: &str = "odata.";

/// An entity that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntity {
    /// Its partition key.
    pub partition: Box<str>,
    /// Its row key.
    pub row: Box<str>,
    /// Its JSON, in one line.
    json: Box<[u8]>,
}

impl TableEntity {
    /// Reads an entity of a data file. Etag, timestamp and other members of the service are left out, and so
    /// are properties without a value, which the service does not store.
    ///
    /// # Errors
    ///
    /// [`Error::Integrity`] for bytes that are no JSON object, and where a key is missing or is not text.
    pub fn of_json(json: &[u8]) -> Result<Self> {
        let members = Members::of(json).collect::<std::result::Result<Vec<_>, _>>();
        let members = members.map_err(|_| wrong("it is no JSON object"))?;
        let (mut partition, mut row) = (None, None);
        let mut out = Vec::with_capacity(json.len() + 64);
        out.push(b'{');
        for member in &members {
            if member.is_called("PartitionKey") {
                partition = Some(key(member, "PartitionKey")?);
            } else if member.is_called("RowKey") {
                row = Some(key(member, "RowKey")?);
            } else if is_left_out(member, &members) {
                continue;
            } else if is_double(member.value) && type_of(member.name, &members).is_none() {
                let name = member.name.raw();
                append(&mut out, &[name, TYPE_OF].concat(), b"\"Edm.Double\"");
            }
            append(&mut out, member.name.raw(), member.value);
        }
        out.push(b'}');
        Ok(Self {
            partition: partition.ok_or_else(|| wrong("it has no `PartitionKey`"))?,
            row: row.ok_or_else(|| wrong("it has no `RowKey`"))?,
            json: out.into(),
        })
    }

    /// Its JSON.
    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// Its keys, for messages.
    pub fn shown(&self) -> String {
        format!(
            "PartitionKey `{}`, RowKey `{}`",
            self.partition.escape_debug(),
            self.row.escape_debug()
        )
    }
}

fn append(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    if out.len() > 1 {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name);
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value);
}

/// A key. Half of a surrogate pair cannot stand in the URL of a request.
fn key(member: &Member<'_>, name: &str) -> Result<Box<str>> {
    let text = JsonText::of_value(member.value)
        .ok_or_else(|| wrong(&format!("its `{name}` is no text")))?;
    if !text.raw().contains(&b'\\') {
        let text = std::str::from_utf8(text.raw());
        return text.map(Into::into).map_err(|_| wrong("it is not UTF-8"));
    }
    let text = String::from_utf16(&text.to_utf16());
    text.map(Into::into)
        .map_err(|_| wrong(&format!("its `{name}` has half of a character")))
}

/// Whether a member is not sent.
fn is_left_out(member: &Member<'_>, members: &[Member<'_>]) -> bool {
    let name = member.name.to_text();
    if member.value == b"null" || name.starts_with(OF_SERVICE) || name == "Timestamp" {
        return true;
    }
    let Some((property, annotation)) = name.split_once("@odata.") else {
        return false;
    };
    if annotation != "type" || matches!(property, "Timestamp" | "PartitionKey" | "RowKey") {
        return true;
    }
    // The service refuses the type of a property that has no value.
    let has_value = |other: &Member<'_>| other.is_called(property) && other.value != b"null";
    !members.iter().any(has_value)
}

/// Whether a value is a number with a fraction or an exponent: without its type, a service may store
/// `1.0` as a whole number.
fn is_double(value: &[u8]) -> bool {
    let begins = value
        .first()
        .is_some_and(|first| first.is_ascii_digit() || *first == b'-');
    begins && value.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// The type of a property, where a member says it.
fn type_of<'m>(name: JsonText<'_>, members: &[Member<'m>]) -> Option<&'m [u8]> {
    let wanted = name.raw();
    let of_it = |member: &&Member<'_>| member.name.raw().strip_suffix(TYPE_OF) == Some(wanted);
    members.iter().find(of_it).map(|member| member.value)
}

fn wrong(what: &str) -> Error {
    Error::Integrity(format!("an entity cannot be imported: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(json: &str) -> String {
        let entity = TableEntity::of_json(json.as_bytes()).unwrap();
        String::from_utf8(entity.json().to_vec()).unwrap()
    }

    #[test]
    fn values_are_sent_as_they_stand_without_what_the_service_writes() {
        for (json, wanted) in [
            (
                r#"{"odata.etag":"W/\"x\"","PartitionKey":"p","RowKey":"r","Timestamp":"2021-10-15T16:13:24Z","a":20,"b@odata.type":"Edm.Int64","b":"39"}"#,
                r#"{"PartitionKey":"p","RowKey":"r","a":20,"b@odata.type":"Edm.Int64","b":"39"}"#,
            ),
            (
                "{ \"b\" : \"39\" ,\r\n \"b@odata.type\" : \"Edm.Int64\", \"RowKey\":\"\", \"PartitionKey\" : \"\\u00e9\" }",
                r#"{"b":"39","b@odata.type":"Edm.Int64","RowKey":"","PartitionKey":"\u00e9"}"#,
            ),
            (
                r#"{"odata.type":"a.t","odata.id":"i","odata.editLink":"l","PartitionKey@odata.type":"Edm.String","PartitionKey":"p","RowKey@odata.type":"Edm.String","RowKey":"r","Timestamp@odata.type":"Edm.DateTime","Timestamp":"x"}"#,
                r#"{"PartitionKey":"p","RowKey":"r"}"#,
            ),
            (
                r#"{"PartitionKey":"p","RowKey":"r","n":null,"m@odata.type":"Edm.Int64","m":null,"k@odata.type":"Edm.Int64"}"#,
                r#"{"PartitionKey":"p","RowKey":"r"}"#,
            ),
        ] {
            assert_eq!(sent(json), wanted);
        }
    }

    #[test]
    fn a_double_without_a_type_gets_it_and_its_token_stays() {
        for token in ["1.0", "-0.0", "1E+300", "1e2", "1.7976931348623157E+308"] {
            let json = format!(r#"{{"PartitionKey":"p","RowKey":"r","d":{token}}}"#);
            let wanted = format!(
                r#"{{"PartitionKey":"p","RowKey":"r","d@odata.type":"Edm.Double","d":{token}}}"#
            );
            assert_eq!(sent(&json), wanted);
            assert_eq!(sent(&wanted), wanted, "the type is not given twice");
        }
        for token in ["1", "-1", "\"1.0\"", "true", "\"1e2\""] {
            let json = format!(r#"{{"PartitionKey":"p","RowKey":"r","d":{token}}}"#);
            assert_eq!(sent(&json), json);
        }
        let nan = r#"{"PartitionKey":"p","RowKey":"r","d@odata.type":"Edm.Double","d":"NaN"}"#;
        assert_eq!(sent(nan), nan);
    }

    #[test]
    fn keys_are_read_in_every_spelling() {
        let json = br#"{"\u0050artitionKey":"it's \ud83d\ude00","RowKey":"a\"b"}"#;
        let entity = TableEntity::of_json(json).unwrap();
        assert_eq!(&*entity.partition, "it's \u{1f600}");
        assert_eq!(&*entity.row, "a\"b");
    }

    #[test]
    fn an_entity_without_usable_keys_is_refused() {
        for (json, says) in [
            ("[]", "no JSON object"),
            (r#"{"RowKey":"r"}"#, "no `PartitionKey`"),
            (r#"{"PartitionKey":"p"}"#, "no `RowKey`"),
            (r#"{"PartitionKey":1,"RowKey":"r"}"#, "is no text"),
            (r#"{"PartitionKey":"p","RowKey":"\ud83d"}"#, "half of a"),
        ] {
            let error = TableEntity::of_json(json.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
