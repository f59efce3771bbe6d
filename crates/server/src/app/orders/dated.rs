//! From when a change of an order applies, and what ended an order or a paragraph: read from what was typed.

use proviso_model::ids::OrderEndId;
use proviso_model::order::{OrderEnd, OrderEndKind};

use super::fault::{day, fault, may_be_day, must_be_day};
use super::{Draft, End, Fault, Place};
use crate::app::late::order_end::Change;

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// That something ended.
    New(OrderEnd),
    /// Another last day of what was entered before, or that it was a mistake.
    Correction(OrderEndId, Change),
}

impl Draft {
    /// What is wrong with from when a change applies, and why.
    #[must_use]
    pub fn change_faults(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        must_be_day(
            &mut found,
            Place::Change("from"),
            &self.change.from,
            "the first day on which the change applies",
        );
        if self.change.reason.trim().is_empty() {
            found.push(fault(
                Place::Change("reason"),
                "Enter the court’s reference of the change, and who told you",
            ));
        }
        found
    }
}

impl End {
    /// What is entered.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn read(&self) -> Result<Ending, Vec<Fault>> {
        match self.corrects.as_str() {
            "" => self.read_new().map(Ending::New),
            id => self.read_correction(id),
        }
    }

    fn read_correction(&self, id: &str) -> Result<Ending, Vec<Fault>> {
        let mut found = Vec::new();
        if self.takes_back != "yes" {
            let what = "the last day on which it does not run";
            must_be_day(&mut found, Place::End("until"), &self.until, what);
        }
        if self.reason.trim().is_empty() {
            found.push(fault(Place::End("reason"), "Enter why, and who told you"));
        }
        let change = match self.takes_back.as_str() {
            "yes" => Some(Change::Withdraw),
            _ => day(&self.until).map(Change::Until),
        };
        match (id.parse(), change) {
            (Ok(id), Some(change)) if found.is_empty() => Ok(Ending::Correction(id, change)),
            _ => Err(found),
        }
    }

    /// What was done, to what, and on which days.
    fn read_new(&self) -> Result<OrderEnd, Vec<Fault>> {
        let mut found = Vec::new();
        let at = Place::End;
        let kind = OrderEndKind::parse(&self.kind);
        if kind.is_none() {
            found.push(fault(at("kind"), "Choose what happened"));
        }
        must_be_day(&mut found, at("from"), &self.from, "the first day on which it does not run");
        may_be_day(&mut found, at("until"), &self.until);
        let (from, until) = (day(&self.from), day(&self.until));
        if kind == Some(OrderEndKind::Paused) && self.until.trim().is_empty() {
            found.push(fault(
                at("until"),
                "Enter the last day of the suspension as it is known now; it can be changed later",
            ));
        }
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            found.push(fault(at("until"), "The last day lies before the first; both count"));
        }
        let paragraph = Some(self.paragraph.trim().to_owned()).filter(|number| !number.is_empty());
        if kind == Some(OrderEndKind::Struck) && paragraph.is_none() {
            found.push(fault(
                at("paragraph"),
                "Choose the paragraph that was struck out; a whole order is quashed or discharged",
            ));
        }
        if self.reason.trim().is_empty() {
            found.push(fault(at("reason"), "Enter the court’s reference, and who told you"));
        }
        match (kind, from) {
            (Some(kind), Some(from)) if found.is_empty() => Ok(OrderEnd { kind, paragraph, from, until }),
            _ => Err(found),
        }
    }
}
