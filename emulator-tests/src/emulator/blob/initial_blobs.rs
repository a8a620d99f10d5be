//! The blobs that exist from the start and after a reset: pattern blobs of the null store, and the
//! files of a seed folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content};
use crate::emulator::blob::storage::{AccountContainers, BlobContainer, ContainerState};
use crate::emulator::blob::{hierarchy, names};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::digest::{ChecksumSet, Digester};
use crate::emulator::http::payload::Piece;
use crate::emulator::options::Options;
use crate::emulator::pattern_blob::PatternBlob;
use crate::emulator::service::ContentProperties;
use crate::emulator::start_error::StartError;
use crate::emulator::store::{Extent, Store};

const CONTENT_TYPE: &str = "application/octet-stream";

/// A seed file is stored in blocks of this size.
const BLOCK_BYTES: u64 = 4 << 20;

/// The blobs that exist from the start.
#[derive(Debug)]
pub struct InitialBlobs {
    /// The account that has them: the first one.
    pub account: String,
    patterns: Vec<PatternBlob>,
    seed: Option<PathBuf>,
    /// The account has directories.
    is_hierarchical: bool,
}

impl InitialBlobs {
    /// The initial blobs of the options.
    pub fn of(options: &Options) -> Self {
        let accounts = options.accounts();
        let first = accounts.into_iter().next();
        let account = first.map_or_else(String::new, |first| first.name);
        Self {
            is_hierarchical: options.hierarchical.contains(&account),
            account,
            patterns: options.pattern_blobs.clone(),
            seed: options.seed.clone(),
        }
    }

    /// Adds them. Blobs that exist already stay as they are.
    pub fn add(&self, account: &AccountContainers, store: &dyn Store) -> Result<(), StartError> {
        if store.keeps_bytes() && !self.patterns.is_empty() {
            return Err(StartError::Options(
                "pattern blobs need the store `null`".to_owned(),
            ));
        }
        for pattern in &self.patterns {
            let extents = vec![Extent::Pattern(pattern.length)];
            let container = container(account, &pattern.container)?;
            add_blob(&container, &pattern.blob, extents, String::new());
        }
        if let Some(folder) = &self.seed {
            add_folder(account, store, folder)?;
        }
        if self.is_hierarchical {
            make_directories(account);
        }
        Ok(())
    }
}

/// Makes the directories above all blobs.
fn make_directories(account: &AccountContainers) {
    for (_, container) in account.list("", "", usize::MAX).0 {
        let mut state = container.lock();
        let names: Vec<String> = state.blobs.keys().cloned().collect();
        for name in names {
            hierarchy::make_missing(&mut state, &name, Moment::now());
        }
    }
}

fn add_folder(
    account: &AccountContainers,
    store: &dyn Store,
    folder: &Path,
) -> Result<(), StartError> {
    for path in entries(folder)? {
        if !path.is_dir() {
            return Err(refused(
                &path,
                "it is not a folder: each folder in the seed folder becomes a container, and its files become blobs",
            ));
        }
        let name = last_name(&path)?;
        names::check_container(name).map_err(|refusal| refused(&path, &refusal.message))?;
        let container = container(account, name)?;
        add_files(&container, store, &path, "")?;
    }
    Ok(())
}

/// Adds the files of a folder under names that begin with `prefix`.
fn add_files(
    container: &BlobContainer,
    store: &dyn Store,
    folder: &Path,
    prefix: &str,
) -> Result<(), StartError> {
    for path in entries(folder)? {
        let last = last_name(&path)?;
        let name = format!("{prefix}{last}");
        if path.is_dir() {
            add_files(container, store, &path, &format!("{name}/"))?;
            continue;
        }
        names::check_blob(&name).map_err(|refusal| refused(&path, &refusal.message))?;
        if container
            .lock()
            .blobs
            .get(&name)
            .is_some_and(|slot| slot.base.is_some())
        {
            continue;
        }
        let (extents, md5) = read(store, &path)?;
        add_blob(container, &name, extents, md5);
    }
    Ok(())
}

/// A file in blocks, and its MD5 in base64 if the store keeps bytes.
fn read(store: &dyn Store, path: &Path) -> Result<(Vec<Extent>, String), StartError> {
    let failed = |error: io::Error| refused(path, &error.to_string());
    let file = File::open(path).map_err(failed)?;
    let is_kept = store.keeps_bytes();
    let mut digester = Digester::new(ChecksumSet {
        md5: is_kept,
        crc64: false,
    });
    let mut extents = Vec::new();
    loop {
        let mut bytes = Vec::new();
        (&file)
            .take(BLOCK_BYTES)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.is_empty() && !extents.is_empty() {
            break;
        }
        digester.update(&bytes);
        let is_last = (bytes.len() as u64) < BLOCK_BYTES;
        let extent = store.put(&[Piece::Memory(Bytes::from(bytes))]);
        extents.push(extent.map_err(|refusal| refused(path, &refusal.message))?);
        if is_last {
            break;
        }
    }
    Ok((extents, digester.finish().md5.unwrap_or_default()))
}

fn add_blob(container: &BlobContainer, name: &str, extents: Vec<Extent>, md5: String) {
    let is_one = extents.len() == 1;
    let blocks = extents
        .into_iter()
        .enumerate()
        .map(|(number, extent)| Block {
            // A blob of one block looks like one of Put Blob: the block has no id.
            id: if is_one {
                String::new()
            } else {
                digest::to_base64(format!("{number:08}").as_bytes())
            },
            extent,
        });
    let content = Content::Block(Arc::new(BlockList::new(blocks.collect())));
    let properties = ContentProperties {
        content_type: CONTENT_TYPE.to_owned(),
        content_md5: md5,
        ..ContentProperties::default()
    };
    let blob = Blob::new(content, properties, Vec::new(), Moment::now());
    container.lock().slot(name).base = Some(blob);
}

/// The container of this name, created if it is missing.
fn container(account: &AccountContainers, name: &str) -> Result<Arc<BlobContainer>, StartError> {
    if let Some(container) = account.find(name) {
        return Ok(container);
    }
    let now = Moment::now();
    let made = ContainerState::new(Vec::new(), PublicAccess::Private, now);
    account
        .create(name, made, now)
        .map_err(|refusal| StartError::Options(refusal.message.into_owned()))
}

/// The entries of a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StartError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut paths: Vec<_> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        paths.sort();
        Ok(paths)
    };
    read().map_err(|error| refused(folder, &error.to_string()))
}

fn last_name(path: &Path) -> Result<&str, StartError> {
    path.file_name()
        .and_then(OsStr::to_str)
        .ok_or_else(|| refused(path, "its name is not UTF-8"))
}

fn refused(path: &Path, why: &str) -> StartError {
    StartError::Options(format!("cannot seed from `{}`: {why}", path.display()))
}
