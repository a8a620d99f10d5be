//! Which of the listed objects are selected.
//!
//! A listing passes names; a [`Pattern`] selects by name, and for files an [`AttributeRule`] by
//! attributes. The source's [`PatternRule`] says how a pattern is read. A [`Filter`] is the same for all
//! sources and a further condition: its rules for names are wildcards (`path_glob`, whose text
//! `pattern_text` reads), paths (`path_set`), regular expressions, ordered rules, a list of names and a
//! shard of all names ([`NameShard`]); it limits lengths and times too. An [`Explanation`] says which rule decided. Nothing here knows the
//! store, and nothing here lists.

mod attributes;

mod unit;

mod glob;

mod pattern;

mod name_reading;

mod pattern_text;

mod path_glob;

mod path_set;

mod explanation;

mod name_rules;

mod ordered_rules;

mod name_list;

mod name_shard;

mod version_list;

mod filter;

pub use attributes::{AttributeRule, Attributes, LETTERS};
pub use explanation::{Explanation, FilterReason, RuleKind};
pub use filter::Filter;
pub use name_list::{ListForm, NameList, NewNames};
pub use name_reading::NameReading;
pub use name_shard::{NameShard, SHARDS_MAX};
pub use pattern::{Pattern, PatternRule};
pub use version_list::VersionList;
