//! Lists blobs, a page of 5,000 at a time, ahead of the planning.
//!
//! A service gives the pages of one listing one after the other. A long listing is therefore split into
//! *parts* by the beginnings of the names, and several parts are listed at once (`window`). The pages
//! are handed out part after part, so the entries have the service's order, as in one listing. A short
//! listing is one part and costs no further request, because a part (`part`) is split only when it has
//! become long. It is split along its folders (`level`, `split`) or, where there are none and the
//! service can begin a listing at a name, between names (`cut_points`; `order` compares names). A journal
//! keeps the current page and the parts after it ([`Bookmark`](crate::store::listing::Bookmark)).
//!
//! A comparison needs the names in the order of their bytes (`by_bytes`). An account with a hierarchical
//! namespace lists folder by folder, and is asked for one folder after the other then (`folder_items`);
//! names with late characters are sorted (`late_names`).
//!
//! An object that is made during the listing may be found or not, as in any listing.

mod container;

mod order;

mod service;

mod page;

mod versions;

mod level;

mod split;

mod cut_points;

mod part;

mod parts_ahead;

mod window;

mod listing;

mod late_names;

mod folder_items;

mod by_bytes;

pub(super) use listing::BlobListing;

#[cfg(test)]
mod tests;
