//! What a table has: entities by their keys, and access policies. Nothing here locks.

pub mod entity_key;
pub mod key_text;
pub mod pattern_entities;
pub mod stored_entity;
pub mod table_properties;

pub use entity_key::EntityKey;
pub use key_text::KeyText;
pub use pattern_entities::PatternEntities;
pub use stored_entity::StoredEntity;
pub use table_properties::TableProperties;
