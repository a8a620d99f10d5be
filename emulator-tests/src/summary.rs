//! Reads the closing summary of a run strictly, because scripts of AzCopy's users parse this block.
//!
//! ```text
//! Finished 2 of total 2 file(s).
//! [2016/10/07 17:37:41] Transfer summary:
//! -----------------
//! Total files transferred: 2
//! Transfer successfully:   2
//! Transfer skipped:        0
//! Transfer failed:         0
//! Elapsed time:            00.00:13:07
//! ```

/// The counts of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// All files: the sum of the others.
    pub total: u64,
    /// Files that are at the destination now.
    pub done: u64,
    /// Files that were skipped, as asked.
    pub skipped: u64,
    /// Files that are not at the destination, each with an error.
    pub failed: u64,
}

/// What each line of the block begins with, after its heading and its rule.
const LABELS: [&str; 5] = [
    "Total files transferred: ",
    "Transfer successfully:   ",
    "Transfer skipped:        ",
    "Transfer failed:         ",
    "Elapsed time:            ",
];

impl Summary {
    /// Reads the only summary in `output`; the error says what is wrong with it.
    pub fn parse(output: &str) -> Result<Self, String> {
        let lines: Vec<&str> = output.lines().collect();
        let mut headings = (0..lines.len()).filter(|&n| lines[n].ends_with("] Transfer summary:"));
        let (Some(heading), None) = (headings.next(), headings.next()) else {
            return Err("the output does not hold exactly one summary".to_owned());
        };
        check_moment(lines[heading].trim_end_matches(" Transfer summary:"))?;
        let block = lines
            .get(heading + 1..heading + 7)
            .ok_or("the summary is cut short")?;
        if block[0] != "-".repeat(17) {
            return Err(format!("`{}` is no rule of 17 dashes", block[0]));
        }
        let mut values = [""; 5];
        for (n, label) in LABELS.iter().enumerate() {
            let line = block[n + 1];
            values[n] = line
                .strip_prefix(label)
                .ok_or_else(|| format!("`{line}` does not begin with `{label}`"))?;
        }
        check_elapsed(values[4])?;
        let count = |n: usize| {
            values[n]
                .parse()
                .map_err(|_| format!("`{}` is no count", values[n]))
        };
        let summary = Self {
            total: count(0)?,
            done: count(1)?,
            skipped: count(2)?,
            failed: count(3)?,
        };
        if summary.total != summary.done + summary.skipped + summary.failed {
            return Err(format!("the counts do not add up: {summary:?}"));
        }
        Ok(summary)
    }
}

/// `[2016/10/07 17:37:41]`, in local time.
fn check_moment(text: &str) -> Result<(), String> {
    has_shape(text, "[0000/00/00 00:00:00]")
        .then_some(())
        .ok_or_else(|| format!("`{text}` is no moment"))
}

/// `dd.hh:mm:ss`.
fn check_elapsed(text: &str) -> Result<(), String> {
    has_shape(text, "00.00:00:00")
        .then_some(())
        .ok_or_else(|| format!("`{text}` is no elapsed time"))
}

/// Whether `text` has a digit wherever `shape` has one, and equals it elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.chars().zip(shape.chars()).all(|(is, wanted)| {
            if wanted == '0' {
                is.is_ascii_digit()
            } else {
                is == wanted
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "Finished 2 of total 2 file(s).\n[2016/10/07 17:37:41] Transfer summary:\n-----------------\n\
         Total files transferred: 2\nTransfer successfully:   1\nTransfer skipped:        1\n\
         Transfer failed:         0\nElapsed time:            00.00:13:07\n";

    #[test]
    fn block_is_read() {
        let summary = Summary {
            total: 2,
            done: 1,
            skipped: 1,
            failed: 0,
        };
        assert_eq!(Summary::parse(BLOCK), Ok(summary));
    }

    #[test]
    fn block_of_another_form_is_refused() {
        for (from, to) in [
            ("-----------------\n", "----------------\n"),
            ("successfully:   1", "successfully:  1"),
            ("transferred: 2", "transferred: 3"),
            ("00.00:13:07", "00:13:07"),
            ("2016/10/07", "2016-10-07"),
            ("Transfer summary:", "Summary:"),
        ] {
            assert!(Summary::parse(&BLOCK.replace(from, to)).is_err(), "{to}");
        }
    }
}
