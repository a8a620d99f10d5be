//! One connection from its first request to its last: cut a head, have it served, send the answer, again.
//!
//! A request that cannot be read gets a 400 and the connection ends; a body that nobody took is drained, so that the
//! client can read the answer it was given early.

use std::io;
use std::net::SocketAddr;

use super::super::error::{Answer, Refusal};
use super::body::Body;
use super::head::{Cut, Head};
use super::response::Response;
use super::wire::Wire;

/// The longest head that is read, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// The longest unwanted body that is read to its end for the connection's sake, in bytes.
const DRAIN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Who is at the other end, and how.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The client's address.
    pub address: SocketAddr,
    /// The connection's number since the server started.
    pub connection: u64,
    /// The connection is under TLS.
    pub secure: bool,
}

/// Answers requests. Implemented by each service of the emulator.
pub trait Handler: Send + Sync {
    /// Serves one request. The body may be left untouched.
    fn serve(&self, head: &Head, body: &mut Body<'_>, peer: &Peer) -> Response;

    /// Turns a refusal of the protocol layer into an answer with the service's usual headers.
    fn refuse(&self, refusal: &Refusal) -> Response;
}

/// What comes next on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another request may follow.
    Request,
    /// The connection is over.
    Close,
}

/// Serves requests until the connection is over.
pub fn converse(wire: &mut Wire, handler: &dyn Handler, peer: &Peer) {
    while matches!(exchange(wire, handler, peer), Ok(Next::Request)) {}
    wire.finish();
}

/// Serves one request.
pub fn exchange(wire: &mut Wire, handler: &dyn Handler, peer: &Peer) -> io::Result<Next> {
    let head = match read_head(wire)? {
        Some(Ok(head)) => head,
        Some(Err(refusal)) => return refuse(wire, handler, &refusal),
        None => return Ok(Next::Close),
    };
    let length = match head.content_length() {
        Ok(length) => length.unwrap_or(0),
        Err(refusal) => return refuse(wire, handler, &refusal),
    };
    let expects_continue = head
        .header_or_empty("expect")
        .eq_ignore_ascii_case("100-continue");
    let mut body = Body::new(wire, length, expects_continue);
    let response = handler.serve(&head, &mut body, peer);
    if body.failure().is_some() {
        return Ok(Next::Close);
    }
    let left = body.left();
    let keep_alive = head.keep_alive() && left <= DRAIN_BYTES_MAX && (body.invited() || left == 0);
    response.send(wire, head.method() == "HEAD", keep_alive)?;
    drain(wire, left)?;
    Ok(if keep_alive {
        Next::Request
    } else {
        Next::Close
    })
}

/// The next head; `None` when the client has gone.
fn read_head(wire: &mut Wire) -> io::Result<Option<Answer<Head>>> {
    loop {
        // Empty lines before a request line are skipped, as RFC 9112 2.2 advises.
        while wire.buffered().starts_with(b"\r\n") {
            wire.consume(2);
        }
        if !wire.buffered().is_empty() {
            match Head::cut(wire.buffered()) {
                Ok(Cut::Whole(head, length)) => {
                    wire.consume(length);
                    return Ok(Some(Ok(head)));
                }
                Ok(Cut::Partial) if wire.buffered().len() > HEAD_BYTES_MAX => {
                    return Ok(Some(Err(head_too_large())));
                }
                Ok(Cut::Partial) => {}
                Err(refusal) => return Ok(Some(Err(refusal))),
            }
        }
        if wire.fill()? == 0 {
            return Ok(None);
        }
    }
}

fn refuse(wire: &mut Wire, handler: &dyn Handler, refusal: &Refusal) -> io::Result<Next> {
    handler.refuse(refusal).send(wire, false, false)?;
    Ok(Next::Close)
}

fn drain(wire: &mut Wire, left: u64) -> io::Result<()> {
    let mut rest = left.min(DRAIN_BYTES_MAX);
    while rest > 0 {
        match wire.skip(rest)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => rest -= count,
        }
    }
    Ok(())
}

fn head_too_large() -> Refusal {
    Refusal::new(
        431,
        "RequestHeadersTooLarge",
        "The request's headers are longer than 64 KiB.",
    )
}
