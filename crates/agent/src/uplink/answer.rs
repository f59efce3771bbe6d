//! Reading answers: each leads to the next thing to do, a wait, or a stop.

use proviso_model::Timestamp;
use proviso_model::wire::{ForceKeys, LivenessAnswer, Receipt, Refusal, SignedPolicy, time_statement};
use serde::de::DeserializeOwned;

use super::receipt::{Come, ReceiptError};
use super::{Asked, NOTE_CLOSED, NOTE_REVOKED, Next, PING_EVERY_MS, Transport, Uplink, WireAnswer};
use crate::policy_keep::{PolicyError, decode_signature};
use crate::release::{NOTE_ORDER_OVER, OrderOver};
use crate::spool::{EpochCause, Stored, note_of};

/// Name of the note with the last server time.
pub const NOTE_SERVER_TIME: &str = "server-time";
/// Refusals at the same place before the rest of an epoch is put aside.
const STUCK_MAX: u32 = 3;

impl<T: Transport> Uplink<T> {
    pub(crate) fn take_answer(
        &mut self,
        now: Timestamp,
        asked: Asked,
        answer: &WireAnswer,
    ) -> Result<Next, String> {
        match answer.status {
            200 | 204 | 304 => {
                let next = self.take_good(now, asked, answer)?;
                self.backoff.succeeded();
                self.stuck = 0;
                self.state.trouble = None;
                self.state.last_contact = Some(now);
                Ok(next)
            }
            401 => self.take_unknown(answer),
            _ => self.take_refusal(now, asked, answer),
        }
    }

    fn take_good(&mut self, now: Timestamp, asked: Asked, answer: &WireAnswer) -> Result<Next, String> {
        match asked {
            Asked::Nonce if answer.nonce.is_some() => Ok(Next::Again),
            Asked::Nonce => Err("the server gave no nonce".to_owned()),
            Asked::Ping { nonce } => {
                let answer: LivenessAnswer = body(answer)?;
                self.take_ping(now, &nonce, &answer)
            }
            Asked::Certificate { key_pem } => self.take_certificate(now, key_pem, answer),
            Asked::Keys => {
                let keys: ForceKeys = body(answer)?;
                self.wanted.keys = false;
                self.keep.offer_keys(&keys).map_err(|error| error.to_string())?;
                Ok(Next::Again)
            }
            Asked::Looked => {
                let said = body(answer)?;
                self.take_looked(now, Some(said)).map_err(|error| error.to_string())?;
                Ok(Next::Again)
            }
            Asked::Update => self.take_update(now, answer).map(|()| Next::Again),
            Asked::UpdatePart(wanted, here) => {
                self.take_update_part(now, &wanted, here, &answer.body);
                Ok(Next::Again)
            }
            Asked::Policy => {
                self.wanted.policy = false;
                if answer.status != 304 {
                    let signed: SignedPolicy = body(answer)?;
                    self.take_policy(&signed)?;
                }
                Ok(Next::Again)
            }
            Asked::Device => {
                self.wanted.device = false;
                Ok(Next::Again)
            }
            Asked::Bring => {
                self.wanted.bring = None;
                Ok(Next::Again)
            }
            Asked::Part(needed, here) => {
                self.take_part(now, needed, here, &answer.body);
                Ok(Next::Again)
            }
            Asked::Question(question) => {
                self.take_answer_to(question, body(answer)?);
                Ok(Next::Again)
            }
            Asked::Records(batch) => {
                let receipt: Receipt = body(answer)?;
                let taken = batch.last().map(|record| (record.epoch, record.seq));
                self.take_receipt(&receipt, &Come { at: now, fresh: false, taken })
                    .map_err(|error| error.to_string())?;
                Ok(Next::Again)
            }
        }
    }

    fn take_policy(&mut self, signed: &SignedPolicy) -> Result<(), String> {
        match self.keep.offer(signed) {
            Ok(_) => {
                self.follow_policy();
                Ok(())
            }
            Err(error @ PolicyError::Signature(_)) => {
                // Perhaps the policy key was changed: newer keys must be certified by the pinned root.
                self.wanted.keys = true;
                Err(error.to_string())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn take_ping(&mut self, now: Timestamp, nonce: &str, answer: &LivenessAnswer) -> Result<Next, String> {
        let statement = time_statement(&self.device, nonce, answer.server_time);
        let holds = decode_signature(&answer.time_signature)
            .is_some_and(|signature| self.keep.keys().checkpoint_key.verify(&statement, &signature).is_ok());
        if !holds {
            self.wanted.keys = true;
            self.next_ping = Some(now.plus_millis(PING_EVERY_MS));
            return Err("the server's time is not signed by the force's key".to_owned());
        }
        if let Some(said) = self.time.server_said(answer.server_time) {
            let note = note_of(NOTE_SERVER_TIME, &said).map_err(|error| error.to_string())?;
            self.spool.keep(&[note]).map_err(|error| error.to_string())?;
        }
        self.next_ping = Some(now.plus_millis(PING_EVERY_MS));
        if self.keep.released().is_none() {
            self.wanted.policy |= answer.policy_serial > self.keep.serial();
            self.note_order_over(answer)?;
            self.bring_newer_than(answer.policy_serial);
        }
        let come = Come { at: now, fresh: true, taken: None };
        self.take_receipt(&answer.receipt, &come).map_err(|error| error.to_string())?;
        Ok(Next::Again)
    }

    /// The server's signed time is past the end of the newest policy there is.
    fn note_order_over(&self, answer: &LivenessAnswer) -> Result<(), String> {
        let Some(kept) = self.keep.policy() else { return Ok(()) };
        let (serial, server_time) = (kept.policy.serial, answer.server_time);
        if server_time < kept.policy.expires_at || answer.policy_serial > serial {
            return Ok(());
        }
        let known: Option<OrderOver> = self.spool.note(NOTE_ORDER_OVER).map_err(|error| error.to_string())?;
        if known.is_some_and(|known| known.serial == serial) {
            return Ok(());
        }
        let note = note_of(NOTE_ORDER_OVER, &OrderOver { serial, server_time });
        note.and_then(|note| self.spool.keep(&[note])).map_err(|error| error.to_string())
    }

    /// The enrolment has ended, so nothing more is captured. The server still takes what was sealed before, unless it
    /// refuses that too.
    fn take_revocation(&mut self, asked: &Asked, answer: &WireAnswer) -> Result<Next, String> {
        let why = words(answer);
        let closed = matches!(asked, Asked::Records(_) | Asked::Nonce);
        let notes = [note_of(NOTE_REVOKED, &why), note_of(NOTE_CLOSED, &closed)];
        let notes: Result<Vec<_>, _> = notes.into_iter().collect();
        notes.and_then(|notes| self.spool.keep(&notes)).map_err(|error| error.to_string())?;
        self.state.revoked = Some(why);
        self.closed = closed;
        Ok(if self.closed { Next::Revoked } else { Next::Again })
    }

    /// The nonce has gone stale, or the server does not take us for who we are.
    fn take_unknown(&mut self, answer: &WireAnswer) -> Result<Next, String> {
        self.nonce.clone_from(&answer.nonce);
        let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
        match refusal.as_ref().map_or("", |refusal| refusal.code.as_str()) {
            // Enrolled after the backup from which the server was put back: it is shown what the force gave us.
            "device-unknown" if !self.wanted.device => {
                self.wanted.device = true;
                return Ok(Next::Again);
            }
            "certificate-ended" => return self.certificate_ended(answer),
            _ => {}
        }
        self.stuck += 1;
        if self.stuck > STUCK_MAX {
            self.stuck = 0;
            return Err(format!("the server refuses this device's requests: {}", words(answer)));
        }
        Ok(Next::Again)
    }

    fn take_refusal(&mut self, now: Timestamp, asked: Asked, answer: &WireAnswer) -> Result<Next, String> {
        let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
        let code = refusal.as_ref().map_or("", |refusal| refusal.code.as_str());
        match (answer.status, code, asked) {
            (403, "revoked", asked) => self.take_revocation(&asked, answer),
            (426, _, _) => {
                self.state.trouble = Some(format!(
                    "the server and this agent speak different versions; update the older one: {}",
                    words(answer)
                ));
                Ok(Next::Wait { until: self.backoff.far(now), backing_off: true })
            }
            (_, _, Asked::Part(needed, _)) => {
                self.fetch_failed(now, &needed, words(answer));
                Ok(Next::Again)
            }
            (_, code, Asked::Question(question)) => {
                self.question_refused(now, question, code);
                Ok(Next::Again)
            }
            (_, _, Asked::Certificate { .. }) => self.certificate_refused(now, answer),
            (_, _, asked @ (Asked::Update | Asked::UpdatePart(..))) => {
                self.update_refused(now, matches!(asked, Asked::UpdatePart(..)));
                Ok(Next::Again)
            }
            // An older server.
            (_, _, Asked::Looked) => {
                self.take_looked(now, None).map_err(|error| error.to_string())?;
                Ok(Next::Again)
            }
            (413, _, Asked::Records(batch)) if batch.len() > 1 => {
                self.batch_records_max = (batch.len() / 2).max(1);
                Ok(Next::Again)
            }
            (_, _, Asked::Bring | Asked::Device) => {
                // Asked again when the server still misses it; in between, pings go on.
                (self.wanted.bring, self.wanted.device, self.nonce) = (None, false, None);
                Err(format!("the server does not take back what it lost: {}", words(answer)))
            }
            (409, "policy-unknown", Asked::Records(_)) => {
                let (receipt, policy) = refusal.map_or((None, None), |said| (said.receipt, said.policy));
                if let Some(receipt) = receipt {
                    self.take_receipt(&receipt, &Come { at: now, fresh: false, taken: None })
                        .map_err(|error| error.to_string())?;
                }
                self.wanted.bring = policy;
                Ok(Next::Again)
            }
            (409 | 400 | 413, code, Asked::Records(batch)) => {
                let receipt = refusal.as_ref().and_then(|refusal| refusal.receipt.as_ref());
                self.take_broken(now, code, &batch, receipt, &words(answer))
            }
            _ => Err(format!("the server answered {}: {}", answer.status, words(answer))),
        }
    }

    /// The server took a prefix, or wants to go on from another place. Goes there; when that brings nothing on, leaves
    /// the rest of the epoch aside and begins a new one, for a record is sealed once and cannot be made anew.
    fn take_broken(
        &mut self,
        now: Timestamp,
        code: &str,
        batch: &[Stored],
        receipt: Option<&Receipt>,
        why: &str,
    ) -> Result<Next, String> {
        let Some(epoch) = batch.first().map(|record| record.epoch) else {
            return Err(why.to_owned());
        };
        let before = self.state.durable;
        if let Some(receipt) = receipt {
            match self.take_receipt(receipt, &Come { at: now, fresh: false, taken: None }) {
                Ok(()) => {}
                Err(error @ ReceiptError::NotOurs(_)) => {
                    self.put_aside(epoch, &EpochCause::record_restored())
                        .map_err(|error| error.to_string())?;
                    return Err(error.to_string());
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        let moved = self.state.durable != before;
        let held = self.spool.epochs().map_err(|error| error.to_string())?;
        let first_held = held.iter().find(|(held, _)| *held == epoch).map(|(_, seq)| *seq);
        let wanted = match self.state.durable {
            Some((at, seq)) if at == epoch => seq + 1,
            _ => 0,
        };
        let lost_there = first_held.is_some_and(|first| first > wanted);
        if moved && code != "fork" && !lost_there {
            self.stuck = 0;
            return Ok(Next::Again);
        }
        self.stuck += 1;
        if code == "fork" || lost_there || self.stuck >= STUCK_MAX {
            let cause = match code {
                "fork" => EpochCause::record_restored(),
                _ if lost_there => EpochCause::server_restored(),
                _ => EpochCause::refused(),
            };
            self.put_aside(epoch, &cause).map_err(|error| error.to_string())?;
            self.state.trouble = Some(format!(
                "the server refuses the rest of epoch {epoch} ({why}); its records stay in the spool and a new epoch begins"
            ));
            return Ok(Next::Again);
        }
        Err(format!("the server refuses a record: {why}"))
    }
}

pub(super) fn body<B: DeserializeOwned>(answer: &WireAnswer) -> Result<B, String> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        format!("the server's answer cannot be read ({error}); are both of the same version?")
    })
}

/// A refusal in the server's words, cut to what a status line can hold.
pub(super) fn words(answer: &WireAnswer) -> String {
    match serde_json::from_slice::<Refusal>(&answer.body) {
        Ok(refusal) => refusal.message.chars().take(300).collect(),
        Err(_) => format!("status {}", answer.status),
    }
}
