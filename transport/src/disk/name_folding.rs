//! Folders that treat different names as one: they fold case or normal forms, or trim the ends of
//! names.
//!
//! Two objects of such names would become one file. A folder is judged by what it does: an existing
//! folder is probed once with a file ([`folds`]); a folder that was made below one that does not
//! fold does not fold either. In a folder that folds, [`TakenNames`] remembers the files that the
//! run has written.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{Dir, FlockOperation, flock};
use rustix::io::Errno;

use super::own_name::{self, ProbeName};
use super::rename::{self, Placement, Replace, is_taken, place_new, stat_of};
use super::root::{FileStat, Root, shown};

/// The names that a run has used at its target. Shared by all folders there.
#[derive(Debug, Default)]
pub struct TakenNames {
    state: Mutex<TakenState>,
    /// Held while a file gets its name in a folder that folds, until the file is in `state`. So two files
    /// cannot meet, and a file that is found there is looked up in `state` after it was recorded.
    placing: Mutex<()>,
    /// An earlier run of the same job has written here.
    has_earlier: AtomicBool,
}

#[derive(Debug, Default)]
struct TakenState {
    /// By device and inode.
    files: HashMap<(u64, u64), Arc<Path>>,
    /// The same files by path: some file systems make up inode numbers and do not keep them.
    paths: HashSet<Arc<Path>>,
    folders: HashMap<(u64, u64), PathBuf>,
    notices: Vec<String>,
    noted_no_exclusive_create: bool,
}

/// How a folder treats names.
#[derive(Debug, Clone)]
pub(super) struct FolderNames {
    pub(super) taken: Arc<TakenNames>,
    pub(super) folds: bool,
}

/// Why a file did not get its name.
#[derive(Debug)]
pub(super) enum PlaceError {
    /// Another file, of this path, has a name that the folder treats as the same.
    Folded(PathBuf),
    /// Another error; `AlreadyExists` when there is a file that may not be replaced.
    Failed(io::Error),
}

impl From<io::Error> for PlaceError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl TakenNames {
    /// An earlier run of this job has written files here whose names are not known.
    pub fn follow_earlier_run(&self) {
        self.has_earlier.store(true, Ordering::Relaxed);
    }

    /// Whether the name of a file that was found may turn out to be taken. Waits for a file that is
    /// getting its name: the caller may have found that one.
    pub fn is_watched(&self) -> bool {
        drop(self.wait_to_place());
        self.has_earlier.load(Ordering::Relaxed) || !self.lock().files.is_empty()
    }

    /// The notices since the last call, each once.
    pub fn notices(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().notices)
    }

    /// The other path of the file with this inode, if this run wrote it under another name.
    pub(super) fn other(&self, stat: &FileStat, path: &Path) -> Option<PathBuf> {
        let state = self.lock();
        let found = state.files.get(&(stat.device, stat.inode))?;
        (**found != *path).then(|| found.to_path_buf())
    }

    /// Whether the file found under `name` in a folder that folds belongs to another object: one
    /// that this run wrote, or one of another spelling that an earlier run of this job may have
    /// written. Returns its path.
    pub(super) fn occupant(&self, folder: &Root, name: &OsStr, stat: &FileStat) -> Option<PathBuf> {
        let path = folder.path().join(name);
        if let Some(other) = self.other(stat, &path) {
            return Some(other);
        }
        let spelled = folder.path().join(spelling_of(folder, name, stat)?);
        let is_taken = self.lock().paths.contains(&*spelled);
        (is_taken || self.has_earlier.load(Ordering::Relaxed)).then_some(spelled)
    }

    /// Whether this run wrote the file of this path.
    pub(super) fn has_written(&self, path: &Path) -> bool {
        self.lock().paths.contains(path)
    }

    /// Moves `part` to `name` in a folder that folds. One file is moved after the other.
    pub(super) fn place(
        &self,
        folder: &Root,
        part: &str,
        name: &OsStr,
        replace: Replace,
    ) -> Result<Placement, PlaceError> {
        let _one_at_a_time = self.wait_to_place();
        let placed = match place_new(folder, part, name) {
            Err(error) if is_taken(&error) => self.place_again(folder, part, name, replace)?,
            placed => placed?,
        };
        if let Some(stat) = stat_of(folder, name)? {
            let path: Arc<Path> = folder.path().join(name).into();
            let mut state = self.lock();
            state.paths.insert(Arc::clone(&path));
            state.files.insert((stat.device, stat.inode), path);
        }
        Ok(placed)
    }

    fn place_again(
        &self,
        folder: &Root,
        part: &str,
        name: &OsStr,
        replace: Replace,
    ) -> Result<Placement, PlaceError> {
        if let Some(stat) = stat_of(folder, name)?
            && let Some(other) = self.occupant(folder, name, &stat)
        {
            let is_of_this_run = self.other(&stat, &folder.path().join(name)).is_some();
            // An earlier run may have placed the file and been interrupted before it recorded that.
            // It is not placed a second time.
            if !is_of_this_run && rename::is_same_content(folder, OsStr::new(part), name) {
                folder.remove(part);
                return Ok(Placement::SameContent);
            }
            return Err(PlaceError::Folded(other));
        }
        Ok(rename::place(folder, part, name, replace)?)
    }

    /// Records a folder that was opened by this path. Two paths of one folder cause a notice.
    pub(super) fn enter(&self, folder: &FileStat, path: &Path) {
        let mut state = self.lock();
        let key = (folder.device, folder.inode);
        let Some(other) = state.folders.get(&key) else {
            state.folders.insert(key, path.to_path_buf());
            return;
        };
        if other != path {
            let message = format!(
                "`{}` and `{}` are one folder: the destination treats these names as the same",
                shown(other),
                shown(path)
            );
            if !state.notices.contains(&message) {
                state.notices.push(message);
            }
        }
    }

    /// Records that this folder's file system cannot create a name exclusively. The first call
    /// causes a notice.
    pub(super) fn note_no_exclusive_create(&self, folder: &Path) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.noted_no_exclusive_create, true) {
            state.notices.push(format!(
                "the file system of `{}` cannot create a name exclusively: azring checks each name before it moves a file, and \
                 a file that another program makes in between is replaced",
                shown(folder)
            ));
        }
    }

    fn wait_to_place(&self) -> MutexGuard<'_, ()> {
        self.placing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, TakenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the folder spells the name of the file found under `name`; `None` if it spells it so.
fn spelling_of(folder: &Root, name: &OsStr, stat: &FileStat) -> Option<OsString> {
    let mut found = None;
    for item in Dir::read_from(folder.descriptor()).ok()?.flatten() {
        let spelled = OsStr::from_bytes(item.file_name().to_bytes());
        if spelled == name {
            return None;
        }
        if item.ino() == stat.inode {
            found = Some(spelled.to_owned());
        }
    }
    // A listing with other inode numbers does not show which name it is, only that it is another
    // spelling.
    Some(found.unwrap_or_else(|| name.to_owned()))
}

/// Whether the folder treats different names as one. A probe file is made, looked up under other
/// spellings, and removed. Where no file can be made, the answer is yes, to be safe.
///
/// The probe of a run that was killed meanwhile is used and removed by the next run: it has the same name.
pub(super) fn folds(folder: &Root) -> bool {
    let names = [ProbeName::Fixed, ProbeName::Fresh].into_iter();
    let names: Vec<String> = names
        .filter_map(|kind| own_name::probe(kind).ok())
        .collect();
    let plain = names
        .iter()
        .map(|name| name.replace(own_name::PROBE_LETTERS, ""));
    let mut names = names.iter().cloned().chain(plain);
    let Some((probe, made)) = names.find_map(|name| Some((claim(folder, &name)?, name))) else {
        return true;
    };
    let folds = spellings(&made).iter().any(|name_folding| {
        stat_of(folder, OsStr::new(name_folding)).is_ok_and(|found| found.is_some())
    });
    folder.remove(&made);
    // It is locked until its name is gone.
    drop(probe);
    folds
}

/// A probe file of this name that no other process uses: a new one, or an empty one that was left. A process that
/// makes a probe holds its lock.
fn claim(folder: &Root, name: &str) -> Option<OwnedFd> {
    let (file, is_new) = match folder.create_new(name) {
        Ok(file) => (file, true),
        Err(error) if is_taken(&error) => (folder.open_own(Path::new(name)).ok()??, false),
        Err(_) => return None,
    };
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return None,
        // Without locks a new file is nobody else's.
        Err(_) => return is_new.then_some(file),
    }
    let own = FileStat::of_open(&file).ok()?;
    let found = stat_of(folder, OsStr::new(name)).ok()??;
    let is_there = (own.device, own.inode) == (found.device, found.inode);
    (is_there && own.is_file && own.bytes == 0).then_some(file)
}

/// Names that some file system treats as the same: other case, other normal forms (canonical and
/// compatible), a trimmed end.
fn spellings(name: &str) -> Vec<String> {
    let swapped = name.chars().map(|character| {
        if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character
        }
    });
    let mut spellings = vec![swapped.collect(), format!("{name}."), format!("{name} ")];
    for (one, other) in [("\u{e9}", "e\u{301}"), ("\u{fb01}", "fi")] {
        if name.contains(one) {
            spellings.push(name.replace(one, other));
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_folder_is_not_taken_for_one_that_folds_and_keeps_no_probe() {
        let place = tempfile::tempdir_in(".").unwrap();
        assert!(!folds(&Root::open(place.path()).unwrap()));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_probe_of_a_run_that_was_killed_is_removed_by_the_next_one() {
        let place = tempfile::tempdir_in(".").unwrap();
        let left = own_name::probe(ProbeName::Fixed).unwrap();
        std::fs::write(place.path().join(&left), "").unwrap();
        assert!(!folds(&Root::open(place.path()).unwrap()));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
        // A file of that name with data is nobody's probe, and stays.
        std::fs::write(place.path().join(&left), "data").unwrap();
        assert!(!folds(&Root::open(place.path()).unwrap()));
        assert_eq!(std::fs::read(place.path().join(&left)).unwrap(), b"data");
    }

    #[test]
    fn a_probe_that_another_process_holds_is_left_to_it() {
        let place = tempfile::tempdir_in(".").unwrap();
        let root = Root::open(place.path()).unwrap();
        let name = own_name::probe(ProbeName::Fixed).unwrap();
        let held = claim(&root, &name).unwrap();
        assert!(claim(&root, &name).is_none());
        assert!(!folds(&root));
        assert!(place.path().join(&name).exists());
        drop(held);
        assert!(claim(&root, &name).is_some());
    }

    #[test]
    fn whoever_found_a_file_learns_whose_it_is() {
        let taken = &TakenNames::default();
        let placing = taken.wait_to_place();
        std::thread::scope(|scope| {
            let (asks, asking) = std::sync::mpsc::channel();
            let asked = scope.spawn(move || {
                asks.send(()).unwrap();
                taken.is_watched()
            });
            asking.recv().unwrap();
            (0..1000).for_each(|_| std::thread::yield_now());
            let path: Arc<Path> = Path::new("README").into();
            taken.lock().files.insert((0, 1), path);
            drop(placing);
            assert!(
                asked.join().unwrap(),
                "the file was there before it was recorded"
            );
        });
    }

    #[test]
    fn a_probe_is_looked_for_under_five_other_names() {
        let name = own_name::probe(ProbeName::Fresh).unwrap();
        let mut all = spellings(&name);
        all.push(name);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
