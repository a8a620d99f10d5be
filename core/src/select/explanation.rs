//! Which rule of a filter decides about a name.

use super::name_shard::NameShard;

/// The kind of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// A wildcard pattern.
    Pattern,
    /// A path.
    Path,
    /// A regular expression.
    Regex,
}

/// What decides about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterReason<'f> {
    /// Nothing speaks about the name, so it is selected.
    Nothing,
    /// A rule that includes matches it, and none that excludes.
    Included(RuleKind, &'f [u8]),
    /// There are rules that include, and none matches it.
    NotIncluded,
    /// A rule that excludes matches it.
    Excluded(RuleKind, &'f [u8]),
    /// This line of the ordered rules is the first that matches it.
    Ordered {
        /// The line, with its sign.
        line: &'f [u8],
        /// The sign is a plus.
        is_included: bool,
    },
    /// There is a list of names, and it is not one of them.
    NotListed,
    /// Only one shard is selected, and the name belongs to this one.
    OtherShard(NameShard),
}

/// Whether a name is selected, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation<'f> {
    /// The name is selected, as far as names decide.
    pub is_selected: bool,
    /// What decides.
    pub reason: FilterReason<'f>,
}
