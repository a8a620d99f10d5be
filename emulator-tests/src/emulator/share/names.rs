//! Which names shares, directories and files may have.
//! <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::names::{check_length, invalid_name, is_dns_name};

const PART_CHARACTERS_MAX: usize = 255;
const PATH_CHARACTERS_MAX: usize = 2048;
const DEPTH_MAX: usize = 250;
const FORBIDDEN: [char; 9] = ['"', '\\', '/', ':', '|', '<', '>', '*', '?'];

/// 3 to 63 lower-case letters, digits and single hyphens.
pub fn check_share(name: &str) -> ServiceResult<()> {
    if !is_dns_name(name) {
        return Err(invalid_name());
    }
    check_length(name)
}

/// Checks a path: at most 2,048 characters, in at most 250 parts of at most 255 characters.
pub fn check_path(parts: &[String]) -> ServiceResult<()> {
    let characters = |part: &String| part.encode_utf16().count();
    let too_long =
        |reason: &'static str| Err(Refusal::new(400, "InvalidFileOrDirectoryPathName", reason));
    for part in parts {
        check_part(part)?;
        if characters(part) > PART_CHARACTERS_MAX {
            return too_long("File or directory path is too long.");
        }
    }
    let slashes = parts.len().saturating_sub(1);
    if parts.iter().map(characters).sum::<usize>() + slashes > PATH_CHARACTERS_MAX {
        return too_long("File or directory path is too long.");
    }
    if parts.len() > DEPTH_MAX {
        return too_long("File or directory path has too many subdirectories.");
    }
    Ok(())
}

fn check_part(part: &str) -> ServiceResult<()> {
    let forbidden = |character: char| FORBIDDEN.contains(&character) || character < ' ';
    // What is not UTF-8 was decoded to a replacement character.
    let unreadable = part.contains(char::REPLACEMENT_CHARACTER);
    if part == "." || part == ".." || part.contains(forbidden) || unreadable || is_device(part) {
        return Err(invalid_name());
    }
    Ok(())
}

/// Names that Windows gives to devices.
fn is_device(part: &str) -> bool {
    let upper = part.to_ascii_uppercase();
    let is_numbered = |device: &str| {
        let number = upper.strip_prefix(device);
        number.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
    };
    ["PRN", "AUX", "NUL", "CON", "CLOCK$"].contains(&upper.as_str())
        || is_numbered("LPT")
        || is_numbered("COM")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str) -> ServiceResult<()> {
        let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        check_path(&parts)
    }

    #[test]
    fn a_share_name_is_checked_for_characters_before_its_length() {
        let code = |name: &str| check_share(name).unwrap_err().code;
        assert!(check_share("abc").is_ok());
        assert_eq!(code("ab"), "OutOfRangeInput");
        for bad in ["$web", "啊齄丂", "A"] {
            assert_eq!(code(bad), "InvalidResourceName", "{bad}");
        }
    }

    #[test]
    fn forbidden_characters_and_device_names_are_refused() {
        for bad in [
            "a:b",
            "a*",
            "a?b",
            "a\\b",
            "a|b",
            "a\"b",
            "<a>",
            "a\u{1}",
            ".",
            "..",
            "nul",
            "Com1",
            "lpt9",
            "a\u{fffd}",
        ] {
            assert_eq!(check(bad).unwrap_err().code, "InvalidResourceName", "{bad}");
        }
        for good in ["com10", "com0", "nul.txt", "a b", "ü", "a.", "a\u{7f}b"] {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn parts_paths_and_depths_have_a_limit() {
        assert!(check(&"a".repeat(255)).is_ok());
        assert!(check(&"a".repeat(256)).is_err());
        // Characters are counted as UTF-16 has them.
        assert!(check(&"😀".repeat(127)).is_ok());
        assert!(check(&"😀".repeat(128)).is_err());
        assert!(check(&vec!["a"; 250].join("/")).is_ok());
        assert!(check(&vec!["a"; 251].join("/")).is_err());
        assert!(check(&vec!["a".repeat(203); 10].join("/")).is_ok());
        assert!(check(&vec!["a".repeat(204); 10].join("/")).is_err());
    }
}
