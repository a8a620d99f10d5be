//! How a filter reads names and patterns.

/// How a filter reads names and patterns: the dialect of the command and the source decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NameReading {
    /// Case does not matter.
    pub ignore_case: bool,
    /// A backslash in a pattern separates folders as a slash does. Otherwise it takes the special
    /// meaning from the character after it.
    pub backslash_separates: bool,
}

/// What a filter compares with its rules: one name, or the name of a folder.
pub(super) struct Subject<'a> {
    pub(super) name: &'a [u8],
    reading: NameReading,
    units: std::cell::OnceCell<Vec<super::unit::Unit>>,
    folded: std::cell::OnceCell<Vec<u8>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(name: &'a [u8], reading: NameReading) -> Self {
        Self {
            name,
            reading,
            units: std::cell::OnceCell::new(),
            folded: std::cell::OnceCell::new(),
        }
    }

    /// The name as units, in lower case if case does not matter.
    pub(super) fn units(&self) -> &[super::unit::Unit] {
        self.units
            .get_or_init(|| super::unit::units(self.name, self.reading.ignore_case))
    }

    /// The name as bytes, in lower case if case does not matter.
    pub(super) fn bytes(&self) -> &[u8] {
        if self.reading.ignore_case {
            self.folded.get_or_init(|| super::unit::folded(self.name))
        } else {
            self.name
        }
    }
}
