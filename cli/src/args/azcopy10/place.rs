//! A place of a command of AzCopy 10, and the wildcard in it.

use std::path::Path;

use super::from_to::End;
use crate::mask::shown;
use crate::usage_error::UsageError;

/// A source without its wildcard.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) text: String,
    /// `/*` stood at its end: its content is meant.
    pub(super) is_content: bool,
    /// The wildcard for the names in it.
    pub(super) pattern: Option<String>,
}

/// Takes the wildcard from a source.
pub(super) fn source(text: &str, end: End) -> Result<Source, UsageError> {
    if end.is_remote() {
        remote(text, end)
    } else {
        local(text)
    }
}

/// The containers that a URL names, if it names no single one: all of its account, or those whose names match.
pub(super) fn names_account(text: &str, end: End) -> bool {
    let takes_blobs = match end {
        End::Blob | End::DataLake | End::Unknown => true,
        End::File | End::Local | End::Pipe | End::Trash | End::Nothing => false,
    };
    let Some((_, rest)) = text.split_once("://").filter(|_| takes_blobs) else {
        return false;
    };
    let rest = rest.split('?').next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // The account is the first part of the path where the host is an address or an emulator.
    let is_of_service = host.contains(".blob.") || host.contains(".dfs.");
    let container = if is_of_service {
        path
    } else {
        path.split_once('/').unwrap_or((path, "")).1
    };
    let container = container.strip_suffix('/').unwrap_or(container);
    !container.contains('/') && (container.is_empty() || container.contains('*'))
}

/// A URL has a wildcard only as its whole last part, or in the name of a container without anything behind it.
fn remote(text: &str, end: End) -> Result<Source, UsageError> {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (text, String::new()),
    };
    let stripped = path.strip_suffix("/*").map(|path| format!("{path}/"));
    let is_content = stripped.is_some();
    let path = stripped.unwrap_or_else(|| path.to_owned());
    if path.contains('*') && !names_account(&path, end) {
        return Err(UsageError::meaning(format!(
            "cannot use wildcards in the path section of the URL except in trailing `/*`: `{}` (a `*` in a name is `%2A` there)",
            shown(&path)
        )));
    }
    Ok(Source {
        text: path + &query,
        is_content,
        pattern: None,
    })
}

fn local(text: &str) -> Result<Source, UsageError> {
    let plain = |text: &str, is_content, pattern| Source {
        text: text.to_owned(),
        is_content,
        pattern,
    };
    if !text.contains('*') {
        return Ok(plain(text, false, None));
    }
    let is_windows = text.as_bytes().get(1) == Some(&b':') || !text.contains('/');
    let is_separator = |letter: char| letter == '/' || (is_windows && letter == '\\');
    let (folder, last) = match text.rfind(is_separator) {
        Some(0) => ("/", &text[1..]),
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (".", text),
    };
    // `C:` alone would be the current folder of a drive.
    let folder = if folder.ends_with(':') {
        format!("{folder}/")
    } else {
        folder.to_owned()
    };
    if folder.contains('*') || last.contains(['[', ']', '\\']) {
        return Err(UsageError::meaning(format!(
            "`{}` has wildcards that azring does not know: `*` and `?` can be in the last name of a path",
            shown(text)
        )));
    }
    Ok(match last {
        "*" => plain(&folder, true, None),
        pattern => plain(&folder, true, Some(pattern.to_owned())),
    })
}

/// A path of this machine as it was meant. A relative path of Windows has backslashes only, unless `exists` says
/// that there is such a name here; a dot at the end marks a folder.
pub(super) fn local_path(text: &str, exists: &dyn Fn(&Path) -> bool) -> String {
    let is_windows = text.contains('\\')
        && !text.contains('/')
        && !text.starts_with("\\\\")
        && text.as_bytes().get(1) != Some(&b':');
    let path = if is_windows && !exists(Path::new(text)) {
        text.replace('\\', "/")
    } else {
        text.to_owned()
    };
    match path.strip_suffix("/.") {
        Some(folder) if !folder.is_empty() => format!("{folder}/"),
        _ => path,
    }
}

/// The URL of a place of Data Lake Storage at the Blob service of the same account.
pub(super) fn at_blob_service(url: &str) -> String {
    let host_end = url
        .find("://")
        .and_then(|at| url[at + 3..].find(['/', '?']).map(|end| at + 3 + end))
        .unwrap_or(url.len());
    let (host, rest) = url.split_at(host_end);
    format!("{}{rest}", host.replacen(".dfs.", ".blob.", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str, end: End) -> (String, bool, Option<String>) {
        let Source {
            text,
            is_content,
            pattern,
        } = source(text, end).unwrap();
        (text, is_content, pattern)
    }

    #[test]
    fn a_star_at_the_end_of_a_path_means_its_content() {
        for (text, folder, pattern) in [
            ("/a/b/*", "/a/b", None),
            ("*", ".", None),
            ("/*", "/", None),
            ("a/*.txt", "a", Some("*.txt")),
            (r"C:\a\b\*", r"C:\a\b", None),
            (r"C:\*", "C:/", None),
            (r"dir\*", "dir", None),
        ] {
            let (source, is_content, found) = taken(text, End::Local);
            assert_eq!((&*source, found.as_deref()), (folder, pattern), "{text}");
            assert!(is_content, "{text}");
        }
        assert_eq!(taken("/a/b", End::Local), ("/a/b".into(), false, None));
        for text in ["/a/*/b", "/a*/b.txt", "/a/[ab]*"] {
            assert!(source(text, End::Local).is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_in_a_url_is_its_last_part_or_refused() {
        let url = "https://a.blob.core.windows.net/c";
        let (text, is_content, _) = taken(&format!("{url}/d/*?sig=x*"), End::Blob);
        assert_eq!(text, format!("{url}/d/?sig=x*"));
        assert!(is_content);
        assert!(!taken(&format!("{url}/d?sig=x*"), End::Blob).1);
        assert!(source(&format!("{url}/d*"), End::Blob).is_err());
        assert_eq!(
            taken(&format!("{url}*?sig=x"), End::Blob).0,
            format!("{url}*?sig=x")
        );
        assert!(source(&format!("{url}*/d"), End::Blob).is_err());
        assert!(source("https://a.file.core.windows.net/s*", End::File).is_err());
    }

    #[test]
    fn a_url_without_a_container_names_an_account() {
        let host = "https://a.blob.core.windows.net";
        for place in [
            host.to_owned(),
            format!("{host}/?sig=x/y"),
            format!("{host}/logs*"),
            "http://127.0.0.1:10000/account".into(),
            "http://127.0.0.1:10000/account/l*".into(),
        ] {
            assert!(names_account(&place, End::Blob), "{place}");
        }
        for place in [
            format!("{host}/c"),
            format!("{host}/c/*"),
            format!("{host}/c*/d"),
            "http://127.0.0.1:10000/account/c".into(),
        ] {
            assert!(!names_account(&place, End::Blob), "{place}");
        }
        assert!(!names_account(
            "https://a.file.core.windows.net/",
            End::File
        ));
    }

    #[test]
    fn a_relative_path_of_windows_has_slashes_here() {
        let path = |text: &str| local_path(text, &|path| path == Path::new(r"a\b"));
        assert_eq!(path(r".\build"), "./build");
        assert_eq!(path(r"dist\apps\*"), "dist/apps/*");
        assert_eq!(path(r"a\b"), r"a\b");
        for same in [r"C:\a\b", r"\\server\share", r"/a\b", "a/b", "."] {
            assert_eq!(path(same), same);
        }
        assert_eq!(path("a/b/."), "a/b/");
    }

    #[test]
    fn a_data_lake_url_is_one_of_the_blob_service() {
        assert_eq!(
            at_blob_service("https://a.dfs.core.windows.net/c/x.dfs.y?s=.dfs."),
            "https://a.blob.core.windows.net/c/x.dfs.y?s=.dfs."
        );
    }
}
