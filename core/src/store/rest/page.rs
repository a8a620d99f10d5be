//! One page of a listing, and how to ask for the next.

/// Where a listing goes on, in the service's own words: opaque, handed back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(pub String);

/// One page of a listing. It may be empty and still not be the last: only the marker tells.
#[derive(Debug, Clone)]
pub struct ListedPage<T> {
    /// Objects, in the service's order.
    pub entries: Vec<T>,
    /// Virtual directories, each with the delimiter at its end; empty unless the listing asked for a delimiter.
    pub prefixes: Vec<String>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Marker>,
}

impl<T> Default for ListedPage<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            prefixes: Vec::new(),
            next: None,
        }
    }
}
