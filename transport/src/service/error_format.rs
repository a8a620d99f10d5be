//! The body of a refusal: error code, a sentence for people, and what the refusal is about.
//!
//! The text was written by somebody else. Whoever shows a part of it shortens it, masks secrets and
//! escapes control characters (`http/failure.rs`).

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// The form of a refusal's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorFormat {
    /// `<Error><Code>..</Code><Message>..</Message>..</Error>`, or the same in lower case with a
    /// prefix (Atom).
    Xml,
    /// `{"odata.error":{"code":"..","message":{"lang":"..","value":".."}}}`, or with `error`, or
    /// without an outer name.
    Json,
}

/// The parts of a refusal's body, as far as it has them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// The code, for example `BlobNotFound`.
    pub(crate) code: Option<String>,
    /// The sentence for people.
    pub(crate) message: Option<String>,
    /// Names and values of the parts of the request that the refusal is about.
    pub(crate) details: Vec<(&'static str, String)>,
}

/// Elements that say which part of the request a refusal is about.
/// <https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2>
const DETAILS: [&str; 8] = [
    "HeaderName",
    "HeaderValue",
    "QueryParameterName",
    "QueryParameterValue",
    "MinimumAllowed",
    "MaximumAllowed",
    "Reason",
    "XmlNodeName",
];

impl ServiceError {
    /// Reads a body in the first of these forms that it has. A body in another form is an error
    /// without parts.
    pub(crate) fn read(formats: &[ErrorFormat], body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let mut read = formats.iter().filter_map(|format| match format {
            ErrorFormat::Xml => Self::read_xml(text),
            ErrorFormat::Json => Self::read_json(text),
        });
        read.next().unwrap_or_default()
    }

    /// Reads up to where the text stops making sense. Entities other than XML's own five are not
    /// resolved, so nothing can be blown up.
    fn read_xml(text: &str) -> Option<Self> {
        if !text.starts_with('<') {
            return None;
        }
        let mut error = Self::default();
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        let mut inside = None;
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => inside = ErrorField::named(tag.local_name().as_ref()),
                Ok(Event::End(_)) => inside = None,
                Ok(Event::Text(part)) => {
                    if let Some(field) = inside {
                        error.append(field, &part);
                    }
                }
                Ok(Event::GeneralRef(entity)) => {
                    if let (Some(field), Some(char)) = (inside, resolve(&entity)) {
                        error.append(field, char.encode_utf8(&mut [0; 4]));
                    }
                }
                Ok(Event::Eof) | Err(_) => return Some(error),
                Ok(_) => {}
            }
        }
    }

    fn read_json(text: &str) -> Option<Self> {
        if !text.starts_with('{') {
            return None;
        }
        let whole: serde_json::Value = serde_json::from_str(text).ok()?;
        let error = whole
            .get("odata.error")
            .or_else(|| whole.get("error"))
            .unwrap_or(&whole);
        let message = error.get("message")?;
        let message = message.get("value").unwrap_or(message).as_str();
        Some(Self {
            code: error
                .get("code")
                .and_then(|code| code.as_str())
                .map(str::to_owned),
            message: message.map(str::to_owned),
            details: Vec::new(),
        })
    }

    fn append(&mut self, field: ErrorField, part: &str) {
        let text = match field {
            ErrorField::Code => &mut self.code,
            ErrorField::Message => &mut self.message,
            ErrorField::Detail(name) => {
                match self.details.last_mut().filter(|(last, _)| *last == name) {
                    Some((_, value)) => value.push_str(part),
                    None => self.details.push((name, part.to_owned())),
                }
                return;
            }
        };
        text.get_or_insert_default().push_str(part);
    }
}

#[derive(Debug, Clone, Copy)]
enum ErrorField {
    Code,
    Message,
    Detail(&'static str),
}

impl ErrorField {
    fn named(name: &str) -> Option<Self> {
        match name {
            "Code" | "code" => Some(Self::Code),
            "Message" | "message" => Some(Self::Message),
            _ => DETAILS
                .into_iter()
                .find(|detail| *detail == name)
                .map(Self::Detail),
        }
    }
}

/// The character that an entity stands for, where it is one of XML's own or a number.
fn resolve(entity: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(char)) = entity.resolve_char_ref() {
        return Some(char);
    }
    match &**entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Service;
    use super::*;

    fn read(service: Service, body: &str) -> (Option<String>, Option<String>) {
        let error = ServiceError::read(service.dialect().error_formats, body.as_bytes());
        (error.code, error.message)
    }

    #[test]
    fn every_service_reads_its_own_form_and_that_of_a_gateway() {
        let xml = "<Error><Code>Busy</Code><Message>Later</Message></Error>";
        let atom =
            "<m:error xmlns:m=\"x\"><m:code>Busy</m:code><m:message>Later</m:message></m:error>";
        let odata = r#"{"odata.error":{"code":"Busy","message":{"lang":"en","value":"Later"}}}"#;
        let json = r#"{"error":{"code":"Busy","message":"Later"}}"#;
        let expected = (Some("Busy".to_owned()), Some("Later".to_owned()));
        for service in [Service::Blob, Service::Share, Service::Table] {
            for body in [xml, atom, odata, json] {
                assert_eq!(read(service, body), expected, "{service:?}: {body}");
            }
            assert_eq!(read(service, "Bad Gateway"), (None, None));
        }
    }
}
