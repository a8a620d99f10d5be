//! Text in lines and columns.

use std::fmt::Write as _;

/// Wraps paragraphs, which an empty line separates, at `width` columns, each line indented by
/// `indent`.
pub(super) fn paragraph(text: &str, indent: usize, width: usize) -> String {
    text.split("\n\n")
        .map(|part| broken(part, indent, width))
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn broken(text: &str, indent: usize, width: usize) -> String {
    let margin = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{margin}{word}")),
        }
    }
    lines.join("\n")
}

/// The least room for the last column.
const LAST_MIN: usize = 24;

/// Rows of columns, with two blanks before and between them, in lines of at most `width` columns. The last
/// column is wrapped, and is below the others where those are too long.
pub(super) fn columns<const COLUMNS: usize>(rows: &[[String; COLUMNS]], width: usize) -> String {
    let length = |text: &str| text.chars().count();
    let widest = |column: usize| {
        rows.iter()
            .map(|row| length(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let last = COLUMNS - 1;
    let whole: usize = 2 + (0..last).map(|column| widest(column) + 2).sum::<usize>();
    let start = if whole + LAST_MIN <= width {
        whole
    } else {
        whole.min((width * 2 / 5).max(6))
    };
    let mut lines = Vec::new();
    for row in rows {
        let mut head = String::new();
        for (column, text) in row[..last].iter().enumerate() {
            let padding = " ".repeat(widest(column) - length(text));
            let _ = write!(head, "  {text}{padding}");
        }
        let head = head.trim_end();
        let text = paragraph(&row[last], start, width);
        if length(head) + 2 <= start {
            let text = text.trim_start();
            lines.push(format!("{head:start$}{text}"));
        } else {
            lines.push(format!("{head}\n{text}"));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_keep_their_margin() {
        assert_eq!(
            paragraph("one two three\n\nfour", 2, 9),
            "  one two\n  three\n\n  four"
        );
        assert_eq!(paragraph("unbreakable", 2, 5), "  unbreakable");
    }

    #[test]
    fn the_last_column_is_wrapped_and_may_be_below_the_others() {
        let rows = [["one", "the first of all"], ["thirty-three", "x"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(
            columns(&rows, 40),
            "  one           the first of all\n  thirty-three  x"
        );
        assert_eq!(
            columns(&rows, 25),
            "  one     the first of\n          all\n  thirty-three\n          x"
        );
    }
}
