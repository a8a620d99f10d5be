//! The way to a service: its name, a connection, its clock, whether it knows us.

use std::net::ToSocketAddrs;
use std::time::Instant;

use azring_core::location::BlobLocation;
use azring_core::options::Engine;
use azring_core::store::blob::request::get_container_properties;
use azring_core::{Error, Result};
use azring_transport::http::Reply;
use azring_transport::net::Proxy;
use azring_transport::{self as transport, Blame, Kind};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Span, Timestamp};

use super::{Finding, State};
use crate::command::service;
use crate::misuse::reason;

/// The service refuses a signature whose time is further off than 15 minutes; a part of it is for the way.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#specifying-the-date-header>
const SKEW_BAD_SECONDS: i64 = 14 * 60;
/// A clock that runs free gets there sooner or later.
const SKEW_POOR_SECONDS: i64 = 60;

/// Looks at everything, in the order of a request.
pub(super) fn look(engine: &Engine, place: &BlobLocation) -> Vec<Finding> {
    let mut findings = Vec::new();
    let way = engine.proxies.of(&place.account.endpoint);
    findings.push(proxy(&way));
    findings.push(name(engine, place, way.ok().flatten()));
    let begun = Instant::now();
    let answer = ask(engine, place);
    let now = Timestamp::now();
    let took_ms = begun.elapsed().as_millis();
    findings.extend(clock(&answer, now));
    findings.push(service(&answer, took_ms));
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
    let endpoint = proxy.map_or(&place.account.endpoint, Proxy::endpoint);
    let given = engine
        .resolve
        .iter()
        .find(|(host, port, _)| *host == endpoint.host && *port == endpoint.port);
    if let Some((_, _, address)) = given {
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
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(skewed(now.as_second() - theirs.as_second()))
}

/// `seconds`: how far this machine's clock is ahead.
fn skewed(seconds: i64) -> Finding {
    let found = match seconds {
        -2..=2 => "as the service's".to_owned(),
        3.. => format!("{} ahead of the service's", span(seconds)),
        _ => format!("{} behind the service's", span(-seconds)),
    };
    let state = match seconds.abs() {
        0..SKEW_POOR_SECONDS => return Finding::good("clock", found),
        SKEW_POOR_SECONDS..SKEW_BAD_SECONDS => State::Poor,
        _ => State::Bad,
    };
    let advice = "set this machine's clock: the service refuses what is signed 15 minutes off";
    Finding::not(state, "clock", found, advice)
}

fn span(seconds: i64) -> String {
    format!(
        "{:#}",
        Span::new().minutes(seconds / 60).seconds(seconds % 60)
    )
}

fn service(answer: &Result<Reply>, took_ms: u128) -> Finding {
    let error = match answer {
        Ok(reply) => {
            let found = format!("answered {} in {took_ms} ms", reply.status.as_u16());
            return Finding::good("service", found);
        }
        Err(Error::Transport(error)) => error,
        Err(error) => return Finding::not(State::Bad, "service", error.to_string(), ""),
    };
    let advice = match (error.kind(), error.blame()) {
        (Kind::Status(401 | 403), _) => "check the key or the signature, and the clock",
        (Kind::Status(404), _) => {
            "the way is open, but the container is not there or not public: an upload makes it, a download needs it"
        }
        (Kind::Tls, _) => {
            "name the certificate of the authority in between, or check the host's name"
        }
        (Kind::Proxy(_), _) => "ask whoever runs the proxy, or name the host in `NO_PROXY`",
        (_, Blame::Network) => "check the network between here and there: firewall, routing, proxy",
        _ => "",
    };
    let state = match error.kind() {
        Kind::Status(404) => State::Poor,
        _ => State::Bad,
    };
    Finding::not(state, "service", error.message(), advice)
}

#[cfg(test)]
mod tests {
    use azring_transport::Error as Transport;

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
        let of = |kind| service(&Err(Transport::new(kind, "told").into()), 0);
        assert!(of(Kind::Status(403)).advice.contains("key"));
        assert!(of(Kind::Connect).advice.contains("network"));
        assert_eq!(of(Kind::Status(404)).state, State::Poor);
        assert_eq!(of(Kind::Status(503)).state, State::Bad);
    }
}
