//! Finds zeros inside a chunk. A page blob has zeros wherever nothing is written.

use std::ops::Range;

use azring_transport::buffer::Frozen;

/// How many bytes are compared at once: a page of a page blob.
const PAGE_BYTES: usize = 512;

/// Shorter zeros between data are sent too, in bytes: the request that would skip them costs more.
const GAP_BYTES_MIN: usize = 64 * 1024;

/// The parts of the buffer that are not zeros, in order, in whole pages except at the buffer's end.
pub fn data_parts(frozen: &Frozen) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for page in frozen.runs().flat_map(|run| run.chunks(PAGE_BYTES)) {
        let end = at + page.len();
        if !is_zero(page) {
            match parts.last_mut() {
                Some(last) if at - last.end < GAP_BYTES_MIN => last.end = end,
                _ => parts.push(at..end),
            }
        }
        at = end;
    }
    parts
}

/// Compares sixteen bytes at a time, which compilers turn into vectors.
fn is_zero(page: &[u8]) -> bool {
    let (words, rest) = page.as_chunks::<16>();
    words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use azring_transport::buffer::Pool;
    use proptest::prelude::*;

    use super::*;

    fn frozen(data: &[u8]) -> Frozen {
        let pool = Pool::new(16 << 20, 8).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut lease = runtime.block_on(pool.lease(data.len())).unwrap();
        lease.append(data);
        lease.freeze()
    }

    #[test]
    fn zeros_at_the_ends_are_no_data_and_short_ones_between_are() {
        let mut data = vec![0; 400_000];
        assert!(data_parts(&frozen(&data)).is_empty());
        data[1000] = 1;
        data[30_000] = 1;
        data[300_000] = 1;
        assert_eq!(data_parts(&frozen(&data)), [512..30_208, 299_520..300_032]);
    }

    proptest! {
        #[test]
        fn what_is_left_out_is_zeros(places in proptest::collection::vec(0_usize..700_000, 0..6)) {
            let mut data = vec![0; 700_000];
            for &place in &places {
                data[place] = 9;
            }
            let parts = data_parts(&frozen(&data));
            for &place in &places {
                prop_assert!(parts.iter().any(|part| part.contains(&place)));
            }
            for part in &parts {
                prop_assert!(part.start % PAGE_BYTES == 0 && (part.end % PAGE_BYTES == 0 || part.end == data.len()));
            }
        }
    }
}
