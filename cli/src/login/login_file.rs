//! The file that keeps a login between commands: `login.json` in azring's folder of state.
//!
//! Only its owner can read it (mode 0600), and it is read only if that is so. It is replaced as a
//! whole, under a lock that other processes of the user respect, so that neither two logins at once
//! nor a full disk leave half a file.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use zeroize::Zeroizing;

pub(crate) use super::file_text::StoredLogin;
use crate::environment::Environment;
use crate::usage_error::reason;

const NAME: &str = "login.json";
const PART_NAME: &str = "login.json.part";
const LOCK_NAME: &str = "login.lock";

/// How files of another user's making are opened: no link is followed, and no pipe is waited for.
const FLAGS: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK);

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The file of a stored login.
#[derive(Debug, Clone)]
pub(crate) struct LoginFile {
    folder: PathBuf,
}

/// The lock of the file. It lasts as long as this value.
#[derive(Debug)]
pub(super) struct LoginLock {
    file: File,
}

impl Drop for LoginLock {
    fn drop(&mut self) {
        // A child that is being started may hold a copy of the descriptor, so closing is not enough.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

impl LoginFile {
    /// The file of this user; `None` without a home folder.
    pub(crate) fn of_user(environment: &Environment) -> Option<Self> {
        let folder = environment.state_folder()?;
        Some(Self { folder })
    }

    /// Its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// The stored login; `None` where there is none. The error says why it cannot be used.
    pub(crate) fn read(&self) -> Result<Option<StoredLogin>, String> {
        let path = self.path();
        let fails =
            |reason: &str| format!("cannot use the login in `{}`: {reason}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(FLAGS.bits() as i32);
        let file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fails(&reason(&error))),
        };
        let found = file.metadata().map_err(|error| fails(&reason(&error)))?;
        if !found.is_file() {
            return Err(fails("it is not a file"));
        }
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(fails("it belongs to another user"));
        }
        if found.mode() & 0o077 != 0 {
            return Err(fails(&format!(
                "other users may read it: correct that by `chmod 600 {}`, or log in again",
                path.display()
            )));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|error| fails(&reason(&error)))?;
        let login = StoredLogin::of_text(&text);
        login
            .map(Some)
            .map_err(|reason| fails(&format!("{reason}: log in again by `azring login`")))
    }

    /// Stores a login in place of the one that is there. The error says why that fails; then the
    /// earlier one is as it was.
    pub(crate) fn write(&self, login: &StoredLogin) -> Result<(), String> {
        self.fails_as_sentence(|| {
            let lock = self.lock()?;
            self.write_locked(login, &lock)
        })
    }

    /// Replaces the stored login by what `change` makes of it, under the lock. Nothing is written
    /// where it gives `None`.
    pub(super) fn update(
        &self,
        change: impl FnOnce(StoredLogin) -> Option<StoredLogin>,
    ) -> Result<(), String> {
        let lock = self.lock();
        let lock = lock.map_err(|error| self.cannot_store(&error))?;
        let Some(changed) = self.read()?.and_then(change) else {
            return Ok(());
        };
        self.fails_as_sentence(|| self.write_locked(&changed, &lock))
    }

    /// Removes the stored login, and what a process that was killed may have left of one; whether
    /// there was one.
    pub(crate) fn remove(&self) -> Result<bool, String> {
        if !self.folder.exists() {
            return Ok(false);
        }
        // Another process that has just read the login could store it again. A full disk may have no
        // room for the lock: the login is removed all the same.
        let _lock = self.lock();
        let mut is_removed = false;
        for name in [PART_NAME, NAME] {
            let path = self.folder.join(name);
            match std::fs::remove_file(&path) {
                Ok(()) => is_removed = name == NAME,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let reason = reason(&error);
                    return Err(format!("cannot remove `{}`: {reason}", path.display()));
                }
            }
        }
        if is_removed {
            // It is gone for this process. Where the folder cannot be synced, a power cut could
            // bring it back.
            let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| {
                let path = self.path();
                format!(
                    "`{}` is removed, but not durably: {}",
                    path.display(),
                    reason(&error)
                )
            })?;
        }
        Ok(is_removed)
    }

    fn fails_as_sentence(&self, work: impl FnOnce() -> io::Result<()>) -> Result<(), String> {
        work().map_err(|error| self.cannot_store(&error))
    }

    fn cannot_store(&self, error: &io::Error) -> String {
        let path = self.path();
        format!(
            "cannot store the login in `{}`: {}",
            path.display(),
            reason(error)
        )
    }

    fn lock(&self) -> io::Result<LoginLock> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .custom_flags(FLAGS.bits() as i32)
            .open(self.folder.join(LOCK_NAME))?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(LoginLock { file })
    }

    fn write_locked(&self, login: &StoredLogin, _lock: &LoginLock) -> io::Result<()> {
        let part = self.folder.join(PART_NAME);
        let written = write_new(&part, login.to_text().as_bytes())
            .and_then(|()| std::fs::rename(&part, self.path()));
        if written.is_err() {
            // What is left of it is of no use. The first error counts.
            let _ = std::fs::remove_file(&part);
        }
        written?;
        File::open(&self.folder)?.sync_all()
    }
}

/// Writes a new file that only its owner can read, durably.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use azring_transport::auth::{Cloud, Secret};

    use super::*;
    use crate::login::{LoginChoice, LoginKind};

    fn login(token: &str) -> StoredLogin {
        StoredLogin {
            choice: LoginChoice {
                kind: LoginKind::RefreshToken(Secret::new(token.into())),
                tenant: Some("t".into()),
                endpoint: None,
                cloud: Cloud::Public,
                client_id: "c".into(),
            },
            user: None,
        }
    }

    fn token(file: &LoginFile) -> Option<String> {
        match file.read().unwrap()?.choice.kind {
            LoginKind::RefreshToken(token) => Some(token.expose().clone()),
            _ => None,
        }
    }

    fn file() -> (tempfile::TempDir, LoginFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = LoginFile {
            folder: folder.path().join("azring"),
        };
        (folder, file)
    }

    #[test]
    fn a_login_is_kept_for_its_owner_alone_until_it_is_removed() {
        let (_folder, file) = file();
        assert_eq!(token(&file), None);
        file.write(&login("one")).unwrap();
        file.write(&login("two")).unwrap();
        assert_eq!(token(&file).as_deref(), Some("two"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&file.path()), 0o600);
        assert_eq!(mode(&file.folder), 0o700);
        assert!(file.remove().unwrap());
        assert!(!file.remove().unwrap());
        assert_eq!(token(&file), None);
    }

    #[test]
    fn a_file_that_others_can_read_or_that_is_a_link_is_not_used() {
        let (_folder, file) = file();
        file.write(&login("canary")).unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(0o640)).unwrap();
        assert!(file.read().unwrap_err().contains("chmod 600"));
        let other = file.folder.join("other");
        std::fs::rename(file.path(), &other).unwrap();
        std::os::unix::fs::symlink(&other, file.path()).unwrap();
        assert!(file.read().is_err());
        std::fs::remove_file(file.path()).unwrap();
        std::fs::write(file.path(), "canary").unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(0o600)).unwrap();
        let damaged = file.read().unwrap_err();
        assert!(
            damaged.contains("damaged") && !damaged.contains("canary"),
            "{damaged}"
        );
    }

    #[test]
    fn an_update_does_not_bring_a_removed_login_back() {
        let (_folder, file) = file();
        file.update(|_| Some(login("back"))).unwrap();
        assert_eq!(token(&file), None);
        file.write(&login("one")).unwrap();
        file.update(|_| Some(login("two"))).unwrap();
        file.update(|_| None).unwrap();
        assert_eq!(token(&file).as_deref(), Some("two"));
    }

    #[test]
    fn a_logout_removes_what_a_killed_process_left() {
        let (_folder, file) = file();
        assert!(!file.remove().unwrap());
        assert!(!file.folder.exists(), "a logout makes nothing");
        file.write(&login("one")).unwrap();
        let part = file.folder.join(PART_NAME);
        std::fs::write(&part, "canary").unwrap();
        assert!(file.remove().unwrap());
        assert!(!part.exists());
        std::fs::write(&part, "canary").unwrap();
        assert!(!file.remove().unwrap(), "a part is no login");
        assert!(!part.exists());
    }

    #[test]
    fn pipes_and_links_in_the_files_place_are_neither_waited_for_nor_followed() {
        let (_folder, file) = file();
        file.write(&login("one")).unwrap();
        let pipe = |name: &str| {
            let path = file.folder.join(name);
            std::fs::remove_file(&path).unwrap();
            rustix::fs::mknodat(
                rustix::fs::CWD,
                &path,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
                0,
            )
            .unwrap();
        };
        pipe(NAME);
        assert!(file.read().unwrap_err().contains("not a file"));
        pipe(LOCK_NAME);
        assert!(file.write(&login("two")).is_err());
        let lock = file.folder.join(LOCK_NAME);
        std::fs::remove_file(&lock).unwrap();
        std::os::unix::fs::symlink(file.folder.join("elsewhere"), &lock).unwrap();
        assert!(file.write(&login("two")).is_err());
        assert!(!file.folder.join("elsewhere").exists());
    }

    #[test]
    fn a_removed_login_does_not_come_back_by_an_update_that_had_begun() {
        let (_folder, file) = file();
        file.write(&login("one")).unwrap();
        std::thread::scope(|scope| {
            let changed = file.update(|login| {
                scope.spawn(|| assert!(file.remove().unwrap()));
                // The removal waits for the end of the update. It has time to do otherwise.
                let mut looks = 0..20_000;
                while file.path().exists() && looks.next().is_some() {
                    std::thread::yield_now();
                }
                Some(login)
            });
            changed.unwrap();
        });
        assert_eq!(token(&file), None);
    }

    #[test]
    fn many_logins_at_once_leave_one_whole_login() {
        let (_folder, file) = file();
        std::thread::scope(|scope| {
            for index in 0..8 {
                let file = &file;
                scope.spawn(move || file.write(&login(&format!("token-{index}"))).unwrap());
            }
        });
        assert!(token(&file).unwrap().starts_with("token-"));
    }
}
