//! Whether a container engine answers: the Docker API's ping, at `DOCKER_HOST` or the default
//! socket.
//!
//! [`choice`](super::choice) asks before anything is started. Only an engine of this machine
//! counts, with a socket file, because the ports of its containers are published on 127.0.0.1 only.
//! The program `azurite-in-container` starts the container.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// The default socket of Docker.
const DEFAULT: &str = "unix:///var/run/docker.sock";
/// A ping is cheap; an engine that is silent for so long counts as missing.
const PATIENCE: Duration = Duration::from_secs(10);
/// [The
/// ping](https://docs.docker.com/reference/api/engine/version/v1.43/#tag/System/operation/SystemPing)
/// has no version in its path, so that every engine understands it.
const PING: &[u8] = b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n";

/// Whether an engine answers; the error says what was tried.
pub(super) fn answers() -> Result<(), String> {
    let address = std::env::var("DOCKER_HOST").unwrap_or_default();
    answers_at(if address.is_empty() {
        DEFAULT
    } else {
        &address
    })
}

fn answers_at(address: &str) -> Result<(), String> {
    let Some(socket) = address.strip_prefix("unix://") else {
        return Err(format!(
            "`{address}` is no socket of this machine: `DOCKER_HOST` must begin with `unix://`"
        ));
    };
    let silent = |cause: io::Error| format!("no container engine answers at `{address}`: {cause}");
    let head = ping(Path::new(socket)).map_err(silent)?;
    if head.starts_with(b"HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(format!("`{address}` does not answer as an engine does"))
    }
}

/// The beginning of the answer: enough to see its status.
fn ping(socket: &Path) -> io::Result<[u8; 13]> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(PING)?;
    let mut head = [0; 13];
    stream.read_exact(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    /// Asks a server that gives one answer.
    fn asked(answer: &'static [u8]) -> Result<(), String> {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&path).expect("the folder is ours");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut question = [0; PING.len()];
            stream
                .read_exact(&mut question)
                .expect("the question arrives");
            stream.write_all(answer).expect("somebody listens");
            question
        });
        let found = answers_at(&format!("unix://{}", path.display()));
        assert_eq!(server.join().expect("it does not panic"), PING);
        found
    }

    #[test]
    fn engine_that_answers_the_ping_is_one() {
        assert_eq!(
            asked(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"),
            Ok(())
        );
    }

    #[test]
    fn anything_else_is_none() {
        asked(b"HTTP/1.1 404 Not Found\r\n\r\n").expect_err("no engine has no ping");
        asked(b"").expect_err("it hung up");
        let error = answers_at("unix:///nowhere/engine.sock").expect_err("nobody is there");
        assert!(error.contains("/nowhere/engine.sock"), "{error}");
        let error = answers_at("tcp://192.0.2.1:2375").expect_err("not of this machine");
        assert!(error.contains("tcp://192.0.2.1:2375"), "{error}");
    }
}
