//! The folder of a plan, of whichever kind.

use std::path::Path;

use super::error::{Error, Result};
use super::plan::Plan;

/// The folder of a plan: of this machine or of a file system that machines share, or in a container. Its
/// files are small, except those of shards and ledgers.
pub trait PlanFolder: Send + Sync {
    /// The folder as it is displayed.
    fn shown(&self) -> String;

    /// Reads a small file; `None` if there is none.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Copies a file to this path of the machine. Returns whether there is one.
    fn fetch(&self, name: &str, to: &Path) -> Result<bool>;

    /// Makes a file of this content, whole or not at all. Returns false, and changes nothing, if there is
    /// one of that name.
    fn create(&self, name: &str, content: &[u8]) -> Result<bool>;

    /// The same, and replaces an existing file.
    fn replace(&self, name: &str, content: &[u8]) -> Result<()>;

    /// Copies a file of this machine into the folder, and replaces one of that name.
    fn store(&self, name: &str, from: &Path) -> Result<()>;

    /// Removes a file; a missing one is no error.
    fn remove(&self, name: &str) -> Result<()>;

    /// Whether it is the folder at this path of the machine.
    fn is_at(&self, path: &Path) -> bool;

    /// The names of all files.
    fn names(&self) -> Result<Vec<String>>;
}

impl dyn PlanFolder + '_ {
    /// The plan in the folder.
    pub fn plan(&self) -> Result<Plan> {
        self.find_plan()?.ok_or_else(|| Error::NoPlan(self.shown()))
    }

    /// The plan in the folder, if there is one.
    pub fn find_plan(&self) -> Result<Option<Plan>> {
        let place = self.shown_file(Plan::NAME);
        let text = self.read(Plan::NAME)?;
        text.map(|text| Plan::read(&text, &place)).transpose()
    }

    /// A file of the folder as it is displayed.
    pub fn shown_file(&self, name: &str) -> String {
        format!("{}/{name}", self.shown().trim_end_matches('/'))
    }
}
