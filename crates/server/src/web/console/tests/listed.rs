//! What an officer reads of the list that a picture was found on.

use jiff::civil::date;
use proviso_model::hash::Digest;
use proviso_model::hash_set::{HashSetStatement, SetDigests, SetTree};
use proviso_model::observation::{ListedHow, PictureFrom};

use super::client::{Client, Force, force};
use super::pictures::{LIST, engine, holds, pages, raised};
use crate::app::hash_sets;

/// What the force says of the list, with a tree or, as before there were any, without.
fn statement(force: &Force, tree: Option<SetTree>) -> HashSetStatement {
    let ctx = &force.seed.ctx;
    HashSetStatement {
        force: ctx.keys.force,
        name: "harbour".to_owned(),
        version: 3,
        sha256: LIST,
        bytes: 1,
        entries: 18,
        digests: SetDigests { pdq: 18, ..SetDigests::default() },
        tree,
        child_abuse: false,
        device_ok: true,
        country: None,
        format: "pdq".to_owned(),
        source: "an invented source".to_owned(),
        licence: "none".to_owned(),
        dated: date(2026, 11, 1),
        imported_at: ctx.now(),
    }
}

#[tokio::test]
async fn an_officer_reads_which_list_has_an_entry_and_whether_the_bundle_proves_it() {
    let tree = SetTree { size: 18, root: Digest([6; 32]) };
    let proven = "Entry of list harbour version 3; the bundle carries a proof.";
    let not = "Entry of list harbour version 3; the bundle carries no proof of that.";
    for (tree, has_file, expected) in
        [(Some(tree), true, proven), (Some(tree), false, not), (None, true, not)]
    {
        let mut force = force().await;
        let engine = engine("pornography", false);
        let similar = ListedHow::Pdq { distance: 12 };
        let alert = raised(&mut force, &engine, PictureFrom::Loaded, similar).await;
        let ctx = &force.seed.ctx;
        for version in 1..=3 {
            let says = HashSetStatement { version, ..statement(&force, tree) };
            let row = hash_sets::row(ctx, &says, Vec::new()).expect("a row");
            ctx.store.hash_set_add(&row, &[]).await.expect("kept");
        }
        if has_file {
            std::fs::create_dir_all(ctx.hash_sets_dir()).expect("the folder of sets");
            std::fs::write(hash_sets::path(ctx, &LIST), "a list").expect("written");
        }
        let mut officer = Client::signed_in(&force, "om1").await;
        let [hidden, opened] = pages(&mut officer, alert).await;
        holds(&opened, &[expected]);
        assert!(!hidden.contains("Entry of list"), "{hidden}");
    }
}
