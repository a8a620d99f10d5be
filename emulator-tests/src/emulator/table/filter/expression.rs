//! A filter, and whether it selects an entity.

use std::cell::OnceCell;

use super::compare::{Comparison, compare};
use super::parser;
use crate::emulator::error::ServiceResult;
use crate::emulator::table::json::Property;
use crate::emulator::table::state::{EntityKey, KeyText, StoredEntity};
use crate::emulator::table::value::{EdmValue, JsonText};

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// One of both.
    Or(Box<Filter>, Box<Filter>),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// The contrary.
    Not(Box<Filter>),
    /// The partition key is compared with a text.
    Partition(Comparison, KeyText),
    /// The row key is compared with a text.
    Row(Comparison, KeyText),
    /// A property is compared with a constant.
    Property(JsonText, Comparison, EdmValue),
    /// A constant.
    Constant(bool),
}

/// An entity with its key, whose properties are read when a filter needs them.
pub struct FilteredEntity<'e> {
    key: &'e EntityKey,
    entity: &'e StoredEntity,
    properties: OnceCell<Vec<Property>>,
}

impl Filter {
    /// Reads a filter. What cannot be read is 400.
    pub fn parse(text: &str) -> ServiceResult<Self> {
        parser::parse(text)
    }

    /// Whether the filter selects an entity. A comparison with a property that the entity does not
    /// have, or that has another type, is false.
    pub fn matches(&self, entity: &FilteredEntity<'_>) -> bool {
        match self {
            Self::Or(left, right) => left.matches(entity) || right.matches(entity),
            Self::And(left, right) => left.matches(entity) && right.matches(entity),
            Self::Not(inner) => !inner.matches(entity),
            Self::Partition(comparison, text) => comparison.holds(entity.key.partition.cmp(text)),
            Self::Row(comparison, text) => comparison.holds(entity.key.row.cmp(text)),
            Self::Property(name, comparison, constant) => {
                let order = entity.with_value(name.as_str(), |value| compare(value, constant));
                order.flatten().is_some_and(|order| comparison.holds(order))
            }
            Self::Constant(truth) => *truth,
        }
    }
}

impl<'e> FilteredEntity<'e> {
    /// An entity in a table.
    pub fn new(key: &'e EntityKey, entity: &'e StoredEntity) -> Self {
        Self {
            key,
            entity,
            properties: OnceCell::new(),
        }
    }

    fn with_value<T>(&self, name: &str, look: impl FnOnce(&EdmValue) -> T) -> Option<T> {
        if name == "Timestamp" {
            return Some(look(&EdmValue::DateTime(self.entity.written)));
        }
        let properties = self.properties.get_or_init(|| self.entity.properties());
        let mut named = properties.iter();
        let property = named.find(|property| property.name.as_str() == name)?;
        Some(look(&property.value))
    }
}
