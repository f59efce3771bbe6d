//! Notifications as officers get them: the clock through evenings and nights, real servers at the other end, workers that are killed.

mod hook;
mod mail;
mod once;
mod server;
mod story;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, OfficerId};
use proviso_model::observation::Act;
use proviso_model::order::ConditionKind;
use proviso_store::Priority;

use super::TellingRules;
use super::carrier::{Call, Callee, Carrier, Failed, Letter};
use crate::app::officer::notifications::{self, Settings};
use crate::web::console::tests::client::{Force, force};
use crate::web::console::tests::seed::Raise;

/// Keeps what was sent instead of sending it.
#[derive(Default)]
pub(crate) struct Kept {
    letters: Mutex<Vec<Letter>>,
    calls: Mutex<Vec<(Callee, Call)>>,
}

impl Kept {
    /// The e-mails, oldest first.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("a lock").clone()
    }

    pub(crate) fn calls(&self) -> Vec<(Callee, Call)> {
        self.calls.lock().expect("a lock").clone()
    }
}

#[async_trait]
impl Carrier for Kept {
    async fn mail(&self, letter: &Letter) -> Result<(), Failed> {
        if letter.to.starts_with("gone@") {
            return Err(Failed { fault: "no such mailbox".to_owned(), is_final: true, untaken: true });
        }
        self.letters.lock().expect("a lock").push(letter.clone());
        // So that other workers get their chance between sending and noting.
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn call(&self, callee: Callee, call: &Call) -> Result<(), Failed> {
        self.calls.lock().expect("a lock").push((callee, call.clone()));
        Ok(())
    }
}

/// What the tests' force settled.
pub(crate) fn rules() -> TellingRules {
    TellingRules {
        console_address: "https://proviso.force.example".to_owned(),
        turn_to: "the service desk, extension 4321".to_owned(),
        has_mail: true,
        ..TellingRules::default()
    }
}

/// A force that tells by these rules through this carrier, with its first alerts out of the way.
pub(crate) async fn telling(rules: TellingRules, carrier: Arc<dyn Carrier>) -> Force {
    let mut force = force().await;
    force.seed.ctx.telling = Arc::new(rules);
    force.seed.ctx.carrier = carrier;
    force.router = crate::web::console::router(force.seed.ctx.clone());
    for alert in [force.seed.alert, force.seed.other_alert] {
        force.seed.ctx.store.alert_open(alert, force.seed.ctx.now()).await.expect("opened");
    }
    force
}

pub(crate) async fn officer(force: &Force, username: &str) -> OfficerId {
    force.seed.ctx.store.officer_by_username(username).await.expect("read").expect("an officer").id
}

/// Sets how an officer is told.
pub(crate) async fn set(force: &Force, username: &str, settings: Settings) {
    let id = officer(force, username).await;
    notifications::set(&force.seed.ctx, "test", id, &settings).await.expect("set");
}

pub(crate) fn by_email(address: &str) -> Settings {
    Settings { email: address.to_owned(), by_email: true, ..Settings::default() }
}

/// Raises an alert now; one under the same paragraph grows instead.
pub(crate) async fn raise(force: &mut Force, paragraph: &'static str, priority: Priority) -> AlertId {
    let condition = ConditionKind::SpecifiedWords;
    force.seed.raise(&Raise { paragraph, condition, priority, act: Act::Typed, ago_millis: 0 }).await
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}
