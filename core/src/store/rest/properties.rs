//! What a service stores beside an object's bytes, in both directions: content headers and metadata.

use azring_transport::http::{Reply, Request};

use crate::entry::ObjectProperties;

/// The beginning of the names of headers that carry metadata.
const METADATA: &str = "x-ms-meta-";

/// A service's own names of the content headers, which never mean the request's own body.
#[derive(Debug)]
pub(crate) struct ContentHeaders {
    pub(crate) encoding: &'static str,
    pub(crate) language: &'static str,
    pub(crate) disposition: &'static str,
    pub(crate) cache_control: &'static str,
}

impl ObjectProperties {
    /// From the answer to a HEAD.
    pub fn of_head(reply: &Reply) -> Self {
        let text = |name| reply.header(name).map(str::to_owned);
        let metadata = reply.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(METADATA)?;
            Some((name.to_owned(), value.to_str().ok()?.to_owned()))
        });
        Self {
            content_type: text("content-type"),
            content_encoding: text("content-encoding"),
            content_language: text("content-language"),
            content_disposition: text("content-disposition"),
            cache_control: text("cache-control"),
            metadata: metadata.collect(),
        }
    }

    /// Adds them to the request that stores them, all but the content type.
    pub(crate) fn on(&self, request: Request, names: &ContentHeaders) -> Request {
        let request = request
            .header_if(names.encoding, self.content_encoding.as_deref())
            .header_if(names.language, self.content_language.as_deref())
            .header_if(names.disposition, self.content_disposition.as_deref())
            .header_if(names.cache_control, self.cache_control.as_deref());
        self.metadata
            .iter()
            .fold(request, |request, (name, value)| {
                // A service keeps the case in which a name is first written, and compares without it.
                request.header(format!("{METADATA}{name}"), value.as_str())
            })
    }
}
