//! A range of names in a listing: the names with one prefix, or those of them between two names.

/// A range of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameRange {
    /// The prefix of all names.
    pub(crate) scope: Box<str>,
    /// The smallest name of the range; `None`: the range begins with the first name of the prefix.
    pub(crate) from: Option<Box<str>>,
    /// The smallest name after the range; `None`: the range ends with the last name of the prefix.
    pub(crate) until: Option<Box<str>>,
}

impl NameRange {
    /// The range of all names with this prefix.
    pub(crate) fn whole(scope: &str) -> Self {
        Self {
            scope: scope.into(),
            from: None,
            until: None,
        }
    }

    /// Divides the range before `at`. Keeps the first part and returns the second.
    pub(crate) fn split_off(&mut self, at: &str) -> Self {
        Self {
            scope: self.scope.clone(),
            from: Some(at.into()),
            until: self.until.replace(at.into()),
        }
    }

    /// Adds a range that follows this one directly. Returns whether it does.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let is_next = self.scope == other.scope && self.until.is_some() && self.until == other.from;
        if is_next {
            self.until.clone_from(&other.until);
        }
        is_next
    }
}
