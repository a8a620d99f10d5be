//! Reads XML from a service, from its beginning to its end and without building a tree.
//!
//! The parsers of the answers use [`Xml::children`] and [`Xml::text`]. An answer is not trusted: a
//! document type is refused, so no entity can be declared. Only the five entities of XML itself and
//! character references are resolved, and size and depth are limited.
//!
//! Nearly all elements of a long answer hold a short text without references. Such an element is taken
//! from the answer as a whole, because quick-xml takes five times as long for its three events.

use std::borrow::Cow;
use std::io::BufRead as _;
use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::malformed;
use crate::Result;

/// The longest answer that is read, in bytes.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// The deepest nesting that is read. Listings of blobs reach five.
const DEPTH_MAX: usize = 32;

/// An answer, read up to an element.
pub struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    /// The whole answer.
    answer: &'a str,
    /// The last event was a tag, so that the next bytes are no part of a begun text or empty element.
    is_after_tag: bool,
    /// The text of the current element, where that was taken as a whole.
    plain_text: Option<&'a str>,
}

/// The beginning of an element.
pub struct Tag<'a>(TagForm<'a>);

enum TagForm<'a> {
    /// It has this name, no namespace and no attributes.
    Plain(&'a str),
    Other(BytesStart<'a>),
}

impl Tag<'_> {
    /// Its name, without a namespace.
    pub fn name(&self) -> &str {
        match &self.0 {
            TagForm::Plain(name) => name,
            TagForm::Other(start) => start.local_name().into_inner(),
        }
    }

    /// Whether the text of the element is percent-encoded, because XML does not allow some of its
    /// characters.
    /// <https://learn.microsoft.com/rest/api/storageservices/list-blobs#blob-name-encoding>
    pub fn is_encoded(&self) -> bool {
        let TagForm::Other(start) = &self.0 else {
            return false;
        };
        matches!(start.try_get_attribute("Encoded"), Ok(Some(value)) if value.value.eq_ignore_ascii_case("true"))
    }
}

impl<'a> Xml<'a> {
    /// Opens an answer whose outermost element is `root`. Skips what comes before it, also a byte order
    /// mark.
    pub fn open(body: &'a [u8], root: &str) -> Result<Self> {
        if body.len() > BODY_BYTES_MAX {
            return Err(malformed(format_args!(
                "the body is longer than {BODY_BYTES_MAX} bytes"
            )));
        }
        let text = std::str::from_utf8(body).map_err(|_| malformed("the body is not UTF-8"))?;
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut xml = Self {
            reader,
            depth: 0,
            answer: text,
            is_after_tag: false,
            plain_text: None,
        };
        loop {
            match xml.event()? {
                Event::Start(tag) if tag.local_name().into_inner() == root => return Ok(xml),
                Event::Start(_) | Event::Eof => {
                    return Err(malformed(format_args!("the XML has no element `{root}`")));
                }
                _ => {}
            }
        }
    }

    /// Calls `each` for every element directly inside the current one, up to its end.
    ///
    /// `each` may read the element with [`Xml::text`] or with this method. The rest of it is skipped.
    pub fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, &Tag<'a>) -> Result<()>,
    ) -> Result<()> {
        let all = self.children_until(|xml, tag| {
            each(xml, tag)?;
            Ok(ControlFlow::Continue(()))
        })?;
        debug_assert!(all.is_continue(), "`each` never breaks");
        Ok(())
    }

    /// The same until `each` breaks. Returns `Break` then, and the answer must not be read any further.
    pub fn children_until(
        &mut self,
        mut each: impl FnMut(&mut Self, &Tag<'a>) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        if self.plain_text.take().is_some() {
            return Ok(ControlFlow::Continue(()));
        }
        let level = self.depth;
        loop {
            if let Some(PlainElement { name, text }) = self.plain_element() {
                self.plain_text = Some(text);
                let flow = each(self, &Tag(TagForm::Plain(name)))?;
                self.plain_text = None;
                if flow.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                continue;
            }
            match self.event()? {
                Event::Start(tag) => {
                    if each(self, &Tag(TagForm::Other(tag)))?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    while self.depth > level {
                        self.event()?;
                    }
                }
                Event::End(_) => return Ok(ControlFlow::Continue(())),
                _ => {}
            }
        }
    }

    /// The text of the current element, up to its end, with references resolved and spaces kept.
    pub fn text(&mut self) -> Result<Cow<'a, str>> {
        if let Some(text) = self.plain_text.take() {
            return Ok(Cow::Borrowed(text));
        }
        let mut text = Cow::Borrowed("");
        loop {
            match self.event()? {
                Event::Text(piece) => append(&mut text, piece.into_inner()),
                Event::CData(piece) => append(&mut text, piece.into_inner()),
                Event::GeneralRef(reference) => text.to_mut().push_str(&resolve(&reference)?),
                Event::End(_) => return Ok(text),
                Event::Start(_) => {
                    return Err(malformed("the XML has an element where text is expected"));
                }
                _ => {}
            }
        }
    }

    /// Takes the next element as a whole, with the spaces before it, if its content is plain text.
    fn plain_element(&mut self) -> Option<PlainElement<'a>> {
        if !self.is_after_tag || self.depth >= DEPTH_MAX {
            return None;
        }
        let rest = &self.answer[self.offset()..];
        let (element, after) = PlainElement::at(rest.trim_ascii_start())?;
        self.reader.stream().consume(rest.len() - after.len());
        Some(element)
    }

    /// The number of bytes that have been read.
    fn offset(&self) -> usize {
        self.answer.len() - self.reader.get_ref().len()
    }

    /// The next event, with the depth counted.
    fn event(&mut self) -> Result<Event<'a>> {
        let event = self
            .reader
            .read_event()
            .map_err(|error| malformed(format_args!("the body is not XML: {error}")))?;
        self.is_after_tag = match &event {
            // quick-xml has kept back the end of an empty element.
            Event::Start(_) => !self.answer[..self.offset()].ends_with("/>"),
            Event::End(_) => true,
            _ => false,
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            Event::DocType(_) => return Err(malformed("the XML has a document type")),
            Event::Eof if self.depth > 0 => return Err(malformed("the XML ends too early")),
            _ => {}
        }
        if self.depth > DEPTH_MAX {
            return Err(malformed("the XML is nested too deeply"));
        }
        Ok(event)
    }
}

/// An element without attributes and without anything in it but text that stands for itself.
struct PlainElement<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> PlainElement<'a> {
    /// Such an element at the beginning of a text, and what comes after it.
    fn at(text: &'a str) -> Option<(Self, &'a str)> {
        let inner = text.strip_prefix('<')?;
        let is_in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let end = inner.bytes().position(|byte| !is_in_name(byte))?;
        let (name, inner) = inner.split_at(end);
        if name.is_empty() {
            return None;
        }
        if let Some(after) = inner.trim_ascii_start().strip_prefix("/>") {
            return Some((Self { name, text: "" }, after));
        }
        let inner = inner.strip_prefix('>')?;
        let end = memchr::memchr3(b'<', b'&', b'\r', inner.as_bytes())?;
        let (text, end) = inner.split_at(end);
        let after = end
            .strip_prefix("</")?
            .strip_prefix(name)?
            .strip_prefix('>')?;
        Some((Self { name, text }, after))
    }
}

/// Appends a piece, without a copy where it is the first.
fn append<'a>(text: &mut Cow<'a, str>, piece: Cow<'a, str>) {
    if text.is_empty() {
        *text = piece;
    } else {
        text.to_mut().push_str(&piece);
    }
}

/// The text that a reference stands for.
fn resolve(reference: &BytesRef<'_>) -> Result<Cow<'static, str>> {
    let letter = reference
        .resolve_char_ref()
        .map_err(|_| malformed("the XML has a reference to an invalid character"))?;
    if let Some(letter) = letter {
        return Ok(Cow::Owned(letter.to_string()));
    }
    resolve_xml_entity(reference)
        .map(Cow::Borrowed)
        .ok_or_else(|| malformed("the XML has an entity that XML does not define"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The texts of the elements inside `root`, by name.
    fn texts(body: &str) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        Xml::open(body.as_bytes(), "root")?.children(|xml, tag| {
            let text = xml.text()?.into_owned();
            found.push((tag.name().to_owned(), text));
            Ok(())
        })?;
        Ok(found)
    }

    fn text_of(inner: &str) -> Result<String> {
        texts(&format!("<root><a>{inner}</a></root>")).map(|mut found| found.remove(0).1)
    }

    #[test]
    fn references_are_resolved_and_spaces_are_kept() {
        assert_eq!(text_of(" a &amp;&lt;&#x41;&#13; ").unwrap(), " a &<A\r ");
        assert_eq!(text_of("x<![CDATA[<&>]]>y").unwrap(), "x<&>y");
        assert_eq!(text_of("a<!-- no -->b").unwrap(), "ab");
        assert_eq!(text_of("").unwrap(), "");
    }

    #[test]
    fn a_byte_order_mark_and_a_declaration_come_before_the_root() {
        let body = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root x=\"1\">\n <a/>\n <b>2</b></root>";
        assert_eq!(
            texts(body).unwrap(),
            [("a".into(), String::new()), ("b".into(), "2".into())]
        );
    }

    #[test]
    fn an_empty_element_has_no_part_of_what_follows_it() {
        for body in [
            "<root><a/><b>2</b></root>",
            "<root><a x='/'/><b>2</b></root>",
            "<root><a x='/'></a> <b>2</b></root>",
            "<root> <a /> <b>2</b> </root>",
        ] {
            let found = texts(body).unwrap();
            let expected = [("a".to_owned(), String::new()), ("b".into(), "2".into())];
            assert_eq!(found, expected, "{body}");
        }
        let mut children = Vec::new();
        let body = "<root><a x='1'/><b>2</b><c>3</c></root>";
        let all = Xml::open(body.as_bytes(), "root")
            .unwrap()
            .children(|xml, tag| {
                let parent = tag.name().to_owned();
                xml.children(|_, tag| {
                    children.push((parent.clone(), tag.name().to_owned()));
                    Ok(())
                })
            });
        assert!(all.is_ok() && children.is_empty(), "{children:?}");
    }

    #[test]
    fn what_a_parser_leaves_of_an_element_is_skipped() {
        let body = "<root><deep><a><b>1</b></a>x<c/></deep><last/></root>";
        let mut names = Vec::new();
        Xml::open(body.as_bytes(), "root")
            .unwrap()
            .children(|_, tag| {
                names.push(tag.name().to_owned());
                Ok(())
            })
            .unwrap();
        assert_eq!(names, ["deep", "last"]);
    }

    #[test]
    fn hostile_and_broken_answers_are_refused() {
        let bomb = "<!DOCTYPE root [<!ENTITY a \"aaaa\">]><root><a>&a;</a></root>";
        let deep = format!("<root>{}{}</root>", "<a>".repeat(40), "</a>".repeat(40));
        for (body, says) in [
            (bomb, "document type"),
            ("<root><a>&lol;</a></root>", "entity"),
            ("<root><a>&#0;</a></root>", "reference"),
            ("<root><a>x</root>", "not XML"),
            ("<root><a>x</a>", "too early"),
            ("<root><a><b/></a></root>", "element where text"),
            ("<other/>", "no element `root`"),
            ("", "no element `root`"),
            ("<root", "not XML"),
        ] {
            let error = texts(body).unwrap_err().to_string();
            assert!(error.contains(says), "{body}: {error}");
        }
        let error = Xml::open(deep.as_bytes(), "root")
            .unwrap()
            .children(|_, _| Ok(()))
            .unwrap_err();
        assert!(error.to_string().contains("deeply"), "{error}");
        assert!(Xml::open(b"<root>\xff</root>", "root").is_err());
    }

    #[test]
    fn an_answer_is_read_up_to_its_cap_and_not_beyond() {
        let padded = |bytes: usize| {
            let mut body = b"<root/>".to_vec();
            body.resize(bytes, b' ');
            body
        };
        assert!(Xml::open(&padded(BODY_BYTES_MAX), "root").is_ok());
        let error = Xml::open(&padded(BODY_BYTES_MAX + 1), "root")
            .err()
            .unwrap();
        assert!(error.to_string().contains("longer than"), "{error}");
    }

    proptest! {
        #[test]
        fn elements_are_read_alike_as_a_whole_and_event_by_event(
            body in "(<[ab]( x='1'| )?/?>|</[ab]>|[x \n]|&amp;|<!--x-->|<!\\[CDATA\\[x]]>){0,12}"
        ) {
            let body = format!("<root>{body}</root>");
            // With an attribute quick-xml reads every element.
            let slow = body.replace("<a>", "<a y='2'>").replace("<b>", "<b y='2'>");
            let slow = slow.replace("<a/>", "<a y='2'/>").replace("<b/>", "<b y='2'/>");
            let slow = slow.replace("<a />", "<a y='2'/>").replace("<b />", "<b y='2'/>");
            let (whole, by_events) = (texts(&body).ok(), texts(&slow).ok());
            prop_assert_eq!(whole, by_events);
        }

        #[test]
        fn any_bytes_are_an_answer_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(mut xml) = Xml::open(&body, "root") {
                let _ = xml.children(|xml, _| xml.text().map(drop));
            }
        }

        #[test]
        fn any_markup_is_an_answer_or_an_error(body in "(<root>)?(</?[a-c ]{0,3}/?>|&#?x?[0-9a-z]{0,4};?|[<>&\"'!\\[\\]-]|<!\\[CDATA\\[|]]>|x){0,30}(</root>)?") {
            let _ = texts(&body);
        }
    }
}
