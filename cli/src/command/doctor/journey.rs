//! The way to a service: its name, a connection, its clock, whether it knows us.

use std::net::ToSocketAddrs;
use std::time::Instant;

use azring_core::location::{BlobLocation, Location, SasGrant};
use azring_core::options::Engine;
use azring_core::store::blob::request::get_container_properties;
use azring_core::{Error, Result, Side};
use azring_transport as transport;
use azring_transport::http::Reply;
use azring_transport::net::Proxy;
use jiff::Timestamp;

use super::{Finding, State};
use crate::advice::{Advice, SKEW_BAD_SECONDS, clock_ahead_s, skew};
use crate::command::service;
use crate::usage_error::reason;

/// A clock that runs free gets there sooner or later.
const SKEW_POOR_SECONDS: i64 = 60;

/// Looks at everything, in the order of a request.
pub(super) fn look(engine: &Engine, place: &BlobLocation, advice: &Advice) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(signature(place, Timestamp::now()));
    let way = engine.proxies.of(&place.account().endpoint);
    findings.push(proxy(&way));
    findings.push(name(engine, place, way.ok().flatten()));
    let begun = Instant::now();
    let answer = ask(engine, place);
    let now = Timestamp::now();
    let took_ms = begun.elapsed().as_millis();
    findings.extend(clock(&answer, now));
    findings.push(service(&answer, took_ms, |error| {
        advice.cause(error, Side::Source, &Location::Blob(place.clone()))
    }));
    findings
}

/// Who stands between here and the service.
fn proxy(way: &transport::Result<Option<&Proxy>>) -> Finding {
    match way {
        Ok(None) => Finding::good("proxy", "none: the service is reached directly"),
        Ok(Some(proxy)) => Finding::good("proxy", format!("{proxy} (by `{}`)", proxy.variable())),
        Err(error) => Finding::not(State::Bad, "proxy", error.message(), ""),
    }
}

/// The address to connect to: a proxy finds that of the service by itself.
fn name(engine: &Engine, place: &BlobLocation, proxy: Option<&Proxy>) -> Finding {
    let endpoint = proxy.map_or(&place.account().endpoint, Proxy::endpoint);
    let args = engine
        .resolve
        .iter()
        .find(|(host, port, _)| *host == endpoint.host && *port == endpoint.port);
    if let Some((_, _, address)) = args {
        return Finding::good("address", format!("{address} (by `AZRING_RESOLVE`)"));
    }
    let host = endpoint.host.trim_start_matches('[').trim_end_matches(']');
    match (host, endpoint.port).to_socket_addrs() {
        Ok(addresses) => {
            let addresses: Vec<_> = addresses.map(|address| address.ip().to_string()).collect();
            Finding::good("address", addresses.join(", "))
        }
        Err(error) => Finding::not(
            State::Bad,
            "address",
            reason(&error),
            "check the name of the account and this machine's resolver",
        ),
    }
}

/// Asks for the container's properties: the smallest question that needs the credential.
fn ask(engine: &Engine, place: &BlobLocation) -> Result<Reply> {
    let request = get_container_properties::request(place);
    service::run(async {
        let client = service::client(engine)?;
        Ok(client.send(&request).await?)
    })
}

fn clock(answer: &Result<Reply>, now: Timestamp) -> Option<Finding> {
    let date = match answer {
        Ok(reply) => reply.header("date"),
        Err(Error::Transport(error)) => error.date(),
        Err(_) => None,
    }?;
    clock_ahead_s(date, now).map(skewed)
}

/// `seconds`: how far this machine's clock is ahead.
fn skewed(seconds: i64) -> Finding {
    let found = match seconds {
        -2..=2 => "as the service's".to_owned(),
        _ => skew(seconds),
    };
    let state = match seconds.abs() {
        0..SKEW_POOR_SECONDS => return Finding::good("clock", found),
        SKEW_POOR_SECONDS..SKEW_BAD_SECONDS => State::Poor,
        _ => State::Bad,
    };
    let advice = "set this machine's clock: the service refuses what is signed 15 minutes off";
    Finding::not(state, "clock", found, advice)
}

/// What the fields of the shared access signature say, if there is one.
fn signature(place: &BlobLocation, now: Timestamp) -> Option<Finding> {
    let grant = SasGrant::of(place.account())?;
    Some(match grant.fault(place, &[], now) {
        Some(fault) => Finding::not(State::Bad, "signature", fault, "create another signature"),
        None => Finding::good(
            "signature",
            match grant.permissions() {
                Some(permissions) => format!("valid; it allows `{permissions}` (`sp`)"),
                None => "valid; a stored access policy defines what it allows".to_owned(),
            },
        ),
    })
}

fn service(
    answer: &Result<Reply>,
    took_ms: u128,
    cause: impl Fn(&Error) -> Option<String>,
) -> Finding {
    let error = match answer {
        Ok(reply) => {
            let found = format!("answered {} in {took_ms} ms", reply.status.as_u16());
            return Finding::good("service", found);
        }
        Err(error) => error,
    };
    let (state, message) = match error.bare() {
        Error::Transport(error) if error.status() == Some(404) => (State::Poor, error.message()),
        Error::Transport(error) => (State::Bad, error.message()),
        error => return Finding::not(State::Bad, "service", error.to_string(), ""),
    };
    Finding::not(state, "service", message, &cause(error).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use azring_transport::{Error as Transport, Kind};

    use super::*;

    #[test]
    fn a_clock_is_good_poor_or_bad_by_how_far_it_is_off() {
        let states = [0, 2, -59, 60, -800, 840, -4000].map(|seconds| skewed(seconds).state);
        let (good, poor, bad) = (State::Good, State::Poor, State::Bad);
        assert_eq!(states, [good, good, good, poor, poor, bad, bad]);
        assert_eq!(skewed(-125).found, "2m 5s behind the service's");
        assert_eq!(skewed(90).found, "1m 30s ahead of the service's");
    }

    #[test]
    fn the_clock_is_read_from_an_answer_of_any_kind() {
        let date = "Thu, 16 Aug 2018 15:19:39 GMT";
        let refused = Transport::new(Kind::Status(403), "").answered(None, None, Some(date.into()));
        let now: Timestamp = "2018-08-16T15:49:39Z".parse().unwrap();
        let finding = clock(&Err(refused.into()), now).unwrap();
        assert_eq!(
            (finding.state, finding.found.as_str()),
            (State::Bad, "30m ahead of the service's")
        );
        let silent = Transport::new(Kind::Connect, "");
        assert_eq!(clock(&Err(silent.into()), now), None);
    }

    #[test]
    fn a_service_that_refuses_is_told_from_one_that_is_away() {
        let of = |kind| service(&Err(Transport::new(kind, "told").into()), 0, |_| None);
        assert_eq!(of(Kind::Status(404)).state, State::Poor);
        assert_eq!(of(Kind::Status(503)).state, State::Bad);
    }
}
