//! What authorization depends on.

use super::sas::{SignedTarget, StoredPolicy};
use crate::emulator::clock::Moment;
use crate::emulator::http::address::Address;
use crate::emulator::http::head::Head;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::query::Query;
use crate::emulator::identity::IdentityProvider;
use crate::emulator::service_names::ServiceNames;
use crate::emulator::version::ApiVersion;

/// Everything that authorization depends on.
pub struct AuthorizationInput<'a> {
    /// Method, path and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Account and path.
    pub address: &'a Address,
    /// What the path names.
    pub target: &'a dyn SignedTarget,
    /// The service's names in signatures and tokens.
    pub names: &'a ServiceNames,
    /// The request's version.
    pub version: ApiVersion,
    /// The account's keys, decoded: one or two, each as good as the other.
    pub keys: &'a [Vec<u8>],
    /// The key of the issuer whose bearer tokens are accepted.
    pub issuer_key: Option<&'a [u8]>,
    /// Whether bearer tokens are accepted whoever signed them.
    pub unsigned_tokens: bool,
    /// The identity provider whose bearer tokens are accepted.
    pub identity: Option<&'a IdentityProvider>,
    /// The client's address and whether it came by HTTPS.
    pub peer: &'a Peer,
    /// The clock.
    pub now: Moment,
    /// The target's stored policy of this id.
    pub policy: &'a dyn Fn(&str) -> Option<StoredPolicy>,
}
