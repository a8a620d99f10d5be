//! One connection to the emulator under TLS, for all requests of a cassette.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::cassette::{Headers, RecordedResponse};
use crate::request::Request;

/// An emulator that is silent for so long counts as dead.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open connection.
pub struct Connection(BufReader<StreamOwned<ClientConnection, TcpStream>>);

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr, trust: &Arc<ClientConfig>) -> Self {
        let socket = TcpStream::connect(address).expect("the emulator listens");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        socket.set_nodelay(true).expect("an option");
        let name = ServerName::from(address.ip());
        let tls = ClientConnection::new(Arc::clone(trust), name).expect("TLS begins");
        Self(BufReader::new(StreamOwned::new(tls, socket)))
    }

    /// Sends a request and reads its answer. Returns whether another request can follow.
    pub fn exchange(&mut self, request: &Request) -> (RecordedResponse, bool) {
        let stream = self.0.get_mut();
        // A refusal may arrive while the body is sent: the answer says what was wrong.
        let _ = stream
            .write_all(&[request.head(), request.body.clone()].concat())
            .and_then(|()| stream.flush());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).expect("the emulator answers");
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut lines = lines.into_iter();
        let first = lines.next().expect("an answer has a status");
        let mut words = first.splitn(3, ' ').skip(1);
        let status = words.next().and_then(|code| code.parse().ok());
        let reason = words.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        let headers = Headers(headers.collect());
        let status = status.expect("a status is a number");
        let length = match headers.get("content-length") {
            Some(length) if request.method != "HEAD" => length.parse().expect("a length"),
            _ => 0,
        };
        let mut body = vec![0; length];
        self.0
            .read_exact(&mut body)
            .expect("the emulator sends the whole body");
        let open = headers.get("connection") != Some("close");
        (
            RecordedResponse {
                status,
                reason,
                headers,
                body,
            },
            open,
        )
    }
}
