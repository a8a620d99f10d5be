//! Escapes text for HTML, so that it cannot contain tags or end an attribute.

use std::fmt;

/// Text that is displayed with all special characters of HTML escaped, for content and quoted
/// attributes. The caller has escaped control characters and those that change the direction of
/// text; any that are left are dropped.
pub(super) struct Text<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                '\n' | '\t' => self.0.write_char(' ')?,
                letter if is_trouble(letter) => self.0.write_char('\u{fffd}')?,
                letter => self.0.write_char(letter)?,
            }
        }
        Ok(())
    }
}

fn is_trouble(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_and_quotes_are_text() {
        let hostile = "</title><script>alert('x')</script>\" onload=\"&amp;";
        assert_eq!(
            Text(hostile).to_string(),
            "&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;&amp;amp;"
        );
        assert_eq!(
            Text("a\u{202e}b\u{7}c\nd").to_string(),
            "a\u{fffd}b\u{fffd}c d"
        );
    }

    proptest! {
        #[test]
        fn nothing_of_html_is_left(text in any::<String>()) {
            let shown = Text(&text).to_string();
            prop_assert!(!shown.contains(['<', '>', '"', '\'']));
            prop_assert!(!shown.contains(is_trouble));
            let without = shown
                .replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
                .replace("&quot;", "").replace("&#39;", "");
            prop_assert!(!without.contains('&'));
        }
    }
}
