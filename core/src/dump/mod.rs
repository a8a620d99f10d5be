//! The files of a table export, as AzCopy 7.3 names and writes them. No store is known here.
//!
//! An export writes data files and, at the end, a manifest. [`json`] finds the entities in a page of
//! the table service and in a data file, without building values: numbers and texts are copied as
//! they are. A [`volume`] is the data file that is being written; it has its name ([`name`]) once it
//! is complete, because the name contains the checksum of its bytes ([`crc`]). [`csv`] turns the
//! entities of a volume into rows. [`spool_folder`] is where volumes wait for their upload, and [`spool`]
//! bounds their disk space. [`manifest`] names the export and says how many data files it has.

pub mod name;

pub mod time;

pub mod manifest;

pub mod crc;

pub mod json;

pub mod csv;

pub mod volume;

pub mod spool;

pub mod spool_folder;
