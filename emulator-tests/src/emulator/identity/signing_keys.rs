//! The keys that sign the provider's tokens. The newest one signs; tokens by older ones stay good until
//! these are forgotten.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::json_web_token::JsonWebToken;
use super::random;
use super::rsa_key::RsaKey;

/// A key with its id.
#[derive(Debug)]
pub struct SigningKey {
    /// `kid` in the header of a token.
    pub id: String,
    /// The key.
    pub key: RsaKey,
}

impl SigningKey {
    fn generate() -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(random::bytes::<20>()),
            key: RsaKey::generate(),
        }
    }

    /// Whether it signed a token.
    pub fn has_signed(&self, token: &JsonWebToken<'_>) -> bool {
        let public = RsaPublicKeyComponents {
            n: self.key.modulus(),
            e: self.key.exponent(),
        };
        let verified = public.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            token.signed.as_bytes(),
            &token.signature,
        );
        token.header_text("alg") == "RS256" && verified.is_ok()
    }
}

/// The keys, the newest one last. The first is made when it is needed, because that takes time.
#[derive(Debug, Default)]
pub struct SigningKeys(Vec<Arc<SigningKey>>);

impl SigningKeys {
    /// The key that signs.
    pub fn newest(&mut self) -> Arc<SigningKey> {
        if self.0.is_empty() {
            self.rotate();
        }
        Arc::clone(&self.0[self.0.len() - 1])
    }

    /// The key of this id.
    pub fn find(&self, id: &str) -> Option<Arc<SigningKey>> {
        self.0.iter().find(|key| key.id == id).cloned()
    }

    /// Makes a new key, which signs from now on.
    pub fn rotate(&mut self) {
        self.0.push(Arc::new(SigningKey::generate()));
    }

    /// Forgets all keys but the newest: what they signed is refused.
    pub fn forget_older(&mut self) {
        self.0.drain(..self.0.len().saturating_sub(1));
    }

    /// The ids, the newest one last.
    pub fn ids(&self) -> Vec<String> {
        self.0.iter().map(|key| key.id.clone()).collect()
    }

    /// The public keys as a JWK set.
    /// <https://www.rfc-editor.org/rfc/rfc7517>
    pub fn document(&mut self) -> Value {
        self.newest();
        let keys = self.0.iter().map(|one| {
            json!({
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": one.id,
                "n": URL_SAFE_NO_PAD.encode(one.key.modulus()),
                "e": URL_SAFE_NO_PAD.encode(one.key.exponent()),
            })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}
