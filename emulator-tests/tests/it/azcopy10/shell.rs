//! The words of a command line, as a shell passes them to a program. Variables are replaced in the file already.

/// The shell of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    /// PowerShell; cmd reads the lines of the file in the same way.
    PowerShell,
}

/// The words after the name of the program.
pub(super) fn words(shell: Shell, line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars().peekable();
    let escape = match shell {
        Shell::Posix => '\\',
        Shell::PowerShell => '`',
    };
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(letters.by_ref().take_while(|letter| *letter != '\''));
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    let next = letters.peek().copied();
                    let is_escape = letter == escape
                        && (shell == Shell::PowerShell
                            || next.is_some_and(|next| "$`\"\\".contains(next)));
                    if is_escape {
                        word.extend(letters.next());
                    } else {
                        word.push(letter);
                    }
                }
            }
            letter if letter == escape => word.get_or_insert_default().extend(letters.next()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    let at = words.iter().position(|word| is_azcopy(word));
    let at = at.unwrap_or_else(|| panic!("no AzCopy in `{line}`"));
    words.split_off(at + 1)
}

fn is_azcopy(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    name == "azcopy" || name == "azcopy.exe"
}

#[test]
fn both_shells_pass_the_words_that_are_meant() {
    let posix = words(
        Shell::Posix,
        r#"sudo ./azcopy cp "/a b" 'c\d' https://h/\$web "\$x\y""#,
    );
    assert_eq!(posix, ["cp", "/a b", r"c\d", "https://h/$web", r"$x\y"]);
    let power = words(
        Shell::PowerShell,
        r#".\AzCopy.exe cp "C:\a b\*" 'https://h/$web' "`$x""#,
    );
    assert_eq!(power, ["cp", r"C:\a b\*", "https://h/$web", "$x"]);
}
