//! The core of the agent: takes observations, decides whether they may be captured at all, asks the engine, and keeps
//! only what raised a finding. What matches nothing is dropped in memory and counted (invariants 1 and 3).

mod acks;
mod asking;
mod browsers;
mod clocks;
mod context;
mod contradictions;
mod desktop;
mod helper;
mod histories;
mod lists;
mod machine;
mod names;
mod notes;
mod notice_shown;
mod observe;
mod other_adult;
mod pictures;
mod release;
mod standing;
mod stopped;
mod tick;
mod trial;
mod trim;

use std::collections::BTreeMap;
use std::sync::Arc;

use proviso_engine::conversation::Contexts;
use proviso_engine::image::PictureMemory;
use proviso_model::gap::{Gap, GapCause};
use proviso_model::record::{Liveness, RecordBody};
use proviso_model::{OtherAdultEnd, Source, Timestamp};

use crate::clock::{Reading, TrueTime};
use crate::gaps::{Alive, GapBook, NOTE_GAPS, OpenGap, Restart, restart_gaps};
use crate::policy_keep::{KeptPolicy, PolicyKeep};
use crate::release::{NOTE_POWERED, NOTE_RELEASE, Powered, Release};
use crate::sources::browser::presence::Presence;
use crate::sources::health::Processes;
use crate::spool::{Appended, Note, Opened, Room, Spool, SpoolError};
use crate::writer::{NOTE_ALIVE, RecordWriter};

pub use context::{TextRead, WindowSeen};
pub use helper::HelperView;
pub use histories::HistoryRead;
pub use lists::ListsHere;
pub use notice_shown::{NOTE_NOTICE, NoticeNote, Written};
pub use observe::{Observed, Totals};
pub use other_adult::{NOTE_OTHER_ADULT, OtherAdultRefused, OtherAdultView};
pub use pictures::{PictureFound, PictureLost, PictureWanted};
pub use standing::Standing;

use acks::Acks;
use asking::Asking;
use context::Context;
use desktop::Heard;
use helper::Helper;
use other_adult::OtherUse;
use pictures::LostPictures;
use tick::Stretch;

/// Periods, all in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchSettings {
    /// Between liveness records.
    pub liveness_every_ms: i64,
    /// Between stamps that say that the agent runs.
    pub alive_every_ms: i64,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self { liveness_every_ms: 300_000, alive_every_ms: 30_000 }
    }
}

/// What a watcher is made from.
pub struct WatcherParts {
    /// Seals and spools.
    pub writer: RecordWriter,
    /// The policy to obey.
    pub keep: Arc<PolicyKeep>,
    /// The time.
    pub time: Arc<TrueTime>,
    /// Tells whether a browser lives.
    pub processes: Box<dyn Processes>,
    /// The supervised account.
    pub account: String,
    /// Periods.
    pub settings: WatchSettings,
}

/// A watched stretch of an earlier run.
#[derive(Debug, Clone)]
struct Unrecorded {
    liveness: Liveness,
    in_doubt: bool,
}

/// The watch core. Blocks on the disk: run it on a thread of its own.
pub struct Watcher {
    writer: RecordWriter,
    spool: Arc<Spool>,
    keep: Arc<PolicyKeep>,
    time: Arc<TrueTime>,
    processes: Box<dyn Processes>,
    account: String,
    settings: WatchSettings,
    gaps: GapBook,
    /// The gap book as the spool's note has it.
    gaps_kept: GapBook,
    acks: Acks,
    asking: Asking,
    /// Conversations as far as they are needed to read the next message: never on disk.
    contexts: Contexts,
    pictures: PictureMemory,
    browsers: Presence,
    lost_pictures: BTreeMap<Source, LostPictures>,
    desktop: Heard,
    context: Context,
    machine_told: machine::Told,
    histories: histories::Histories,
    /// The same as the spool's note has it.
    histories_kept: histories::Histories,
    /// When the wall clock was last set by an hour or more.
    clock_set_at: Option<Timestamp>,
    names: names::Names,
    totals: Totals,
    helper: Helper,
    other_use: OtherUse,
    /// The same as the spool's note has it.
    other_use_kept: OtherUse,
    notice: Option<NoticeNote>,
    spool_full: bool,
    revoked: bool,
    /// How many of the log's contradictions are on record.
    contradictions_recorded: usize,
    standing: Standing,
    stretch: Option<Stretch>,
    /// What an earlier run watched and did not live to put on record.
    unrecorded: Option<Unrecorded>,
    /// All clocks, as last read.
    moment: Reading,
    /// Time awake since the policy's end.
    powered: Option<Powered>,
    powered_kept: Option<Powered>,
    /// Policy and keys are to be given up.
    release: Option<Release>,
    /// The clocks at the last stamp that was kept.
    stamped: Option<Reading>,
    /// When an earlier run was stopped as only somebody does it; until that is told.
    stopped_at: Option<Timestamp>,
    /// It was told to end.
    is_ending: bool,
    appended: u64,
}

impl Watcher {
    /// Starts watching: closes the gap since the agent last ran and decides what may be captured now.
    ///
    /// # Errors
    /// [`SpoolError`] when the spool's notes cannot be read. A spool without room is no error: it is a gap.
    pub fn start(parts: WatcherParts, opened: &Opened) -> Result<Self, SpoolError> {
        let spool = Arc::clone(parts.writer.spool());
        let gaps: GapBook = spool.note(NOTE_GAPS)?.unwrap_or_default();
        let notice: Option<NoticeNote> = spool.note(NOTE_NOTICE)?;
        let last: Option<Alive> = spool.note(NOTE_ALIVE)?;
        let histories: histories::Histories = spool.note(histories::NOTE_HISTORIES)?.unwrap_or_default();
        let contradictions_recorded = contradictions::recorded(&spool)?;
        let moment = parts.time.read();
        let powered: Option<Powered> = spool.note(NOTE_POWERED)?.flatten();
        let release: Option<Release> = spool.note(NOTE_RELEASE)?.flatten();
        let other_use: OtherUse = spool.note(NOTE_OTHER_ADULT)?.unwrap_or_default();
        let mut watcher = Self {
            spool,
            gaps_kept: gaps.clone(),
            gaps,
            acks: Acks::default(),
            asking: Asking::default(),
            contexts: Contexts::default(),
            pictures: PictureMemory::default(),
            browsers: Presence::default(),
            lost_pictures: BTreeMap::new(),
            desktop: Heard::default(),
            context: Context::default(),
            machine_told: machine::told(),
            histories_kept: histories.clone(),
            histories,
            clock_set_at: None,
            names: names::Names::default(),
            totals: Totals::default(),
            helper: Helper::default(),
            other_use_kept: other_use.clone(),
            other_use,
            notice,
            spool_full: false,
            revoked: false,
            contradictions_recorded,
            standing: Standing::default(),
            stretch: None,
            unrecorded: None,
            moment,
            powered,
            powered_kept: powered,
            release,
            stamped: None,
            stopped_at: None,
            is_ending: false,
            appended: 0,
            writer: parts.writer,
            keep: parts.keep,
            time: parts.time,
            processes: parts.processes,
            account: parts.account,
            settings: parts.settings,
        };
        watcher.resume_names()?;
        watcher.note_restart(last, opened);
        watcher.tick();
        Ok(watcher)
    }

    fn note_restart(&mut self, last: Option<Alive>, opened: &Opened) {
        if let Some(last) = &last {
            self.time.resume(&last.fix, last.server_at);
            self.moment = self.time.read();
        }
        let now = self.moment.reckoned;
        if let Opened::SetAside { why } = opened {
            tracing::error!(why = %why, "the spool was damaged and has been set aside");
            self.gaps.push_ended(Gap {
                from: now,
                until: Some(now),
                source: Source::Health,
                cause: GapCause::SpoolDamaged,
                detail: "kept records were damaged and set aside; the chain goes on in a new epoch"
                    .to_owned(),
            });
        }
        let Some(last) = last else {
            self.end_other_use(now, OtherAdultEnd::Restarted);
            return;
        };
        let stamped = last.fix.at;
        let (last, correction) = last.corrected(self.time.server().as_ref());
        if correction.is_some() {
            self.gaps.set_back(last.fix.at, stamped.millis_since(last.fix.at));
        }
        self.push_if_asked(correction);
        let boot_id = self.time.clock().boot_id();
        self.note_stop(&last, &boot_id);
        let in_doubt = last.in_doubt;
        self.unrecorded = last.watched.map(|liveness| Unrecorded { liveness, in_doubt });
        let last = last.fix;
        // What only a running agent can see ends with it; the restart's own gap goes on from there.
        self.gaps.end_what_needs_an_agent(last.at);
        self.end_other_use(last.at, OtherAdultEnd::Restarted);
        let since_boot_ms = i64::try_from(self.moment.since_boot_ms).unwrap_or(i64::MAX);
        let restart = Restart { now, boot_id, booted_at: now.plus_millis(-since_boot_ms) };
        for gap in restart_gaps(&last, &restart) {
            self.push_if_asked(Some(gap));
        }
        self.note_left_asking(last.at);
    }

    /// Notes an ended gap, unless nothing was to be watched in all of it: then it is none.
    fn push_if_asked(&mut self, gap: Option<Gap>) {
        let Some(gap) = gap else { return };
        let until = gap.until.unwrap_or(gap.from);
        if self.keep.policy().is_none_or(|kept| kept.asks_between(gap.from, until)) {
            self.gaps.push_ended(gap);
        }
    }

    /// What may be captured now, and why not.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The gaps that last.
    #[must_use]
    pub fn open_gaps(&self) -> &[OpenGap] {
        self.gaps.open()
    }

    /// That the policy and the keys are to be given up, once that is due.
    #[must_use]
    pub fn release(&self) -> Option<Release> {
        self.release
    }

    /// How many records this run has written; rises with each, so that an uplink can be woken.
    #[must_use]
    pub fn appended(&self) -> u64 {
        self.appended
    }

    /// Ends because it was told to: the last stamp says so.
    pub fn shut_down(&mut self) {
        self.is_ending = true;
        self.close();
    }

    /// Ends for whatever reason: the watched stretch and the last stamp are on record.
    pub fn close(&mut self) {
        self.read_clocks();
        self.end_stretch(self.moment.reckoned);
        self.end_lost_pictures();
        self.record_gaps();
        self.stamp();
    }

    /// Writes one record of what the clocks of this moment time.
    fn record(
        &mut self,
        kept: &KeptPolicy,
        body: RecordBody,
        room: Room,
        notes: &[Note],
    ) -> Result<Appended, SpoolError> {
        self.writer.set_clock_in_doubt(self.moment.doubt.is_some());
        self.write(kept, body, room, notes)
    }

    /// Writes one record together with the stamp that the agent runs.
    fn write(
        &mut self,
        kept: &KeptPolicy,
        body: RecordBody,
        room: Room,
        notes: &[Note],
    ) -> Result<Appended, SpoolError> {
        let mut notes = notes.to_vec();
        notes.extend(self.notes()?);
        let appended = self.writer.write(kept, self.moment.now, body, room, &notes);
        match &appended {
            Ok(_) => {
                self.appended += 1;
                self.notes_are_kept();
            }
            Err(SpoolError::Full(_)) => self.spool_full = true,
            Err(error) => tracing::error!(%error, "a record could not be kept"),
        }
        appended
    }

    /// Puts on record what the gap book holds, as far as there is room and a key to seal to.
    fn record_gaps(&mut self) {
        let Some(kept) = self.keep.policy() else { return };
        if let Some(Unrecorded { liveness, in_doubt }) = self.unrecorded.clone() {
            self.writer.set_clock_in_doubt(in_doubt);
            if self.write(&kept, RecordBody::Liveness { liveness }, Room::Reserve, &[]).is_err() {
                return;
            }
            self.unrecorded = None;
        }
        while let Some(gap) = self.gaps.next_unrecorded() {
            let after = self.gaps.after_next();
            // The record and the book without it become durable together.
            let before = std::mem::replace(&mut self.gaps, after);
            if self.record(&kept, RecordBody::Gap { gap }, Room::Reserve, &[]).is_err() {
                self.gaps = before;
                return;
            }
        }
    }
}
