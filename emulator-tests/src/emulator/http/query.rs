//! A request's query: decoded pairs, as operations and signatures need them.

use percent_encoding::percent_decode_str;

/// Decoded name and value pairs in the order of the URL. Names keep their case; lookups ignore it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Splits and decodes. The value is everything after the first `=`, so base64 padding may stay
    /// unencoded. A `+` is a space, as in forms: `object_store` writes and signs prefixes so, and a
    /// signature with an unencoded `+` is a wrong one.
    pub fn parse(raw: &str) -> Self {
        let pairs = raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode_form(name), decode_form(value))
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

fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

/// Percent-decodes; bytes that are not UTF-8 become replacement characters. `+` stays `+`.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_further_equal_signs_and_a_plus_is_a_space() {
        let query = Query::parse("blockid=QQ==&prefix=a%2Bb+c&Comp=block&flag");
        assert_eq!(query.get("blockid"), Some("QQ=="));
        assert_eq!(query.get("prefix"), Some("a+b c"));
        assert_eq!(query.get("comp"), Some("block"));
        assert_eq!(query.get("flag"), Some(""));
    }
}
