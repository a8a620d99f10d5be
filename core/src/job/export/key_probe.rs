//! Finds a partition key in what remains of a range, for `/PKRS:auto`.
//!
//! A query for one entity from a made-up key on finds the next key that the table has. Such a key splits
//! the range. It is sought in the middle of the keys that remain, which is not the middle of the entities:
//! a part that turns out to be the longer one is split again.

use std::sync::Arc;

use super::shared_ranges::{SplitKey, SplitTask};
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

/// The letters of a key in which others may begin like it.
const BEGINNING_MAX: usize = 512;

/// How often the keys that remain are halved before the first one of them is taken.
const HALVES_MAX: u32 = 40;

/// Asks a table for its keys.
pub(super) struct KeyProbe<'a> {
    tools: &'a Tools,
    table: Arc<TableLocation>,
}

impl<'a> KeyProbe<'a> {
    pub(super) fn new(tools: &'a Tools, table: Arc<TableLocation>) -> Self {
        Self { tools, table }
    }

    /// A key behind the partition that is read at present; `None` if no partition remains behind it.
    ///
    /// # Errors
    ///
    /// The error of a request.
    pub(super) async fn split_key(&self, task: &SplitTask) -> Result<Option<SplitKey>> {
        let first_in = |from: String| {
            self.first_key(PartitionRange {
                from: Some(from),
                until: task.end.clone(),
            })
        };
        // The least letter that a key may have: no key is between.
        let Some(next) = first_in(format!("{} ", task.last)).await? else {
            return Ok(None);
        };
        let known = task.empty_from.clone().or_else(|| task.end.clone());
        let mut empty_from = match known {
            Some(known) => Some(known),
            None => empty_from(&next, first_in).await?,
        };
        for _ in 0..HALVES_MAX {
            let Some(middle) = middle(&next, empty_from.as_deref()) else {
                break;
            };
            if let Some(key) = first_in(middle.clone()).await? {
                return Ok(Some(SplitKey { key, empty_from }));
            }
            empty_from = Some(middle);
        }
        Ok(Some(SplitKey {
            key: next,
            empty_from,
        }))
    }

    /// The first partition key of the range; `None` if it has no entities.
    async fn first_key(&self, range: PartitionRange) -> Result<Option<String>> {
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

/// A key behind all keys that have the longest common beginning with `next` that all of them have; `None` if
/// they have none in common. `next` is the first of them, and `first_in` finds the first one from a key on.
async fn empty_from<F: Future<Output = Result<Option<String>>>>(
    next: &str,
    first_in: impl Fn(String) -> F,
) -> Result<Option<String>> {
    let letters: Vec<char> = next.chars().take(BEGINNING_MAX).collect();
    // Behind all keys that begin like `next` up to this letter, and with it.
    let behind = |place: usize| -> Option<String> {
        let begin = letters[..place].iter();
        let following = letter_after(letters[place])?;
        Some(begin.chain([&following]).collect())
    };
    let (mut common, mut differing) = (0, letters.len());
    let mut bound = None;
    while common < differing {
        let place = usize::midpoint(common, differing);
        let key = behind(place);
        match key {
            Some(key) if first_in(key.clone()).await?.is_none() => {
                bound = Some(key);
                common = place + 1;
            }
            _ => differing = place,
        }
    }
    Ok(bound)
}

/// The next letter in the order of the service; `None` for one that made-up keys do not have.
fn letter_after(letter: char) -> Option<char> {
    LETTERS.chars().find(|known| *known > letter)
}

/// A key between two keys, in the middle as far as its letters allow; `None` if there is none.
fn middle(from: &str, until: Option<&str>) -> Option<String> {
    let common = until.map_or(0, |until| common_bytes(from, until));
    let half = middle_of_ends(&from[common..], until.map(|until| &until[common..]))?;
    let half = from[..common].to_owned() + &half;
    let is_between = compare_keys(from, &half).is_lt()
        && until.is_none_or(|until| compare_keys(&half, until).is_lt());
    is_between.then_some(half)
}

/// How many bytes the letters have with which both keys begin.
fn common_bytes(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    let common = pairs.take_while(|(one, other)| one == other);
    common.map(|(letter, _)| letter.len_utf8()).sum()
}

/// The same for keys that differ in their first letter.
fn middle_of_ends(from: &str, until: Option<&str>) -> Option<String> {
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
    (!half.is_empty()).then_some(half)
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
