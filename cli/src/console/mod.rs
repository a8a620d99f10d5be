//! The only module that prints.
//!
//! Results go to standard output, errors and warnings to standard error. Notices and progress go
//! to standard error if it is a terminal. Otherwise they go to standard output, or nowhere if
//! standard output holds data or records: standard error stays empty as long as nothing is wrong.
//! Lines of several threads do not mix, and the progress bar steps aside for each line. All text
//! is escaped and masked once more before it is printed.

mod printer;

mod page_width;

mod time_stamp;

pub(crate) mod units;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use page_width::page_width;
pub(crate) use printer::{BAR_HZ, Console, Level};
pub(crate) use time_stamp::now;
pub(crate) use units::{bits, count, size};
