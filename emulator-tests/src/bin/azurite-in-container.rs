//! `azurite-in-container`: an Azurite in a container, for as long as standard input is open.
//!
//! The tests start it if a container engine answers. The image is the official one; the engine
//! pulls it unless it has it. When Azurite is ready, the program prints one line, `ready
//! http://127.0.0.1:PORT`. When its input ends, it removes the container and ends. It is a separate
//! program because tests end without cleaning up.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use testcontainers::bollard::models::PortBinding;
use testcontainers::core::{IntoContainerPort as _, WaitFor};
use testcontainers::runners::SyncRunner as _;
use testcontainers::{Container, ContainerRequest, GenericImage, ImageExt as _};

/// The official image; `scripts/containers.sh` builds an equal one without a registry.
const IMAGE: &str = "mcr.microsoft.com/azure-storage/azurite";
/// The version that `emulator-tests/package.json` pins too.
const TAG: &str = "3.37.0";
/// Azurite's line when it is ready.
const READY: &str = "Azurite Blob service is successfully listening";
/// Far more time than Azurite needs to start on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(2);
/// The folder of the certificates in the container.
const INSIDE: &str = "/certificates";
/// How often another port is tried when another process took the free one.
const ATTEMPTS: u32 = 3;

const USAGE: &str = "usage: azurite-in-container [--certificates FOLDER] -- ARGUMENT OF AZURITE...";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "azurite-in-container: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let wanted = Wanted::parse(std::env::args_os().skip(1))?;
    let (container, port) = wanted.start()?;
    let origin = format!("{}://127.0.0.1:{port}", wanted.scheme());
    let mut stdout = io::stdout();
    writeln!(stdout, "ready {origin}")
        .and_then(|()| stdout.flush())
        .map_err(|error| format!("cannot print the ready line: {error}"))?;
    // However the input ends, the process that started this program has ended.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    container
        .rm()
        .map_err(|error| format!("cannot remove the container: {error}"))
}

/// The options of the command line and the environment.
struct Wanted {
    accounts: Option<String>,
    certificates: Option<PathBuf>,
    arguments: Vec<String>,
}

impl Wanted {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut certificates = None;
        loop {
            match words.next() {
                Some(word) if word == "--certificates" => {
                    certificates = Some(words.next().ok_or(USAGE)?.into());
                }
                Some(word) if word == "--" => break,
                _ => return Err(USAGE.to_owned()),
            }
        }
        let arguments: Result<_, OsString> = words.map(OsString::into_string).collect();
        Ok(Self {
            accounts: std::env::var("AZURITE_ACCOUNTS").ok(),
            certificates,
            arguments: arguments.map_err(|word| format!("`{}` is not UTF-8", word.display()))?,
        })
    }

    fn scheme(&self) -> &'static str {
        match self.certificates {
            Some(_) => "https",
            None => "http",
        }
    }

    /// Starts it on a free port, the same one inside and outside of the container: Azurite reads
    /// the source of a copy by the address in its URL, also its own, and outside the container that
    /// is the published port.
    fn start(&self) -> Result<(Container<GenericImage>, u16), String> {
        let mut attempts = 1;
        loop {
            let port = free_port().map_err(|error| format!("no free port: {error}"))?;
            match self.request(port).start() {
                Ok(container) => {
                    TcpStream::connect(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).map_err(
                        |error| {
                            format!("the container's port {port} is not published here: {error}")
                        },
                    )?;
                    return Ok((container, port));
                }
                Err(_) if attempts < ATTEMPTS && taken(port) => attempts += 1,
                Err(error) => return Err(format!("cannot start `{IMAGE}:{TAG}`: {error}")),
            }
        }
    }

    fn request(&self, port: u16) -> ContainerRequest<GenericImage> {
        let command = ["azurite", "--blobHost", "0.0.0.0", "--blobPort"].map(str::to_owned);
        let command = command.into_iter().chain([port.to_string()]);
        let request = GenericImage::new(IMAGE, TAG)
            .with_exposed_port(port.tcp())
            .with_wait_for(WaitFor::message_on_stdout(READY))
            .with_startup_timeout(READY_WITHIN)
            .with_host_config_modifier(move |config| {
                let binding = PortBinding {
                    host_ip: Some(Ipv4Addr::LOCALHOST.to_string()),
                    host_port: Some(port.to_string()),
                };
                let bindings = [(format!("{port}/tcp"), Some(vec![binding]))];
                config.port_bindings = Some(bindings.into());
                config.publish_all_ports = Some(false);
            });
        let request = match &self.accounts {
            Some(accounts) => request.with_env_var("AZURITE_ACCOUNTS", accounts),
            None => request,
        };
        match &self.certificates {
            None => request.with_cmd(command.chain(self.arguments.clone())),
            Some(folder) => {
                let files = ["--cert", "server.pem", "--key", "server.key"].map(inside);
                let command = command.chain(files).chain(self.arguments.clone());
                with_certificates(request.with_cmd(command), folder)
            }
        }
    }
}

/// The name of a file in the container; an option is unchanged.
fn inside(word: &str) -> String {
    if word.starts_with("--") {
        word.to_owned()
    } else {
        format!("{INSIDE}/{word}")
    }
}

fn with_certificates(
    request: ContainerRequest<GenericImage>,
    folder: &Path,
) -> ContainerRequest<GenericImage> {
    ["ca.pem", "server.pem", "server.key"]
        .into_iter()
        .fold(request, |request, name| {
            request.with_copy_to(inside(name), folder.join(name))
        })
        .with_env_var("NODE_EXTRA_CA_CERTS", inside("ca.pem"))
}

/// A port of 127.0.0.1 that is free at this moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// Whether another process took the port meanwhile.
fn taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_has_the_version_that_npm_installs() {
        let pinned = include_str!("../../package.json");
        assert!(
            pinned.contains(&format!("\"azurite\": \"{TAG}\"")),
            "{pinned}"
        );
    }
}
