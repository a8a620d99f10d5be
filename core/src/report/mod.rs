//! What a run reports: counters to poll, events as they happen, a summary at the end.

mod observer;

mod totals;

mod details;

mod window;

mod outage;

mod measured;

mod nothing_selected;

mod planned_change;

mod soft_delete;

mod deletions;

mod content_difference;

pub use content_difference::ContentDifference;
pub use deletions::{DeletionRefusal, Deletions};
pub use details::Details;
pub use measured::Measured;
pub use nothing_selected::NothingSelected;
pub use observer::{Event, Observer, OverwriteAnswer};
pub use outage::{OutageNews, OutageState};
pub use planned_change::{ChangeKind, ChangedSide, PlannedChange};
pub use soft_delete::SoftDelete;
pub use totals::{Summary, Totals};
pub use window::Window;
