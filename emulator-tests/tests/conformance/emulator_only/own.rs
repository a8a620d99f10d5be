//! An emulator of a test's own, and a client of its development account.

use azring_emulator_tests::emulator::{DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, Server};

use crate::client::{Client, Reply};

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

/// Set Blob Service Properties with these sections of the document.
pub(super) fn set_service_properties(client: &Client, sections: &str) -> Reply {
    let document = format!("<StorageServiceProperties>{sections}</StorageServiceProperties>");
    let set = client
        .put("")
        .query("restype", "service")
        .query("comp", "properties");
    set.body(document).send()
}

/// List Blobs of `box`; `include` may be empty.
pub(super) fn list(client: &Client, include: &str) -> Reply {
    let list = client
        .get("box")
        .query("restype", "container")
        .query("comp", "list");
    list.query("include", include).send().expect(200)
}

/// A client of the development account.
pub(super) fn client(address: &str) -> Client {
    Client::new(address, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY)
}
