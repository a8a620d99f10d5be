//! Encryption: which certificates are trusted, and the handshake.
//!
//! [`Trust`] is made once per run from the machine's roots and, where given, a file of
//! certificates. Every client shares it, and with it the sessions to resume. There is no way to
//! trust everybody.

mod buffered_stream;

mod trust;

pub(crate) use buffered_stream::BufferedStream;
pub use trust::Trust;
