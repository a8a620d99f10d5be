//! Where a plan is: a folder of this machine, or a container.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_core::job::ContainerFolder;
use azring_core::location::Location;
use azring_core::shard::{LocalFolder, PlanFolder};

use super::places::absolute;
use crate::console::Console;
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, path};
use crate::usage_error::UsageError;
use crate::{intent, prompt};

/// The variables with the credential of a plan's container, and those of the source in whose place they are read.
const VARIABLES: [(&str, &str); 2] = [
    ("AZRING_PLAN_KEY", "AZRING_SOURCE_KEY"),
    ("AZRING_PLAN_SAS", "AZRING_SOURCE_SAS"),
];

/// Parameters that say how any service is reached.
const OF_ANY_SERVICE: &[&Parameter] = &[
    &row::AUTH,
    &row::CA_FILE,
    &row::GIVE_UP,
    &row::SERVICE_VERSION,
    &row::TRUSTED_MICROSOFT_SUFFIXES,
];

/// Where a plan is.
pub(super) enum PlanPlace {
    /// A folder of this machine, or of a file system that machines share.
    Local(PathBuf),
    /// A container, or a virtual directory in it.
    Container(Box<ContainerFolder>),
}

impl PlanPlace {
    /// The place that a word of the command names. The dialect of `args` decides how a path is read.
    pub(super) fn of(
        place: &OsStr,
        args: &ParsedArgs,
        console: &Arc<Console>,
    ) -> Result<Self, UsageError> {
        match place.to_str() {
            Some(url) if url.contains("://") => container(url, args, console),
            Some(text) => {
                let path = path::translate(args, text).map_err(UsageError::meaning)?;
                Ok(Self::Local(absolute(Path::new(&path))))
            }
            None => Ok(Self::Local(absolute(Path::new(place)))),
        }
    }

    /// Whether it is in this end of a copy.
    pub(super) fn is_in(&self, end: &Location) -> bool {
        match self {
            Self::Local(path) => {
                matches!(end, Location::Local(end) if path.starts_with(absolute(end)))
            }
            Self::Container(folder) => matches!(end, Location::Blob(end) if folder.is_in(end)),
        }
    }

    /// The folder.
    pub(super) fn folder(self) -> Box<dyn PlanFolder> {
        match self {
            Self::Local(path) => Box::new(LocalFolder::at(&path)),
            Self::Container(folder) => folder,
        }
    }
}

/// The plan has credentials of its own: a signature in its URL, its variables, or a login.
fn container(
    url: &str,
    args: &ParsedArgs,
    console: &Arc<Console>,
) -> Result<PlanPlace, UsageError> {
    let mut own = ParsedArgs::new(args.dialect());
    own.add(&row::SOURCE, Some(url.into()))?;
    own.add(&row::SOURCE_TYPE, Some("Blob".into()))?;
    for parameter in OF_ANY_SERVICE {
        if let Some(value) = args.raw(parameter) {
            own.add(parameter, Some(value.into()))?;
        }
    }
    let mut environment = Environment::of_process(console, prompt::secret_line(console));
    for (of_plan, read) in VARIABLES {
        let value = environment.variables.remove(OsStr::new(of_plan));
        environment.variables.remove(OsStr::new(read));
        if let Some(value) = value {
            environment.variables.insert(OsString::from(read), value);
        }
    }
    let place = intent::place(&own, &environment)?;
    if let Location::Blob(place) = place {
        let engine = intent::engine(&own, &environment)?;
        let folder = ContainerFolder::new(place, engine);
        return Ok(PlanPlace::Container(Box::new(folder)));
    }
    Err(UsageError::meaning(format!(
        "`{}` is no container: a plan is in a folder or in a container",
        shown(url)
    )))
}
