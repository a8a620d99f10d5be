//! A page of a listing with a delimiter, of which only the names are read.

use super::{check_count, read_named};
use crate::Result;
use crate::store::rest::page::{Marker, read_marker};
use crate::store::rest::xml::Xml;

/// What is at one level: a blob, or what several have in common up to the delimiter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelItem {
    /// Its full name; that of a prefix ends in the delimiter.
    pub name: Box<str>,
    /// More names begin like this.
    pub is_prefix: bool,
}

/// Reads a page of one level, in the order of the page.
pub fn parse_level(body: &[u8]) -> Result<(Vec<LevelItem>, Option<Marker>)> {
    let (mut items, mut next) = (Vec::new(), None);
    Xml::open(body, "EnumerationResults")?.children(|xml, tag| {
        match tag.name() {
            "Blobs" => read_items(xml, &mut items)?,
            "NextMarker" => next = read_marker(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((items, next))
}

fn read_items(xml: &mut Xml<'_>, items: &mut Vec<LevelItem>) -> Result<()> {
    xml.children(|xml, tag| {
        check_count(items.len())?;
        let is_prefix = match tag.name() {
            "Blob" => false,
            "BlobPrefix" => true,
            _ => return Ok(()),
        };
        items.push(LevelItem {
            name: read_named(xml)?.into(),
            is_prefix,
        });
        Ok(())
    })
}
