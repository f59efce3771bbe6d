//! What came by itself, as the table of attribution has it, and what it may raise.

mod common;

use common::pictures::{PORNOGRAPHY, engine, found, listed, score, scored, set};
use proviso_engine::image::PictureMemory;
use proviso_model::observation::{Cause, Circumstances, FrameOf, ListedHow};

#[test]
fn invariant_07_what_came_by_itself_raises_nothing_until_it_is_used_but_for_a_listed_picture() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    let facts = |used_ms| {
        let (cause, frame) = (Some(Cause::Embedded), Some(FrameOf::OtherSite));
        Some(Circumstances { cause, frame, used_ms, ..Circumstances::default() })
    };
    for (used_ms, scored_raises) in [(None, 0), (Some(400), 1)] {
        let mut known = found(1, vec![listed(1, ListedHow::Sha256)]);
        known.attribution.circumstances = facts(used_ms);
        let findings = engine.evaluate(&known);
        assert_eq!(findings.len(), 1, "a listed picture, whoever asked for it");
        assert!(
            findings[0].explanation.contains("in a frame of another site"),
            "{}",
            findings[0].explanation
        );
        let mut memory = PictureMemory::default();
        let raised = (1..=3).map(|number| {
            let mut high = scored(number, 1, vec![score("first", 900)]);
            high.attribution.circumstances = facts(used_ms);
            let joined = memory.join(high);
            memory.keep(&joined);
            engine.evaluate(&joined).len()
        });
        assert_eq!(raised.sum::<usize>(), scored_raises, "used {used_ms:?} ms before");
    }
}
