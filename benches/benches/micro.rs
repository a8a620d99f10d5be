//! What the small parts cost by the clock. `cargo bench -p azring-benches --bench micro`.

mod parts;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use parts::{Arena, BLOCK, LANES, NAMES, PAGE_BLOBS, PutBlock, Streams};

fn pattern(criterion: &mut Criterion) {
    let pattern = parts::pattern();
    let mut group = criterion.benchmark_group("pattern");
    group.throughput(Throughput::Elements(NAMES.len() as u64));
    group.bench_function("match three names", |bencher| {
        bencher.iter(|| parts::matching(black_box(&pattern)));
    });
    group.finish();
}

fn listing(criterion: &mut Criterion) {
    let page = parts::listing_page();
    let mut group = criterion.benchmark_group("listing");
    group.throughput(Throughput::Elements(PAGE_BLOBS as u64));
    group.bench_function("read a page of 5000 blobs", |bencher| {
        bencher.iter(|| parts::blobs_on(black_box(&page)));
    });
    group.finish();
}

fn arena(criterion: &mut Criterion) {
    let arena = Arena::new();
    let mut group = criterion.benchmark_group("arena");
    for (what, bytes) in [
        ("lease a small slot and return it", 4096),
        ("lease a block and return it", BLOCK),
    ] {
        group.bench_function(what, |bencher| {
            bencher.iter(|| arena.lease(black_box(bytes)));
        });
    }
    group.finish();
}

fn signing(criterion: &mut Criterion) {
    let request = PutBlock::new();
    criterion.bench_function("signing/a Put Block", |bencher| {
        bencher.iter(|| black_box(&request).sign());
    });
}

fn digest(criterion: &mut Criterion) {
    let block = Arena::new().block();
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Bytes(BLOCK as u64));
    group.bench_function("MD5 of a block", |bencher| {
        bencher.iter(|| parts::md5(black_box(&block)));
    });
    group.bench_function("CRC64 of a block", |bencher| {
        bencher.iter(|| parts::crc64(black_box(&block)));
    });
    group.finish();
}

/// The same bytes in one stream, and in as many as go side by side.
fn side_by_side(criterion: &mut Criterion) {
    let streams = Streams::new();
    let mut group = criterion.benchmark_group("digest");
    group.throughput(Throughput::Bytes(BLOCK as u64));
    for number in [1, 4, 8, LANES] {
        group.bench_function(
            format!("MD5 of a block, in {number} stream(s)"),
            |bencher| {
                bencher.iter(|| black_box(&streams).md5(number));
            },
        );
    }
    group.finish();
}

criterion_group!(
    benches,
    signing,
    pattern,
    listing,
    arena,
    digest,
    side_by_side
);
criterion_main!(benches);
