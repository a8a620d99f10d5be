//! Requests whose body is read from a file while it is sent.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azring_transport::Kind;
use azring_transport::buffer::Pool;
use azring_transport::clock::{Clock, SleepFuture};
use azring_transport::disk::{Caching, Disk, File, FileSlices};
use azring_transport::http::Request;
use hyper::Method;

use crate::script::{Bench, Server, answer, pattern, run, shared_key};

const CREATED: &str = "HTTP/1.1 201 Created\ncontent-length: 0\n\n";
const BUSY: &str = "HTTP/1.1 503 Server Busy\nretry-after: 7\ncontent-length: 0\n\n";

/// A file, and a way to it.
struct Ground {
    _folder: tempfile::TempDir,
    path: PathBuf,
    pool: Pool,
    disk: Disk,
}

impl Ground {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, bytes).unwrap();
        Self {
            _folder: folder,
            path,
            pool: Pool::new(0, 8).unwrap(),
            disk: Disk::threads(),
        }
    }

    fn part(&self, at: u64, bytes: u64, caching: Caching) -> FileSlices {
        let file = fs::File::open(&self.path).unwrap();
        let length = file.metadata().unwrap().len();
        let file = File::to_read(OwnedFd::from(file), length, caching);
        FileSlices::new(&file, (&self.disk, &self.pool), at, bytes, "file".into())
    }
}

fn put(server: &Server, body: FileSlices) -> Request {
    Request::new(Method::PUT, &server.account(shared_key()), "/a/c/b").payload(body)
}

/// A clock that replaces the file during the first wait.
#[derive(Debug)]
struct Meanwhile {
    path: PathBuf,
    then: Vec<u8>,
}

impl Clock for Meanwhile {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, _wait: Duration) -> SleepFuture<'_> {
        fs::write(&self.path, &self.then).unwrap();
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn a_part_of_a_file_arrives_through_and_around_the_page_cache() {
    let data = pattern((5 << 20) + 123);
    let ground = Ground::new(&data);
    for caching in [Caching::Cached, Caching::Direct] {
        for (at, bytes) in [(4096, data.len() - 4096), (1 << 20, 700_001)] {
            run(async {
                let server = Server::start(vec![answer(CREATED)]).await;
                let body = ground.part(at as u64, bytes as u64, caching);
                Bench::new().client.send(&put(&server, body)).await.unwrap();
                let seen = &server.seen()[0];
                assert_eq!(seen.header("content-length"), Some(&*bytes.to_string()));
                assert!(seen.body == data[at..at + bytes], "{caching:?} {at}");
            });
        }
        assert!(ground.pool.is_whole());
    }
}

#[test]
fn every_attempt_reads_the_file_anew() {
    let first = pattern(2 << 20);
    let second: Vec<u8> = first.iter().map(|byte| byte ^ 1).collect();
    let ground = Ground::new(&first);
    run(async {
        let script = [answer(BUSY), answer(CREATED)].concat();
        let server = Server::start(vec![script]).await;
        let meanwhile = Meanwhile {
            path: ground.path.clone(),
            then: second.clone(),
        };
        let bench = Bench::with(|settings| settings.clock = Arc::new(meanwhile));
        let request = put(&server, ground.part(0, 2 << 20, Caching::Cached));
        let reply = bench.client.send(&request).await.unwrap();
        assert_eq!(reply.attempts, 2);
        let seen = server.seen();
        assert!(seen[0].body == first && seen[1].body == second);
    });
    assert!(ground.pool.is_whole());
}

#[test]
fn a_file_that_became_shorter_is_an_error_and_not_sent_again() {
    let ground = Ground::new(&pattern(3 << 20));
    for caching in [Caching::Cached, Caching::Direct] {
        run(async {
            let server = Server::start(vec![answer(CREATED); 3]).await;
            let body = ground.part(0, (3 << 20) + 1, caching);
            let error = Bench::new().client.send(&put(&server, body)).await;
            let error = error.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (Kind::Shortened, 1));
            assert_eq!(error.message(), "`file` became shorter while it was read");
        });
        assert!(ground.pool.is_whole());
    }
}

#[test]
fn more_requests_than_there_are_slices_all_come_to_their_end() {
    let data = pattern(3 << 20);
    let ground = Ground::new(&data);
    run(async {
        let server = Server::start(vec![answer(CREATED); 12]).await;
        let bench = Bench::new();
        let sent: Vec<_> = (0..12)
            .map(|_| {
                let client = bench.client.clone();
                let request = put(&server, ground.part(0, 3 << 20, Caching::Direct));
                tokio::task::spawn_local(async move { client.send(&request).await })
            })
            .collect();
        for sent in sent {
            sent.await.unwrap().unwrap();
        }
        assert_eq!(server.seen().len(), 12);
        assert!(server.seen().iter().all(|seen| seen.body == data));
    });
    assert!(ground.pool.is_whole());
}
