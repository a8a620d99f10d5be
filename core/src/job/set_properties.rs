//! The command `set-properties`: every selected object of a place gets other properties.

use std::cell::Cell;
use std::sync::Arc;

use super::selected_objects::{ObjectAction, SelectedObjects, act_on_all};
use crate::Result;
use crate::entry::Entry;
use crate::location::Location;
use crate::options::Options;
use crate::report::{ChangeKind, Event, Observer, Summary};
use crate::stop::Stop;
use crate::store::{self, PropertySetter, SetOutcome, Tools};

/// Gives `options.properties` and the content type of `options.upload` to the objects of `options.source`
/// that the selection matches, and reports each to `observer`.
///
/// A place without such objects may be the URL of a single object, which then is the only one. With
/// `options.preview` it only reports which objects it would change.
///
/// # Errors
///
/// [`Error::NotFound`](crate::Error::NotFound) when the place names nothing. Fails when it cannot be
/// listed. Failures of single objects are in the summary.
pub fn set_properties(options: &Options, observer: &dyn Observer, stop: &Stop) -> Result<Summary> {
    let action = Setting {
        options,
        rehydrating: Cell::new(0),
    };
    let summary = act_on_all(options, &action, observer, stop)?;
    let rehydrating = action.rehydrating.get();
    if rehydrating > 0 {
        let text = format!(
            "{rehydrating} blob(s) leave the archive tier now, which takes hours: they can be read once \
             `azring list` shows their new tier"
        );
        observer.event(Event::Notice(&text));
    }
    Ok(summary)
}

struct Setting<'a> {
    options: &'a Options,
    /// How many blobs leave the archive since this run.
    rehydrating: Cell<u64>,
}

impl ObjectAction for Setting<'_> {
    type Opened = Arc<dyn PropertySetter>;

    const KIND: ChangeKind = ChangeKind::SetProperties;

    fn open(&self, place: &Location) -> Result<Arc<dyn PropertySetter>> {
        store::open_property_setter(place, self.options)
    }

    async fn act(
        &self,
        tools: &Tools,
        setter: &Arc<dyn PropertySetter>,
        entries: &[Entry],
        run: &SelectedObjects<'_>,
    ) {
        let results = setter.set(tools, entries).await;
        for (entry, result) in entries.iter().zip(results) {
            match result {
                Ok(outcome) => {
                    if outcome == SetOutcome::Rehydrating {
                        self.rehydrating.set(self.rehydrating.get() + 1);
                    }
                    run.settlement.properties_set(entry);
                }
                Err(error) => run.fail(entry, error),
            }
        }
    }
}
