//! Reads and writes XML without a library, because the service's documents are small and flat.
//!
//! [`Writer`] writes documents of one line after a byte order mark, as the service does.
//! [`read_leaves`] turns a request's document into a flat list of paths and texts, which is all
//! that the calls need.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::error::{Refusal, ServiceResult};

/// Writes a document from front to back.
pub struct Writer {
    text: String,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// Begins with the byte order mark and the declaration that the service sends.
    pub fn new() -> Self {
        Self {
            text: String::from("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
        }
    }

    /// `<name>` or, with attributes, `<name a="b">`. Attribute values are escaped.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            escape(value, &mut self.text);
            self.text.push('"');
        }
        self.text.push('>');
        self
    }

    /// Escaped text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape(text, &mut self.text);
        self
    }

    /// `</name>`.
    pub fn close(&mut self, name: &str) -> &mut Self {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
        self
    }

    /// `<name>text</name>`, or `<name />` for an empty text.
    pub fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        if text.is_empty() {
            self.text.push('<');
            self.text.push_str(name);
            self.text.push_str(" />");
            return self;
        }
        self.open(name, &[]).text(text).close(name)
    }

    /// A leaf, if there is a text for it.
    pub fn leaf_some(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.leaf(name, text);
        }
        self
    }

    /// A leaf with a name. A name that XML cannot contain is percent-encoded and marked.
    pub fn name_leaf(&mut self, element: &str, name: &str) -> &mut Self {
        if can_carry(name) {
            return self.leaf(element, name);
        }
        let encoded = percent_encode(name);
        self.open(element, &[("Encoded", "true")])
            .text(&encoded)
            .close(element)
    }

    /// The document's bytes.
    pub fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

fn escape(text: &str, out: &mut String) {
    let is_special = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\r');
    if !text.bytes().any(is_special) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

/// A name that XML cannot contain, as listings carry it.
pub fn percent_encode(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// Whether XML 1.0 allows all characters of this text. Other names are sent percent-encoded.
pub fn can_carry(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_plain) {
        return true;
    }
    text.chars().all(|character| {
        matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    })
}

/// One element without children: the names from the root down, joined by `/`, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// `BlockList/Latest`.
    pub path: String,
    /// The text, unescaped and trimmed.
    pub text: String,
    /// The text, unescaped, with the white space around it.
    pub raw_text: String,
    /// The number of the parent element, from 1 in document order: it distinguishes two `<Tag>`
    /// elements.
    pub parent: usize,
}

/// All elements without children, in order. A document that is not well formed is
/// `InvalidXmlDocument`.
pub fn read_leaves(document: &[u8]) -> ServiceResult<Vec<Leaf>> {
    let text = std::str::from_utf8(document).map_err(|_| Refusal::invalid_xml())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| Refusal::invalid_xml())? {
            Event::Start(tag) => walk.enter(tag.name().as_ref()),
            Event::End(_) => walk.leave()?,
            Event::Empty(tag) => {
                walk.enter(tag.name().as_ref());
                walk.leave()?;
            }
            Event::Text(piece) => walk.text.push_str(&piece),
            Event::CData(piece) => walk.text.push_str(&piece),
            Event::GeneralRef(entity) => walk.push_entity(&entity)?,
            Event::DocType(_) => return Err(Refusal::invalid_xml()),
            Event::Eof => break,
            _ => {}
        }
    }
    walk.finish()
}

#[derive(Default)]
struct Walk {
    /// Name, number and "has children" of each open element.
    open: Vec<(String, usize, bool)>,
    count: usize,
    text: String,
    leaves: Vec<Leaf>,
}

impl Walk {
    fn enter(&mut self, name: &str) {
        if let Some(parent) = self.open.last_mut() {
            parent.2 = true;
        }
        self.count += 1;
        self.open.push((name.to_owned(), self.count, false));
        self.text.clear();
    }

    fn leave(&mut self) -> ServiceResult<()> {
        let path = self
            .open
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect::<Vec<_>>()
            .join("/");
        let (_, _, has_children) = self.open.pop().ok_or_else(Refusal::invalid_xml)?;
        if !has_children {
            let parent = self.open.last().map_or(0, |open| open.1);
            self.leaves.push(Leaf {
                path,
                text: self.text.trim().to_owned(),
                raw_text: self.text.clone(),
                parent,
            });
        }
        self.text.clear();
        Ok(())
    }

    fn push_entity(&mut self, name: &str) -> ServiceResult<()> {
        let character = match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => numeric_entity(name).ok_or_else(Refusal::invalid_xml)?,
        };
        self.text.push(character);
        Ok(())
    }

    fn finish(self) -> ServiceResult<Vec<Leaf>> {
        if self.open.is_empty() && self.count > 0 {
            Ok(self.leaves)
        } else {
            Err(Refusal::invalid_xml())
        }
    }
}

fn numeric_entity(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_come_in_document_order_with_their_parents() {
        let leaves =
            read_leaves(b"\xef\xbb\xbf<L><A>1 &amp; &#x41;</A><T><K>k</K></T><T><K/></T></L>")
                .unwrap();
        let seen: Vec<_> = leaves
            .iter()
            .map(|leaf| (leaf.path.as_str(), leaf.text.as_str(), leaf.parent))
            .collect();
        assert_eq!(
            seen,
            [("L/A", "1 & A", 1), ("L/T/K", "k", 3), ("L/T/K", "", 5)]
        );
    }

    #[test]
    fn broken_documents_are_refused() {
        for broken in [
            "",
            "<a>",
            "<a></b>",
            "<a>&unknown;</a>",
            "no xml",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        ] {
            assert!(read_leaves(broken.as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn what_the_writer_escapes_the_reader_restores() {
        let mut writer = Writer::new();
        writer.open("R", &[]).leaf("N", "a<b>&\"c\r").close("R");
        assert_eq!(read_leaves(&writer.finish()).unwrap()[0].text, "a<b>&\"c");
    }
}
