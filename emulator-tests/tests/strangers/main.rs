//! Other clients against azring-emulator: Azure's Python SDK, azure-identity, AzCopy 10, rclone and blobxfer, each run
//! by a script beside this file.
//!
//! They were written for the real service and share no code with the emulator, so what they accept
//! is evidence for it. `scripts/peers.sh` installs them. A script gets the emulator's addresses and
//! accounts in its environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::emulator::{
    AccountOption, Behaviour, CopyBehaviour, IdentityOptions, Options, Server, TlsChoice,
};
use azring_emulator_tests::program;
use azring_emulator_tests::rest::{BlobService, FileService};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const ISSUER_KEY: &[u8] = b"the key of a local issuer";

fn options() -> Options {
    let accounts = [Account::development(), Account::second()];
    let accounts = accounts.map(|account| AccountOption {
        name: account.name().to_owned(),
        key: account.key_in_base64(),
        second_key: None,
    });
    Options {
        accounts: accounts.into(),
        issuer_key: Some(ISSUER_KEY.to_vec()),
        ..Options::default()
    }
}

fn peers() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.peers");
    folder.canonicalize().unwrap_or_else(|_| {
        panic!(
            "`{}` is not there: run `scripts/peers.sh`",
            folder.display()
        )
    })
}

/// The folder that leads Python from Azure's host names to this machine.
fn hosts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/peers/hosts")
}

/// Runs a script against a server, and fails with the script's output.
fn run(program: &str, script: &str, server: &Server) {
    let scratch = tempfile::tempdir().expect("a folder");
    let (main, second) = (Account::development(), Account::second());
    let authority = server.authority_pem().map(|pem| {
        let path = scratch.path().join("authority.pem");
        std::fs::write(&path, pem).expect("a file");
        path
    });
    let file_service = FileService::path_style(&server.file_url(), &main, authority.as_deref());
    let sas = |account: &Account| {
        BlobService::path_style(&server.blob_url(), account, authority.as_deref()).account_sas()
    };
    let program = if program.contains('/') {
        peers().join(program)
    } else {
        PathBuf::from(program)
    };
    let mut command = Command::new(program);
    command
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/strangers")
                .join(script),
        )
        .current_dir(scratch.path())
        .stdin(Stdio::null())
        .env("PEERS", peers())
        .env("HOSTS", hosts())
        .env("EMULATOR", env!("CARGO_BIN_EXE_azring-emulator"))
        .env("AZRING", program::built("azring"))
        .env("BLOB_URL", server.blob_url())
        .env("FILE_URL", server.file_url())
        .env("TABLE_URL", server.table_url())
        .env("FILE_SAS", file_service.account_sas())
        .env("CONTROL_URL", server.control_url())
        .env("ACCOUNT", main.name())
        .env("KEY", main.key_in_base64())
        .env("SAS", sas(&main))
        .env("ACCOUNT_2", second.name())
        .env("KEY_2", second.key_in_base64())
        .env("SAS_2", sas(&second))
        .env("ISSUER_KEY", STANDARD.encode(ISSUER_KEY));
    if let Some(path) = &authority {
        command.env("AUTHORITY", path);
    }
    if server.has_identity() {
        command
            .env("IDENTITY_URL", server.identity_url())
            .env("IDENTITY_HTTP_URL", server.identity_http_url());
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{script}: {error}"));
    assert!(
        output.status.success(),
        "{script} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn azures_python_sdk_finds_the_whole_blob_surface() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("venv/bin/python3", "surface.py", &server);
}

#[test]
fn azures_python_sdk_finds_the_whole_file_surface() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("venv/bin/python3", "file_surface.py", &server);
}

#[test]
fn azures_python_sdk_finds_the_whole_table_surface() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("venv/bin/python3", "table_surface.py", &server);
}

#[test]
fn azures_javascript_sdk_finds_the_whole_table_surface() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bin/node", "table_surface.mjs", &server);
}

#[test]
fn azures_old_javascript_library_finds_the_whole_table_surface() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bin/node", "table_surface_legacy.cjs", &server);
}

#[test]
fn azures_python_sdk_signs_in_with_a_token_over_https() {
    let server = Server::start(&Options {
        tls: TlsChoice::Own,
        ..options()
    })
    .expect("an emulator that starts");
    run("venv/bin/python3", "bearer.py", &server);
}

#[test]
fn azure_identity_gets_tokens_in_every_way_that_it_has() {
    let server = Server::start(&Options {
        tls: TlsChoice::Own,
        identity: Some(IdentityOptions::default()),
        ..options()
    })
    .expect("an emulator that starts");
    run("venv/bin/python3", "identity.py", &server);
}

/// The script starts an emulator of its own.
#[test]
fn azure_identity_gets_tokens_on_a_machine_with_azure_arc() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "identity_arc.sh", &server);
}

/// The script starts an emulator of its own.
#[test]
fn azring_logs_in_and_copies_on_a_machine_with_azure_arc() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "azring_arc.sh", &server);
}

/// The script starts an emulator of its own.
#[test]
fn azcopy_signs_in_as_an_application_and_by_device_code() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "azcopy_login.sh", &server);
}

#[test]
fn azures_python_sdk_finds_development_storage_on_azurites_port() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("venv/bin/python3", "development_storage.py", &server);
}

#[test]
fn azures_python_sdk_waits_for_copies_that_take_their_time() {
    let copy = CopyBehaviour {
        pending_polls: 2,
        ..CopyBehaviour::default()
    };
    let behaviour = Behaviour {
        copy,
        ..Behaviour::default()
    };
    let server = Server::start(&Options {
        behaviour,
        ..options()
    })
    .expect("an emulator that starts");
    run("venv/bin/python3", "pending.py", &server);
}

#[test]
fn azcopy_copies_syncs_lists_and_removes() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "azcopy.sh", &server);
}

#[test]
fn rclone_copies_syncs_checks_and_copies_on_the_server() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "rclone.sh", &server);
}

#[test]
fn azcopy_copies_syncs_and_removes_files_of_shares() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "azcopy_files.sh", &server);
}

#[test]
fn rclone_copies_checks_moves_and_purges_files_of_shares() {
    let server = Server::start(&options()).expect("an emulator that starts");
    run("bash", "rclone_files.sh", &server);
}

#[test]
fn blobxfer_copies_files_of_shares_both_ways_and_syncs() {
    let server = Server::start(&Options {
        tls: TlsChoice::Own,
        ..options()
    })
    .expect("an emulator that starts");
    run("bash", "blobxfer_files.sh", &server);
}
