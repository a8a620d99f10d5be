//! One request and its answer: the fault plan, the service, and the log record.
//!
//! A body that the service did not read is drained, so that the client can read an early answer.

use std::io;
use std::time::{Duration, Instant};

use super::request_loop::Next;
use crate::emulator::clock::pause;
use crate::emulator::error::Refusal;
use crate::emulator::fault::matcher::MatchedFaults;
use crate::emulator::fault::plan::{ClosePoint, Echo, ExtraAnswer, RuleAnswer, Then};
use crate::emulator::fault::response_faults;
use crate::emulator::http::body::Body;
use crate::emulator::http::bucket::Bucket;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::head::{Head, RequestFaults};
use crate::emulator::http::peer::Peer;
use crate::emulator::http::response::{Labels, Response};
use crate::emulator::http::wire::Wire;
use crate::emulator::http::wire_faults::{CloseManner, PlannedEnd, WireFaults};
use crate::emulator::watch::{ExchangeOutcome, RequestRecord, ServerWatch};

/// The longest unread body that is drained to keep the connection, in bytes.
const DRAIN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Serves one request on a connection.
pub struct Exchange<'a> {
    /// The service.
    pub handler: &'a dyn Handler,
    /// The client.
    pub peer: &'a Peer,
    /// Faults, log and counters.
    pub watch: &'a ServerWatch,
    /// The body's length.
    pub length: u64,
}

/// The state of an exchange.
#[derive(Default)]
struct Progress {
    labels: Option<Labels>,
    response: Option<Response>,
    bytes_in: u64,
    bytes_out: u64,
    /// Bytes of the body that were not read.
    unread: u64,
    keep_alive: bool,
}

impl Exchange<'_> {
    /// Serves, records, and sends. The record comes before the answer, so that a client that has
    /// its answer finds its request in the log.
    pub fn run(&self, wire: &mut Wire, mut head: Head) -> io::Result<Next> {
        let began = Instant::now();
        wire.send_extra_answer()?;
        let matched = self.watch.faults.matching(&head, self.length);
        if let Some(matched) = &matched {
            head.faults = request_faults(matched);
        }
        let mut progress = Progress::default();
        let served = self.serve(wire, &head, matched.as_ref(), &mut progress);
        let outcome = if served.is_ok() {
            ExchangeOutcome::Answered
        } else {
            ExchangeOutcome::Broken
        };
        self.watch
            .note(&self.record(&head, matched.as_ref(), &progress, outcome, began));
        let extra = matched
            .iter()
            .flat_map(|matched| &matched.effects)
            .find_map(|then| then.spare_answer);
        let sent = served.and_then(|()| self.send(wire, &head, &progress, extra));
        wire.clear_faults();
        if outcome == ExchangeOutcome::Answered && sent.is_err() {
            let record = self.record(
                &head,
                matched.as_ref(),
                &progress,
                ExchangeOutcome::Broken,
                began,
            );
            self.watch.correct(&record);
        }
        sent?;
        Ok(if progress.keep_alive {
            Next::Request
        } else {
            Next::Close
        })
    }

    fn record<'r>(
        &'r self,
        head: &'r Head,
        matched: Option<&'r MatchedFaults>,
        progress: &'r Progress,
        outcome: ExchangeOutcome,
        began: Instant,
    ) -> RequestRecord<'r> {
        let response = progress.response.as_ref();
        RequestRecord {
            head,
            peer: self.peer,
            labels: progress.labels.as_ref(),
            status: response.map_or(0, |response| response.status),
            request_id: response
                .and_then(|response| response.get("x-ms-request-id"))
                .unwrap_or(""),
            bytes_in: progress.bytes_in,
            bytes_out: if outcome == ExchangeOutcome::Answered {
                progress.bytes_out
            } else {
                0
            },
            outcome,
            faults: matched.map_or(&[], |matched| matched.names.as_slice()),
            took: began.elapsed(),
        }
    }

    /// Does everything up to the answer, which is then ready to send.
    fn serve(
        &self,
        wire: &mut Wire,
        head: &Head,
        matched: Option<&MatchedFaults>,
        progress: &mut Progress,
    ) -> io::Result<()> {
        let expects_continue = head
            .header_or_empty("expect")
            .eq_ignore_ascii_case("100-continue");
        if let Some(matched) = matched {
            before_serving(wire, matched)?;
        }
        let mut body = Body::new(wire, self.length, expects_continue);
        let mut response = match matched {
            None => self.handler.serve(head, &mut body, self.peer),
            Some(matched) => self.serve_with_faults(head, &mut body, matched),
        };
        progress.unread = body.unread();
        progress.bytes_in = self.length - progress.unread;
        progress.labels = Some(response.labels.clone());
        let is_being_sent = body.is_being_sent();
        if let Some(error) = body.take_failure() {
            return Err(error);
        }
        wire.clear_faults();
        if let Some(matched) = matched {
            before_sending(wire, matched, &mut response)?;
        }
        progress.keep_alive = head.keep_alive()
            && !response.framing_broken
            && progress.unread <= DRAIN_BYTES_MAX
            && (is_being_sent || progress.unread == 0);
        progress.bytes_out = if head.method() == "HEAD" {
            0
        } else {
            response.payload.sent_bytes()
        };
        progress.response = Some(response);
        match matched {
            Some(matched) if matched.effects.iter().any(|then| then.lose_answer) => {
                Err(planned_end_of(Some(matched)))
            }
            _ => Ok(()),
        }
    }

    fn send(
        &self,
        wire: &mut Wire,
        head: &Head,
        progress: &Progress,
        extra: Option<ExtraAnswer>,
    ) -> io::Result<()> {
        let Some(response) = &progress.response else {
            return Ok(());
        };
        response.send(wire, head.method() == "HEAD", progress.keep_alive)?;
        if progress.keep_alive {
            send_extra_answer(wire, head, response, extra)?;
        }
        self.watch.faults.charge(head, progress.bytes_out);
        if progress.keep_alive {
            return drain(wire, progress.unread);
        }
        // The connection ends, but the client gets time to read the answer.
        if progress.unread > 0 {
            wire.finish();
            wire.drop_until_silence(progress.unread.min(DRAIN_BYTES_MAX));
        }
        Ok(())
    }

    /// Serves a request that rules of the fault plan match.
    fn serve_with_faults(
        &self,
        head: &Head,
        body: &mut Body<'_>,
        matched: &MatchedFaults,
    ) -> Response {
        body.flip = matched
            .effects
            .iter()
            .find_map(|then| then.flip_request_bit);
        let by_rule = matched.effects.iter().find_map(|then| then.answer.as_ref());
        match matched.throttled.as_ref().or(by_rule) {
            Some(refuse) => self.refuse(head, body, refuse),
            None => self.handler.serve(head, body, self.peer),
        }
    }

    fn refuse(&self, head: &Head, body: &mut Body<'_>, rule: &RuleAnswer) -> Response {
        if rule.after_body {
            // A body that ends early is an error of the body.
            let _ = body.drain(crate::emulator::digest::ChecksumSet::default());
        }
        let code = if rule.code.is_empty() {
            usual_code(rule.status)
        } else {
            &rule.code
        };
        let mut refusal = Refusal::new(rule.status, "", "The fault plan refuses this request.");
        code.clone_into(refusal.code.to_mut());
        if let Some(echo) = rule.echo {
            refusal.message = format!("Refused: {}", repeated(head, echo)).into();
        }
        let response = self.handler.refuse(&refusal);
        response.header_some(
            "Retry-After",
            rule.retry_after.map(|seconds| seconds.to_string()),
        )
    }
}

/// The part of the request that a refusal repeats.
fn repeated(head: &Head, echo: Echo) -> String {
    match echo {
        Echo::Url => head.target().to_owned(),
        Echo::DecodedUrl => {
            let spaced = head.target().replace("%2B", " ").replace("%2b", " ");
            percent_encoding::percent_decode_str(&spaced)
                .decode_utf8_lossy()
                .into_owned()
        }
        Echo::EncodedUrl => {
            percent_encoding::utf8_percent_encode(head.target(), percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        }
        Echo::Authorization => ["authorization", "x-ms-copy-source-authorization"]
            .map(|name| head.header_or_empty(name))
            .join(" "),
        Echo::Headers => head
            .headers()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// Sends the answer once more, or keeps it until the next request.
fn send_extra_answer(
    wire: &mut Wire,
    head: &Head,
    response: &Response,
    extra: Option<ExtraAnswer>,
) -> io::Result<()> {
    let head_only = head.method() == "HEAD";
    match extra {
        None => Ok(()),
        Some(ExtraAnswer::AtOnce) => response.send(wire, head_only, true),
        Some(ExtraAnswer::WithNext) => {
            wire.keep_extra_answer(response.to_bytes(head_only)?);
            Ok(())
        }
    }
}

/// The faults that the service applies itself.
fn request_faults(matched: &MatchedFaults) -> RequestFaults {
    let any = |fault: fn(&Then) -> bool| matched.effects.iter().any(fault);
    RequestFaults {
        ignore_range: any(|then| then.ignore_range),
        first_bytes: any(|then| then.first_bytes),
        move_range: matched.effects.iter().map(|then| then.move_range).sum(),
        ignore_conditions: any(|then| then.ignore_conditions),
        page_entities: matched.effects.iter().find_map(|then| then.page_entities),
        batch_status: matched.effects.iter().find_map(|then| then.batch_status),
    }
}

/// Applies delays, and the faults of the request's body.
fn before_serving(wire: &mut Wire, matched: &MatchedFaults) -> io::Result<()> {
    let delay: u64 = matched.effects.iter().map(|then| then.delay_ms).sum();
    if delay > 0 {
        pause(Duration::from_millis(delay));
    }
    if matched.effects.iter().any(|then| then.blackhole) {
        return Err(io::Error::other(PlannedEnd(CloseManner::Blackhole)));
    }
    if matched
        .effects
        .iter()
        .any(|then| then.close == Some(ClosePoint::BeforeAnswer))
    {
        return Err(planned_end_of(Some(matched)));
    }
    let mut faults = bandwidth_limits(wire, matched);
    for then in &matched.effects {
        faults.buckets.extend(
            then.request_bytes_per_second
                .map(|rate| Bucket::line(rate).into()),
        );
        if let Some(ClosePoint::RequestBytes(bytes)) = then.close {
            faults.end_after = Some((bytes, then.how));
        }
    }
    wire.set_input_faults(faults);
    Ok(())
}

/// Changes the answer, and applies the faults of its body.
fn before_sending(
    wire: &mut Wire,
    matched: &MatchedFaults,
    response: &mut Response,
) -> io::Result<()> {
    let mut faults = bandwidth_limits(wire, matched);
    for then in &matched.effects {
        response_faults::apply(response, then);
        faults.buckets.extend(
            then.response_bytes_per_second
                .map(|rate| Bucket::line(rate).into()),
        );
        faults.byte_delay += Duration::from_millis(then.byte_delay_ms);
        match then.close {
            Some(ClosePoint::ResponseBytes(bytes)) => faults.end_after = Some((bytes, then.how)),
            // The body was shorter than that: the connection ends nevertheless.
            Some(ClosePoint::RequestBytes(_)) => return Err(planned_end_of(Some(matched))),
            _ => {}
        }
    }
    wire.set_output_faults(faults);
    Ok(())
}

/// The bandwidth limits of the whole plan.
fn bandwidth_limits(wire: &Wire, matched: &MatchedFaults) -> WireFaults {
    let own = matched
        .connection_bytes_per_second
        .map(|rate| wire.bucket(rate));
    WireFaults {
        buckets: own.into_iter().chain(matched.total.clone()).collect(),
        ..WireFaults::default()
    }
}

fn planned_end_of(matched: Option<&MatchedFaults>) -> io::Error {
    let how = matched.and_then(|matched| {
        matched
            .effects
            .iter()
            .map(|then| then.how)
            .find(|how| *how != CloseManner::Close)
    });
    io::Error::other(PlannedEnd(how.unwrap_or_default()))
}

fn usual_code(status: u16) -> &'static str {
    match status {
        503 => "ServerBusy",
        500 => "InternalError",
        429 => "TooManyRequests",
        403 => "AuthenticationFailed",
        404 => "ResourceNotFound",
        412 => "ConditionNotMet",
        _ => "InvalidInput",
    }
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
