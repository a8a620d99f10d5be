//! What a table has besides its entities.

use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;

/// The properties of a table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TableProperties {
    /// The name as it was given at the creation. Requests may write it in other letters.
    pub name: String,
    /// When it was created.
    pub created: Moment,
    /// The stored access policies.
    pub policies: Vec<StoredPolicy>,
}
