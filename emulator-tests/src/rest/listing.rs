//! Reads a page of List Blobs, of List Directories and Files, and of List Ranges:
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
    /// Whether it is a directory of an account with a hierarchical namespace.
    pub is_directory: bool,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) blobs: Vec<StoredBlob>,
    /// Where the next page begins; empty after the last.
    pub(super) next_marker: String,
}

/// A page of what is in a directory.
#[derive(Debug, Default)]
pub(super) struct DirectoryPage {
    pub(super) directories: Vec<String>,
    pub(super) files: Vec<String>,
    /// Where the next page begins; empty after the last.
    pub(super) next_marker: String,
}

/// Reads a page of List Blobs.
pub(super) fn parse(xml: &str) -> Page {
    let mut page = Page::default();
    elements(
        xml,
        |page, name| {
            if name == "Blob" {
                page.blobs.push(StoredBlob::default());
            }
        },
        Page::take,
        &mut page,
    );
    page
}

/// Reads a page of List Directories and Files.
pub(super) fn directory(xml: &str) -> DirectoryPage {
    let mut page = (DirectoryPage::default(), false);
    elements(
        xml,
        |(_, is_file), name| match name {
            "File" => *is_file = true,
            "Directory" => *is_file = false,
            _ => {}
        },
        |(page, is_file), name, text| match name {
            "NextMarker" => page.next_marker = text,
            "Name" if *is_file => page.files.push(text),
            "Name" => page.directories.push(text),
            _ => {}
        },
        &mut page,
    );
    page.0
}

/// Reads List Ranges: first and last byte of each.
pub(super) fn ranges(xml: &str) -> Vec<(u64, u64)> {
    let mut found = (Vec::new(), 0);
    elements(
        xml,
        |_, _| (),
        |(found, start), name, text| {
            let number = || text.parse().expect("an offset is a number");
            match name {
                "Start" => *start = number(),
                "End" => found.push((*start, number())),
                _ => {}
            }
        },
        &mut found,
    );
    found.0
}

/// Reads a document. `begin` gets the name of each element, `end` also its text.
fn elements<T>(
    xml: &str,
    begin: impl Fn(&mut T, &str),
    end: impl Fn(&mut T, &str, String),
    to: &mut T,
) {
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}'));
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
                begin(to, start.name().as_ref());
            }
            Event::Text(part) => text += &part.xml10_content(),
            Event::CData(part) => text += &part.xml10_content(),
            Event::GeneralRef(reference) => text.push(character(&reference)),
            Event::End(element) => {
                if std::mem::take(&mut is_encoded) {
                    text = percent_decode_str(&text).decode_utf8_lossy().into_owned();
                }
                end(to, element.name().as_ref(), std::mem::take(&mut text));
            }
            Event::Eof => return,
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
            "ResourceType" => blob.is_directory = text == "directory",
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

    #[test]
    fn a_directory_has_its_directories_and_files() {
        let page = directory(
            "<EnumerationResults><Entries><Directory><Name>d</Name></Directory><File><Name Encoded=\"true\">%EF%BF%BE</Name>\
             <Properties><Content-Length>5</Content-Length></Properties></File></Entries><NextMarker/></EnumerationResults>",
        );
        assert_eq!(
            (page.directories, page.files),
            (vec!["d".to_owned()], vec!["\u{fffe}".to_owned()])
        );
        assert!(page.next_marker.is_empty());
    }

    #[test]
    fn ranges_have_a_first_and_a_last_byte() {
        let xml = "<Ranges><Range><Start>0</Start><End>511</End></Range><ClearRange><Start>512</Start><End>600</End>\
                   </ClearRange></Ranges>";
        assert_eq!(ranges(xml), [(0, 511), (512, 600)]);
    }
}
