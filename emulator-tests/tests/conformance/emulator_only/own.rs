//! An emulator of a test's own, and a client of its development account.

use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server};

use crate::client::Client;

/// An empty emulator.
pub(super) fn start(options: &Options) -> (Server, Client) {
    let server = Server::start(options).unwrap();
    let client = client(&server.address().to_string());
    (server, client)
}

/// An emulator with the container `box`.
pub(super) fn with_box(options: &Options) -> (Server, Client) {
    let (server, client) = start(options);
    client
        .put("box")
        .query("restype", "container")
        .send()
        .expect(201);
    (server, client)
}

/// An emulator with the block blob `box/b`, which has these bytes.
pub(super) fn with_blob(options: &Options, body: impl Into<Vec<u8>>) -> (Server, Client) {
    let (server, client) = with_box(options);
    client
        .put("box/b")
        .header("x-ms-blob-type", "BlockBlob")
        .body(body)
        .send()
        .expect(201);
    (server, client)
}

/// A client of the development account.
pub(super) fn client(address: &str) -> Client {
    Client::new(address, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY)
}
