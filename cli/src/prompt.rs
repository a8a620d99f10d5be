//! Questions at a terminal.
//!
//! The texts are AzCopy's. The first letter of an answer is enough, in any case; other input
//! repeats the question. Nothing else is printed during a question. If nobody can answer, nothing
//! is overwritten.

use std::sync::Arc;

use azring_core::report::OverwriteAnswer;

use crate::console::Console;
use crate::environment::SecretLine;
use crate::terminal;

/// Asks whether `target` may be replaced by `source`. `read` waits for a line and gives `None` at
/// the end of input.
pub(crate) fn overwrite(
    console: &Console,
    source: &str,
    target: &str,
    read: impl Fn() -> Option<String>,
) -> OverwriteAnswer {
    let question = format!("Overwrite {target} with {source}? (Yes/No/All) ");
    loop {
        match console.ask(&question, &read) {
            None => return OverwriteAnswer::No,
            Some(line) => {
                if let Some(answer) = understand(&line) {
                    return answer;
                }
            }
        }
    }
}

/// Asks a question until the answer is yes or no; `None` at the end of input.
pub(crate) fn yes_or_no(
    console: &Console,
    question: &str,
    read: impl Fn() -> Option<String>,
) -> Option<bool> {
    loop {
        match understand(&console.ask(question, &read)?) {
            Some(OverwriteAnswer::Yes) => return Some(true),
            Some(OverwriteAnswer::No) => return Some(false),
            Some(OverwriteAnswer::All) | None => {}
        }
    }
}

/// Asks for a secret at the terminal, or reads it from standard input if there is no terminal.
pub(crate) fn secret_line(console: &Arc<Console>) -> Box<SecretLine> {
    let console = Arc::clone(console);
    Box::new(move |question| terminal::secret_line(|answer| console.ask(question, answer)))
}

fn understand(line: &str) -> Option<OverwriteAnswer> {
    match line.trim_start().chars().next()?.to_ascii_lowercase() {
        'y' => Some(OverwriteAnswer::Yes),
        'n' => Some(OverwriteAnswer::No),
        'a' => Some(OverwriteAnswer::All),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use insta::assert_snapshot;

    use super::*;
    use crate::console::testing::console;

    fn answered(lines: &[&str]) -> (OverwriteAnswer, String) {
        let (console, printed) = console();
        let lines = RefCell::new(lines.iter().map(|&line| line.to_owned()));
        let answer = overwrite(&console, "/data/a.txt", "https://h/c/a.txt", || {
            lines.borrow_mut().next()
        });
        (answer, printed.messages())
    }

    #[test]
    fn the_question_is_azcopys() {
        assert_snapshot!(answered(&["yes"]).1, @"Overwrite https://h/c/a.txt with /data/a.txt? (Yes/No/All)");
    }

    #[test]
    fn the_first_letter_is_the_answer() {
        assert_eq!(answered(&["Yes"]).0, OverwriteAnswer::Yes);
        assert_eq!(answered(&[" y"]).0, OverwriteAnswer::Yes);
        assert_eq!(answered(&["NO"]).0, OverwriteAnswer::No);
        assert_eq!(answered(&["all"]).0, OverwriteAnswer::All);
    }

    #[test]
    fn it_is_asked_again_until_the_answer_is_understood() {
        let (answer, shown) = answered(&["", "what?", "a"]);
        assert_eq!(answer, OverwriteAnswer::All);
        assert_eq!(shown.matches("Overwrite").count(), 3);
    }

    #[test]
    fn a_question_of_yes_or_no_knows_no_third() {
        let asked = |lines: &[&str]| {
            let (console, _) = console();
            let lines = RefCell::new(lines.iter().map(|&line| line.to_owned()));
            yes_or_no(&console, "Well? ", || lines.borrow_mut().next())
        };
        assert_eq!(asked(&["all", "", "YES"]), Some(true));
        assert_eq!(asked(&["n"]), Some(false));
        assert_eq!(asked(&["perhaps"]), None);
    }

    #[test]
    fn nothing_is_overwritten_when_nobody_answers() {
        assert_eq!(answered(&[]).0, OverwriteAnswer::No);
        assert_eq!(answered(&["maybe"]).0, OverwriteAnswer::No);
    }
}
