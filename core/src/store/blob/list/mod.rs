//! Lists blobs, a page of 5,000 at a time, ahead of the planning.
//!
//! A service gives the pages of one listing one after the other. A listing of many pages is therefore
//! split by the beginnings of the names into *parts*, of which several are listed at once (`window`).
//! The pages come out part after part, so the entries have the service's order, as if there had been
//! one listing. A short listing is one part and costs no further request: a part (`part`) is split
//! only when it turns out to be long. It is split along its folders (`level`, `split`) or, where there
//! are none and the service can begin at a name, between names (`cut_points`; `order` says which name
//! comes first). A journal keeps the page at hand and the parts after it
//! ([`Bookmark`](crate::store::listing::Bookmark)).
//!
//! An object that appears during the listing is found or not, as with any listing.

mod container;

mod order;

mod service;

mod page;

mod resume_point;

mod versions;

mod level;

mod split;

mod cut_points;

mod part;

mod window;

mod listing;

pub(super) use listing::BlobListing;

#[cfg(test)]
mod tests;
