//! Names that lie together in a listing: those that begin alike, or those of them between two names.

/// Which names there are in a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameRange {
    /// How they begin.
    pub(crate) scope: Box<str>,
    /// The first that there may be; `None`: the first that begins so.
    pub(crate) from: Option<Box<str>>,
    /// The first that is not among them any more; `None`: the first that does not begin so.
    pub(crate) until: Option<Box<str>>,
}

impl NameRange {
    /// All names that begin so.
    pub(crate) fn whole(scope: &str) -> Self {
        Self {
            scope: scope.into(),
            from: None,
            until: None,
        }
    }

    /// Divides it in two: what is left is what comes before `at`, what comes back the rest.
    pub(crate) fn split_off(&mut self, at: &str) -> Self {
        Self {
            scope: self.scope.clone(),
            from: Some(at.into()),
            until: self.until.replace(at.into()),
        }
    }

    /// Takes in what comes right behind it; false if that does not.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let is_next = self.scope == other.scope && self.until.is_some() && self.until == other.from;
        if is_next {
            self.until.clone_from(&other.until);
        }
        is_next
    }
}
