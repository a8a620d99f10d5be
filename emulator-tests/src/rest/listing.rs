//! Reads a page of List Blobs:
//! <https://learn.microsoft.com/rest/api/storageservices/list-blobs#response-body>.

use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// A blob as the service lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// The stored MD5 of the whole, in base64; empty when there is none.
    pub content_md5: String,
    /// Its content type.
    pub content_type: String,
    /// `BlockBlob`, `PageBlob` or `AppendBlob`.
    pub blob_type: String,
    /// When it was last written, as an HTTP date.
    pub last_modified: String,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) blobs: Vec<StoredBlob>,
    /// Where the next page begins; empty after the last.
    pub(super) next_marker: String,
}

/// Reads a page.
pub(super) fn parse(xml: &str) -> Page {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
    let mut page = Page::default();
    let mut text = String::new();
    // A name that XML cannot contain is percent-encoded.
    let mut is_encoded = false;
    loop {
        match reader.read_event().expect("a listing is well-formed XML") {
            Event::Start(start) => {
                text.clear();
                is_encoded = start.attributes().flatten().any(|attribute| {
                    attribute.key.as_ref() == "Encoded" && &*attribute.value == "true"
                });
                if start.name().as_ref() == "Blob" {
                    page.blobs.push(StoredBlob::default());
                }
            }
            Event::Text(part) => text += &part.xml10_content(),
            Event::CData(part) => text += &part.xml10_content(),
            Event::GeneralRef(reference) => text.push(character(&reference)),
            Event::End(end) => {
                if std::mem::take(&mut is_encoded) {
                    text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
                }
                page.take(end.name().as_ref(), std::mem::take(&mut text));
            }
            Event::Eof => return page,
            _ => {}
        }
    }
}

impl Page {
    /// Stores the text of the element `name` in its field.
    fn take(&mut self, name: &str, text: String) {
        if name == "NextMarker" {
            self.next_marker = text;
            return;
        }
        let Some(blob) = self.blobs.last_mut() else {
            return;
        };
        match name {
            "Name" => blob.name = text,
            "Content-Length" => blob.bytes = text.parse().expect("a length is a number"),
            "Content-MD5" => blob.content_md5 = text,
            "Content-Type" => blob.content_type = text,
            "BlobType" => blob.blob_type = text,
            "Last-Modified" => blob.last_modified = text,
            _ => {}
        }
    }
}

fn character(reference: &BytesRef<'_>) -> char {
    if let Some(character) = reference
        .resolve_char_ref()
        .expect("a listing holds characters")
    {
        return character;
    }
    match reference.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => panic!("a listing holds the unknown entity `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_is_read_with_its_entities_and_marker() {
        let page = parse(
            "\u{feff}<?xml version=\"1.0\"?><EnumerationResults><Prefix>p</Prefix><Blobs><Blob><Name> a&amp;b&#x20AC;</Name>\
             <Properties><Content-Length>7</Content-Length><Content-MD5>rL0Y20zC+Fzt72VPzMSk2A==</Content-MD5>\
             <Content-Type>text/plain</Content-Type><BlobType>BlockBlob</BlobType></Properties></Blob>\
             <Blob><Name Encoded=\"true\">%01%25</Name></Blob></Blobs>\
             <NextMarker>m&lt;1</NextMarker></EnumerationResults>",
        );
        assert_eq!(page.next_marker, "m<1");
        assert_eq!(page.blobs[0].name, " a&b\u{20ac}");
        assert_eq!(page.blobs[0].bytes, 7);
        assert_eq!(page.blobs[1].name, "\u{1}%");
        assert_eq!(page.blobs[0].content_md5, "rL0Y20zC+Fzt72VPzMSk2A==");
    }
}
