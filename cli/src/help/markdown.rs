//! The text of a Markdown file for a terminal: paragraphs, and tables as terms with their meaning.
//!
//! It knows what azring's own files contain: paragraphs and tables. Everything else is a paragraph.

use super::layout::paragraph;

/// Columns before the meaning of a term.
const MARGIN: usize = 4;

/// The text in lines of at most `width` columns, as far as its words allow it.
pub(super) fn rendered(markdown: &str, width: usize) -> String {
    let mut parts = Vec::new();
    for block in markdown.trim().split("\n\n") {
        if block.starts_with('|') {
            parts.extend(table(block, width));
        } else {
            parts.push(paragraph(block, 0, width));
        }
    }
    parts.join("\n\n")
}

/// The rows of a table: the first cell is the term. Other cells follow below it, with the heading
/// of their column if there are several.
fn table(block: &str, width: usize) -> Vec<String> {
    let mut lines = block.lines().map(cells);
    let headings = lines.next().unwrap_or_default();
    let mut term = String::new();
    // The second line separates the headings from the rows.
    lines
        .skip(1)
        .map(|row| {
            let (first, rest) = row
                .split_first()
                .map_or(("", &[][..]), |(first, rest)| (*first, rest));
            // An empty first cell continues the row above.
            if !first.is_empty() {
                first.clone_into(&mut term);
            }
            let meanings = rest
                .iter()
                .zip(headings.iter().skip(1))
                .map(|(cell, heading)| {
                    let text = if rest.len() > 1 {
                        format!("{}: {cell}", heading.trim_matches('`'))
                    } else {
                        (*cell).to_owned()
                    };
                    paragraph(&text, MARGIN, width)
                });
            std::iter::once(term.clone())
                .chain(meanings)
                .collect::<Vec<_>>()
                .join("\n")
        })
        .collect()
}

fn cells(line: &str) -> Vec<&str> {
    line.trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn tables_become_terms_and_paragraphs_are_wrapped() {
        let text = "One line\nand another.\n\n| field | value |\n|---|---|\n| `a` | the first letter |\n\n\
                    | `type` | when | fields |\n|---|---|---|\n| `init` | once | `b` |\n| | twice | `c` |";
        assert_snapshot!(rendered(text, 16), @r"
        One line and
        another.

        `a`
            the first
            letter

        `init`
            when: once
            fields: `b`

        `init`
            when: twice
            fields: `c`
        ");
    }
}
