//! What the user wants to be stored with an object beside its bytes.

use super::{AccessTier, BlobTags, RehydratePriority};

/// The most bytes of metadata, names and values together.
/// <https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources>
const METADATA_BYTES_MAX: usize = 8 << 10;

/// What is stored with every object that is written. What is not given here is that of the source, for
/// a copy from a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyOptions {
    /// The access tier of blobs that can have it.
    pub tier: Option<AccessTier>,
    /// How urgently blobs leave the archive, where the tier of existing blobs is set.
    pub rehydrate_priority: Option<RehydratePriority>,
    /// The metadata, name and value. It replaces all metadata of the source.
    pub metadata: Option<Vec<(String, String)>>,
    /// The index tags of blobs.
    pub tags: Option<BlobTags>,
    /// The content headers. The content type is an option of uploads.
    pub headers: ContentHeaderOptions,
    /// A copy from a blob to a blob keeps the tier that was set for the source.
    pub keeps_tier: bool,
    /// A copy from a blob to a blob keeps the index tags of the source.
    pub keeps_tags: bool,
}

/// The content headers that are given; each replaces that of the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentHeaderOptions {
    /// `Content-Encoding`.
    pub encoding: Option<String>,
    /// `Content-Language`.
    pub language: Option<String>,
    /// `Content-Disposition`.
    pub disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
}

impl ContentHeaderOptions {
    /// Whether any of them is given.
    pub fn is_any(&self) -> bool {
        *self != Self::default()
    }
}

impl Default for PropertyOptions {
    fn default() -> Self {
        Self {
            tier: None,
            rehydrate_priority: None,
            metadata: None,
            tags: None,
            headers: ContentHeaderOptions::default(),
            keeps_tier: true,
            keeps_tags: false,
        }
    }
}

/// Reads metadata, `name=value;name=value`. A backslash takes away the meaning of the character after it.
///
/// # Errors
///
/// A message that names what the service does not allow.
pub fn parse_metadata(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut letters = text.chars();
    let (mut name, mut value) = (String::new(), None::<String>);
    loop {
        let next = letters.next();
        let escaped = match next {
            Some('\\') => letters.next(),
            _ => None,
        };
        match (escaped.or(next), escaped.is_some()) {
            (Some('='), false) if value.is_none() => value = Some(String::new()),
            (None | Some(';'), false) => {
                let is_end = next.is_none();
                let is_nothing = name.is_empty() && value.is_none();
                if !(is_end && is_nothing) {
                    let value = value.take().ok_or_else(|| {
                        format!(
                            "`{}` has no `=` between name and value",
                            name.escape_debug()
                        )
                    })?;
                    pairs.push((std::mem::take(&mut name), value));
                }
                if is_end {
                    break;
                }
            }
            (Some(letter), _) => value.as_mut().unwrap_or(&mut name).push(letter),
            (None, true) => {}
        }
    }
    check_metadata(&pairs)?;
    Ok(pairs)
}

/// Checks that a service accepts this metadata.
///
/// Names are those of C#: letters of ASCII, digits and `_`, no digit first. Two names that differ only
/// in case are one. Values are sent as headers.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#metadata-names>
fn check_metadata(pairs: &[(String, String)]) -> Result<(), String> {
    for (at, (name, value)) in pairs.iter().enumerate() {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let begins_well = name.starts_with(|letter: char| !letter.is_ascii_digit());
        if !begins_well || !name.chars().all(is_letter) {
            return Err(format!(
                "`{}` is no name of metadata: it has letters of ASCII, digits and `_`, and no digit first",
                name.escape_debug()
            ));
        }
        let is_again = |(other, _): &(String, String)| other.eq_ignore_ascii_case(name);
        if pairs[..at].iter().any(is_again) {
            return Err(format!("`{name}` is given twice"));
        }
        // Services strip the spaces around a header's value.
        let is_sent = |letter: char| letter == ' ' || letter.is_ascii_graphic();
        if !value.chars().all(is_sent) || value.trim() != value {
            return Err(format!(
                "the value of `{name}` has characters that no header can have: it is printable ASCII without a \
                 space at its ends"
            ));
        }
    }
    let bytes: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > METADATA_BYTES_MAX {
        return Err(format!(
            "the metadata has {bytes} bytes, and a service stores at most {METADATA_BYTES_MAX}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse_metadata(text).unwrap()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn metadata_is_read_in_pairs_and_a_backslash_takes_away_a_meaning() {
        assert_eq!(pairs("a=1;b=2"), owned(&[("a", "1"), ("b", "2")]));
        assert_eq!(pairs("a=1=2;b=;"), owned(&[("a", "1=2"), ("b", "")]));
        assert_eq!(pairs(r"a=1\;2\\3"), owned(&[("a", r"1;2\3")]));
        assert_eq!(pairs(""), owned(&[]));
    }

    #[test]
    fn metadata_that_no_service_stores_is_refused_by_name() {
        let long = format!("a={}", "v".repeat(8 << 10));
        for (text, says) in [
            ("a", "`a` has no `=`"),
            ("a=1;;b=2", "has no `=`"),
            ("=1", "`` is no name"),
            ("1a=1", "no digit first"),
            ("a-b=1", "`a-b` is no name"),
            ("a=1;A=2", "given twice"),
            ("a=\u{e4}", "no header"),
            ("a= 1", "no header"),
            (&long, "at most 8192"),
        ] {
            let refused = parse_metadata(text).unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
        let fits = format!("a={}", "v".repeat((8 << 10) - 1));
        assert_eq!(pairs(&fits).len(), 1);
    }
}
