//! The thread that reads: it waits on programs that may not answer, so nothing else is done on it.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Told;
use super::bus::{Bus, Unheard};
use super::looker::Looker;

/// Between tries to reach a bus that is not there.
const RECONNECT: Duration = Duration::from_secs(5);

/// What the source is made from.
#[derive(Debug, Clone)]
pub struct AccessibilityParts {
    /// The session's bus; without it the one that the surroundings name.
    pub session_bus: Option<String>,
    /// The session's display.
    pub display: Option<String>,
    /// The account's number: programs of no other are read.
    pub uid: u32,
}

/// The running source. It ends when this is dropped.
pub struct Accessibility {
    _stop: watch::Sender<()>,
}

impl Accessibility {
    /// Starts to read. `browsers` are processes of browsers whose extension is connected, as the agent says.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start(
        parts: AccessibilityParts,
        browsers: watch::Receiver<Vec<u32>>,
        told: mpsc::Sender<Told>,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("accessibility".to_owned())
            .spawn(move || runtime.block_on(run(parts, browsers, told, stopped)))?;
        Ok(Self { _stop: stop })
    }
}

async fn run(
    parts: AccessibilityParts,
    browsers: watch::Receiver<Vec<u32>>,
    told: mpsc::Sender<Told>,
    mut stopped: watch::Receiver<()>,
) {
    let mut said = None;
    loop {
        let opened = tokio::select! {
            _ = stopped.changed() => return,
            opened = Bus::open(parts.session_bus.as_deref()) => opened,
        };
        let cannot = match opened {
            Ok(opened) => {
                tell(&told, &mut said, None).await;
                let looker =
                    Looker::new(opened, told.clone(), browsers.clone(), parts.display.as_deref(), parts.uid);
                let bus = looker.run(stopped.clone()).await;
                bus.close().await;
                Unheard("the accessibility bus has gone".to_owned())
            }
            Err(unheard) => unheard,
        };
        if stopped.has_changed().is_err() || told.is_closed() {
            return;
        }
        tell(&told, &mut said, Some(cannot.0)).await;
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(RECONNECT) => {}
        }
    }
}

/// Says what can be read, where that is news.
async fn tell(told: &mpsc::Sender<Told>, said: &mut Option<Option<String>>, cannot: Option<String>) {
    if said.as_ref() != Some(&cannot) {
        *said = Some(cannot.clone());
        let _ = told.send(Told::Sight(cannot)).await;
    }
}
