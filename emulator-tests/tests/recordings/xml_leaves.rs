//! An XML document as a list: each element's path and text, in the order of the document.

use quick_xml::Reader;
use quick_xml::events::Event;

/// One element, or one attribute as `path@name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlLeaf {
    /// Names from the root on, such as `/EnumerationResults/Blobs/Blob/Name`.
    pub path: String,
    /// The text inside, without that of other elements.
    pub text: String,
}

/// Reads a document; `None` when it is not well formed.
pub fn read(document: &[u8]) -> Option<Vec<XmlLeaf>> {
    let text = std::str::from_utf8(document).ok()?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut leaves: Vec<XmlLeaf> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                let at = push(&mut leaves, &open, &element)?;
                open.push(at);
            }
            Event::Empty(element) => {
                push(&mut leaves, &open, &element)?;
            }
            Event::End(_) => {
                open.pop()?;
            }
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    leaves[*at].text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let at = *open.last()?;
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    leaves[at].text.push(character);
                } else {
                    let text = quick_xml::escape::resolve_predefined_entity(&reference)?;
                    leaves[at].text.push_str(text);
                }
            }
            Event::Eof => return open.is_empty().then_some(leaves),
            _ => {}
        }
    }
}

fn push(
    leaves: &mut Vec<XmlLeaf>,
    open: &[usize],
    element: &quick_xml::events::BytesStart<'_>,
) -> Option<usize> {
    let parent = open.last().map_or("", |at| leaves[*at].path.as_str());
    let name = element.name();
    let path = format!("{parent}/{}", name.as_ref());
    let at = leaves.len();
    leaves.push(XmlLeaf {
        path: path.clone(),
        text: String::new(),
    });
    for attribute in element.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key;
        leaves.push(XmlLeaf {
            path: format!("{path}@{}", key.as_ref()),
            text: attribute.value.into_owned(),
        });
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_listed_with_path_and_text() {
        let leaves = read("\u{feff}<a b=\"1\"><c>x &amp; y</c><d/></a>".as_bytes()).expect("XML");
        let shown: Vec<_> = leaves
            .iter()
            .map(|leaf| (leaf.path.as_str(), leaf.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [("/a", ""), ("/a@b", "1"), ("/a/c", "x & y"), ("/a/d", "")]
        );
        assert_eq!(read(b"<a><b></a>"), None);
    }
}
