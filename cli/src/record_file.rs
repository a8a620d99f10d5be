//! The end of a file that a run was told to write: ledger, trace, report, verbose log.
//!
//! A file system may take bytes and find only later that it has no room for them (a network share, a quota). It says so when
//! the file is made durable, so that is done before a run counts as success.

use std::fs::File;
use std::io;

/// Waits until everything is on the disk, where there is one: a pipe or a terminal has none.
pub(crate) fn finish(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() {
        file.sync_data()
    } else {
        Ok(())
    }
}
