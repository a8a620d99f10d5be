//! Whether a run may go on from what an earlier one wrote down: only if it copies to the same place. If not, the source is
//! listed anew, and what was done is looked for at the destination.

use azring_transport::Error as Transport;

use super::planner::Planner;
use crate::entry::EntryName;
use crate::journal::{Record, Replayed};
use crate::report::{Event, Totals};
use crate::{Error, Result, Side};

use super::feed::Feed;
use super::{Run, count_earlier};

/// So many of the objects that are done are looked for at a place that does not say which one it is.
const LOOKED_FOR_MAX: usize = 32;

/// How the place that is copied to compares with the one that an earlier run copied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlaceMatch {
    /// It is the same, for all that is known.
    Same,
    /// It was made again, or changed in a way that cannot be told from that.
    Other,
    /// It does not have what was copied there.
    Emptied,
}

impl Run<'_> {
    /// What an earlier run left, as far as it holds for the place at hand, whose identity is written down.
    pub(super) async fn of_same_place(
        &self,
        feed: &Feed<'_>,
        earlier: Replayed,
    ) -> Result<Replayed> {
        let identity = feed.identity().await?;
        let earlier = self.checked(feed, earlier, identity.as_deref()).await?;
        feed.note_identity(identity.as_deref());
        Ok(earlier)
    }

    async fn checked(
        &self,
        feed: &Feed<'_>,
        earlier: Replayed,
        identity: Option<&str>,
    ) -> Result<Replayed> {
        let place = match (earlier.target(), identity) {
            (Some(before), Some(now)) if before == now.as_bytes() => PlaceMatch::Same,
            (Some(_), Some(_)) => PlaceMatch::Other,
            _ => {
                let looked = look_for_some(feed, &earlier);
                self.stop.unless_stopped(looked).await?
            }
        };
        let why = match place {
            PlaceMatch::Same => return Ok(earlier),
            PlaceMatch::Other => "was made again or its settings were changed since",
            PlaceMatch::Emptied => "does not have any more what was copied there",
        };
        let Some(anew) = self.recorder.list_anew(&earlier)? else {
            return Ok(earlier);
        };
        let place = &self.options.target;
        self.observer.event(Event::Notice(&format!(
            "`{place}` {why}: the source is listed anew, and what was copied before is looked for at the destination"
        )));
        count_earlier(&earlier, self.totals, Totals::take_back);
        count_earlier(&anew, self.totals, Totals::add);
        self.recorder.append(&Record::Run {
            begun: super::now(),
        });
        Ok(anew)
    }
}

/// Looks for some of what was copied.
async fn look_for_some(feed: &Feed<'_>, earlier: &Replayed) -> Result<PlaceMatch> {
    let planner = Planner::new(feed.options, feed.ends, &feed.cut);
    for (name, bytes) in earlier.some_done(LOOKED_FOR_MAX)? {
        let Some(target) = planner.target_of(&EntryName::new(name), None) else {
            continue;
        };
        match feed.ends.target.stat(feed.tools, &target).await {
            Ok(Some(stat)) if stat.bytes == bytes || bytes == 0 => {}
            Ok(_) => return Ok(PlaceMatch::Emptied),
            // Whoever may not look goes on, as before.
            Err(Error::Transport(error)) if is_refused(&error) => break,
            Err(error) => return Err(error.at(Side::Target)),
        }
    }
    Ok(PlaceMatch::Same)
}

fn is_refused(error: &Transport) -> bool {
    matches!(error.status(), Some(401 | 403))
}

/// What is gone on from, for the beginning.
pub(super) fn told(earlier: &Replayed) -> String {
    let counts = earlier.counts();
    let runs = earlier_runs(earlier);
    if earlier.is_new_listing() && counts.done + counts.skipped == 0 {
        return format!(
            "{runs} ended with {} object(s) not copied: the source is listed anew, and what was copied is not copied again \
             where source and destination are as they were",
            earlier.pending_count()
        );
    }
    let (settled, listed) = (counts.done + counts.skipped, counts.listed);
    let rest = if earlier.is_listed() {
        "; the source was listed to its end then and is not listed again"
    } else {
        ""
    };
    format!(
        "going on where an earlier run stopped ({runs}): {settled} of {listed} object(s) need nothing more{rest}"
    )
}

/// The runs of the job before this one, in words and in local time.
pub(super) fn earlier_runs(earlier: &Replayed) -> Box<str> {
    let mut runs = earlier.runs();
    let first = runs.next().unwrap_or_default();
    let first = match jiff::Timestamp::from_second(first as i64) {
        Ok(time) => {
            let time = time.to_zoned(jiff::tz::TimeZone::system());
            time.strftime("%-d %b %H:%M").to_string()
        }
        Err(_) => "an unknown time".to_owned(),
    };
    match runs.count() {
        0 => format!("the run of {first}"),
        later => format!("{} runs since {first}", later + 1),
    }
    .into()
}
