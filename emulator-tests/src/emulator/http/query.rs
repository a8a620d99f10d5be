//! A request's query: decoded pairs, as operations and signatures need them.

use percent_encoding::percent_decode_str;

/// Decoded name and value pairs in the order of the URL. Names keep their case; lookups ignore it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Splits and decodes. The value is everything after the first `=`, so base64 padding may stay
    /// unencoded.
    pub fn parse(raw: &str) -> Self {
        let pairs = raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect();
        Self { pairs }
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of this name if it is not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Like [`Query::get`], with an empty text for an absent parameter.
    pub fn or_empty(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Whether this name is given more than once.
    pub fn repeated(&self, name: &str) -> bool {
        self.pairs
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .count()
            > 1
    }

    /// All pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

/// Percent-decodes; bytes that are not UTF-8 become replacement characters. `+` stays `+`.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_plus_and_further_equal_signs() {
        let query = Query::parse("blockid=QQ==&prefix=a%2Bb+c&Comp=block&flag");
        assert_eq!(query.get("blockid"), Some("QQ=="));
        assert_eq!(query.get("prefix"), Some("a+b+c"));
        assert_eq!(query.get("comp"), Some("block"));
        assert_eq!(query.get("flag"), Some(""));
    }
}
