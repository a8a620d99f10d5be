//! One difference between a recorded answer and the emulator's.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The status; nothing else of the answer is compared then.
    Status,
    /// `x-ms-error-code`.
    Code,
    /// The reason phrase.
    Reason,
    /// A recorded header that the emulator does not send.
    HeaderMissing,
    /// A header that the service did not send.
    HeaderExtra,
    /// The value of a header.
    HeaderValue,
    /// A recorded element that the emulator's document does not have.
    XmlMissing,
    /// An element that the service's document does not have.
    XmlExtra,
    /// The same elements in another order.
    XmlOrder,
    /// The text of an element.
    XmlValue,
    /// The bytes of a body.
    Body,
}

/// One difference.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The cassette's name.
    pub cassette: String,
    /// The number of the request in the cassette, from 0.
    pub index: usize,
    /// Method, `comp` and `restype`, such as `PUT comp=page`, and the recorded status.
    pub request: String,
    /// What differs.
    pub aspect: Aspect,
    /// The header or the element.
    pub subject: String,
    /// What was recorded.
    pub recorded: String,
    /// What the emulator answered.
    pub answered: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(90).collect::<String>();
        write!(
            out,
            "{:?} | {} | {} | recorded {:?} | emulator {:?}",
            self.aspect,
            self.request,
            self.subject,
            short(&self.recorded),
            short(&self.answered)
        )
    }
}

/// The differences, most frequent first, each with a few cassettes where it occurs.
pub fn table(differences: &[Difference], examples_max: usize) -> String {
    let mut kinds: BTreeMap<(Aspect, &str, &str), Vec<&Difference>> = BTreeMap::new();
    for one in differences {
        kinds
            .entry((one.aspect, &one.request, &one.subject))
            .or_default()
            .push(one);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|((aspect, ..), all)| (*aspect, std::cmp::Reverse(all.len())));
    let mut text = String::new();
    for (_, all) in kinds {
        let _ = write!(text, "{:4} {}", all.len(), all[0]);
        for one in all.iter().take(examples_max) {
            let _ = write!(text, " | {}#{}", one.cassette, one.index);
        }
        text.push('\n');
    }
    text
}
