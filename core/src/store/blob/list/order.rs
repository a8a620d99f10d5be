//! The order in which a service lists names.
//!
//! Services sort by code points or by UTF-16 code units, and accounts with a hierarchical namespace may
//! sort folder by folder. Most pairs of names have the same order in all of them. Nothing is assumed
//! about the other pairs: the service's listing shows their order, or the service is asked.

use std::cmp::Ordering;

/// The order of a service, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Whether `/` comes before all other characters, as in a listing folder by folder.
    slash_first: Option<bool>,
    /// Whether characters outside the first Unicode plane come before those at its end.
    utf16: Option<bool>,
}

/// The difference of two names whose order depends on the service.
#[derive(Debug, Clone, Copy)]
enum Doubt {
    /// One name has a `/`. This is their order where `/` comes first.
    Slash(Ordering),
    /// One name has a character outside the first plane. This is their order in UTF-16.
    Plane(Ordering),
}

impl Order {
    /// The order of two names; `None` where it is not known.
    pub(super) fn compare(self, one: &str, other: &str) -> Option<Ordering> {
        match plain(one, other) {
            Ok(order) => Some(order),
            Err(Doubt::Slash(order)) => self.slash_first.map(|is| turned(order, is)),
            Err(Doubt::Plane(order)) => self.utf16.map(|is| turned(order, is)),
        }
    }

    /// Learns from two names that the service listed in this order. False where no known order has them
    /// so.
    pub(super) fn learn(&mut self, one: &str, other: &str) -> bool {
        let doubt = match plain(one, other) {
            Ok(order) => return order.is_le(),
            Err(doubt) => doubt,
        };
        let (known, order) = match doubt {
            Doubt::Slash(order) => (&mut self.slash_first, order),
            Doubt::Plane(order) => (&mut self.utf16, order),
        };
        let is = order.is_lt();
        *known.get_or_insert(is) == is
    }
}

fn turned(order: Ordering, is: bool) -> Ordering {
    if is { order } else { order.reverse() }
}

/// The order of two names in all services, or the doubt about it.
fn plain(one: &str, other: &str) -> Result<Ordering, Doubt> {
    let same = one.bytes().zip(other.bytes());
    let same = same.take_while(|(left, right)| left == right).count();
    // The first difference is in whole characters.
    let start = one.floor_char_boundary(same);
    let (left, right) = (one[start..].chars().next(), other[start..].chars().next());
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(left.cmp(&right));
    };
    let is_late = |letter: char| ('\u{e000}'..='\u{ffff}').contains(&letter);
    match (left, right) {
        ('/', '\0'..'/') => Err(Doubt::Slash(Ordering::Less)),
        ('\0'..'/', '/') => Err(Doubt::Slash(Ordering::Greater)),
        (left, '\u{10000}'..) if is_late(left) => Err(Doubt::Plane(Ordering::Greater)),
        ('\u{10000}'.., right) if is_late(right) => Err(Doubt::Plane(Ordering::Less)),
        _ => Ok(left.cmp(&right)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The orders of services.
    const SERVICES: [fn(&str, &str) -> Ordering; 4] = [
        |one, other| one.cmp(other),
        |one, other| one.encode_utf16().cmp(other.encode_utf16()),
        |one, other| one.split('/').cmp(other.split('/')),
        |one, other| {
            let parts = |name: &str| -> Vec<Vec<u16>> {
                let parts = name.split('/');
                parts.map(|part| part.encode_utf16().collect()).collect()
            };
            parts(one).cmp(&parts(other))
        },
    ];

    proptest! {
        #[test]
        fn a_known_order_of_two_names_holds_in_every_service(
            mut names in prop::collection::vec("[a/. \\-0é\u{e000}\u{ffff}😀𐀀]{0,5}", 2..20),
        ) {
            for service in SERVICES {
                names.sort_by(|one, other| service(one, other));
                let mut known = Order::default();
                for pair in names.windows(2) {
                    prop_assert!(known.learn(&pair[0], &pair[1]));
                }
                for order in [Order::default(), known] {
                    for one in &names {
                        for other in &names {
                            let said = order.compare(one, other);
                            prop_assert!(said.is_none_or(|said| said == service(one, other)), "{one:?} {other:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn an_order_that_no_service_uses_is_noticed() {
        assert!(!Order::default().learn("b", "a"));
        let mut order = Order::default();
        assert!(order.learn("a-", "a/"));
        assert!(!order.learn("b/", "b-"));
        assert_eq!(order.compare("c.", "c/"), Some(Ordering::Less));
        assert!(order.learn("😀", "\u{ff00}"));
        assert!(!order.learn("\u{ff00}", "😀"));
    }
}
