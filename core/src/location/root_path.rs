//! The path of a URL in a service: the container or share, and what follows it.

use super::encoding::decode;
use super::url::{shown, usage};
use crate::Result;

/// The words of a service, for messages.
pub(super) struct RootWords {
    /// The word for a container or share.
    pub(super) root: &'static str,
    /// The word for a directory in it.
    pub(super) directory: &'static str,
}

/// The path of a URL, decoded.
#[derive(Debug)]
pub(super) struct RootPath {
    /// The container or share.
    pub(super) root: String,
    /// The rest, without the slash before it and the one that may end it.
    pub(super) directory: String,
    /// A slash ended the path.
    pub(super) is_directory: bool,
}

impl RootPath {
    /// Reads the path of a URL, which begins with the container or share.
    pub(super) fn read(path: &str, words: &RootWords) -> Result<Self> {
        let RootWords {
            root: root_word,
            directory: directory_word,
        } = words;
        let (root, rest) = path
            .split_once('/')
            .map_or((path, None), |(root, rest)| (root, Some(rest)));
        let root = decode(root)?;
        if root.is_empty() {
            return Err(usage(format!(
                "the URL names no {root_word}: only a copy and a list take a whole account, and only one of blobs"
            )));
        }
        let is_allowed =
            |character: char| !character.is_control() && character != '/' && character != '\\';
        if root == "." || root == ".." || !root.chars().all(is_allowed) {
            return Err(usage(format!(
                "`{}` is no name of a {root_word}",
                shown(&root)
            )));
        }
        let Some(rest) = rest else {
            return Ok(Self {
                root,
                directory: String::new(),
                is_directory: false,
            });
        };
        if rest == "/" {
            return Err(usage(format!(
                "the URL has two slashes after the {root_word} `{}`: a {directory_word} needs a name",
                shown(&root)
            )));
        }
        let (directory, is_directory) = rest
            .strip_suffix('/')
            .map_or((rest, rest.is_empty()), |directory| (directory, true));
        let directory = decode(directory)?;
        if directory.split('/').any(|part| part == "." || part == "..") {
            return Err(usage(format!(
                "`{}` has a part `.` or `..`: a {directory_word} is addressed by its full name",
                shown(&directory)
            )));
        }
        if directory.contains('\0') {
            return Err(usage("a URL contains a NUL character"));
        }
        Ok(Self {
            root,
            directory,
            is_directory,
        })
    }
}
