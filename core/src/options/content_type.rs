//! The content type that uploaded objects get.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The content type that an uploaded object gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentType {
    /// None is sent: the service stores `application/octet-stream`.
    Unset,
    /// The one of the name's extension; these are looked up first.
    ByExtension(ExtensionTypes),
    /// The same, and where the extension is not known, the one that the first bytes show.
    ByContent(ExtensionTypes),
    /// This one, for every object.
    Fixed(String),
}

/// Content types by extension: without its dot, in lower case.
pub type ExtensionTypes = Arc<BTreeMap<String, String>>;
