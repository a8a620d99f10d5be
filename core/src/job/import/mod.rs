//! The command `import`: the entities of an export get into a table.
//!
//! [`export_files`] finds the manifest and the data files that it counts. [`file_check`] reads every data
//! file before anything is written, and compares it with the checksum in its name. [`file_import`] reads a
//! file again and writes its entities in batches, and [`resume_position`] is how far it has come. [`run`]
//! joins them. One thread does all of this, and many batches are on their way over the network at once.

mod run;

mod export_files;

mod file_bytes;

mod file_check;

mod file_import;

mod resume_position;
