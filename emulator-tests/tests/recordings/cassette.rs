//! A cassette: the requests that a client library sent in one of its tests, with the answers of the
//! real service.

use std::path::Path;

use azring_emulator_tests::emulator::clock::Moment;

use crate::yaml::Node;

/// One recorded test.
#[derive(Debug)]
pub struct Cassette {
    /// The file's name without `.yaml`, such as `test_container.test_create_container`.
    pub name: String,
    /// Its requests in order.
    pub interactions: Vec<Interaction>,
}

/// A request and its answer.
#[derive(Debug)]
pub struct Interaction {
    /// What the client sent.
    pub request: RecordedRequest,
    /// What the service answered.
    pub response: RecordedResponse,
}

/// Headers with their names in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

/// A recorded request, without its `Authorization`.
#[derive(Debug)]
pub struct RecordedRequest {
    /// `PUT`.
    pub method: String,
    /// `account.blob.core.windows.net`.
    pub host: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The query without `?`, percent-encoded.
    pub query: String,
    /// All headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

/// A recorded answer, or the emulator's.
#[derive(Debug, Default)]
pub struct RecordedResponse {
    /// HTTP status.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// All headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl Cassette {
    /// Reads a file.
    ///
    /// # Panics
    /// When the file is no cassette.
    pub fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(path).expect("a cassette is text");
        let document =
            Node::parse(&text).unwrap_or_else(|error| panic!("`{name}` is no YAML: {error}"));
        let interactions = document.get("interactions").items().iter();
        Self {
            name: name.into_owned(),
            interactions: interactions.map(Interaction::of).collect(),
        }
    }
}

impl Interaction {
    fn of(node: &Node) -> Self {
        let (request, response) = (node.get("request"), node.get("response"));
        let uri = request.get("uri").text();
        let rest = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(at);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let status = response.get("status").get("code").text();
        Self {
            request: RecordedRequest {
                method: request.get("method").text(),
                host: host.to_owned(),
                path: if path.is_empty() { "/" } else { path }.to_owned(),
                query: query.to_owned(),
                headers: Headers::of(request.get("headers")),
                body: request.get("body").bytes().to_vec(),
            },
            response: RecordedResponse {
                status: status.parse().expect("a status is a number"),
                reason: response.get("status").get("message").text(),
                headers: Headers::of(response.get("headers")),
                body: response.get("body").get("string").bytes().to_vec(),
            },
        }
    }

    /// The error code of the answer, from its header or its document.
    pub fn code(&self) -> Option<String> {
        self.response.code()
    }
}

impl Headers {
    fn of(node: &Node) -> Self {
        let Node::Map(entries) = node else {
            return Self::default();
        };
        let entries = entries.iter().map(|(name, value)| {
            let value = value.items().first().unwrap_or(value);
            (name.to_ascii_lowercase(), value.text())
        });
        Self(entries.collect())
    }

    /// A header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl RecordedRequest {
    /// The account's name without `-secondary`.
    pub fn account(&self) -> &str {
        let label = self.host.split('.').next().unwrap_or_default();
        label.strip_suffix("-secondary").unwrap_or(label)
    }

    /// Whether the second region was asked.
    pub fn is_secondary(&self) -> bool {
        let label = self.host.split('.').next().unwrap_or_default();
        label.ends_with("-secondary")
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        pairs(&self.query).find_map(|(key, value)| (key == name).then_some(value))
    }

    /// When it was sent, by its `x-ms-date`.
    pub fn date(&self) -> Option<Moment> {
        Moment::parse_rfc1123(self.headers.get("x-ms-date")?)
    }
}

impl RecordedResponse {
    /// `x-ms-error-code`, else the code in the document.
    pub fn code(&self) -> Option<String> {
        if let Some(code) = self.headers.get("x-ms-error-code") {
            return Some(code.to_owned());
        }
        let text = String::from_utf8_lossy(&self.body);
        let (_, rest) = text.split_once("<Code>")?;
        Some(rest.split_once("</Code>")?.0.to_owned())
    }

    /// Whether the body is XML.
    pub fn is_xml(&self) -> bool {
        let kind = self.headers.get("content-type").unwrap_or_default();
        kind.contains("xml") && !self.body.is_empty()
    }
}

/// Names and values of a query, decoded.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// Percent-decodes a text.
pub fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}
