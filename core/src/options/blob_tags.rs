//! Index tags of blobs: names and values by which a service finds blobs.
//! <https://learn.microsoft.com/azure/storage/blobs/storage-manage-find-blobs>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The limits of the service.
/// <https://learn.microsoft.com/rest/api/storageservices/set-blob-tags#remarks>
const TAGS_MAX: usize = 10;
const NAME_LETTERS_MAX: usize = 128;
const VALUE_LETTERS_MAX: usize = 256;

/// What a name or a value may have beside letters and digits of ASCII.
const MARKS: &str = " +-./:=_";

/// The longest header `x-ms-tags` that is sent, in bytes. `AzCopy` 10 has the same limit; longer tags
/// follow in a request of their own.
const HEADER_BYTES_MAX: usize = 2000;

/// What stays as it is in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The index tags of a blob, in the order in which they were given. There may be none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobTags(Vec<(String, String)>);

impl BlobTags {
    /// Reads `name=value&name=value`, encoded like the query of a URL.
    ///
    /// # Errors
    ///
    /// A message that names what the service does not allow.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tags = Vec::new();
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                format!(
                    "`{}` has no `=` between name and value",
                    part.escape_debug()
                )
            })?;
            tags.push((decoded(name)?, decoded(value)?));
        }
        Self::new(tags)
    }

    /// These tags.
    ///
    /// # Errors
    ///
    /// A message that names what the service does not allow.
    pub fn new(tags: Vec<(String, String)>) -> Result<Self, String> {
        if tags.len() > TAGS_MAX {
            return Err(format!(
                "{} tags are given, and a blob has at most {TAGS_MAX}",
                tags.len()
            ));
        }
        for (at, (name, value)) in tags.iter().enumerate() {
            check("name of a tag", name, 1, NAME_LETTERS_MAX)?;
            check("value of a tag", value, 0, VALUE_LETTERS_MAX)?;
            if tags[..at].iter().any(|(other, _)| other == name) {
                return Err(format!("the tag `{name}` is given twice"));
            }
        }
        Ok(Self(tags))
    }

    /// Names and values.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The tags as a header has them; `None` where there are none, or where they are too long for one.
    pub fn header(&self) -> Option<String> {
        let text = self.query();
        (!text.is_empty() && text.len() <= HEADER_BYTES_MAX).then_some(text)
    }

    /// Whether they take a request of their own, because they are too long for a header.
    pub fn need_own_request(&self) -> bool {
        self.query().len() > HEADER_BYTES_MAX
    }

    fn query(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, QUERY).to_string();
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let text = text.replace('+', " ");
    match percent_decode_str(&text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(format!("`{}` is not UTF-8", text.escape_debug())),
    }
}

fn check(what: &str, text: &str, letters_min: usize, letters_max: usize) -> Result<(), String> {
    let letters = text.chars().count();
    if letters < letters_min || letters > letters_max {
        return Err(format!(
            "the {what} has {letters_min} to {letters_max} characters, and `{}` has {letters}",
            text.escape_debug()
        ));
    }
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || MARKS.contains(letter);
    match text.chars().find(|letter| !is_allowed(*letter)) {
        None => Ok(()),
        Some(letter) => Err(format!(
            "the {what} `{}` has `{}`: only letters and digits of ASCII, spaces and `+-./:=_` are allowed",
            text.escape_debug(),
            letter.escape_debug()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_from_a_query_and_written_as_one() {
        let tags = BlobTags::parse("a=1&b%3Dc=d+e%2Ff&empty=").unwrap();
        let pairs = [("a", "1"), ("b=c", "d e/f"), ("empty", "")];
        assert!(
            tags.pairs()
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .eq(pairs)
        );
        assert_eq!(tags.header().as_deref(), Some("a=1&b%3Dc=d%20e%2Ff&empty="));
        assert_eq!(BlobTags::parse("").unwrap().header(), None);
    }

    #[test]
    fn what_the_service_does_not_allow_is_refused_by_name() {
        let many: Vec<_> = (0..11).map(|number| format!("t{number}=v")).collect();
        let long = format!("{}=v", "n".repeat(129));
        let value = format!("n={}", "v".repeat(257));
        for (text, says) in [
            ("a", "no `=`"),
            ("=v", "1 to 128"),
            ("a=1&a=2", "given twice"),
            ("a=%E4%BD%A0", "has `你`"),
            ("a=%FF", "not UTF-8"),
            (&many.join("&"), "at most 10"),
            (&long, "1 to 128"),
            (&value, "0 to 256"),
        ] {
            let refused = BlobTags::parse(text).unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn tags_that_are_too_long_for_a_header_need_their_own_request() {
        let tag = |number: usize| (format!("t{number}"), "v".repeat(250));
        let of = |count| BlobTags::new((0..count).map(tag).collect()).unwrap();
        assert!(of(7).header().is_some() && !of(7).need_own_request());
        assert!(of(8).header().is_none() && of(8).need_own_request());
    }
}
