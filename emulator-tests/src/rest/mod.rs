//! A client of the Blob, the File and the Table service for tests, which reads what is stored with its properties.
//!
//! It signs, speaks HTTP and reads XML with its own code, so that a mistake of azring is not
//! repeated here. It opens a connection per request and keeps whole bodies in memory. An unexpected
//! answer is a panic that shows the answer.

mod answer;
mod blob_service;
mod container;
mod file_service;
mod service_client;
mod share;
mod storage;
mod table;
mod table_service;

mod http;
mod listing;
mod shared_key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

pub use answer::Answer;
pub use blob_service::BlobService;
pub use container::Container;
pub use file_service::FileService;
pub use listing::StoredBlob;
pub use share::{Share, ShareFile};
pub use storage::Storage;
pub use table::Table;
pub use table_service::TableService;

/// The characters of a value that stay in a URL's query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The MD5 of `bytes` as a `Content-MD5` header carries it.
pub fn content_md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}
