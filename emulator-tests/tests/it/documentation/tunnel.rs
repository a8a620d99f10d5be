//! A proxy whose tunnels lead to servers of this machine, by a part of the host's name.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A proxy (`CONNECT`, RFC 9110, section 9.3.6). Its threads end with the process.
pub(super) struct Tunnel {
    address: SocketAddr,
}

impl Tunnel {
    /// Hosts whose name has the first text lead to the server of the second one, `https://address:port/...`.
    pub(super) fn to(servers: &[(&'static str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let servers: Arc<[(&'static str, String)]> = servers
            .iter()
            .map(|(part, url)| {
                let rest = url.trim_start_matches("https://");
                let server = rest.split('/').next().unwrap_or(rest);
                (*part, server.to_owned())
            })
            .collect();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let servers = Arc::clone(&servers);
                thread::spawn(move || serve(client, &servers));
            }
        });
        Self { address }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn serve(mut client: TcpStream, servers: &[(&'static str, String)]) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let host = head.split_whitespace().nth(1).unwrap_or_default();
    let Some((_, server)) = servers.iter().find(|(part, _)| host.contains(part)) else {
        return client.write_all(b"HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n");
    };
    let server = TcpStream::connect(server)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let there = thread::spawn(move || pass(&from_client, &to_server));
    pass(&server, &client)?;
    there.join().unwrap_or(Ok(()))
}

/// Passes everything on, and then the end.
fn pass(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(std::net::Shutdown::Write)
}
