//! The body of a request to an identity service: fields and values
//! (`application/x-www-form-urlencoded`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::auth::Secret;

/// All characters except those that RFC 3986 (2.3) never needs encoded.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Fields and values, encoded. It may have secrets, so it is wiped and cannot be printed.
#[derive(Clone, Default)]
pub(super) struct Form(Zeroizing<String>);

impl Form {
    /// Adds a field.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, VALUE));
        self
    }

    /// Adds a field with a secret.
    pub(super) fn secret(self, name: &str, value: &Secret<String>) -> Self {
        self.field(name, value.expose())
    }

    /// The encoded text: the body of a POST, or the query of a GET.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_fields_keep_their_order() {
        let form = Form::default()
            .field("scope", "https://s/.default offline_access")
            .secret("client_secret", &Secret::new("a&b=c+d %ä".into()));
        assert_eq!(
            form.text(),
            "scope=https%3A%2F%2Fs%2F.default%20offline_access&client_secret=a%26b%3Dc%2Bd%20%25%C3%A4"
        );
    }
}
