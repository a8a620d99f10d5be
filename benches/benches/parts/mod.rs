//! The small parts that run once per name, per request or per byte, each with what it works on. The clock and the counter of
//! instructions measure the same ones.

use std::fmt::Write as _;

use azring_core::digest::{crc64, follower::Md5, follower::md5_of};
use azring_core::select::{Pattern, PatternRule};
use azring_core::store::blob::request::list_blobs;
use azring_transport::auth::{Secret, authorization_header, string_to_sign};
use azring_transport::buffer::{Frozen, Pool};
use azring_transport::md5;
use http::{HeaderMap, HeaderValue, Method};
use tokio::runtime::{Builder, Runtime};

/// A block as it is sent by default, in bytes.
pub(crate) const BLOCK: usize = 4 << 20;

/// As many blobs as a service puts on a page.
pub(crate) const PAGE_BLOBS: usize = 5000;

/// Names to match.
pub(crate) const NAMES: [&str; 3] = [
    "quarterly-report-of-2026b.csv",
    "quarterly-report-of-2026b.txt",
    "images/2026/07/IMG_20260704_103322.jpg",
];

/// What they are matched with.
pub(crate) fn pattern() -> Pattern {
    let rule = PatternRule::Wildcard {
        ignore_case: true,
        recursive: true,
    };
    Pattern::new(Some("*report*2026?.csv"), rule).expect("it is well formed")
}

/// How many of [`NAMES`] match.
pub(crate) fn matching(pattern: &Pattern) -> usize {
    NAMES
        .iter()
        .filter(|name| pattern.matches(name.as_bytes()))
        .count()
}

/// A page as the service writes it.
pub(crate) fn listing_page() -> String {
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

/// How many blobs are on the page.
pub(crate) fn blobs_on(page: &str) -> usize {
    list_blobs::parse(page.as_bytes())
        .expect("it is well formed")
        .entries
        .len()
}

/// A pool, and who waits for its leases.
pub(crate) struct Arena {
    runtime: Runtime,
    pool: Pool,
}

impl Arena {
    /// Of eight blocks.
    pub(crate) fn new() -> Self {
        Self {
            runtime: Builder::new_current_thread()
                .build()
                .expect("a runtime needs nothing"),
            pool: Pool::new(8 * BLOCK as u64, 8).expect("there is memory for eight blocks"),
        }
    }

    /// Leases room for so many bytes and gives it back.
    pub(crate) fn lease(&self, bytes: usize) {
        let lease = self.runtime.block_on(self.pool.lease(bytes));
        drop(lease.expect("the pool is empty"));
    }

    /// A block of the pool, filled.
    pub(crate) fn block(&self) -> Frozen {
        let bytes: Vec<u8> = (0..BLOCK).map(|n| ((n * 31) >> 3) as u8).collect();
        let mut lease = self
            .runtime
            .block_on(self.pool.lease(BLOCK))
            .expect("the pool is empty");
        assert_eq!(lease.append(&bytes), BLOCK);
        lease.freeze()
    }
}

/// What a Put Block is signed with: the headers that it really has.
pub(crate) struct PutBlock {
    key: Secret<Vec<u8>>,
    headers: HeaderMap,
    query: [(&'static str, String); 2],
}

impl PutBlock {
    /// One of them.
    pub(crate) fn new() -> Self {
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
        Self {
            key: Secret::new(vec![7; 64]),
            headers,
            query,
        }
    }

    /// Signs it.
    pub(crate) fn sign(&self) -> HeaderValue {
        let path = "/container/a/folder/and/a/file.bin";
        let text = string_to_sign(&Method::PUT, &self.headers, "account", path, &self.query);
        authorization_header("account", &self.key, &text)
    }
}

/// The MD5 of the block.
pub(crate) fn md5(block: &Frozen) -> Md5 {
    md5_of(block)
}

/// As many streams as MD5 takes side by side.
pub(crate) const LANES: usize = md5::LANES;

/// A block's worth of blocks of MD5.
pub(crate) struct Streams(Vec<md5::Block>);

impl Streams {
    /// Any bytes.
    pub(crate) fn new() -> Self {
        Self(vec![[7; 64]; BLOCK / 64])
    }

    /// Compresses them in so many streams side by side.
    pub(crate) fn md5(&self, streams: usize) -> [md5::State; LANES] {
        let mut states = [md5::START; LANES];
        let parts = self.0.chunks(self.0.len() / streams);
        let mut lanes: Vec<_> = states
            .iter_mut()
            .zip(parts)
            .map(|(state, blocks)| md5::Md5Stream { state, blocks })
            .collect();
        md5::compress(&mut lanes, usize::MAX);
        states
    }
}

/// The CRC64 of the block.
pub(crate) fn crc64(block: &Frozen) -> u64 {
    crc64::of(block.runs())
}
