//! Lists the files of a directory and of the directories below it, many directories at once.
//!
//! The service lists one level of one directory, 5,000 children a page. `directory` reads the pages of
//! one level into its sorted children. `frontier` holds the children that are not delivered yet, in the
//! byte order of full names, and chooses the next directories. `walk` keeps up to
//! [`DIRECTORIES_IN_FLIGHT_MAX`](walk::DIRECTORIES_IN_FLIGHT_MAX) listings under way and delivers the
//! files in order. `details` asks for each file of which a listing says too little. `listing` joins them.
//! `directories` lists the directories themselves, in no order.
//!
//! The service sorts names without their case, so a level is delivered only once it is complete. A level
//! with very many children is listed several times, a run of names each time ([`Level::rest`
//! ](directory::Level::rest)). Memory is therefore bounded whatever the tree looks like.

mod directory;

mod frontier;

mod walk;

mod details;

mod listing;

mod directories;

pub(super) use directories::list_directories;
pub(super) use listing::ShareListing;

#[cfg(test)]
mod tests;
