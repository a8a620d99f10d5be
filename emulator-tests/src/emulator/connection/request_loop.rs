//! One connection from its first request to its last.
//!
//! A malformed request is answered with 400, and the connection ends. Each other request becomes an
//! [`Exchange`].

use std::io;

use super::exchange::Exchange;
use crate::emulator::error::Refusal;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::head::{Head, ParsedHead};
use crate::emulator::http::peer::Peer;
use crate::emulator::http::wire::{Wire, is_idle_tick};
use crate::emulator::http::wire_faults::{CloseManner, planned_end};
use crate::emulator::watch::ServerWatch;

/// The longest head that is read, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What happens next on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another request may follow.
    Request,
    /// The client is silent: the connection needs no thread until its next byte.
    Wait,
    /// The connection is over.
    Close,
}

/// Serves requests until the connection is over (`Close`) or silent (`Wait`).
pub fn serve_connection(
    wire: &mut Wire,
    handler: &dyn Handler,
    peer: &Peer,
    watch: &ServerWatch,
) -> Next {
    let end = loop {
        match serve_request(wire, handler, peer, watch) {
            Ok(Next::Request) => {}
            Ok(Next::Wait) => return Next::Wait,
            Ok(Next::Close) => break None,
            Err(error) => break planned_end(&error),
        }
    };
    match end {
        None | Some(CloseManner::Close) => wire.finish(),
        Some(CloseManner::Reset) => wire.reset(),
        Some(CloseManner::Blackhole) => wire.wait_for_hangup(),
    }
    Next::Close
}

/// Serves one request.
fn serve_request(
    wire: &mut Wire,
    handler: &dyn Handler,
    peer: &Peer,
    watch: &ServerWatch,
) -> io::Result<Next> {
    let head = match read_head(wire)? {
        NextInput::Head(head) => head,
        NextInput::Malformed(refusal) => return refuse(wire, handler, &refusal),
        NextInput::Idle => return Ok(Next::Wait),
        NextInput::End => return Ok(Next::Close),
    };
    match head.content_length() {
        Ok(length) => Exchange {
            handler,
            peer,
            watch,
            length: length.unwrap_or(0),
        }
        .run(wire, head),
        Err(refusal) => refuse(wire, handler, &refusal),
    }
}

/// What was read instead of, or as, the next request.
enum NextInput {
    Head(Head),
    Malformed(Refusal),
    Idle,
    End,
}

fn read_head(wire: &mut Wire) -> io::Result<NextInput> {
    let mut idle_ticks = 0;
    loop {
        // Empty lines before a request line are skipped, as RFC 9112 2.2 advises.
        while wire.buffered().starts_with(b"\r\n") {
            wire.consume(2);
        }
        if !wire.buffered().is_empty() {
            match Head::parse(wire.buffered()) {
                Ok(ParsedHead::Whole(head, length)) => {
                    wire.consume(length);
                    return Ok(NextInput::Head(head));
                }
                Ok(ParsedHead::Partial) if wire.buffered().len() > HEAD_BYTES_MAX => {
                    return Ok(NextInput::Malformed(head_too_large()));
                }
                Ok(ParsedHead::Partial) => {}
                Err(refusal) => return Ok(NextInput::Malformed(refusal)),
            }
        }
        match wire.fill() {
            Ok(0) => return Ok(NextInput::End),
            Ok(_) => {}
            Err(error) if is_idle_tick(&error) && wire.buffered().is_empty() => {
                return Ok(NextInput::Idle);
            }
            // Half a head is waited for, but not indefinitely.
            Err(error) if is_idle_tick(&error) && idle_ticks < wire.patience_ticks() => {
                idle_ticks += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn refuse(wire: &mut Wire, handler: &dyn Handler, refusal: &Refusal) -> io::Result<Next> {
    handler.refuse(refusal).send(wire, false, false)?;
    Ok(Next::Close)
}

fn head_too_large() -> Refusal {
    Refusal::new(
        431,
        "RequestHeadersTooLarge",
        "The request's headers are longer than 64 KiB.",
    )
}
