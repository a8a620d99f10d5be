//! Numbers drawn from a seed. The same seed draws the same numbers.

/// Draws the choices of one random table.
#[derive(Debug, Clone)]
pub(super) struct CaseDraw(u64);

impl CaseDraw {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds draw different numbers from the first one on.
        let mut draw = Self(seed.wrapping_mul(0xD134_2543_DE82_EF95));
        draw.next();
        draw
    }

    /// The next number (`SplitMix64`).
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// True in so many of a hundred draws.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }
}
