//! Opens a path of this machine: a folder or a single file.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use azring_transport as transport;

use super::{LocalRemover, LocalSource, LocalTarget, rules};
use crate::entry::{Entry, EntryName};
use crate::location::Location;
use crate::options::{Options, PosixOptions, Selection};
use crate::select::Pattern;
use crate::stop::Stop;
use crate::store::opener::{OpenContext, OpenedSource, Opener};
use crate::store::{RemovalOptions, Remover, Source, Step, Target, Tools};
use crate::{Error, Result};

/// A path of this machine, to be opened.
pub(crate) struct LocalOpener<'l>(pub(crate) &'l Path);

impl Opener for LocalOpener<'_> {
    fn source<'a>(&'a self, context: OpenContext<'a>) -> Step<'a, Result<OpenedSource>> {
        let options = context.options;
        Box::pin(async move { source(self.0, &options.selection, SourceExtras::of(options)) })
    }

    fn target(&self, context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        let options = context.options;
        Ok(Arc::new(
            LocalTarget::new(
                self.0,
                options.download,
                options.integrity.check_md5,
                context.durability.clone(),
                context.folders_max,
            )
            .with_links(options.selection.links)
            .restoring(options.posix),
        ))
    }

    fn split_name<'a>(
        &'a self,
        _tools: &'a Tools,
    ) -> Step<'a, Result<Option<(Location, EntryName)>>> {
        Box::pin(async move {
            if is_folder(self.0)? {
                return Ok(None);
            }
            Ok(split_path(self.0))
        })
    }

    fn folder_source(&self, selection: &Selection) -> Result<Arc<dyn Source>> {
        Ok(source(self.0, selection, SourceExtras::default())?.source)
    }

    fn find_object<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Entry>> {
        Box::pin(async move {
            if !LocalSource::is_single(self.0) {
                return Err(Error::NotFound(format!(
                    "there is no file `{}`",
                    EntryName::new(self.0.as_os_str().as_bytes())
                )));
            }
            let (source, name) = LocalSource::file(self.0)?;
            let found = source.find(tools, &name, None).await?;
            found.ok_or_else(|| Error::NotFound(format!("`{name}` does not exist any more")))
        })
    }

    fn remover(&self, _options: RemovalOptions) -> Result<Arc<dyn Remover>> {
        Ok(Arc::new(LocalRemover::new(self.0)))
    }

    fn trash(&self, folder: &EntryName, _stop: &Stop) -> Result<Arc<dyn Remover>> {
        Ok(Arc::new(LocalRemover::new(self.0).with_trash(folder)))
    }
}

/// What entries have beside names, lengths and times.
#[derive(Debug, Clone, Copy, Default)]
struct SourceExtras {
    /// The attributes and times of Windows.
    keeps_smb: bool,
    /// The POSIX properties, in a form.
    posix: PosixOptions,
}

impl SourceExtras {
    fn of(options: &Options) -> Self {
        Self {
            keeps_smb: options.preserve_smb,
            posix: options.posix,
        }
    }
}

/// The folder, or the single file that the path names when there is no pattern.
fn source(path: &Path, selection: &Selection, extras: SourceExtras) -> Result<OpenedSource> {
    let SourceExtras { keeps_smb, posix } = extras;
    let names_folder = selection.pattern.is_some() || selection.filter.listed().is_some();
    if LocalSource::is_single(path) && !names_folder {
        let (source, name) = LocalSource::file(path)?;
        let source = source
            .asking(selection.attributes)
            .keeping_smb(keeps_smb)
            .keeping_posix(posix);
        return Ok(OpenedSource {
            single: Some((Location::Local(source.root().into()), name)),
            source: Arc::new(source.filtering(selection.listing_filter())),
        });
    }
    if path.is_symlink() && !path.exists() {
        return Err(Error::NotFound(format!(
            "`{}` is a symbolic link whose target does not exist",
            EntryName::new(path.as_os_str().as_bytes())
        )));
    }
    let rule = rules::pattern_rule(selection);
    let pattern = Pattern::new(selection.pattern.as_deref(), rule)?;
    let source = LocalSource::folder(path, pattern)?
        .asking(selection.attributes)
        .keeping_smb(keeps_smb)
        .keeping_posix(posix)
        .with_links(selection.links)
        .remembering_md5(selection.remembers_md5)
        .filtering(selection.listing_filter())
        .without(&selection.own_files);
    Ok(OpenedSource {
        source: Arc::new(source),
        single: None,
    })
}

/// Whether the path is a folder, or is written like one.
///
/// Refuses a path that is neither a folder nor a file: a file must not take the place of a device.
fn is_folder(path: &Path) -> Result<bool> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.ends_with(b"/") || bytes.ends_with(b"/.") || path.file_name().is_none() {
        return Ok(true);
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(found) if found.is_file() => Ok(false),
        Ok(_) => Err(Error::Usage(format!(
            "`{}` is neither a folder nor a file: nothing can be copied to it",
            EntryName::new(bytes)
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            let doing = format!("cannot look at `{}`", EntryName::new(bytes));
            Err(transport::Error::disk(doing, &error).into())
        }
    }
}

fn split_path(path: &Path) -> Option<(Location, EntryName)> {
    let name = EntryName::new(path.file_name()?.as_bytes());
    let above = path
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Some((Location::Local(above.into()), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_if_it_is_one_or_is_written_like_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "").unwrap();
        fs::create_dir(path("dir.vhd")).unwrap();
        std::os::unix::fs::symlink(path("dir.vhd"), path("link")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("broken")).unwrap();
        for (name, expected) in [
            ("file", false),
            ("missing", false),
            ("broken", false),
            ("missing/", true),
            ("missing/.", true),
            ("dir.vhd", true),
            ("link", true),
            ("dir.vhd/..", true),
        ] {
            assert_eq!(is_folder(&path(name)).unwrap(), expected, "{name}");
        }
        assert!(is_folder(Path::new("/")).unwrap());
        assert!(is_folder(Path::new("/dev/null")).is_err());
    }

    #[test]
    fn the_last_part_of_a_path_is_the_name() {
        let split = |path: &str| {
            let (above, name) = split_path(Path::new(path)).unwrap();
            format!("{above} {name}")
        };
        assert_eq!(split("a"), ". a");
        assert_eq!(split("/a"), "/ a");
        assert_eq!(split("/a/b c/.env"), "/a/b c .env");
    }
}
