//! What the small parts cost that run once per name, per request or per byte. `cargo bench -p azring-benches`.

use std::fmt::Write as _;
use std::hint::black_box;

use azring_core::digest::{crc64, follower::md5_of};
use azring_core::select::{Pattern, PatternRule};
use azring_core::store::blob::request::list_blobs;
use azring_transport::auth::{Secret, authorization, string_to_sign};
use azring_transport::buffer::{Frozen, Pool};
use azring_transport::md5;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, Method};
use tokio::runtime::{Builder, Runtime};

/// A block as it is sent by default, in bytes.
const BLOCK: usize = 4 << 20;

/// As many blobs as a service puts on a page.
const PAGE_BLOBS: usize = 5000;

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .build()
        .expect("a runtime needs nothing")
}

fn pool() -> Pool {
    Pool::new(8 * BLOCK as u64, 8).expect("there is memory for eight blocks")
}

fn pattern(criterion: &mut Criterion) {
    let rule = PatternRule::Wildcard {
        ignore_case: true,
        recursive: true,
    };
    let pattern = Pattern::new(Some("*report*2026?.csv"), rule).expect("it is well formed");
    let names = [
        "quarterly-report-of-2026b.csv",
        "quarterly-report-of-2026b.txt",
        "images/2026/07/IMG_20260704_103322.jpg",
    ];
    let mut group = criterion.benchmark_group("pattern");
    group.throughput(Throughput::Elements(names.len() as u64));
    group.bench_function("match three names", |bencher| {
        bencher.iter(|| {
            names
                .iter()
                .filter(|name| pattern.matches(black_box(name.as_bytes())))
                .count()
        });
    });
    group.finish();
}

fn listing(criterion: &mut Criterion) {
    let page = listing_page();
    let mut group = criterion.benchmark_group("listing");
    group.throughput(Throughput::Elements(PAGE_BLOBS as u64));
    group.bench_function("read a page of 5000 blobs", |bencher| {
        bencher.iter(|| {
            list_blobs::parse(black_box(page.as_bytes()))
                .expect("it is well formed")
                .entries
                .len()
        });
    });
    group.finish();
}

/// A page as the service writes it.
fn listing_page() -> String {
    let mut page =
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>".to_owned();
    for number in 0..PAGE_BLOBS {
        write!(
            page,
            "<Blob><Name>folder/below/it/file-{number}.txt</Name><Properties>\
             <Last-Modified>Sun, 22 Nov 2026 10:00:00 GMT</Last-Modified><Etag>0x8DE29B3A4C5D6E7</Etag>\
             <Content-Length>{number}</Content-Length><Content-Type>application/octet-stream</Content-Type>\
             <Content-MD5>rL0Y20zC+Fzt72VPzMSk2A==</Content-MD5><BlobType>BlockBlob</BlobType>\
             <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties></Blob>"
        )
        .expect("a string grows");
    }
    page + "</Blobs><NextMarker>2!76!MDAwMDE1</NextMarker></EnumerationResults>"
}

fn arena(criterion: &mut Criterion) {
    let (runtime, pool) = (runtime(), pool());
    let mut group = criterion.benchmark_group("arena");
    for (what, bytes) in [
        ("lease a small slot and return it", 4096),
        ("lease a block and return it", BLOCK),
    ] {
        group.bench_function(what, |bencher| {
            bencher.iter(|| {
                let lease = runtime.block_on(pool.lease(black_box(bytes)));
                drop(lease.expect("the pool is empty"));
            });
        });
    }
    group.finish();
}

/// A block of the pool, filled.
fn block() -> Frozen {
    let bytes: Vec<u8> = (0..BLOCK).map(|n| ((n * 31) >> 3) as u8).collect();
    let mut lease = runtime()
        .block_on(pool().lease(BLOCK))
        .expect("the pool is empty");
    assert_eq!(lease.append(&bytes), BLOCK);
    lease.freeze()
}

/// What a Put Block is signed with: the headers that it really has.
fn signing(criterion: &mut Criterion) {
    let key = Secret::new(vec![7; 64]);
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-length", "4194304"),
        (
            "x-ms-client-request-id",
            "6f1b2c3d-0000-4000-8000-000000000000",
        ),
        ("x-ms-content-crc64", "iJh5CoYUi64="),
        ("x-ms-date", "Sun, 22 Nov 2026 12:00:00 GMT"),
        ("x-ms-version", "2021-12-02"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let query = [
        ("comp", "block".to_owned()),
        ("blockid", "QUFBQQ==".repeat(5)),
    ];
    let path = "/container/a/folder/and/a/file.bin";
    criterion.bench_function("signing/a Put Block", |bencher| {
        bencher.iter(|| {
            let text = string_to_sign(&Method::PUT, black_box(&headers), "account", path, &query);
            authorization("account", &key, &text)
        });
    });
}

fn digest(criterion: &mut Criterion) {
    let block = block();
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Bytes(BLOCK as u64));
    group.bench_function("MD5 of a block", |bencher| {
        bencher.iter(|| md5_of(black_box(&block)));
    });
    group.bench_function("CRC64 of a block", |bencher| {
        bencher.iter(|| crc64::of(black_box(&block).runs()));
    });
    group.finish();
}

/// The same bytes in one stream, and in as many as go side by side.
fn side_by_side(criterion: &mut Criterion) {
    let data: Vec<md5::Block> = vec![[7; 64]; BLOCK / 64];
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Bytes(BLOCK as u64));
    for streams in [1, 4, md5::LANES] {
        group.bench_function(
            format!("MD5 of a block, in {streams} stream(s)"),
            |bencher| {
                let mut states = [md5::START; md5::LANES];
                bencher.iter(|| {
                    let parts = black_box(&data).chunks(data.len() / streams);
                    let lanes = states.iter_mut().zip(parts);
                    let mut lanes: Vec<_> = lanes
                        .map(|(state, blocks)| md5::Lane { state, blocks })
                        .collect();
                    md5::compress(&mut lanes, usize::MAX)
                });
            },
        );
    }
    group.finish();
}

criterion_group!(
    parts,
    signing,
    pattern,
    listing,
    arena,
    digest,
    side_by_side
);
criterion_main!(parts);
