//! Finds where the partition keys of a table can be split, for `/PKRS:auto`.
//!
//! A query for one entity from a made-up key on finds the next key that the table has. Such a key splits
//! the range in which it was found. Halving ranges of keys in this way needs no knowledge of the table.
//! It divides the space of keys, not the number of entities; so there are more ranges than threads, and
//! a thread that is done with a small one takes the next.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Result;
use crate::dump::json::page;
use crate::location::TableLocation;
use crate::store::Tools;
use crate::store::rest::malformed;
use crate::store::table::{EntityPages, KeyToken, PartitionRange, RawPage, compare_keys};

/// The letters of made-up keys, in the order of the service. Keys have others too; then a split is less
/// even.
const LETTERS: &str = " !\"$%&'()*+,-.0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\u{a1}";

/// The length of made-up keys.
const LETTERS_MAX: usize = 24;

/// The most requests.
const PROBES_MAX: u32 = 400;

/// How often a range is halved before it counts as one that cannot be split.
const HALVES_MAX: u32 = 160;

/// Asks a table for its keys.
pub(super) struct KeyProbe<'a> {
    tools: &'a Tools,
    table: Arc<TableLocation>,
    probes: u32,
}

/// Keys between two borders, of which the first is a key of the table.
#[derive(Debug, Clone)]
struct Gap {
    from: String,
    /// No key of this range is here or behind it; `None`: not known.
    until: Option<String>,
    /// Where the next range begins.
    next: Option<String>,
    halves: u32,
}

impl<'a> KeyProbe<'a> {
    pub(super) fn new(tools: &'a Tools, table: &TableLocation) -> Self {
        Self {
            tools,
            table: Arc::new(table.clone()),
            probes: 0,
        }
    }

    /// Keys of the table that split it into at most so many ranges, in ascending order.
    ///
    /// # Errors
    ///
    /// The error of a request.
    pub(super) async fn split_keys(&mut self, ranges_max: usize) -> Result<Vec<String>> {
        let Some(from) = self.first_key(PartitionRange::default()).await? else {
            return Ok(Vec::new());
        };
        let first = Gap {
            from,
            until: None,
            next: None,
            halves: 0,
        };
        let mut open = VecDeque::from([first]);
        let mut keys = Vec::new();
        while keys.len() + 1 < ranges_max
            && self.probes < PROBES_MAX
            && let Some(mut gap) = open.pop_front()
        {
            let Some(middle) = middle(&gap.from, gap.until.as_deref()) else {
                continue;
            };
            let range = PartitionRange {
                from: Some(middle.clone()),
                until: gap.next.clone(),
            };
            let Some(key) = self.first_key(range).await? else {
                gap.until = Some(middle);
                gap.halves += 1;
                if gap.halves < HALVES_MAX {
                    open.push_front(gap);
                }
                continue;
            };
            open.push_back(Gap {
                from: gap.from,
                until: Some(middle),
                next: Some(key.clone()),
                halves: 0,
            });
            open.push_back(Gap {
                from: key.clone(),
                halves: 0,
                ..gap
            });
            keys.push(key);
        }
        keys.sort_by(|one, other| compare_keys(one, other));
        Ok(keys)
    }

    /// The first partition key of the range; `None` if it has no entities.
    async fn first_key(&mut self, range: PartitionRange) -> Result<Option<String>> {
        self.probes += 1;
        let pages = EntityPages::new(Arc::clone(&self.table), range).of_at_most(1);
        let mut after: Option<KeyToken> = None;
        loop {
            let read = async |raw: RawPage| {
                let places = page::entities(&raw.body).map_err(malformed)?;
                let Some(first) = places.first() else {
                    return Ok((None, raw.next));
                };
                let keys = page::keys(&raw.body[first.clone()]).map_err(malformed)?;
                Ok((Some(keys.0.to_text().into_owned()), raw.next))
            };
            let (key, next) = pages.page(self.tools, after.as_ref(), read).await?;
            if key.is_some() || next.is_none() {
                return Ok(key);
            }
            after = next;
        }
    }
}

/// A key between two keys, in the middle as far as its letters allow; `None` if there is none.
fn middle(from: &str, until: Option<&str>) -> Option<String> {
    let letters: Vec<char> = LETTERS.chars().collect();
    let base = letters.len() as u32 + 1;
    let digits = |key: &str| -> Vec<u32> {
        // A key that has ended comes before all that go on: 0.
        let digit = |letter: char| letters.partition_point(|known| *known <= letter) as u32;
        let mut digits: Vec<u32> = key.chars().map(digit).take(LETTERS_MAX).collect();
        digits.resize(LETTERS_MAX, 0);
        digits
    };
    let low = digits(from);
    let high = until.map_or_else(|| vec![base - 1; LETTERS_MAX], digits);
    // The sum, then its half, both from digit to digit.
    let mut sum = vec![0; LETTERS_MAX + 1];
    for place in (0..LETTERS_MAX).rev() {
        let digit = low[place] + high[place] + sum[place + 1];
        sum[place + 1] = digit % base;
        sum[place] = digit / base;
    }
    let mut rest = 0;
    let mut half = String::new();
    let mut has_differed = false;
    for (place, digit) in sum.into_iter().enumerate() {
        let digit = rest * base + digit;
        rest = digit % 2;
        if place == 0 {
            continue;
        }
        let digit = digit / 2;
        if digit == 0 {
            break;
        }
        half.push(letters[digit as usize - 1]);
        // One letter behind the first difference to both ends is exact enough.
        if has_differed {
            break;
        }
        has_differed = digit != low[place - 1] && digit != high[place - 1];
    }
    let is_between = compare_keys(from, &half).is_lt()
        && until.is_none_or(|until| compare_keys(&half, until).is_lt());
    is_between.then_some(half)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_letters_are_in_the_order_of_the_service() {
        let letters: Vec<String> = LETTERS.chars().map(String::from).collect();
        assert!(letters.is_sorted_by(|one, other| compare_keys(one, other).is_lt()));
    }

    #[test]
    fn halving_comes_close_to_a_key_in_few_steps() {
        let (mut until, mut steps) = (None::<String>, 0);
        while let Some(middle) = middle("p000", until.as_deref()) {
            if compare_keys(&middle, "p100").is_lt() {
                break;
            }
            (until, steps) = (Some(middle), steps + 1);
        }
        assert!(steps < 30, "{steps}");
        assert!(until.unwrap().starts_with("p1"));
    }

    #[test]
    fn neighbours_have_nothing_between_them() {
        assert_eq!(middle("a", Some("a ")), None);
        assert_eq!(middle("a", Some("a")), None);
    }

    proptest! {
        #[test]
        fn a_middle_is_between_its_ends(from in any::<String>(), until in any::<Option<String>>()) {
            if let Some(middle) = middle(&from, until.as_deref()) {
                prop_assert!(compare_keys(&from, &middle).is_lt());
                if let Some(until) = until {
                    prop_assert!(compare_keys(&middle, &until).is_lt());
                }
            }
        }
    }
}
