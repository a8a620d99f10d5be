//! The distribution of object sizes, in powers of two.

/// One slot for each power of two, and one for empty objects.
const SLOTS: usize = 65;

/// The number of objects and their bytes, by power of two.
#[derive(Debug, Clone)]
pub(crate) struct SizeDistribution {
    slots: [(u64, u64); SLOTS],
}

impl Default for SizeDistribution {
    fn default() -> Self {
        Self {
            slots: [(0, 0); SLOTS],
        }
    }
}

/// The objects of one power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SizeClass {
    /// The smallest and the largest size of this class, in bytes.
    pub(crate) least: u64,
    pub(crate) most: u64,
    /// The number of objects, and their bytes.
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
}

impl SizeDistribution {
    /// Adds an object of this many bytes.
    pub(crate) fn add(&mut self, bytes: u64) {
        let (objects, sum) = &mut self.slots[(u64::BITS - bytes.leading_zeros()) as usize];
        *objects += 1;
        *sum += bytes;
    }

    /// All classes from the smallest object's to the largest object's.
    pub(crate) fn slots(&self) -> Vec<SizeClass> {
        let is_used = |(objects, _): &(u64, u64)| *objects > 0;
        let first = self.slots.iter().position(is_used);
        let end = self.slots.iter().rposition(is_used);
        let (Some(first), Some(end)) = (first, end) else {
            return Vec::new();
        };
        (first..=end)
            .map(|power| {
                let (objects, bytes) = self.slots[power];
                let least = if power == 0 { 0 } else { 1 << (power - 1) };
                SizeClass {
                    least,
                    most: least.saturating_mul(2).saturating_sub(1),
                    objects,
                    bytes,
                }
            })
            .collect()
    }

    /// The bytes of all objects.
    pub(crate) fn bytes(&self) -> u64 {
        self.slots.iter().map(|(_, bytes)| bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_counted_by_its_power_of_two() {
        let mut sizes = SizeDistribution::default();
        assert_eq!(sizes.slots(), []);
        for bytes in [0, 1, 2, 3, 4, 7, 8] {
            sizes.add(bytes);
        }
        let slots: Vec<_> = sizes
            .slots()
            .iter()
            .map(|slot| (slot.least, slot.most, slot.objects))
            .collect();
        assert_eq!(
            slots,
            [(0, 0, 1), (1, 1, 1), (2, 3, 2), (4, 7, 2), (8, 15, 1)]
        );
        assert_eq!(sizes.bytes(), 25);
        sizes.add(u64::MAX);
        let last = sizes.slots().pop().unwrap();
        assert_eq!((last.least, last.objects), (1 << 63, 1));
    }
}
