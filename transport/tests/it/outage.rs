//! Services that are away for a while: one event for all requests, and no failure of any of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use azring_transport::auth::Credential;
use azring_transport::http::{Account, Endpoint, Request, Scheme};
use azring_transport::service::Service;
use azring_transport::traffic::GiveUp;
use azring_transport::{Error, Kind, Result};
use hyper::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use crate::script::{Bench, Move, Server, answer, run, run_without_waiting};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi";
const BUSY: &str = "HTTP/1.1 503 Server Busy\nretry-after: 1\ncontent-length: 0\n\n";

/// A port that refuses connections until its socket listens. It stays bound, so that no other
/// process takes it meanwhile.
fn refusing_port() -> (TcpSocket, SocketAddr) {
    loop {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        // Bound by its number, the port is not released when the socket stops listening.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        if socket.bind(address).is_ok() {
            return (socket, address);
        }
    }
}

fn get(host: &str, port: u16, path: &str) -> Request {
    let endpoint = Endpoint {
        scheme: Scheme::Http,
        host: host.into(),
        port,
    };
    let account = Account::new(Service::Blob, endpoint, Credential::Anonymous);
    Request::new(Method::GET, &Arc::new(account), path)
}

/// Sends this many requests at once and returns their results.
async fn ask(bench: &Bench, address: SocketAddr, count: usize) -> Vec<Result<()>> {
    let sent = |number| {
        let request = get("127.0.0.1", address.port(), &format!("/{number}"));
        let client = bench.client.clone();
        tokio::task::spawn_local(async move { client.send(&request).await.map(drop) })
    };
    let requests: Vec<_> = (0..count).map(sent).collect();
    let mut ended = Vec::new();
    for request in requests {
        ended.push(request.await.unwrap());
    }
    ended
}

fn slept(bench: &Bench) -> Duration {
    bench.clock.naps().iter().sum()
}

/// Starts the service after this much time was slept.
async fn begin_after(bench: &Bench, socket: TcpSocket, wait: Duration, scripts: usize) -> Server {
    while slept(bench) < wait {
        tokio::task::yield_now().await;
    }
    Server::on(socket.listen(128).unwrap(), vec![answer(OK); scripts])
}

/// A bench that waits as long at the start as later.
fn patient() -> Bench {
    Bench::with(|settings| {
        settings.give_up = GiveUp {
            at_start: Duration::from_mins(5),
            later: Duration::from_mins(5),
        };
    })
}

#[test]
fn forty_requests_to_a_port_that_refuses_wait_as_one_and_all_succeed() {
    run(async {
        let (bench, (socket, address)) = (patient(), refusing_port());
        let wait = Duration::from_mins(1);
        let (ended, _server) = tokio::join!(
            ask(&bench, address, 40),
            begin_after(&bench, socket, wait, 41)
        );
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
        // One request at a time tried, less and less often.
        let naps = bench.clock.naps();
        assert!(naps.len() < 25, "{naps:?}");
        assert!(naps[0] < Duration::from_millis(251), "{naps:?}");
        assert!(naps.iter().all(|nap| *nap <= Duration::from_secs(10)));
        let later = &naps[naps.len() - 3..];
        assert!(later.iter().all(|nap| *nap >= Duration::from_secs(5)));
        // None of this was a retry of a request.
        assert_eq!(bench.settings.retries.load(Ordering::Relaxed), 0);
        assert!(!bench.settings.traffic.availability().has_outage());
    });
}

#[test]
fn a_service_that_never_answered_is_given_up_in_ten_seconds() {
    run(async {
        let (bench, (_socket, address)) = (Bench::new(), refusing_port());
        let ended = ask(&bench, address, 5).await;
        let seconds = slept(&bench).as_secs();
        assert!((9..=10).contains(&seconds), "{seconds}");
        assert!(ended.iter().all(is_unreachable), "{ended:?}");
    });
}

#[test]
fn a_service_that_answered_before_is_waited_for_five_minutes() {
    run(async {
        let (bench, (socket, address)) = (Bench::new(), refusing_port());
        let listener = socket.listen(128).unwrap();
        let one = get("127.0.0.1", address.port(), "/");
        let serves = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            rustix::net::shutdown(&listener, rustix::net::Shutdown::Both).unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(ok).await.unwrap();
        };
        let (sent, ()) = tokio::join!(bench.client.send(&one), serves);
        sent.unwrap();
        let ended = ask(&bench, address, 7).await;
        assert!(ended.iter().all(is_unreachable), "{ended:?}");
        let seconds = slept(&bench).as_secs();
        assert!((299..=300).contains(&seconds), "{seconds}");
        // Later requests do not wait again.
        assert!(is_unreachable(&ask(&bench, address, 1).await[0]));
        assert_eq!(slept(&bench).as_secs(), seconds);
    });
}

#[test]
fn a_name_without_an_address_is_an_outage_of_that_name() {
    run(async {
        let bench = Bench::new();
        let request = get("no-such-host.invalid", 80, "/");
        let error = bench.client.send(&request).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unreachable);
        assert!(error.message().contains("no-such-host.invalid"), "{error}");
        assert!(error.message().contains("tried for 1"), "{error}");
    });
}

#[test]
fn several_requests_in_silence_are_an_outage_and_none_of_them_fails() {
    run_without_waiting(async {
        // Twenty connections without an answer, and then a service that is well.
        let silent = vec![vec![Move::Read, Move::Hang]; 20];
        let well = vec![answer(OK); 40];
        let server = Server::start([silent, well].concat()).await;
        let bench = Bench::with(|settings| {
            settings.retry.silent_retries_max = 1;
            settings.give_up.at_start = Duration::from_hours(2);
            settings.give_up.later = Duration::from_hours(2);
        });
        let ended = ask(&bench, server.address, 8).await;
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    });
}

#[test]
fn a_service_that_accepts_and_closes_is_away_too() {
    run(async {
        let closes = vec![vec![Move::Read, Move::Close]; 30];
        let server = Server::start([closes, vec![answer(OK); 40]].concat()).await;
        let ended = ask(&patient(), server.address, 10).await;
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    });
}

#[test]
fn one_request_that_meets_silence_alone_is_no_outage() {
    run(async {
        let closes = vec![vec![Move::Read, Move::Close]; 6];
        let server = Server::start(closes).await;
        let bench = Bench::new();
        let error = bench.client.send(&server.get("/")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Reset { reused: false });
        assert_eq!(error.attempts(), 6);
        assert!(!bench.settings.traffic.availability().has_outage());
    });
}

#[test]
fn a_service_that_is_busy_is_no_outage() {
    run(async {
        let busy = vec![[answer(BUSY), answer(OK)].concat(); 5];
        let server = Server::start(busy).await;
        let bench = Bench::new();
        let ended = ask(&bench, server.address, 5).await;
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
        assert_eq!(bench.settings.retries.load(Ordering::Relaxed), 5);
    });
}

#[test]
fn an_outage_of_one_service_holds_back_no_request_to_another() {
    run_without_waiting(async {
        let (bench, (_socket, away)) = (Bench::new(), refusing_port());
        let server = Server::start(vec![answer(OK); 3]).await;
        let waiting = ask(&bench, away, 2);
        let asked = async {
            while !bench.settings.traffic.availability().has_outage() {
                tokio::task::yield_now().await;
            }
            ask(&bench, server.address, 3).await
        };
        let (waited, asked) = tokio::join!(waiting, asked);
        assert!(waited.iter().all(is_unreachable), "{waited:?}");
        assert!(asked.iter().all(Result::is_ok), "{asked:?}");
    });
}

#[test]
fn whoever_waits_for_the_end_of_an_outage_is_called_off_at_once() {
    run(async {
        let (bench, (_socket, address)) = (Bench::new(), refusing_port());
        let availability = bench.settings.traffic.availability();
        let calls_off = async {
            while !availability.has_outage() {
                tokio::task::yield_now().await;
            }
            availability.call_off();
        };
        let (ended, ()) = tokio::join!(ask(&bench, address, 6), calls_off);
        let kinds: Vec<_> = ended.iter().map(kind).collect();
        assert_eq!(kinds, [Some(Kind::Stopped); 6]);
    });
}

fn kind(ended: &Result<()>) -> Option<Kind> {
    ended.as_ref().err().map(Error::kind)
}

fn is_unreachable(ended: &Result<()>) -> bool {
    kind(ended) == Some(Kind::Unreachable)
}
