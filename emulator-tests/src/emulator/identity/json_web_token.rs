//! JSON web tokens: three parts in base64url, the third of which signs the other two.
//! <https://www.rfc-editor.org/rfc/rfc7519>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::signing_keys::SigningKey;

/// A token that was read. Nobody has checked its signature.
pub struct JsonWebToken<'t> {
    /// The first part.
    pub header: Value,
    /// The second part.
    pub claims: Value,
    /// The two parts as they are signed.
    pub signed: &'t str,
    /// The third part.
    pub signature: Vec<u8>,
}

impl<'t> JsonWebToken<'t> {
    /// Reads a token; `None` if it is no token. Padding of the parts is accepted.
    pub fn parse(text: &'t str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
        let object = |part: &str| {
            let value: Value = serde_json::from_slice(&decode(part)?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: decode(signature)?,
        })
    }

    /// A text of the header; empty if it has none.
    pub fn header_text(&self, name: &str) -> &str {
        self.header[name].as_str().unwrap_or_default()
    }

    /// A text of the claims; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.claims[name].as_str().unwrap_or_default()
    }

    /// Whether `aud` is this audience, or a list with it.
    pub fn is_for(&self, audience: &str) -> bool {
        let named = &self.claims["aud"];
        let listed = named.as_array().into_iter().flatten();
        listed.chain([named]).any(|one| one == audience)
    }

    /// A time of the claims in seconds since 1970. Some clients send fractions.
    pub fn seconds(&self, name: &str) -> Option<u64> {
        let value = &self.claims[name];
        value
            .as_u64()
            .or_else(|| value.as_f64().map(|seconds| seconds as u64))
    }
}

/// A token with these claims, signed with RS256.
pub fn signed_by(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": key.id });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.key.sign_rs256(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_not_read() {
        let part = |value: &str| URL_SAFE_NO_PAD.encode(value);
        let text = format!("{}.{}.{}", part("{}"), part(r#"{"exp":1.5}"#), part("x"));
        let token = JsonWebToken::parse(&text).unwrap();
        assert_eq!(token.seconds("exp"), Some(1));
        assert_eq!(token.seconds("nbf"), None);
        for bad in ["", "a.b", "..", &text.replacen("e30", "MTI", 1)] {
            assert!(JsonWebToken::parse(bad).is_none(), "{bad}");
        }
    }
}
