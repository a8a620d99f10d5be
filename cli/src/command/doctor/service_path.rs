//! Checks of the connection to a service: address, proxy, reply, clock, credential.

use std::net::ToSocketAddrs;
use std::time::Instant;

use azring_core::location::{AccountPlace, Location, SasGrant};
use azring_core::options::Engine;
use azring_core::{Error, Result, Side, job};
use azring_transport as transport;
use azring_transport::http::Reply;
use azring_transport::net::Proxy;
use jiff::Timestamp;

use super::{Finding, State};
use crate::advice::Advice;
use crate::clock_skew::{SKEW_BAD_SECONDS, clock_ahead_s, skew};
use crate::usage_error::reason;

/// A clock that is off this far is not synchronized, and will drift further.
const SKEW_POOR_SECONDS: i64 = 60;

/// Checks the way to the service of `location`, in the order of a request.
pub(super) fn check(
    engine: &Engine,
    side: Side,
    location: &Location,
    place: &AccountPlace,
    advice: &Advice,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(signature(location, place, Timestamp::now()));
    let proxy_choice = engine.proxies.of(&place.account.endpoint);
    findings.push(proxy(&proxy_choice));
    findings.push(address(engine, place, proxy_choice.ok().flatten()));
    let begun = Instant::now();
    let reply = job::probe(location, engine);
    let now = Timestamp::now();
    let took_ms = begun.elapsed().as_millis();
    findings.extend(clock(&reply, now));
    findings.push(service(&reply, took_ms, |error| {
        advice.cause(error, side, location)
    }));
    findings
}

/// The proxy that requests to the service pass, if one is set.
fn proxy(choice: &transport::Result<Option<&Proxy>>) -> Finding {
    match choice {
        Ok(None) => Finding::good("proxy", "none: the service is reached directly"),
        Ok(Some(proxy)) => Finding::good("proxy", format!("{proxy} (by `{}`)", proxy.variable())),
        Err(error) => Finding::not(State::Bad, "proxy", error.message(), ""),
    }
}

/// The address to connect to. A proxy resolves the service's name itself, so the proxy's is shown.
fn address(engine: &Engine, place: &AccountPlace, proxy: Option<&Proxy>) -> Finding {
    let endpoint = proxy.map_or(&place.account.endpoint, Proxy::endpoint);
    let fixed = engine
        .resolve
        .iter()
        .find(|(host, port, _)| *host == endpoint.host && *port == endpoint.port);
    if let Some((_, _, address)) = fixed {
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

fn clock(answer: &Result<Reply>, now: Timestamp) -> Option<Finding> {
    let date = match answer {
        Ok(reply) => reply.header("date"),
        Err(Error::Transport(error)) => error.date(),
        Err(_) => None,
    }?;
    clock_ahead_s(date, now).map(skewed)
}

/// The finding about a clock that is `seconds` ahead of the service's.
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
fn signature(location: &Location, place: &AccountPlace, now: Timestamp) -> Option<Finding> {
    let grant = SasGrant::of(&place.account)?;
    Some(match location.sas_fault(&[], now) {
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
    fn a_service_that_refuses_differs_from_one_that_is_away() {
        let of = |kind| service(&Err(Transport::new(kind, "refused").into()), 0, |_| None);
        assert_eq!(of(Kind::Status(404)).state, State::Poor);
        assert_eq!(of(Kind::Status(503)).state, State::Bad);
    }
}
