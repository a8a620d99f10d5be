//! The secrets of a request, which are masked in its answer. The answer may repeat them in any
//! form.

use super::Request;
use crate::auth::{Authorization, Credential, MASKED, masked};

/// The shortest text that is masked. A shorter one occurs by chance.
const SECRET_BYTES_MIN: usize = 8;

/// The secrets that a request carries.
#[derive(Default)]
pub(crate) struct RequestSecrets(Vec<String>);

impl RequestSecrets {
    /// The signatures of the URL and of a copy's source, and the tokens that were sent.
    pub(crate) fn of(request: &Request, authorization: &Authorization<'_>) -> Self {
        let mut secrets = Vec::new();
        let mut add = |query: &str| {
            for field in query.split('&') {
                if let Some(value) = field.strip_prefix("sig=") {
                    secrets.push(value.to_owned());
                }
            }
        };
        match &request.account.credential {
            Credential::Sas(token) => add(token.expose()),
            Credential::Anonymous | Credential::SharedKey { .. } | Credential::Bearer(_) => {}
        }
        for (name, value) in &request.headers {
            if name.eq_ignore_ascii_case("x-ms-copy-source")
                && let Some((_, query)) = value.split_once('?')
            {
                add(query);
            }
        }
        secrets.extend(
            authorization
                .tokens()
                .map(|token| token.text().expose().clone()),
        );
        Self(secrets)
    }

    /// The text with these secrets masked, as sent or decoded, also with blanks instead of `+`.
    pub(crate) fn masked_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for encoded in &self.0 {
            let decoded = decode(encoded);
            for form in [
                encoded.replace('%', "%25"),
                encoded.clone(),
                encoded.to_ascii_lowercase(),
                decoded.replace('+', " "),
                decoded.replace('/', "\\/"),
                decoded,
            ] {
                if form.len() >= SECRET_BYTES_MIN {
                    text = text.replace(&form, MASKED);
                }
            }
        }
        masked(&text)
    }
}

/// Decodes the three characters that base64 has encoded in a query.
fn decode(encoded: &str) -> String {
    [
        ("%2B", "+"),
        ("%2b", "+"),
        ("%2F", "/"),
        ("%2f", "/"),
        ("%3D", "="),
        ("%3d", "="),
    ]
    .iter()
    .fold(encoded.to_owned(), |text, (from, to)| {
        text.replace(from, to)
    })
}
