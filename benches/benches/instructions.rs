//! What the small parts cost in instructions, which no other program on the machine changes: gungraun counts them under
//! Valgrind's callgrind. `scripts/regressions.sh` compares them with those of another commit.
#![expect(
    clippy::needless_pass_by_value,
    reason = "what was set up is dropped inside, where it is not in the way"
)]
#![allow(
    missing_docs,
    clippy::exit,
    reason = "what the macros make has no documentation and ends by itself"
)]

mod parts;

use std::hint::black_box;

use azring_core::select::Pattern;
use azring_transport::buffer::Frozen;
use gungraun::prelude::*;

use parts::{Arena, BLOCK, LANES, PutBlock, Streams};

/// A pool whose first page has been touched.
fn arena() -> Arena {
    let arena = Arena::new();
    arena.lease(BLOCK);
    arena
}

fn block() -> Frozen {
    Arena::new().block()
}

#[library_benchmark]
#[bench::three_names(parts::pattern())]
fn pattern(pattern: Pattern) -> usize {
    parts::matching(black_box(&pattern))
}

#[library_benchmark]
#[bench::page_of_5000(parts::listing_page())]
fn listing(page: String) -> usize {
    parts::blobs_on(black_box(&page))
}

#[library_benchmark]
#[bench::small_slot(arena(), 4096)]
#[bench::block(arena(), BLOCK)]
fn lease(arena: Arena, bytes: usize) {
    arena.lease(black_box(bytes));
}

#[library_benchmark]
#[bench::put_block(PutBlock::new())]
fn signing(request: PutBlock) -> http::HeaderValue {
    black_box(&request).sign()
}

#[library_benchmark]
#[bench::block(block())]
fn md5(block: Frozen) -> [u8; 16] {
    parts::md5(black_box(&block))
}

#[library_benchmark]
#[bench::all_streams(Streams::new())]
fn side_by_side(streams: Streams) -> usize {
    black_box(streams.md5(LANES)).len()
}

#[library_benchmark]
#[bench::block(block())]
fn crc64(block: Frozen) -> u64 {
    parts::crc64(black_box(&block))
}

library_benchmark_group!(
    name = small_parts,
    benchmarks = [pattern, listing, lease, signing, md5, side_by_side, crc64]
);

main!(library_benchmark_groups = small_parts);
