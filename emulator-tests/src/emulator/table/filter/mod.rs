//! `$filter`: the expression of a query, and the entities that it selects.
//! <https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities>
//!
//! ```text
//! text -> lexer (words, literals) -> parser -> Filter -> matches(entity), key_bounds()
//! ```

pub mod compare;
pub mod expression;
pub mod key_bounds;
pub mod lexer;
pub mod parser;

pub use expression::{Filter, FilteredEntity};
pub use key_bounds::KeyBounds;
