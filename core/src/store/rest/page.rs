//! One page of a listing, and the marker of the next one.

use super::malformed;
use super::xml::{Tag, Xml};
use crate::Result;
use crate::location::decode_name;

/// The longest name that is accepted, in bytes: 1024 characters of four.
const NAME_BYTES_MAX: usize = 4096;

/// The position at which a listing continues, as the service wrote it. It is opaque and is sent back unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(pub String);

/// One page of a listing. An empty page may have a next one: only the marker decides.
#[derive(Debug, Clone)]
pub struct ListedPage<T> {
    /// Objects, in the service's order.
    pub entries: Vec<T>,
    /// Virtual directories, each with the delimiter at its end; empty unless the listing asked for a delimiter.
    pub prefixes: Vec<String>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Marker>,
}

impl<T> Default for ListedPage<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        }
    }
}

/// Reads the marker of the next page from its element; `None` where the element is empty.
pub(crate) fn read_marker(xml: &mut Xml<'_>) -> Result<Option<Marker>> {
    let marker = xml.text()?.into_owned();
    Ok((!marker.is_empty()).then_some(Marker(marker)))
}

/// Reads the name of an entry from its element, which may be percent-encoded.
pub(crate) fn read_name(xml: &mut Xml<'_>, tag: &Tag<'_>) -> Result<String> {
    let text = xml.text()?;
    let name = if tag.is_encoded() {
        decode_name(&text)
            .map_err(|_| malformed("a name in the listing is not percent-encoded UTF-8"))?
    } else {
        text.into_owned()
    };
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(malformed(format_args!(
            "a name in the listing has {} bytes",
            name.len()
        )));
    }
    Ok(name)
}
