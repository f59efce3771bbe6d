//! What of a window is told, and what was seen of how it came about.

use proviso_model::observation::{Circumstances, ProgramText};
use proviso_model::{Act, Attribution};
use tokio::time::Instant;

use super::super::bus::Silent;
use super::super::known::News;
use super::super::read::Shown;
use super::super::{Said, Told};
use super::{Looker, millis};

impl Looker {
    /// The title as it is now: what is typed changes that of many a window.
    pub(super) async fn read_title(&mut self) -> Result<(), Silent> {
        let Some(of) = self.front.as_ref().map(|front| front.window.clone()) else { return Ok(()) };
        let title = self.bus.name(&of).await?;
        if let Some(front) = self.front.as_mut() {
            front.title = title;
        }
        Ok(())
    }

    pub(super) async fn tell_shown(&mut self, shown: &Shown, now_ms: u64) {
        let Some(front) = &self.front else { return };
        let is_first = !front.is_looked_at;
        let mut news = self.known.news(front.process, &shown.text, now_ms);
        news.cut |= shown.cut;
        if !news.passages.is_empty() {
            self.tell(news, false, is_first).await;
        }
    }

    pub(super) async fn tell(&mut self, news: News, typed: bool, is_first: bool) {
        let now = Instant::now();
        let since_input_ms = self.idle(now).since_input_ms;
        let Some(front) = &self.front else { return };
        let in_front_ms = millis(now - front.since);
        let attribution = Attribution {
            // The table of attribution says it, from the facts.
            act: Act::Unknown,
            foreground: true,
            // Since when a window shows what has come into it is not known.
            visible_ms: if is_first { in_front_ms } else { 0 },
            // Input before it came to the front went to another window.
            since_input_ms: since_input_ms.filter(|ms| *ms <= in_front_ms),
            circumstances: Some(Circumstances {
                device_input_ms: since_input_ms,
                ..Circumstances::default()
            }),
        };
        let text = ProgramText {
            application: front.application.clone(),
            program: front.program.clone(),
            title: front.title.clone(),
            typed,
            text: news.passages,
            cut: news.cut,
        };
        let (process, secret_field) = (front.process, front.secret_field);
        let said = Said { process, secret_field, attribution, text };
        let _ = self.told.send(Told::Text(Box::new(said))).await;
    }
}
