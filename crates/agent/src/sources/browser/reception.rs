//! What one connection has sent and what became of it: pictures are decided on later than what comes after them.

use std::collections::BTreeSet;

use proviso_model::Source;
use proviso_model::native::ToExtension;
use proviso_model::observation::ProgramText;
use tokio::task::JoinSet;

use super::heard::Heard;
use super::presence::ConnectionId;
use super::server::ending;
use crate::daemon::core_thread::{Ask, Core};
use crate::pictures::backlog::{Backlog, Waiting};
use crate::sources::desktop::never_read::is_never_read;
use crate::sources::health::{ProcFs, is_of};
use crate::watch::{HistoryRead, Observed, PictureLost, PictureWanted, TextRead};

/// Of one connection.
pub(super) struct Reception<'c> {
    /// Who sees what comes over it.
    pub source: Source,
    pub connection: ConnectionId,
    pub core: &'c Core,
    pub pictures: &'c Backlog,
    /// Numbers of pictures that wait.
    pub waiting: BTreeSet<u64>,
    /// What will become of them.
    pub answers: JoinSet<(u64, Option<Observed>)>,
    /// The highest number decided on.
    pub highest: u64,
}

impl Reception<'_> {
    /// Takes an observation or a picture; answered at once unless it has to wait.
    pub(super) async fn take(
        &mut self,
        instance: String,
        heard: Heard,
    ) -> anyhow::Result<Option<ToExtension>> {
        let connection = self.connection;
        match heard {
            Heard::Observation { n, observed_at, attribution, fact } => {
                let ask =
                    |reply| Ask::Observe { connection, instance, n, observed_at, attribution, fact, reply };
                let observed = self.core.ask(ask).await.ok_or_else(ending)?;
                self.answer(n, observed).map(Some)
            }
            Heard::Picture { n, observed_at, attribution, shown, bytes } => {
                let name = instance.clone();
                let ask = |reply| Ask::PictureComes {
                    connection: Some(connection),
                    instance: name,
                    n,
                    observed_at,
                    reply,
                };
                let (models, shown_at) = match self.core.ask(ask).await.ok_or_else(ending)? {
                    PictureWanted::Yes { models, shown_at } => (models, shown_at),
                    PictureWanted::No => return self.answer(n, Observed::NotCaptured).map(Some),
                    PictureWanted::Retry => {
                        return self
                            .answer(n, Observed::Retry("the spool cannot be read".to_owned()))
                            .map(Some);
                    }
                };
                let without = shown.without;
                // Of a file that is told by its digests there are none.
                let bytes = bytes.or_else(|| shown.digests.is_some().then(Vec::new));
                let put = bytes.and_then(|bytes| {
                    self.pictures.put(Waiting {
                        instance: instance.clone(),
                        n,
                        shown_at,
                        attribution,
                        shown,
                        window: None,
                        bytes: bytes.into(),
                        models,
                    })
                });
                let Some(answer) = put else {
                    let why = without.map_or(PictureLost::TooMany, PictureLost::Without);
                    self.core.tell(Ask::PictureLost { source: self.source, instance, n, why }).await;
                    return self.answer(n, Observed::Dropped).map(Some);
                };
                self.waiting.insert(n);
                self.answers.spawn(async move { (n, answer.await.ok()) });
                Ok(None)
            }
            Heard::Text { n, observed_at, attribution, process, secret_field, text } => {
                if self.is_passed_over(process, &text) {
                    self.core.tell(Ask::PictureTold { instance, n }).await;
                    return self.answer(n, Observed::NotCaptured).map(Some);
                }
                let read = TextRead { instance, n, observed_at, attribution, process, secret_field, text };
                let ask = |reply| Ask::Text(connection, Box::new(read), reply);
                let observed = self.core.ask(ask).await.ok_or_else(ending)?;
                self.answer(n, observed).map(Some)
            }
            heard @ (Heard::Missed { .. } | Heard::Proxies { .. } | Heard::History { .. }) => {
                self.take_of_helper(instance, heard).await
            }
            _ => Ok(None),
        }
    }

    /// What only the helper tells, beside files and text.
    async fn take_of_helper(
        &mut self,
        instance: String,
        heard: Heard,
    ) -> anyhow::Result<Option<ToExtension>> {
        let (n, observed) = match heard {
            Heard::Missed { n, source, count, why } => {
                let why = PictureLost::Without(why);
                let ask = |reply| Ask::HelperMissed { instance, n, source, count, why, reply };
                (n, self.core.ask(ask).await)
            }
            Heard::History { n, observed_at, browser, profile, reading } => {
                let read = HistoryRead { instance, n, observed_at, browser, profile, reading };
                (n, self.core.ask(|reply| Ask::HistoryRead(read, reply)).await)
            }
            Heard::Proxies { n, proxies } => {
                (n, self.core.ask(|reply| Ask::ProxiesSet((instance, n), proxies, reply)).await)
            }
            _ => return Ok(None),
        };
        self.answer(n, observed.ok_or_else(ending)?).map(Some)
    }

    /// Text that is an extension's to tell, or nobody's. The helper passes it over by itself; what it read before it heard of an extension is
    /// not taken either.
    fn is_passed_over(&self, process: u32, text: &ProgramText) -> bool {
        let browsers: Vec<u32> =
            self.core.view().borrow().browsers.iter().map(|browser| browser.pid).collect();
        let names = [text.application.as_str(), text.program.as_str()];
        is_never_read(&names) || is_of(process, &browsers, &ProcFs::default())
    }

    /// What an extension is told of a number that is decided on.
    pub(super) fn answer(&mut self, n: u64, observed: Observed) -> anyhow::Result<ToExtension> {
        match observed {
            Observed::Refused(reason) => {
                self.decided(n);
                Ok(ToExtension::Refused { n: Some(n), reason })
            }
            // Without an acknowledgement the extension keeps it and sends it again on its next connection.
            Observed::Retry(why) => Err(anyhow::anyhow!("observation {n} could not be kept yet: {why}")),
            _ => {
                self.decided(n);
                Ok(ToExtension::Ack { n: self.acknowledged() })
            }
        }
    }

    /// The number up to which all are decided on.
    pub(super) fn acknowledged(&self) -> u64 {
        self.waiting.first().map_or(self.highest, |first| self.highest.min(first.saturating_sub(1)))
    }

    fn decided(&mut self, n: u64) {
        self.waiting.remove(&n);
        self.highest = self.highest.max(n);
    }
}
