//! Comparisons of values.

use std::cmp::Ordering;

use crate::emulator::table::value::EdmValue;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`.
    Equal,
    /// `ne`.
    NotEqual,
    /// `gt`.
    Greater,
    /// `ge`.
    GreaterOrEqual,
    /// `lt`.
    Less,
    /// `le`.
    LessOrEqual,
}

impl Comparison {
    /// The operator of a word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "eq" => Some(Self::Equal),
            "ne" => Some(Self::NotEqual),
            "gt" => Some(Self::Greater),
            "ge" => Some(Self::GreaterOrEqual),
            "lt" => Some(Self::Less),
            "le" => Some(Self::LessOrEqual),
            _ => None,
        }
    }

    /// Whether it holds for values in this order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

/// The order of two values; `None` for values that cannot be compared. Numbers of different types
/// can.
pub fn compare(left: &EdmValue, right: &EdmValue) -> Option<Ordering> {
    match (left, right) {
        (EdmValue::String(left), EdmValue::String(right)) => Some(left.compare(right)),
        (EdmValue::Boolean(left), EdmValue::Boolean(right)) => Some(left.cmp(right)),
        (EdmValue::DateTime(left), EdmValue::DateTime(right)) => Some(left.cmp(right)),
        (EdmValue::Guid(left), EdmValue::Guid(right)) => Some(left.cmp(right)),
        (EdmValue::Binary(left), EdmValue::Binary(right)) => Some(left.cmp(right)),
        _ => match (whole(left), whole(right)) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => number(left)?.partial_cmp(&number(right)?),
        },
    }
}

fn whole(value: &EdmValue) -> Option<i64> {
    match value {
        EdmValue::Int32(number) => Some(i64::from(*number)),
        EdmValue::Int64(number) => Some(*number),
        _ => None,
    }
}

fn number(value: &EdmValue) -> Option<f64> {
    match value {
        EdmValue::Double(number) => Some(*number),
        _ => whole(value).map(|number| number as f64),
    }
}
