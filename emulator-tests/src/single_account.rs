//! An azring-emulator with the development account, for tests that need one service.

use crate::account::Account;
use crate::emulator::{Options, Server};
use crate::rest::{BlobService, FileService};

/// Starts an emulator with its default options; returns it and its Blob service.
///
/// # Panics
/// When it does not start.
pub fn start() -> (Server, BlobService) {
    start_with(&Options::default())
}

/// Starts an emulator with these options, among them no other account than the development account.
///
/// # Panics
/// When it does not start.
pub fn start_with(options: &Options) -> (Server, BlobService) {
    let server = Server::start(options).expect("an emulator starts");
    let service = BlobService::path_style(&server.blob_url(), &Account::development(), None);
    (server, service)
}

/// Starts an emulator with its default options; returns it and its File service.
///
/// # Panics
/// When it does not start.
pub fn start_for_files() -> (Server, FileService) {
    start_for_files_with(&Options::default())
}

/// Starts an emulator with these options, among them no other account than the development account;
/// returns it and its File service.
///
/// # Panics
/// When it does not start.
pub fn start_for_files_with(options: &Options) -> (Server, FileService) {
    let server = Server::start(options).expect("an emulator starts");
    let service = FileService::path_style(&server.file_url(), &Account::development(), None);
    (server, service)
}
