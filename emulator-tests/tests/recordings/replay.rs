//! Replays one cassette against an emulator of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use azring_emulator_tests::emulator::clock::Moment;
use azring_emulator_tests::emulator::tls;
use azring_emulator_tests::emulator::{AccountOption, Behaviour, Options, Server, TlsChoice};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use rustls::ClientConfig;

use crate::cassette::{Cassette, Headers, Interaction, RecordedResponse};
use crate::comparison;
use crate::connection::Connection;
use crate::difference::Difference;
use crate::request::Request;
use crate::service::{KEY, RecordedService};
use crate::signer;
use crate::substitution::Substitution;

/// Headers that are not sent as they were recorded.
const OWN_HEADERS: [&str; 6] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "host",
    "x-ms-date",
];
/// The host of tokens: the clients of a cassette that asks it send a token.
const TOKEN_HOST: &str = "login.microsoftonline.com";

/// What a cassette showed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Requests that were sent.
    pub requests: usize,
    /// Answers without any difference.
    pub same: usize,
    /// All differences.
    pub differences: Vec<Difference>,
}

/// What the recorder did not see is made so long before the first request.
const PREPARED_BEFORE_MS: i64 = 30_000;
/// Recorded dates are whole seconds. After a pause of the client a second more has passed, so that
/// a lease that ended is not still there by a fraction of a second.
const PAUSE_MS: i64 = 2_000;
/// The rehydration of an archived blob takes hours.
const REHYDRATE_MS: u64 = 15 * 3_600_000;

/// The second region is late by more than the recorded pauses.
const SECONDARY_LAG_MS: u64 = 60_000;

struct Replay<'a> {
    service: &'a RecordedService,
    server: Server,
    address: SocketAddr,
    trust: Arc<ClientConfig>,
    connection: Option<Connection>,
    values: Substitution,
    /// How far the emulator's clock is from this machine's.
    clock_ahead_ms: i64,
    /// The recorded time that the clock followed last.
    last_date: Option<Moment>,
    /// The tenant of tokens, when the cassette's clients send them.
    tenant: Option<String>,
}

/// Sends all requests of a cassette that are for the service.
pub fn run(service: &RecordedService, cassette: &Cassette) -> Outcome {
    let mut replay = Replay::start(service, cassette);
    let preparation = (service.prepare)(service, cassette);
    let mut outcome = Outcome::default();
    let mut own = cassette
        .interactions
        .iter()
        .filter(|one| service.owns(&one.request));
    if let Some(first) = own.next() {
        let date = first.request.date().or_else(|| date_of(&first.response));
        replay.follow_clock(date.map(|date| date.shifted_ms(-PREPARED_BEFORE_MS)));
        replay.last_date = None;
        for request in &preparation.first {
            replay.prepare(request, &cassette.interactions);
        }
    }
    for (index, one) in cassette.interactions.iter().enumerate() {
        if !service.owns(&one.request) {
            continue;
        }
        replay.follow_clock(one.request.date().or_else(|| date_of(&one.response)));
        for request in preparation.before(index) {
            replay.prepare(request, &cassette.interactions[index..=index]);
        }
        // A failure of the service says nothing about the request.
        if one.response.status >= 500 {
            continue;
        }
        let answer = replay.send(one);
        let findings = comparison::compare(
            &one.request.method,
            &one.response,
            &answer,
            &mut replay.values,
        );
        outcome.requests += 1;
        outcome.same += usize::from(findings.is_empty());
        outcome
            .differences
            .extend(findings.into_iter().map(|finding| Difference {
                cassette: cassette.name.clone(),
                index,
                request: label(one),
                aspect: finding.aspect,
                subject: finding.subject,
                recorded: finding.recorded,
                answered: finding.answered,
            }));
    }
    outcome
}

impl<'a> Replay<'a> {
    fn start(service: &'a RecordedService, cassette: &Cassette) -> Self {
        let accounts = service.accounts.iter().map(|name| AccountOption {
            name: (*name).to_owned(),
            key: KEY.to_owned(),
            second_key: None,
        });
        let server = Server::start(&Options {
            accounts: accounts.collect(),
            tls: TlsChoice::Own,
            unsigned_tokens: true,
            ..Options::default()
        })
        .expect("an emulator that starts");
        let authority = tempfile::NamedTempFile::new().expect("a file");
        let pem = server.authority_pem().expect("an authority of its own");
        std::fs::write(authority.path(), pem).expect("a file");
        let trust = tls::trust(Some(authority.path())).expect("an authority");
        let mut requests = cassette.interactions.iter().map(|one| &one.request);
        let tenant = requests.find(|request| request.host == TOKEN_HOST);
        let tenant = tenant.and_then(|request| Some(request.path.split('/').nth(1)?.to_owned()));
        let mut urls = server.urls();
        let url = urls.find(|(label, _)| *label == service.label);
        let (_, url) = url.expect("the emulator has the service");
        let address = url
            .rsplit('/')
            .next()
            .and_then(|address| address.parse().ok());
        drop(urls);
        Self {
            service,
            address: address.expect("an address"),
            server,
            trust: trust.expect("one was named"),
            connection: None,
            values: Substitution::default(),
            clock_ahead_ms: i64::MIN,
            last_date: None,
            tenant,
        }
    }

    /// Sets the emulator's clock to a recorded time. It never goes back.
    fn follow_clock(&mut self, date: Option<Moment>) {
        let Some(date) = date else { return };
        let now = Moment::now().ticks() as i64 / 10_000;
        let mut ahead = date.ticks() as i64 / 10_000 - now;
        if let Some(last) = self.last_date.replace(date) {
            let passed = (date.ticks() as i64 - last.ticks() as i64) / 10_000;
            if passed >= PAUSE_MS {
                let answered = self.now().ticks() as i64 / 10_000;
                ahead = ahead.max(answered + passed + 1_000 - now);
            }
        }
        if ahead > self.clock_ahead_ms {
            self.clock_ahead_ms = ahead;
            let premium_accounts = self.service.premium_accounts.iter();
            self.server.set_behaviour(Behaviour {
                clock_ahead_ms: ahead,
                rehydrate_ms: REHYDRATE_MS,
                premium_accounts: premium_accounts.map(|name| (*name).to_owned()).collect(),
                secondary_lag_ms: SECONDARY_LAG_MS,
                ..Behaviour::default()
            });
        }
    }

    fn now(&self) -> Moment {
        Moment::now().shifted_ms(self.clock_ahead_ms)
    }

    /// Sends a request of the preparation. The `ETag` of what it makes takes the place of the
    /// recorded one in the conditions of later requests.
    fn prepare(&mut self, request: &Request, later: &[Interaction]) {
        let account = request.host.split('.').next().unwrap_or_default();
        let answer = self.exchange(&self.signed(request.clone(), account));
        assert!(
            answer.status < 300,
            "{} {} of the preparation: {} {}",
            request.method,
            request.path,
            answer.status,
            answer.body.escape_ascii()
        );
        let Some(etag) = answer.headers.get("etag") else {
            return;
        };
        for one in later {
            let headers = &one.request.headers;
            let source = headers.get("x-ms-copy-source").unwrap_or_default();
            let of_source = source
                .split('?')
                .next()
                .is_some_and(|url| url.ends_with(&request.path));
            // The bytes that stand for unknown ones have another checksum.
            if of_source
                && request.headers.get("x-ms-blob-type") == Some("BlockBlob")
                && one.response.status < 300
                && let Some(md5) = headers.get("x-ms-source-content-md5")
            {
                let computed = STANDARD.encode(Md5::digest(&request.body));
                self.values.replace(md5, &computed);
            }
            let (matching, other) = if of_source {
                ("x-ms-source-if-match", "x-ms-source-if-none-match")
            } else if one.request.path == request.path {
                ("if-match", "if-none-match")
            } else {
                continue;
            };
            let condition = match one.response.status {
                200..=299 => headers.get(matching),
                _ => headers.get(other),
            };
            if let Some(recorded) = condition
                && recorded != "*"
            {
                self.values.replace(recorded, etag);
            }
        }
    }

    fn send(&mut self, one: &Interaction) -> RecordedResponse {
        let recorded = &one.request;
        let mut headers = Headers::default();
        for (name, value) in &recorded.headers.0 {
            if OWN_HEADERS.contains(&name.as_str()) {
                continue;
            }
            let value = match name.as_str() {
                "x-ms-copy-source" => self.source(recorded.account(), value),
                _ if name.ends_with("-since") => match self.values.date(value) {
                    Some(date) => date.to_owned(),
                    None => value.clone(),
                },
                "content-md5" => value.clone(),
                _ => self.values.apply(value),
            };
            headers.0.push((name.clone(), value));
        }
        let is_text = recorded.headers.get("content-type").is_some_and(|kind| {
            kind.starts_with("multipart/") || kind.starts_with("application/xml")
        });
        let account = recorded.account();
        let mut body = recorded.body.clone();
        if is_text {
            body = self
                .values
                .apply(&String::from_utf8_lossy(&body))
                .into_bytes();
        }
        let mut request = Request {
            method: recorded.method.clone(),
            host: recorded.host.clone(),
            path: recorded.path.clone(),
            query: self.values.apply(&recorded.query),
            headers,
            body,
        };
        if recorded.parameter("comp").as_deref() == Some("batch") {
            request.body = signer::batch(account, &request.body, self.now());
        }
        // Anonymous requests have no date.
        if recorded.date().is_some() {
            let date = ("x-ms-date".to_owned(), self.now().rfc1123());
            request.headers.0.push(date);
            let authorization = match &self.tenant {
                None => (self.service.sign)(account, &request),
                Some(_) if one.response.status == 400 => "Bearer of no token".to_owned(),
                Some(tenant) => signer::token(tenant, self.now()),
            };
            let header = ("authorization".to_owned(), authorization);
            request.headers.0.push(header);
        }
        self.exchange(&request)
    }

    /// The source of a copy at the emulator, with a new signature.
    fn source(&mut self, target: &str, recorded: &str) -> String {
        let Some((account, path)) = self.service.source_of(target, recorded) else {
            return recorded.to_owned();
        };
        let text = self.values.apply(recorded);
        let (url, query) = text.split_once('?').unwrap_or((&text, ""));
        let scheme = url.split_once("://").map_or("https", |(scheme, _)| scheme);
        let url = format!(
            "{scheme}://{account}.{}.core.windows.net{path}",
            self.service.label
        );
        match query {
            "" => url,
            query if query.contains("sig=") => {
                let signed = signer::service_sas(self.service.label, &account, &path, query);
                let signature = |query: &str| {
                    let mut pairs = query.split(['?', '&']).rev();
                    pairs
                        .find(|pair| pair.starts_with("sig="))
                        .map(str::to_owned)
                };
                if let Some((before, now)) = signature(recorded).zip(signature(&signed)) {
                    self.values.replace(&before, &now);
                }
                format!("{url}?{signed}")
            }
            query => format!("{url}?{query}"),
        }
    }

    fn signed(&self, mut request: Request, account: &str) -> Request {
        let date = ("x-ms-date".to_owned(), self.now().rfc1123());
        request.headers.0.push(date);
        let authorization = (self.service.sign)(account, &request);
        request
            .headers
            .0
            .push(("authorization".to_owned(), authorization));
        request
    }

    fn exchange(&mut self, request: &Request) -> RecordedResponse {
        let (address, trust) = (self.address, &self.trust);
        let mut connection = self
            .connection
            .take()
            .unwrap_or_else(|| Connection::open(address, trust));
        let (answer, is_open) = connection.exchange(request);
        if is_open {
            self.connection = Some(connection);
        }
        answer
    }
}

fn date_of(response: &RecordedResponse) -> Option<Moment> {
    Moment::parse_rfc1123(response.headers.get("date")?)
}

/// Method, `restype`, `comp` and recorded status, such as `PUT comp=page 201`.
fn label(one: &Interaction) -> String {
    let named = |name| Some(format!("{name}={}", one.request.parameter(name)?));
    let parts = [
        Some(one.request.method.clone()),
        named("restype"),
        named("comp"),
        Some(one.response.status.to_string()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
