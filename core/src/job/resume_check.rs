//! Whether a run may go on from an earlier one: only when the target is the same place as then.
//!
//! Otherwise the source is listed anew, and each object that is done is looked for at the target.

use azring_transport::Error as Transport;

use super::planner::Planner;
use crate::entry::EntryName;
use crate::journal::{Record, Replayed};
use crate::report::{Event, Totals};
use crate::{Error, Result, Side};

use super::feed::Feed;
use super::run::{self, Run};
use super::{earlier_runs, resume};

/// How many of the done objects are looked for at a target without an identity.
const LOOKED_FOR_MAX: usize = 32;

/// How the target compares with the one of an earlier run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlaceMatch {
    /// It is the same, as far as is known.
    Same,
    /// It was created again, or changed in a way that looks the same.
    Other,
    /// It lacks what was copied to it.
    Emptied,
}

impl Run<'_> {
    /// What an earlier run left, as far as it is true of this target. The target's identity is
    /// recorded.
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
        if let Some(why) = self.compares_anew() {
            return self.list_anew(earlier, why);
        }
        if !resume::scopes(&earlier).all(|scope| feed.ends.source.can_resume(&scope)) {
            let source = &self.options.source;
            let why = format!("`{source}` was listed in another order by an earlier version");
            return self.list_anew(earlier, &why);
        }
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
            PlaceMatch::Other => "was created again, or its settings have changed",
            PlaceMatch::Emptied => "lacks objects that were copied to it",
        };
        let place = &self.options.target;
        self.list_anew(earlier, &format!("`{place}` {why}"))
    }

    /// Lists the source anew, for this reason. What was done stays done where the target has it.
    ///
    /// A shard is not listed anew, because its objects are those of the plan.
    fn list_anew(&self, earlier: Replayed, why: &str) -> Result<Replayed> {
        if self.options.shard.is_some() {
            return Err(Error::TargetChanged(format!(
                "{why} since an earlier attempt of this shard: run it with an empty state folder"
            )));
        }
        let Some(anew) = self.recorder.list_anew(&earlier)? else {
            return Ok(earlier);
        };
        self.observer.event(Event::Notice(&format!(
            "{why}: the source is listed anew, and the objects that were copied before are looked for at the destination"
        )));
        earlier_runs::count(&earlier, self.totals, Totals::take_back);
        earlier_runs::count(&anew, self.totals, Totals::add);
        self.recorder.append(&Record::Run { begun: run::now() });
        Ok(anew)
    }
}

/// Looks for some of the done objects.
async fn look_for_some(feed: &Feed<'_>, earlier: &Replayed) -> Result<PlaceMatch> {
    let planner = Planner::new(feed.options, feed.ends, &feed.chunk_size_hint);
    for (name, bytes) in earlier.some_done(LOOKED_FOR_MAX)? {
        let Some(target) = planner.target_of(&EntryName::new(name), None) else {
            continue;
        };
        match feed.ends.target.stat(feed.tools, &target).await {
            Ok(Some(stat)) if stat.bytes == bytes || bytes == 0 => {}
            Ok(_) => return Ok(PlaceMatch::Emptied),
            // Without the permission to look, the run goes on.
            Err(Error::Transport(error)) if is_refused(&error) => break,
            Err(error) => return Err(error.at(Side::Target)),
        }
    }
    Ok(PlaceMatch::Same)
}

fn is_refused(error: &Transport) -> bool {
    matches!(error.status(), Some(401 | 403))
}
