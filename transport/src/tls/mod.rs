//! Encryption on the way: whom to trust, and the handshake.
//!
//! [`Trust`] is made once per run from the machine's roots and, where given, one more file of certificates; every
//! client shares it and with it the sessions to resume. There is no way to trust everybody.

mod buffered_stream;

mod trust;

pub(crate) use buffered_stream::BufferedStream;
pub use trust::Trust;
