//! "AzCopy on Windows 8.1 Release Notes".

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::identity::PUBLIC_CLIENT;
use azring_emulator_tests::tree::Tree;

use super::assumed_files;
use crate::login::provided::Provided;
use crate::login::user::enters_codes;

/// "Added OAuth authentication support. Use azcopy login to log on using Azure Active Directory."
#[test]
fn use_azcopy_login_to_log_on_using_azure_active_directory() {
    let provided = Provided::new();
    enters_codes(&provided);
    let command = || {
        Azring::new()
            .env("XDG_STATE_HOME", provided.folder.path())
            .env("SSL_CERT_FILE", &provided.authority)
            .env("AZRING_CLIENT_ID", PUBLIC_CLIENT)
            .env("AZURE_AUTHORITY_HOST", provided.server.identity_url())
    };
    let login = command().arg("login").run().succeeded();
    for text in ["To sign in, open the webpage", "Login succeeded."] {
        assert!(login.stdout.contains(text), "{login}");
    }

    let folder = Folder::new();
    assumed_files().write_to(folder.path());
    let container = provided.container("mycontainer");
    let blob_url = provided.server.blob_url();
    let host = blob_url.split("://").nth(1).expect("a host");
    let upload = command()
        .arg(format!("/Source:{}", folder.path().display()))
        .arg(format!("/Dest:{}", container.url()))
        .arg("/S")
        .arg(format!("/TrustedMicrosoftSuffixes:{host}"))
        .run();
    upload.succeeded().counting(5, 0, 0);
    assert_same(&assumed_files(), &Tree::get_from(&container));
}
