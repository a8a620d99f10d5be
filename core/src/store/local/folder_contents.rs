//! The names in one folder, in the order of full names, and what each of them is.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::fd::OwnedFd;

use azring_transport::disk::{FileStat, is_own_name};
use rustix::fs::{self, AtFlags, Dir, FileType};

use crate::entry::LINK_SUFFIX;
use crate::options::{LinkForm, Links};

/// The contents of a folder, in the order of full names.
#[derive(Default)]
pub(super) struct FolderContents {
    pub(super) items: Vec<FolderItem>,
    /// The number of part files of azring, which are not listed.
    pub(super) parts: usize,
    /// The number of links that are passed over.
    pub(super) links: usize,
    /// Links that would have the name of another file.
    pub(super) hidden_links: Vec<CString>,
}

/// A name in a folder. That of a link in rclone's form has an end that the link does not have.
pub(super) struct FolderItem {
    pub(super) name: CString,
    pub(super) kind: ItemKind,
}

/// What a name in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    /// A file, or a link that may lead to one.
    File,
    Folder,
    /// The mark of a folder, which is an entry of its own before what is in the folder.
    Mark,
    /// A link that is kept as such.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

impl FolderItem {
    /// The order of full names, in which a folder stands as `name/`.
    fn compare(&self, other: &Self) -> Ordering {
        let (one, two) = (self.name.to_bytes(), other.name.to_bytes());
        let same = one.len().min(two.len());
        let heads = one[..same].cmp(&two[..same]);
        heads.then_with(|| self.byte_at(same).cmp(&other.byte_at(same)))
    }

    /// The byte of its full name at this place; `None` after the end of a file's name.
    fn byte_at(&self, at: usize) -> Option<u8> {
        let end = (self.kind == ItemKind::Folder).then_some(b'/');
        self.name.to_bytes().get(at).copied().or(end)
    }
}

/// Reads a folder. Inspects a name where the file system does not give its type with it.
pub(super) fn read_folder(
    folder: &OwnedFd,
    links: Links,
    marks: bool,
) -> rustix::io::Result<FolderContents> {
    let mut contents = FolderContents::default();
    for item in Dir::read_from(folder)? {
        let item = item?;
        let name = item.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match item.file_type() {
            FileType::Unknown => fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
                .map_or(FileType::Unknown, |stat| {
                    FileType::from_raw_mode(stat.st_mode)
                }),
            kind => kind,
        };
        if kind != FileType::Directory && is_own_name(name.to_bytes()) {
            contents.parts += 1;
            continue;
        }
        let kind = match kind {
            FileType::Directory => ItemKind::Folder,
            FileType::Symlink if links == Links::Skip => {
                contents.links += 1;
                continue;
            }
            FileType::Symlink if links.keeps() => ItemKind::Link,
            FileType::Symlink if links == Links::Follow && leads_to_folder(folder, name) => {
                ItemKind::Folder
            }
            FileType::RegularFile | FileType::Symlink | FileType::Unknown => ItemKind::File,
            _ => ItemKind::Special,
        };
        if marks && kind == ItemKind::Folder {
            contents.items.push(FolderItem {
                name: name.to_owned(),
                kind: ItemKind::Mark,
            });
        }
        let has_suffix = kind == ItemKind::Link && links.form() == Some(LinkForm::Suffix);
        let listed = if has_suffix {
            CString::new([name.to_bytes(), LINK_SUFFIX.as_bytes()].concat()).unwrap_or_default()
        } else {
            name.to_owned()
        };
        contents.items.push(FolderItem { name: listed, kind });
    }
    contents.items.sort_unstable_by(FolderItem::compare);
    if links.form() == Some(LinkForm::Suffix) {
        contents.hide_links();
    }
    Ok(contents)
}

impl FolderContents {
    /// Takes out the links whose names with their ends are also names of files.
    fn hide_links(&mut self) {
        let files: HashSet<CString> = self
            .items
            .chunk_by(|one, other| one.name == other.name)
            .filter(|same| same.iter().any(|item| item.kind == ItemKind::Link))
            .filter(|same| same.iter().any(|item| item.kind == ItemKind::File))
            .map(|same| same[0].name.clone())
            .collect();
        let is_hidden =
            |item: &mut FolderItem| item.kind == ItemKind::Link && files.contains(&item.name);
        let hidden = self.items.extract_if(.., is_hidden);
        self.hidden_links = hidden.map(|item| item.name).collect();
    }
}

/// Whether a link leads to a folder.
fn leads_to_folder(folder: &OwnedFd, name: &CStr) -> bool {
    FileStat::at(folder, name).is_ok_and(|facts| facts.is_folder)
}
