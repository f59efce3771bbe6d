//! The bracket around every act: it is in the log before it is done.

use proviso_model::ids::{AuditId, CaseId};
use proviso_store::{AuditClose, AuditEntry, StoreError};

use super::AppContext;

impl AppContext {
    /// Does an act that is logged before it is done and completed after it. When the log cannot be written, the act
    /// is not done; when its end cannot be written, the caller is told so.
    ///
    /// # Errors
    /// The act's own, or the log's.
    pub async fn logged<T, E: From<StoreError>>(
        &self,
        actor: &str,
        act: &str,
        case: Option<CaseId>,
        objects: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.logged_because(actor, act, case, objects, Vec::new(), work).await
    }

    /// As [`AppContext::logged`], with the reason in the entry, sealed under the case ([`crate::keys::case::Purpose::Audit`]).
    ///
    /// # Errors
    /// The act's own, or the log's.
    pub async fn logged_because<T, E: From<StoreError>>(
        &self,
        actor: &str,
        act: &str,
        case: Option<CaseId>,
        objects: &str,
        because: Vec<u8>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let id = self.audit_open(actor, act, case, objects, because).await?;
        let done = work.await;
        self.end(id, done.is_ok()).await?;
        done
    }

    /// Does one act on several cases, with an entry for each of them: all are in the log before it is done, and completed after it.
    ///
    /// # Errors
    /// The act's own, or the log's.
    pub async fn logged_each<T, E: From<StoreError>>(
        &self,
        actor: &str,
        act: &str,
        objects: &[(CaseId, String)],
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut entries = Vec::new();
        for (case, objects) in objects {
            match self.audit_open(actor, act, Some(*case), objects, Vec::new()).await {
                Ok(id) => entries.push(id),
                Err(error) => {
                    for id in entries {
                        self.end(id, false).await?;
                    }
                    return Err(error.into());
                }
            }
        }
        let done = work.await;
        for id in entries {
            self.end(id, done.is_ok()).await?;
        }
        done
    }

    /// Logs something that is done by being logged, such as signing in.
    ///
    /// # Errors
    /// The log's; then the act must not be done.
    pub async fn note(
        &self,
        actor: &str,
        act: &str,
        case: Option<CaseId>,
        objects: &str,
    ) -> Result<(), StoreError> {
        let id = self.audit_open(actor, act, case, objects, Vec::new()).await?;
        self.end(id, true).await
    }

    /// Writes down that an act begins which another request ends: it may be done once the entry is ended, and only by who ends
    /// it ([`AppContext::end`]). The reason is sealed under the case. `allowed` says whether it may be done at all; an act that may not is in the log as failed.
    ///
    /// # Errors
    /// The log's; then the act must not be done. What `allowed` says.
    pub async fn begin<E: From<StoreError>>(
        &self,
        actor: &str,
        act: &str,
        (case, because): (CaseId, Vec<u8>),
        objects: &str,
        allowed: impl Future<Output = Result<(), E>>,
    ) -> Result<AuditId, E> {
        let id = self.audit_open(actor, act, Some(case), objects, because).await?;
        match allowed.await {
            Ok(()) => Ok(id),
            Err(refused) => {
                self.end(id, false).await?;
                Err(refused)
            }
        }
    }

    /// Ends an act that [`AppContext::begin`] began.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it was ended already: then it must not be done again.
    pub async fn end(&self, id: AuditId, is_done: bool) -> Result<(), StoreError> {
        let outcome = if is_done { "done" } else { "failed" };
        let close = AuditClose { id, completed_at: self.now(), outcome: outcome.to_owned() };
        self.store.audit_complete(&close).await
    }

    async fn audit_open(
        &self,
        actor: &str,
        act: &str,
        case: Option<CaseId>,
        objects: &str,
        sealed: Vec<u8>,
    ) -> Result<AuditId, StoreError> {
        let now = self.now();
        let id = AuditId::new(now, self.random());
        let entry = AuditEntry {
            id,
            opened_at: now,
            actor: actor.to_owned(),
            act: act.to_owned(),
            case,
            objects: objects.to_owned(),
            sealed,
        };
        self.store.audit_open(&entry).await?;
        Ok(id)
    }
}
