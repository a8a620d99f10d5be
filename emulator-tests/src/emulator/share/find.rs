//! Finds the directory or file of a request, and checks what the request depends on.
//!
//! A missing directory on the way is `ParentNotFound`, whatever the call; a missing last part is
//! `ResourceNotFound`. Clients make directories only after the first.

use super::call::ShareCall;
use super::error::FILE_LEASE;
use super::state::{FileData, FileNode, FileTree, ShareProperties, tree};
use super::storage::ShareState;
use crate::emulator::error::{Refusal, ServiceResult};

/// The tree that a read is for: that of the share, or of the snapshot addressed.
pub fn tree<'s>(call: &ShareCall<'_>, state: &'s ShareState) -> ServiceResult<&'s FileTree> {
    match call.snapshot() {
        None => Ok(state.tree()),
        Some(time) => {
            let snapshot = state.snapshots().get(time);
            snapshot
                .map(|snapshot| &snapshot.tree)
                .ok_or_else(Refusal::share_not_found)
        }
    }
}

/// The properties that a read is for: those of the share, or of the snapshot addressed.
pub fn properties<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
) -> ServiceResult<&'s ShareProperties> {
    match call.snapshot() {
        None => Ok(state.properties()),
        Some(time) => {
            let snapshot = state.snapshots().get(time);
            snapshot
                .map(|snapshot| &snapshot.properties)
                .ok_or_else(Refusal::share_not_found)
        }
    }
}

/// The directory in which the last part of a path is, and the last part.
pub fn parent<'s, 'p>(
    tree: &'s FileTree,
    path: &'p [String],
) -> ServiceResult<(&'s FileNode, &'p str)> {
    let (name, directories) = path
        .split_last()
        .ok_or_else(Refusal::resource_already_exists)?;
    let mut at = tree.node(tree::ROOT);
    for part in directories {
        at = at.and_then(|directory| tree.child(directory, part));
    }
    let parent = at.filter(|node| node.is_directory());
    Ok((parent.ok_or_else(Refusal::parent_not_found)?, name))
}

/// The directory or file of a path.
pub fn node<'s>(tree: &'s FileTree, path: &[String]) -> ServiceResult<&'s FileNode> {
    if path.is_empty() {
        return tree
            .node(tree::ROOT)
            .ok_or_else(Refusal::resource_not_found);
    }
    let (parent, name) = parent(tree, path)?;
    tree.child(parent, name)
        .ok_or_else(Refusal::resource_not_found)
}

/// The directory that a read is for.
pub fn read_directory<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
) -> ServiceResult<&'s FileNode> {
    let found = node(tree(call, state)?, &call.path()?)?;
    check_lag(call, found)?;
    found
        .is_directory()
        .then_some(found)
        .ok_or_else(Refusal::resource_not_found)
}

/// The file that a read is for.
pub fn read_file<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
) -> ServiceResult<(&'s FileNode, &'s FileData)> {
    let found = node(tree(call, state)?, &call.path()?)?;
    check_lag(call, found)?;
    let data = found.file().ok_or_else(Refusal::resource_not_found)?;
    data.lease
        .check_given(call.lease_id(), FILE_LEASE, call.now)?;
    Ok((found, data))
}

/// The secondary region does not show yet what was just written.
fn check_lag(call: &ShareCall<'_>, node: &FileNode) -> ServiceResult<()> {
    if call.address.secondary && call.is_ahead_of_secondary(node.written) {
        return Err(Refusal::resource_not_found());
    }
    Ok(())
}

/// The directory that a call changes.
pub fn change_directory<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
) -> ServiceResult<&'s FileNode> {
    refuse_snapshot(call)?;
    let found = node(state.tree(), &call.path()?)?;
    found
        .is_directory()
        .then_some(found)
        .ok_or_else(Refusal::resource_type_mismatch)
}

/// The file that a call changes. Refuses when its lease or a copy into it does not allow it.
pub fn change_file<'s>(call: &ShareCall<'_>, state: &'s ShareState) -> ServiceResult<&'s FileNode> {
    refuse_snapshot(call)?;
    let found = node(state.tree(), &call.path()?)?;
    check_change(call, found)?;
    Ok(found)
}

/// Refuses a change of a file that its lease or a copy into it does not allow.
pub fn check_change(call: &ShareCall<'_>, node: &FileNode) -> ServiceResult<()> {
    let data = node.file().ok_or_else(Refusal::resource_type_mismatch)?;
    check_lease(call, data)?;
    match data.pending {
        Some(_) => Err(Refusal::pending_copy()),
        None => Ok(()),
    }
}

/// Refuses a change of a file that its lease does not allow.
pub fn check_lease(call: &ShareCall<'_>, data: &FileData) -> ServiceResult<()> {
    data.lease
        .check_write(call.lease_id(), FILE_LEASE, call.now)
}

/// Refuses a call that would change a snapshot.
pub fn refuse_snapshot(call: &ShareCall<'_>) -> ServiceResult<()> {
    call.snapshot()
        .map_or(Ok(()), |time| Err(Refusal::of_snapshot(time)))
}

/// Updates a pending copy into the file addressed for this time, before a call reads the file.
pub fn advance(call: &ShareCall<'_>, state: &mut ShareState, is_polled: bool) -> ServiceResult<()> {
    if call.snapshot().is_some() {
        return Ok(());
    }
    let id = node(state.tree(), &call.path()?)?.id;
    state.advance(id, call.now, is_polled);
    Ok(())
}
