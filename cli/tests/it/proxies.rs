//! Copies through a proxy and with a private certificate authority, as in many companies.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, IDENTITY_HEADER,
};
use azring_emulator_tests::emulator::{IdentityOptions, Options, TlsChoice};

use super::service::{KEY, Service};
use super::{Finished, azring};

/// The password of the proxy, which only the proxy may see.
const PASSWORD: &str = "canary-of-the-proxy";

/// A proxy that requires the password. Its tunnels lead to this machine, whatever host is requested.
struct TunnelProxy {
    address: SocketAddr,
    /// The heads of its requests.
    asked: Arc<Mutex<Vec<String>>>,
}

impl TunnelProxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        // The thread ends with the process, because nothing else interrupts a listener.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let notes = Arc::clone(&notes);
                thread::spawn(move || serve(client, &notes));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn url(&self, password: &str) -> String {
        format!("http://me:{password}@{}", self.address)
    }
}

fn serve(mut client: TcpStream, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default().to_owned();
    asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(line.clone());
    // base64 of `me:canary-of-the-proxy`
    if !head.contains("\r\nProxy-Authorization: Basic bWU6Y2FuYXJ5LW9mLXRoZS1wcm94eQ==\r\n") {
        return client.write_all(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
    }
    let port = line
        .split([':', ' '])
        .nth(2)
        .and_then(|port| port.parse().ok());
    let mut server = TcpStream::connect(("127.0.0.1", port.unwrap_or(0)))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let back = thread::spawn(move || io::copy(&mut from_server, &mut to_client).map(drop));
    let _ended = io::copy(&mut client, &mut server);
    let _gone = server.shutdown(std::net::Shutdown::Write);
    let _joined = back.join();
    Ok(())
}

/// An encrypted service under the name of a real host, and its authority in a file.
struct Company {
    service: Service,
    authority: String,
    url: String,
}

impl Company {
    fn new() -> Self {
        let options = Options {
            tls: TlsChoice::Own,
            identity: Some(IdentityOptions::default()),
            ..Options::default()
        };
        let service = Service::on(&options, &[("a.txt", 10), ("large", 5 << 20)]);
        let authority = service.path("authority.pem");
        fs::write(&authority, service.server().authority_pem().unwrap()).unwrap();
        let port = service.server().address().port();
        let url = format!("https://devstoreaccount1.blob.core.windows.net:{port}/files");
        Self {
            service,
            authority,
            url,
        }
    }

    fn upload(&self) -> Vec<String> {
        vec![
            format!("/Source:{}", self.service.path("source")),
            format!("/Dest:{}", self.url),
            format!("/DestKey:{KEY}"),
            "/Y".to_owned(),
            format!("/V:{}", self.service.path("log")),
        ]
    }
}

/// An upload with a login, whose token the service may get.
fn upload_with_login(company: &Company) -> Command {
    let mut words = company.upload();
    let port = company.service.server().address().port();
    words[2] = format!("/TrustedMicrosoftSuffixes:devstoreaccount1.blob.core.windows.net:{port}");
    let mut command = azring(&words);
    command.env("SSL_CERT_FILE", &company.authority);
    command
}

/// The port of a URL.
fn port_of(url: &str) -> &str {
    url.rsplit(':').next().unwrap_or_default()
}

fn finish(command: &mut Command) -> Finished {
    let finished: Finished = command.output().unwrap().into();
    let all = format!("{}{}", finished.results, finished.messages);
    assert!(!all.contains(PASSWORD) && !all.contains("bWU6"), "{all}");
    finished
}

#[test]
fn a_copy_goes_through_the_proxy_and_trusts_the_file_of_the_environment() {
    let (company, middle) = (Company::new(), TunnelProxy::start());
    let with = |words: &[String], password: &str| {
        finish(
            azring(words)
                .env("HTTPS_PROXY", middle.url(password))
                .env("SSL_CERT_FILE", &company.authority),
        )
    };
    let up = with(&company.upload(), PASSWORD);
    assert_eq!(up.code, Some(0), "{up:?}");
    let down = [
        format!("/Source:{}", company.url),
        format!("/Dest:{}", company.service.path("target")),
        format!("/SourceKey:{KEY}"),
        "/S".to_owned(),
    ];
    let down = with(&down, PASSWORD);
    assert!(
        down.results.contains("Transfer successfully:   2"),
        "{down:?}"
    );
    let asked = middle.asked();
    let port = company.service.server().address().port();
    let tunnel = format!("CONNECT devstoreaccount1.blob.core.windows.net:{port} HTTP/1.1");
    assert!(asked.iter().all(|line| *line == tunnel), "{asked:?}");
    let log = fs::read_to_string(company.service.path("log")).unwrap();
    assert!(!log.contains(PASSWORD), "{log}");

    let wrong = with(&company.upload(), "wrong");
    assert_eq!(wrong.code, Some(1));
    let named = format!(
        "the proxy `http://{}` answered 407: it does not accept the user",
        middle.address
    );
    assert!(wrong.messages.contains(&named), "{wrong:?}");
}

#[test]
fn without_the_authority_nobody_is_trusted_through_a_proxy_either() {
    let (company, middle) = (Company::new(), TunnelProxy::start());
    let alone = finish(azring(&company.upload()).env("https_proxy", middle.url(PASSWORD)));
    assert_eq!(alone.code, Some(1));
    let named = format!(
        "through the proxy `http://{}` (`https_proxy`): no secure connection",
        middle.address
    );
    assert!(alone.messages.contains(&named), "{alone:?}");
    let socks =
        finish(azring(&company.upload()).env("ALL_PROXY", "socks5://me:canary-of-the-proxy@h:1"));
    assert!(
        socks
            .messages
            .contains("the variable `ALL_PROXY` names a proxy that does not use plain HTTP")
    );
}

#[test]
fn doctor_shows_the_proxy_or_that_there_is_none() {
    let (company, middle) = (Company::new(), TunnelProxy::start());
    let words = [
        "doctor".to_owned(),
        company.url.clone(),
        format!("/SourceKey:{KEY}"),
    ];
    let through = finish(
        azring(&words)
            .env("HTTPS_PROXY", middle.url(PASSWORD))
            .env("SSL_CERT_FILE", &company.authority),
    );
    let found = format!(
        "ok    proxy              http://{} (by `HTTPS_PROXY`)",
        middle.address
    );
    assert!(through.results.contains(&found), "{through:?}");
    // The container does not exist yet, and the answer comes from the service.
    assert!(
        through
            .results
            .contains("poor  service            the service answered 404")
    );
    let port = company.service.server().address().port();
    let direct = finish(
        azring(&words)
            .env("HTTPS_PROXY", middle.url(PASSWORD))
            .env("NO_PROXY", "core.windows.net")
            .env(
                "AZRING_RESOLVE",
                format!("devstoreaccount1.blob.core.windows.net:{port}:127.0.0.1"),
            )
            .env("SSL_CERT_FILE", &company.authority),
    );
    assert!(
        direct.results.contains("ok    proxy              none"),
        "{direct:?}"
    );
    assert!(
        direct
            .results
            .contains("poor  service            the service answered 404")
    );
}

#[test]
fn the_identity_service_is_asked_through_the_proxy() {
    let (company, middle) = (Company::new(), TunnelProxy::start());
    let url = company.service.server().identity_url();
    let authority = format!("login.microsoftonline.com:{}", port_of(&url));
    let up = finish(
        upload_with_login(&company)
            .env("AZURE_AUTHORITY_HOST", format!("https://{authority}"))
            .env("AZURE_TENANT_ID", DEFAULT_TENANT)
            .env("AZURE_CLIENT_ID", CONFIDENTIAL_CLIENT)
            .env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
            .env("HTTPS_PROXY", middle.url(PASSWORD)),
    );
    assert_eq!(up.code, Some(0), "{up:?}");
    let asked = middle.asked();
    let tunnel = format!("CONNECT {authority} HTTP/1.1");
    assert!(asked.contains(&tunnel), "{asked:?}");
}

#[test]
fn a_machines_own_token_service_is_never_asked_through_a_proxy() {
    let (company, middle) = (Company::new(), TunnelProxy::start());
    let url = company.service.server().identity_http_url();
    // A name that is not one of this machine, so that only the rule for logins keeps it from the proxy.
    let host = format!("tokens.example.com:{}", port_of(&url));
    let at = |path: &str| format!("http://{host}{path}");
    let operations = ["Imds", "AppService", "Arc"];
    for (operation, variables) in operations.into_iter().zip([
        vec![("AZURE_POD_IDENTITY_AUTHORITY_HOST", at(""))],
        vec![
            ("IDENTITY_ENDPOINT", at("/msi/token")),
            ("IDENTITY_HEADER", IDENTITY_HEADER.to_owned()),
        ],
        vec![
            (
                "IDENTITY_ENDPOINT",
                at("/arc/metadata/identity/oauth2/token"),
            ),
            ("IMDS_ENDPOINT", at("")),
        ],
    ]) {
        if operation == "Arc" {
            // It answers with the name of a file in a folder that is not the agent's.
            let folder = company.service.folder().to_owned();
            let identity = company.service.server().identity();
            identity.change(|settings| settings.arc_folder = Some(folder));
        }
        let finished = finish(
            upload_with_login(&company)
                .env("AZCOPY_AUTO_LOGIN_TYPE", "MSI")
                .envs(variables)
                .env("AZRING_RESOLVE", format!("{host}:127.0.0.1"))
                .env("HTTP_PROXY", middle.url(PASSWORD))
                .env("HTTPS_PROXY", middle.url(PASSWORD))
                .env("ALL_PROXY", middle.url(PASSWORD)),
        );
        let asked = middle.asked();
        assert!(
            !asked.iter().any(|line| line.contains("tokens.example.com")),
            "{asked:?}"
        );
        if operation == "Arc" {
            assert!(
                finished.messages.contains("not a file of its own folder"),
                "{finished:?}"
            );
        } else {
            assert_eq!(finished.code, Some(0), "{finished:?}");
        }
        let counters = &company.service.server().watch().counters;
        assert!(counters.of(operation).requests > 0, "{operation}");
    }
}
