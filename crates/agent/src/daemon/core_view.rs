//! What others may know of the watch core, as it changes.

use tokio::sync::watch;

use crate::gaps::OpenGap;
use crate::release::Release;
use crate::sources::browser::presence::BrowserProcess;
use crate::sources::desktop::Sight;
use crate::sources::desktop::context::WindowWanted;
use crate::spool::{Figures, Spool};
use crate::uplink::is_unsent;
use crate::watch::{HelperView, ListsHere, NoticeNote, OtherAdultView, Standing, Watcher};

/// What others may know of the core.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoreView {
    /// What may be captured.
    pub standing: Standing,
    /// Gaps that last.
    pub open_gaps: Vec<OpenGap>,
    /// The notice shown.
    pub notice: Option<NoticeNote>,
    /// What the spool holds.
    pub figures: Figures,
    /// Rises with every record.
    pub appended: u64,
    /// Lists of sites that conditions in force name.
    pub lists: ListsHere,
    /// The same of hash sets.
    pub hash_sets: ListsHere,
    /// Browsers whose extension tells what they show.
    pub browsers: Vec<BrowserProcess>,
    /// What can be seen of other programs' windows.
    pub desktop: Sight,
    /// The window that a finding about text is about, and that is to be pictured once.
    pub window_wanted: Option<WindowWanted>,
    /// What the helper in the person's session sees.
    pub helper: HelperView,
    /// The policy and the keys are to be given up.
    pub release: Option<Release>,
    /// What is known of another adult's session.
    pub other_adult: OtherAdultView,
    /// The visible sign.
    pub sign: String,
    /// Then: whether records wait that the server may still take.
    pub unsent: bool,
}

/// What may be known of the core now; `before` where something cannot be read.
pub(super) fn view_of(watcher: &Watcher, spool: &Spool, before: &CoreView) -> CoreView {
    CoreView {
        standing: *watcher.standing(),
        open_gaps: watcher.open_gaps().to_vec(),
        notice: watcher.notice().cloned(),
        figures: spool.figures().unwrap_or(before.figures),
        appended: watcher.appended(),
        release: watcher.release(),
        lists: watcher.lists_here(),
        hash_sets: watcher.hash_sets_here(),
        browsers: watcher.browsers_connected(),
        desktop: watcher.desktop().clone(),
        window_wanted: watcher.window_wanted(),
        helper: watcher.helper(),
        other_adult: watcher.other_adult(),
        sign: watcher.sign(),
        unsent: watcher.release().is_some() && is_unsent(spool).unwrap_or(true),
    }
}

/// Shows it, where it has changed.
pub(super) fn publish(watcher: &Watcher, spool: &Spool, show: &watch::Sender<CoreView>) {
    let view = view_of(watcher, spool, &show.borrow());
    show.send_if_modified(|shown| {
        let changed = *shown != view;
        if changed {
            *shown = view;
        }
        changed
    });
}
