//! How requests are authenticated: the credential, and what it adds to one attempt of a request.
//!
//! A [`Credential`] belongs to an account. Before each attempt the client asks it for an
//! `Authorization`, which may wait for a bearer token; `http/compose.rs` then adds that to the
//! request: `sas` a query, `shared_key` or `token` a header. Nothing of it ever leaves the
//! request: it is in no error and in no log. [`crate::login`] obtains bearer tokens.

mod secret;

mod mask;

mod token;

mod token_cache;

mod credential;

pub(crate) mod sas;

pub(crate) mod shared_key;

pub(crate) mod shared_key_table;

mod authorization;

mod user_delegation_key;

mod object_sas;

mod cloud;

mod tenant;

mod challenge;

pub(crate) use authorization::{Authorization, OwnAuthorization, SignedParts};
pub use challenge::BearerChallenge;
pub use cloud::Cloud;
pub use credential::Credential;
pub use mask::{MASKED, has_signature, masked};
pub use object_sas::{ObjectSas, SasResource, iso_second};
pub use secret::Secret;
pub use shared_key::{authorization_header, string_to_sign};
pub(crate) use tenant::check_tenant;
pub use token::{AccessToken, TokenFuture, TokenSource};
pub use token_cache::{Need, TokenCache, TokenIssuer};
pub use user_delegation_key::UserDelegationKey;
