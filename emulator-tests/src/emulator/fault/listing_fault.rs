//! Faults in a list of blobs or of page ranges. The document is changed as text, so that nothing
//! but the fault of the rule is wrong with it.

use serde::{Deserialize, Serialize};

use crate::emulator::clock::Moment;
use crate::emulator::continuation::marker;

/// The faults of one list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListingFault {
    /// What happens to the entries.
    pub entries: Entries,
    /// A copy of the first entry is added before it, with this name.
    pub first_name: Option<String>,
    /// A copy of the first entry is added after the last, with this name.
    pub last_name: Option<String>,
    /// A page range is added after the last: its first byte and its last.
    pub last_range: Option<[u64; 2]>,
    /// The list continues at this name; `new` is a name that was never used.
    pub next: Option<String>,
}

/// What happens to the entries of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entries {
    /// They stay as they are.
    #[default]
    Kept,
    /// All are removed.
    None,
    /// Their order is reversed.
    Reversed,
    /// Each is listed twice.
    Repeated,
}

impl ListingFault {
    /// The document with the faults in it.
    pub fn apply(&self, document: &str) -> String {
        let (before, entries, behind) = cut(document);
        let mut changed: Vec<String> = match self.entries {
            Entries::Kept => entries.iter().map(|&entry| entry.to_owned()).collect(),
            Entries::None => Vec::new(),
            Entries::Reversed => entries
                .iter()
                .rev()
                .map(|&entry| entry.to_owned())
                .collect(),
            Entries::Repeated => {
                let twice = entries.iter().flat_map(|&entry| [entry, entry]);
                twice.map(str::to_owned).collect()
            }
        };
        let named = |name: &String| entries.first().map(|entry| renamed(entry, name));
        if let Some(first) = self.first_name.as_ref().and_then(named) {
            changed.insert(0, first);
        }
        changed.extend(self.last_name.as_ref().and_then(named));
        changed.extend(self.last_range.map(|[first, last]| {
            format!("<PageRange><Start>{first}</Start><End>{last}</End></PageRange>")
        }));
        let document = format!("{before}{}{behind}", changed.concat());
        match &self.next {
            None => document,
            Some(next) => with_marker(&document, next),
        }
    }
}

/// Splits a document: the text before its entries, the entries, and the text after them.
fn cut(document: &str) -> (&str, Vec<&str>, &str) {
    for name in ["Blob", "PageRange"] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (Some(from), Some(last)) = (document.find(&open), document.rfind(&close)) else {
            continue;
        };
        let to = last + close.len();
        let entries = document[from..to].split_inclusive(&close).collect();
        return (&document[..from], entries, &document[to..]);
    }
    (document, Vec::new(), "")
}

fn renamed(entry: &str, name: &str) -> String {
    let (before, rest) = entry.split_once("<Name>").unwrap_or((entry, ""));
    let (_, behind) = rest.split_once("</Name>").unwrap_or(("", rest));
    format!("{before}<Name>{name}</Name>{behind}")
}

fn with_marker(document: &str, next: &str) -> String {
    let next = if next == "new" {
        format!("~{}", Moment::now().ticks())
    } else {
        next.to_owned()
    };
    // A list of ranges continues at an offset, and every number is one.
    let next = if document.contains("<PageList>") {
        marker(next.trim_start_matches('~'))
    } else {
        marker(&next)
    };
    let element = format!("<NextMarker>{next}</NextMarker>");
    let is_there = document.find("<NextMarker");
    let end = document.rfind("</").unwrap_or(document.len());
    let (before, behind) = match is_there {
        Some(at) => (&document[..at], &document[end..]),
        None => document.split_at(end),
    };
    format!("{before}{element}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<E><Blobs><Blob><Name>a</Name><BlobType>x</BlobType></Blob><Blob><Name>b</Name></Blob></Blobs><NextMarker/></E>";

    fn names(document: &str) -> Vec<&str> {
        let names = document.split("<Name>").skip(1);
        names
            .filter_map(|rest| rest.split("</Name>").next())
            .collect()
    }

    #[test]
    fn each_fault_changes_the_list_and_nothing_else() {
        let changed = |fault: ListingFault| fault.apply(PAGE);
        let of = |entries| ListingFault {
            entries,
            ..ListingFault::default()
        };
        assert_eq!(changed(ListingFault::default()), PAGE);
        assert_eq!(names(&changed(of(Entries::Reversed))), ["b", "a"]);
        assert_eq!(names(&changed(of(Entries::Repeated))), ["a", "a", "b", "b"]);
        assert!(names(&changed(of(Entries::None))).is_empty());
        let more = changed(ListingFault {
            first_name: Some("0".into()),
            last_name: Some("z".into()),
            ..ListingFault::default()
        });
        assert_eq!(names(&more), ["0", "a", "b", "z"]);
        let next = changed(ListingFault {
            next: Some("b".into()),
            ..ListingFault::default()
        });
        let end = format!("</Blobs><NextMarker>{}</NextMarker></E>", marker("b"));
        assert!(next.ends_with(&end), "{next}");
    }

    #[test]
    fn a_list_of_ranges_gets_a_marker_where_it_has_none() {
        let list = "<PageList><PageRange><Start>0</Start><End>511</End></PageRange></PageList>";
        let fault = ListingFault {
            last_range: Some([512, 1023]),
            next: Some("7".into()),
            ..ListingFault::default()
        };
        let changed = fault.apply(list);
        let end = format!(
            "</PageRange><NextMarker>{}</NextMarker></PageList>",
            marker("7")
        );
        assert!(changed.ends_with(&end), "{changed}");
    }
}
