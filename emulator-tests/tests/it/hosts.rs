//! Real host names over HTTPS: `acct2.blob.core.windows.net` leads to a server of this machine whose certificate a
//! private authority has signed. The account is in the host here and not in the path, and the signature differs by that.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite::{self, Azurite};
use azring_emulator_tests::certificate::Certificate;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};

/// A server that answers to the names of Azure's hosts.
struct Server {
    service: BlobService,
    port: u16,
    authority: std::path::PathBuf,
    _process: Option<(EmulatorProcess, Certificate)>,
}

impl Server {
    fn azurite() -> Self {
        let azurite: &Azurite = azurite::shared_https();
        Self {
            service: azurite.blob_service_of(&Account::second()),
            port: azurite.port(),
            authority: azurite.certificate().authority(),
            _process: None,
        }
    }

    fn emulator() -> Self {
        let certificate = Certificate::make();
        let emulator = EmulatorProcess::start_https(&certificate, &[]);
        Self {
            service: emulator.blob_service(Some(&certificate.authority())),
            port: emulator.port(),
            authority: certificate.authority(),
            _process: Some((emulator, certificate)),
        }
    }

    /// The address of `container` at `host`, for instance `acct2`.
    fn url(&self, host: &str, container: &Container) -> String {
        format!(
            "https://{host}.blob.core.windows.net:{}/{}",
            self.port,
            container.name()
        )
    }

    /// A copy that finds Azure's names at this server and believes its certificate.
    fn copy(
        &self,
        source: impl AsRef<std::ffi::OsStr>,
        dest: impl AsRef<std::ffi::OsStr>,
    ) -> Azring {
        self.copy_without_trust(source, dest)
            .arg(format!("/CaFile:{}", self.authority.display()))
    }

    fn copy_without_trust(
        &self,
        source: impl AsRef<std::ffi::OsStr>,
        dest: impl AsRef<std::ffi::OsStr>,
    ) -> Azring {
        let resolve = ["acct2", "acct2-secondary"]
            .map(|host| format!("{host}.blob.core.windows.net:{}:127.0.0.1", self.port))
            .join(",");
        Azring::copy(source, dest).env("AZRING_RESOLVE", resolve)
    }
}

fn tree() -> Tree {
    Tree::named(["a.txt", "b & c/d+e.txt", "100%/ü"])
        .with("empty", "")
        .with("large", noise(9, 9 * 1024 * 1024 + 1))
}

fn goes_up_and_comes_back(server: &Server) {
    let container = server.service.unmade_container("host");
    let account = server.service.account();
    let url = server.url("acct2", &container);
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let files = tree().len() as u64;

    let upload = server
        .copy(source.path(), &url)
        .dest_key(account)
        .arg("/S")
        .run();
    upload.succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::get_from(&container));

    let download = server
        .copy(&url, target.path())
        .source_key(account)
        .arg("/S")
        .run();
    download.succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

fn sas_is_taken_in_the_address_and_as_a_parameter(server: &Server) {
    let container = server.service.fresh_container("host");
    let url = server.url("acct2", &container);
    let sas = server.service.account_sas();
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    let files = tree().len() as u64;

    let upload = server
        .copy(source.path(), &url)
        .args([format!("/DestSAS:?{sas}").as_str(), "/S"])
        .run();
    upload.succeeded().counting(files, 0, 0);

    let download = server
        .copy(format!("{url}?{sas}"), target.path())
        .arg("/S")
        .run();
    download.succeeded().counting(files, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

fn secondary_is_read_by_its_own_host(server: &Server) {
    let container = server.service.fresh_container("host");
    tree().put_into(&container);
    let target = Folder::new();
    let url = server.url("acct2-secondary", &container);

    let outcome = server
        .copy(url, target.path())
        .source_key(server.service.account())
        .arg("/S")
        .run();

    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

fn certificate_of_a_stranger_is_refused(server: &Server) {
    let container = server.service.fresh_container("host");
    tree().put_into(&container);
    let target = Folder::new();
    let url = server.url("acct2", &container);

    let outcome = server
        .copy_without_trust(url, target.path())
        .source_key(server.service.account())
        .arg("/S")
        .run();

    outcome.failed().naming(&["certificate"]);
    assert!(Tree::read_from(target.path()).is_empty());
}

#[test]
fn goes_up_and_comes_back_at_azurite() {
    goes_up_and_comes_back(&Server::azurite());
}

#[test]
fn goes_up_and_comes_back_at_azring_emulator() {
    goes_up_and_comes_back(&Server::emulator());
}

#[test]
fn sas_is_taken_in_the_address_and_as_a_parameter_at_azurite() {
    sas_is_taken_in_the_address_and_as_a_parameter(&Server::azurite());
}

#[test]
fn sas_is_taken_in_the_address_and_as_a_parameter_at_azring_emulator() {
    sas_is_taken_in_the_address_and_as_a_parameter(&Server::emulator());
}

#[test]
fn secondary_is_read_by_its_own_host_at_azurite() {
    secondary_is_read_by_its_own_host(&Server::azurite());
}

#[test]
fn certificate_of_a_stranger_is_refused_at_azurite() {
    certificate_of_a_stranger_is_refused(&Server::azurite());
}

#[test]
fn sovereign_and_private_clouds_are_reached_by_their_own_names() {
    let emulator = EmulatorProcess::start(&[]);
    let account = emulator.account();
    // A name that Microsoft does not have tells its account all the same, once its service is told.
    for (cloud, service) in [
        ("blob.core.chinacloudapi.cn", None),
        ("blob.core.usgovcloudapi.net", None),
        ("blob.local.azurestack.example", Some("Blob")),
    ] {
        let container = emulator.blob_service(None).unmade_container("cloud");
        let (source, target) = (Folder::new(), Folder::new());
        tree().write_to(source.path());
        let files = tree().len() as u64;
        let (port, name) = (emulator.port(), account.name());
        let url = |host: &str| format!("http://{host}.{cloud}:{port}/{}", container.name());
        let found = |copy: Azring, end: &str| {
            let hosts = [name, &format!("{name}-secondary")]
                .map(|host| format!("{host}.{cloud}:{port}:127.0.0.1"));
            let copy = copy.env("AZRING_RESOLVE", hosts.join(",")).arg("/S");
            match service {
                Some(service) => copy.arg(format!("/{end}Type:{service}")),
                None => copy,
            }
        };
        let up = Azring::copy(source.path(), url(name)).dest_key(account);
        found(up, "Dest").run().succeeded().counting(files, 0, 0);
        assert_same(&tree(), &Tree::get_from(&container));
        let secondary = url(&format!("{name}-secondary"));
        let down = Azring::copy(secondary, target.path()).source_key(account);
        found(down, "Source")
            .run()
            .succeeded()
            .counting(files, 0, 0);
        assert_same(&tree(), &Tree::read_from(target.path()));
    }
}
