//! Text in lines and columns.

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

/// Rows of three columns, with two blanks before and between them.
pub(super) fn columns(rows: &[[String; 3]]) -> String {
    let widest = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let (first, second) = (widest(0), widest(1));
    rows.iter()
        .map(|row| format!("  {:first$}  {:second$}  {}", row[0], row[1], row[2]))
        .collect::<Vec<_>>()
        .join("\n")
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
}
