//! What this device brings back to a server that was put back from a backup: policies that it no longer knows, and the
//! device itself. The force's own signature is on both.

use proviso_model::Digest;
use proviso_model::wire::DeviceReturn;

use super::{Asked, Transport, Uplink, WireRequest};
use crate::spool::SpoolError;

impl<T: Transport> Uplink<T> {
    /// The request that brings back what the server asked for, if it did.
    pub(super) fn returning(&mut self, nonce: &str) -> Result<Option<(Asked, WireRequest)>, String> {
        if self.wanted.device {
            let Some(policy) = self.keep.current_signed().map_err(|error| error.to_string())? else {
                return Err("this server does not know this device, and no policy is here to show".to_owned());
            };
            let shown = DeviceReturn {
                record_key: self.record_key.public().to_hex(),
                policy,
                facts: self.facts.clone(),
            };
            let body = serde_json::to_vec(&shown).map_err(|error| error.to_string())?;
            return Ok(Some((Asked::Device, self.signed("POST", "/v1/return", nonce, body, &[]))));
        }
        let Some(hash) = self.wanted.bring else { return Ok(None) };
        let Some(signed) = self.keep.signed(&hash.0).map_err(|error| error.to_string())? else {
            self.wanted.bring = None;
            return Err(format!("the server asks for policy {hash}, which is not kept here any more"));
        };
        let body = serde_json::to_vec(&signed).map_err(|error| error.to_string())?;
        Ok(Some((Asked::Bring, self.signed("POST", "/v1/policy", nonce, body, &[]))))
    }

    /// After the server said which policy it obeys us to have: one older than ours means that it has lost ours.
    pub(super) fn bring_newer_than(&mut self, server_serial: u64) {
        if let Some(kept) = self.keep.policy()
            && server_serial < kept.policy.serial
        {
            self.wanted.bring = Some(Digest(kept.hash));
        }
    }

    /// Forgets policies that no record held here was sealed under.
    pub(super) fn forget_past_policies(&self) -> Result<(), SpoolError> {
        let oldest = self.spool.oldest_policy()?;
        if let Err(error) = self.keep.forget_past(oldest.as_ref()) {
            tracing::warn!(%error, "an old policy stays in the state folder");
        }
        Ok(())
    }
}
