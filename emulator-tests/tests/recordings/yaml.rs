//! The part of YAML that cassettes use: maps, lists, and scalars that are text or base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saphyr_parser::{Event, Parser, ScalarStyle};

/// One value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// `null`.
    Null,
    /// Text, or the bytes of a `!!binary`.
    Scalar(Vec<u8>),
    /// A list.
    List(Vec<Node>),
    /// A map in its order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads the first document of a text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut events = Parser::new_from_str(text);
        loop {
            match next(&mut events)? {
                Event::StreamStart | Event::DocumentStart(_) => {}
                first => return node(first, &mut events),
            }
        }
    }

    /// The value of a key; `Null` when there is none.
    pub fn get(&self, key: &str) -> &Self {
        let Self::Map(entries) = self else {
            return &Self::Null;
        };
        let found = entries.iter().find(|(name, _)| name == key);
        found.map_or(&Self::Null, |(_, value)| value)
    }

    /// The items of a list.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The bytes of a scalar; none for anything else.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Scalar(bytes) => bytes,
            _ => &[],
        }
    }

    /// The scalar as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

fn next<'a>(events: &mut Parser<'a, saphyr_parser::StrInput<'a>>) -> Result<Event<'a>, String> {
    let (event, _) = events
        .next()
        .ok_or("the document ends too early")?
        .map_err(|error| error.to_string())?;
    Ok(event)
}

fn node<'a>(
    event: Event<'a>,
    events: &mut Parser<'a, saphyr_parser::StrInput<'a>>,
) -> Result<Node, String> {
    match event {
        Event::Scalar(text, style, _, tag) => {
            if tag.is_some_and(|tag| tag.suffix == "binary") {
                let base64: String = text.split_ascii_whitespace().collect();
                let bytes = STANDARD.decode(base64).map_err(|error| error.to_string())?;
                return Ok(Node::Scalar(bytes));
            }
            match (style, text.as_ref()) {
                (ScalarStyle::Plain, "null" | "~" | "") => Ok(Node::Null),
                _ => Ok(Node::Scalar(text.into_owned().into_bytes())),
            }
        }
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match next(events)? {
                    Event::SequenceEnd => return Ok(Node::List(items)),
                    event => items.push(node(event, events)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            loop {
                match next(events)? {
                    Event::MappingEnd => return Ok(Node::Map(entries)),
                    event => {
                        let key = node(event, events)?.text();
                        let value = next(events)?;
                        entries.push((key, node(value, events)?));
                    }
                }
            }
        }
        other => Err(format!("{other:?} is no value")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_scalars_are_bytes_and_null_is_nothing() {
        let document =
            Node::parse("a: !!binary |\n  AAEC\n  Aw==\nb: null\nc: ['1', \"\\uFEFFx\"]\n");
        let document = document.expect("a document");
        assert_eq!(document.get("a").bytes(), [0, 1, 2, 3]);
        assert_eq!(*document.get("b"), Node::Null);
        assert_eq!(document.get("c").items()[1].text(), "\u{feff}x");
    }
}
