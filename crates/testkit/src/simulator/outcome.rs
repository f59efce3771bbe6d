//! What a run leaves behind, and the few things that must hold of it.

use std::collections::{BTreeMap, BTreeSet};

use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{Envelope, Header};
use proviso_model::Fact;
use proviso_model::gap::GapCause;
use proviso_model::ids::CaseId;
use proviso_model::record::{RecordBody, RecordContent};
use proviso_server::app::AppContext;
use proviso_store::RecordRow;

use super::accounted::{Accounted, Stretch};

/// The server's records of a run, read back.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Observations that the device acknowledged to their source.
    pub acknowledged: BTreeSet<u64>,
    /// How often each observation stands in the server's records.
    pub held: BTreeMap<u64, u64>,
    /// Breaks of a chain, in words.
    pub breaks: Vec<String>,
    /// Records.
    pub records: u64,
    /// Epochs.
    pub epochs: BTreeSet<u32>,
    /// Observations whose records the server would not take after a fork; they stay on the device for an examiner.
    pub on_device: BTreeSet<u64>,
    /// Records of this device that the server keeps apart.
    pub kept_apart: u64,
    /// The server was ahead of a disk that was put back, so a fork must have been found.
    pub must_fork: bool,
    /// How often the server was lost and put back.
    pub server_losses: u64,
    /// The device held a state of the log that was written anew.
    pub log_shown_before: bool,
    /// The spool did not empty over a network that works.
    pub stuck: bool,
    /// Records that say that the server's log is not the one shown before.
    pub contradictions: u64,
    pub(super) time: Accounted,
    /// Watched time that is claimed and was not.
    untrue: Vec<String>,
    /// Findings that the server's replay did not find the same.
    pub not_the_same: u64,
}

impl Outcome {
    /// Reads every record of a case.
    pub(super) async fn read(ctx: &AppContext, case: CaseId, acknowledged: BTreeSet<u64>) -> Self {
        let mut outcome = Self { acknowledged, ..Self::default() };
        let keys = ctx.case_keys(case).expect("the case's keys");
        let mut link: Option<ChainLink> = None;
        for row in ctx.store.record_by_case(case).await.expect("the records") {
            let envelope = envelope(&row);
            let fields = envelope.open(&keys.secret).expect("every record opens with the case key");
            let content = RecordContent::from_fields(fields.iter()).expect("every record is one");
            outcome.records += 1;
            if row.epoch > 0 && row.seq == 0 {
                let told =
                    matches!(&content.body, RecordBody::Gap { gap } if gap.cause == GapCause::RecordRestored);
                if !told {
                    outcome.breaks.push(format!("epoch {} begins without its cause", row.epoch));
                }
            }
            outcome.epochs.insert(row.epoch);
            outcome.follow(&mut link, &envelope.header);
            outcome.time.add(&envelope.header, &content);
            outcome.contradictions += u64::from(matches!(content.body, RecordBody::LogContradiction { .. }));
            if let RecordBody::Finding { captured, .. } = content.body {
                outcome.count(&captured.fact);
                if row.replay != Some(proviso_store::ReplayOutcome::Same) {
                    outcome.not_the_same += 1;
                }
            }
        }
        for device in ctx.store.device_list(Some(case)).await.expect("the devices") {
            outcome.kept_apart += ctx.store.fork_list(device.id).await.expect("the forks").len() as u64;
        }
        outcome
    }

    /// Reads what is still in the device's spool.
    pub(super) fn read_device(&mut self, ctx: &AppContext, case: CaseId, envelopes: &[Vec<u8>]) {
        let keys = ctx.case_keys(case).expect("the case's keys");
        for bytes in envelopes {
            let envelope = Envelope::decode(bytes).expect("a record as it was sealed");
            let fields = envelope.open(&keys.secret).expect("every record opens with the case key");
            let content = RecordContent::from_fields(fields.iter()).expect("every record is one");
            self.time.add(&envelope.header, &content);
            if let RecordBody::Finding { captured, .. } = content.body {
                self.on_device.insert(marker(&captured.fact));
            }
        }
    }

    /// Holds the record of a device whose clock jumped against the times at which it was `off`.
    pub(super) fn void_later_claims(&mut self, off: &[Stretch]) {
        self.time.void_later_claims();
        self.untrue = self.time.untrue(off);
    }

    fn follow(&mut self, link: &mut Option<ChainLink>, header: &Header) {
        let mut expected = match link {
            Some(link) if link.epoch == header.epoch => *link,
            _ => ChainLink::first(header.force, header.device, header.epoch),
        };
        if let Err(error) = expected.follow(header) {
            self.breaks.push(format!("epoch {} record {}: {error}", header.epoch, header.seq));
        }
        *link = Some(ChainLink::after(header));
    }

    fn count(&mut self, fact: &Fact) {
        *self.held.entry(marker(fact)).or_default() += 1;
    }

    /// Everything that does not hold, in words; empty when the record is whole.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let lost =
            self.acknowledged.iter().filter(|n| !self.held.contains_key(n) && !self.on_device.contains(n));
        let mut faults: Vec<String> = lost.map(|n| format!("acknowledged observation {n} is lost")).collect();
        let doubled = self.held.iter().filter(|(_, times)| **times > 1);
        faults.extend(doubled.map(|(n, times)| format!("observation {n} is held {times} times")));
        faults.extend(self.breaks.iter().cloned());
        faults.extend(self.time.holes());
        faults.extend(self.untrue.iter().cloned());
        if self.must_fork && self.epochs.len() < 2 && self.kept_apart == 0 {
            faults.push("the disk was restored behind the server and no fork was found".to_owned());
        }
        if self.server_losses > 0 {
            let missed = self.on_device.iter().filter(|n| !self.held.contains_key(n));
            faults.extend(missed.map(|n| format!("observation {n} did not come again after the restore")));
        }
        if self.stuck {
            faults.push("the spool did not empty over a network that works".to_owned());
        }
        // A server that was put back does not continue its log, and devices must see that.
        if self.contradictions > 0 && self.server_losses == 0 {
            faults.push("a device was shown another log than before".to_owned());
        }
        if self.not_the_same > 0 {
            faults.push(format!("{} findings do not replay to the same", self.not_the_same));
        }
        faults
    }
}

fn marker(fact: &Fact) -> u64 {
    let marker = fact.url().and_then(|url| url.rsplit('/').next()?.parse().ok());
    marker.expect("every page has its number")
}

fn envelope(row: &RecordRow) -> Envelope {
    Envelope {
        header: Header::decode(&row.header).expect("a header as it was signed"),
        signature: row.signature,
        sealed: row.body.clone().expect("no body is erased here"),
    }
}
