//! The files that exist from the start and after a reset: pattern files of the null store.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::headers::DEFAULT_CONTENT_TYPE;
use super::state::{
    FileAttributes, FileData, FileNode, FileTree, NodeContent, Permissions, ShareProperties,
    SmbProperties, tree,
};
use super::storage::{AccountShares, ShareState};
use super::{call, names};
use crate::emulator::clock::Moment;
use crate::emulator::error::Refusal;
use crate::emulator::options::Options;
use crate::emulator::pattern_blob::PatternBlob;
use crate::emulator::service::ContentProperties;
use crate::emulator::start_error::StartError;
use crate::emulator::store::{Extent, Store};

/// The files that exist from the start.
#[derive(Debug)]
pub struct InitialFiles {
    /// The account that has them: the first one.
    pub account: String,
    patterns: Vec<PatternBlob>,
}

impl InitialFiles {
    /// The initial files of the options.
    pub fn of(options: &Options) -> Self {
        let first = options.accounts().into_iter().next();
        Self {
            account: first.map_or_else(String::new, |first| first.name),
            patterns: options.pattern_files.clone(),
        }
    }

    /// Adds them, with their shares and directories. Files that exist already stay as they are.
    pub fn add(&self, account: &AccountShares, store: &dyn Store) -> Result<(), StartError> {
        if store.keeps_bytes() && !self.patterns.is_empty() {
            return Err(StartError::Options(
                "pattern files need the store `null`".to_owned(),
            ));
        }
        for pattern in &self.patterns {
            add(account, pattern).map_err(|refusal| {
                let path = format!("{}/{}", pattern.container, pattern.blob);
                let reason = refusal.message;
                StartError::Options(format!("cannot make the file `{path}`: {reason}"))
            })?;
        }
        Ok(())
    }
}

fn add(account: &AccountShares, pattern: &PatternBlob) -> Result<(), Refusal> {
    let now = Moment::now();
    let name = &pattern.container;
    names::check_share(name)?;
    let parts = pattern.blob.split('/').filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    let path = call::path_of(&parts, false)?;
    let share = if let Some(share) = account.find(name) {
        share
    } else {
        let properties = ShareProperties::new(Vec::new(), None, now);
        account.create(name, ShareState::new(properties, FileTree::new(now)), now)?
    };
    let mut state = share.lock();
    let mut parent = tree::ROOT;
    for (at, part) in path.iter().enumerate() {
        let is_last = at + 1 == path.len();
        let found = state.tree().node(parent);
        let found = found.and_then(|parent| state.tree().child(parent, part));
        if let Some(found) = found {
            if found.is_directory() == is_last {
                return Err(Refusal::resource_type_mismatch());
            }
            parent = found.id;
            continue;
        }
        let (attributes, content) = if is_last {
            (FileAttributes::ARCHIVE, file(pattern.length))
        } else {
            let content = NodeContent::Directory(BTreeMap::new());
            (FileAttributes::DIRECTORY, content)
        };
        let smb = SmbProperties::new(attributes, Permissions::root_key(), now);
        let mut node = FileNode::new(content, Vec::new(), smb, now);
        node.parent = parent;
        node.name.clone_from(part);
        parent = state.put(node);
    }
    Ok(())
}

fn file(length: u64) -> NodeContent {
    let properties = ContentProperties {
        content_type: DEFAULT_CONTENT_TYPE.to_owned(),
        ..ContentProperties::default()
    };
    let mut data = FileData::new(length, properties);
    Arc::make_mut(&mut data.pages).write(0, Extent::Pattern(length));
    NodeContent::File(Box::new(data))
}
