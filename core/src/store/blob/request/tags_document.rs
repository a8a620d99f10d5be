//! The XML of index tags, in requests, answers and listings.
//!
//! ```xml
//! <Tags><TagSet><Tag><Key>name</Key><Value>value</Value></Tag></TagSet></Tags>
//! ```

use std::fmt::Write as _;

use quick_xml::escape::escape;

use crate::Result;
use crate::options::BlobTags;
use crate::store::rest::malformed;
use crate::store::rest::xml::Xml;

/// Reads the tags inside `<Tags>`.
pub(super) fn read(xml: &mut Xml<'_>) -> Result<BlobTags> {
    let mut tags = Vec::new();
    xml.children(|xml, tag| {
        if tag.name() != "TagSet" {
            return Ok(());
        }
        xml.children(|xml, tag| {
            if tag.name() == "Tag" {
                tags.push(read_tag(xml)?);
            }
            Ok(())
        })
    })?;
    BlobTags::new(tags).map_err(malformed)
}

fn read_tag(xml: &mut Xml<'_>) -> Result<(String, String)> {
    let (mut name, mut value) = (String::new(), String::new());
    xml.children(|xml, tag| {
        match tag.name() {
            "Key" => name = xml.text()?.into_owned(),
            "Value" => value = xml.text()?.into_owned(),
            _ => {}
        }
        Ok(())
    })?;
    Ok((name, value))
}

/// The document of these tags.
pub(super) fn write(tags: &BlobTags) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet>");
    for (name, value) in tags.pairs() {
        let (name, value) = (escape(name), escape(value));
        let _infallible = write!(text, "<Tag><Key>{name}</Key><Value>{value}</Value></Tag>");
    }
    text.push_str("</TagSet></Tags>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_they_are_written() {
        let tags = BlobTags::parse("a=1&b=c+d").unwrap();
        let text = write(&tags);
        let mut xml = Xml::open(text.as_bytes(), "Tags").unwrap();
        assert_eq!(read(&mut xml).unwrap(), tags);
    }
}
