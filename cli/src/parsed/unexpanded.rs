//! Refuses paths that the shell should have expanded and did not.
//!
//! Examples are `~` after a colon, variables in single quotes, and Windows variables. Used
//! literally they name folders that nobody means, and a download would create them. `./` before
//! such a name makes it literal.

use crate::mask::shown;

/// Variables that occur within paths and not only at their beginning.
const KNOWN: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "PWD",
    "TMPDIR",
    "HOSTNAME",
    "USERPROFILE",
    "USERNAME",
    "APPDATA",
    "LOCALAPPDATA",
    "HOMEDRIVE",
    "HOMEPATH",
    "TEMP",
    "TMP",
    "COMPUTERNAME",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "WINDIR",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PUBLIC",
    "DATE",
    "TIME",
    "CD",
];

/// Refuses a path that contains an unexpanded part.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.starts_with("./") || text.starts_with("../") {
        return Ok(());
    }
    if is_home(text) {
        return Err(format!(
            "`{}` begins with `~`, which shells expand only at the beginning of a word: give the whole path (for example with `$HOME`), or `./{0}` for a folder of that name",
            shown(text)
        ));
    }
    if let Some(name) = variable(text) {
        return Err(format!(
            "`{}` contains the variable `{name}`, which was not expanded: give its value, or `./{0}` for a \
             folder of that name",
            shown(text)
        ));
    }
    Ok(())
}

/// `~`, `~/x`, `~\x`, `~name/x`.
fn is_home(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('~') else {
        return false;
    };
    let is_name =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let rest = rest.trim_start_matches(is_name);
    match rest.chars().next() {
        Some('/' | '\\') => true,
        Some(_) => false,
        None => text == "~",
    }
}

/// The first unexpanded variable, as it is spelled.
fn variable(text: &str) -> Option<&str> {
    text.char_indices().find_map(|(at, letter)| {
        let rest = &text[at..];
        let (written, name) = match letter {
            '$' => of_shell(rest)?,
            '%' => of_windows(rest)?,
            _ => return None,
        };
        let is_known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name));
        (at == 0 || is_known).then_some(written)
    })
}

/// `$NAME` or `${NAME}`: its spelling, and its name.
fn of_shell(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('$')?;
    if let Some(braced) = rest.strip_prefix('{') {
        let end = braced.find('}')?;
        let name = &braced[..end];
        return is_name(name).then(|| (&text[..end + 3], name));
    }
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let name = &rest[..end];
    is_name(name).then(|| (&text[..=end], name))
}

/// `%NAME%`: its spelling, and its name.
fn of_windows(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('%')?;
    let end = rest.find('%')?;
    let name = &rest[..end];
    is_name(name).then(|| (&text[..end + 2], name))
}

fn is_name(name: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let begins = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.chars().next().is_some_and(begins) && name.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_was_to_expand_is_refused() {
        for (text, says) in [
            ("~", "`./~`"),
            ("~/data", "`./~/data`"),
            ("~\\data", "`~`"),
            ("~anna/data", "`~`"),
            ("$HOME/data", "`$HOME`"),
            ("${HOME}/data", "`${HOME}`"),
            ("$data/x", "`$data`"),
            ("/data/$USER/x", "`$USER`"),
            (r"%USERPROFILE%\x", "`%USERPROFILE%`"),
            ("%temp%", "`%temp%`"),
            ("/data/%Date%/x", "`%Date%`"),
        ] {
            let refused = check(text).unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_a_name() {
        for text in [
            "./~",
            "./~/data",
            "./$HOME",
            "./%TEMP%x",
            "a~",
            "~$report.docx",
            "~backup",
            "/mnt/c/$Recycle.Bin",
            "/data/100%",
            "/data/%20%",
            "/data/a%b%c",
            "/x/$1",
            "$",
            "%%",
            "/a/${}",
            "data$",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }
}
