//! The number of parts that are listed at once: as many as the consumer takes.
//!
//! On a long line the consumer waits for pages, and more parts bring more pages. A consumer that is
//! slower than the service takes the pages one after the other, and every part that is listed ahead
//! of it only holds its pages in memory.

/// The most parts. A page takes about 100 ms at the service and on the way, and about 30 ms of one
/// processor here, so that eight parts keep two processors busy.
pub(super) const PARTS_AHEAD: usize = 8;

/// The fewest parts.
const PARTS_AHEAD_MIN: usize = 2;

/// After this many pages that came in time, one part less is listed.
const PAGES_IN_TIME: usize = 2;

/// The number of parts that are listed at once.
#[derive(Debug)]
pub(super) struct PartsAhead {
    parts: usize,
    /// The pages in a row that came in time.
    in_time: usize,
}

impl Default for PartsAhead {
    fn default() -> Self {
        Self {
            parts: PARTS_AHEAD_MIN,
            in_time: 0,
        }
    }
}

impl PartsAhead {
    /// The number.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }

    /// Whether a part that is not the first one holds one page only: the consumer does not need the most parts.
    pub(super) fn waiting_parts_hold_less(&self) -> bool {
        self.parts < PARTS_AHEAD
    }

    /// Notes that a page came before the consumer had used up those before it.
    pub(super) fn note_in_time(&mut self) {
        self.in_time += 1;
        if self.in_time >= PAGES_IN_TIME {
            self.in_time = 0;
            self.parts = (self.parts - 1).max(PARTS_AHEAD_MIN);
        }
    }

    /// Notes that the consumer has waited for a page. There are `all` parts.
    pub(super) fn note_wait(&mut self, all: usize) {
        self.in_time = 0;
        if self.parts < all {
            self.parts = (self.parts + 1).min(PARTS_AHEAD);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_that_waits_gets_more_parts_as_far_as_there_are_any() {
        let mut ahead = PartsAhead::default();
        ahead.note_wait(PARTS_AHEAD_MIN);
        assert!(ahead.parts() == PARTS_AHEAD_MIN && ahead.waiting_parts_hold_less());
        for _ in 0..10 {
            ahead.note_wait(1_000);
        }
        assert!(ahead.parts() == PARTS_AHEAD && !ahead.waiting_parts_hold_less());
    }

    #[test]
    fn a_consumer_that_never_waits_gets_fewer_parts() {
        let mut ahead = PartsAhead::default();
        (0..10).for_each(|_| ahead.note_wait(1_000));
        (1..PAGES_IN_TIME).for_each(|_| ahead.note_in_time());
        assert_eq!(ahead.parts(), PARTS_AHEAD);
        ahead.note_in_time();
        assert_eq!(ahead.parts(), PARTS_AHEAD - 1);
        (0..100).for_each(|_| ahead.note_in_time());
        assert_eq!(ahead.parts(), PARTS_AHEAD_MIN);
    }
}
