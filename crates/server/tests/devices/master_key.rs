//! The master key is changed, killed at every step, and goes on; the old key is refused afterwards.

use std::path::Path;
use std::sync::Arc;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_engine::import::{Defaults, Format};
use proviso_engine::sites::ListFormat;
use proviso_server::app::force::pack::NewPack;
use proviso_server::app::force::pack_trial;
use proviso_server::app::force::site_list::{self, NewSiteList};
use proviso_server::app::in_use::InUse;
use proviso_server::app::officer::second_factor;
use proviso_server::app::{AppContext, Clock, audit_check};
use proviso_server::config::Config;
use proviso_server::keys::{KeyError, MasterKey};
use proviso_server::master_key_change::{ChangeError, Changed, NewKey, change};
use proviso_server::open::{self, OpenError};

use crate::destruction::{found, who};
use crate::device::Device;
use crate::facts::{finding, watched};
use crate::rig::Rig;

const LIST: &str = "0.0.0.0 night.example\n0.0.0.0 late.example\n";

/// A force with something of each kind that the master key seals.
async fn lived_in() -> Rig {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let records = [device.seal(finding(&device, at)), device.seal(watched(at, 3))];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    proviso_server::jobs::drain(&rig.ctx).await.expect("worked");
    second_factor::begin(&rig.ctx, &who(&rig.ctx).await).await.expect("begun");
    let read = site_list::read(LIST.as_bytes(), ListFormat::Auto, |_| {}).expect("a list");
    let new = NewSiteList {
        name: "harbour-sites",
        category: "pornography",
        coarse: false,
        source: Some("an invented source"),
        licence: Some("CC0"),
        dated: Some(jiff::civil::date(2026, 11, 1)),
        read: &read,
    };
    site_list::import(&rig.ctx, &new, false).await.expect("imported");
    let defaults = Defaults { weight_permille: 1000, language: None };
    let (name, category, format) = ("harbour-list", "sexual", Format::Csv);
    let pack = NewPack { name, category, format, defaults, file: b"blue anchor\n" };
    pack_trial::begin(&rig.ctx, &pack, false, 14).await.expect("on trial");
    rig.stop().await;
    rig
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).expect("copied")),
        }
    }
}

async fn opened(rig: &Rig, config: &Config, key: Option<&str>) -> Result<AppContext, OpenError> {
    let clock: Arc<dyn Clock> = rig.clock.clone();
    open::context(config, key, clock, Box::new(UnwrapErr(SysRng))).await
}

/// Changes the key that lies in its usual place; a kill comes after so many steps.
async fn changed(rig: &Rig, config: &Config, steps: usize) -> Result<Changed, ChangeError> {
    let usual = MasterKey::usual_path(&config.data_dir);
    let old = MasterKey::load(&usual)?;
    let clock: Arc<dyn Clock> = rig.clock.clone();
    let mut taken = 0;
    let mut goes_on = || {
        taken += 1;
        taken <= steps
    };
    change(config, old, &NewKey::Beside(usual), clock, Box::new(UnwrapErr(SysRng)), &mut goes_on).await
}

/// Everything that was sealed opens.
async fn opens(rig: &Rig, ctx: &AppContext) {
    let keys = ctx.case_keys(rig.case).expect("the keys of the case");
    let case = ctx.store.case_get(rig.case).await.expect("read").expect("the case");
    assert!(keys.open(proviso_server::keys::case::Purpose::Case, &case.sealed).is_ok());
    second_factor::waiting(ctx, &who(ctx).await).await.expect("the secret of the officer's app");
    assert_eq!(found(ctx, "test pers").await, 1, "the key of the index of names");
    assert!(InUse::now(ctx).await.expect("read").trial.is_some(), "the pack on trial");
    let list = ctx.store.site_list_list().await.expect("read");
    let list = list.first().expect("a list");
    let whole = proviso_server::app::site_lists::whole(ctx, list).await.expect("its parts");
    assert_eq!(u64::try_from(whole.len()).expect("small"), list.bytes);
}

#[tokio::test]
async fn a_change_of_the_master_key_goes_on_after_a_kill_at_every_step_and_refuses_the_old_key_after_it() {
    let rig = lived_in().await;
    let refused = changed(&rig, &rig.config, usize::MAX).await.expect_err("the folder is in use");
    assert!(matches!(refused, ChangeError::Key(KeyError::InUse { .. })), "{refused}");
    let copies = tempfile::tempdir().expect("a folder");
    let before = std::fs::read_to_string(MasterKey::usual_path(&rig.config.data_dir)).expect("the old key");
    let mut steps = 0;
    loop {
        let config = Config { data_dir: copies.path().join(format!("killed-{steps}")), ..rig.config.clone() };
        copy(&rig.config.data_dir, &config.data_dir);
        let first = changed(&rig, &config, steps).await;
        let was_killed = first.is_err();
        if was_killed {
            let refused = opened(&rig, &config, None).await.map(drop).expect_err("half-way");
            assert!(matches!(refused, OpenError::Key(KeyError::BeingChanged { .. })), "{steps}: {refused}");
            // What a kill between the writing of a file and its taking the old one's name leaves.
            let case_file = config.case_keys().join(format!("{}.new", rig.case));
            std::fs::write(&case_file, "half a fi").expect("written");
            changed(&rig, &config, usize::MAX).await.expect("it goes on");
        }
        let ctx = opened(&rig, &config, None).await.expect("opens with the new key");
        opens(&rig, &ctx).await;
        assert!(audit_check::check(&ctx, &mut |_| {}).await.expect("read").holds());
        drop(ctx);
        let refused = opened(&rig, &config, Some(&before)).await.map(drop).expect_err("the old key");
        let said = refused.to_string();
        assert!(said.contains("it was replaced on 2026-11-24"), "{steps}: {said}");
        let now = std::fs::read_to_string(MasterKey::usual_path(&config.data_dir)).expect("the new key");
        assert_ne!(now, before);
        if !was_killed {
            let anew = first.expect("not killed").anew;
            assert!(
                anew.key_files >= 6 && anew.cases == 1 && anew.values == 3 && anew.parts == 1,
                "{anew:?}"
            );
            break;
        }
        steps += 1;
    }
    // Before the first, after each value, and after the new key took its place.
    assert!(steps >= 12, "{steps}");
}

#[tokio::test]
async fn another_key_than_the_one_that_was_begun_with_is_refused_and_a_new_file_or_command_serves_as_well() {
    let rig = lived_in().await;
    let copies = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: copies.path().join("server"), ..rig.config.clone() };
    copy(&rig.config.data_dir, &config.data_dir);
    let usual = MasterKey::usual_path(&config.data_dir);
    let clock: Arc<dyn Clock> = rig.clock.clone();
    let new_file = copies.path().join("new.key");
    let run = async |new: NewKey, mut steps: usize| {
        let old = MasterKey::load(&usual)?;
        let mut goes_on = || {
            steps = steps.saturating_sub(1);
            steps > 0
        };
        change(&config, old, &new, clock.clone(), Box::new(UnwrapErr(SysRng)), &mut goes_on).await
    };
    run(NewKey::File(new_file.clone()), 3).await.expect_err("killed");
    let other = NewKey::Command(vec!["printf".to_owned(), "ab".repeat(32)]);
    let refused = run(other.clone(), usize::MAX).await.expect_err("another key").to_string();
    assert!(refused.contains("give these two"), "{refused}");
    run(NewKey::File(new_file.clone()), usize::MAX).await.expect("it goes on");
    let key = std::fs::read_to_string(&new_file).expect("the new key");
    opens(&rig, &opened(&rig, &config, Some(&key)).await.expect("opens")).await;
    let refused = opened(&rig, &config, None).await.map(drop).expect_err("the settings name the old one");
    assert!(refused.to_string().contains("replaced on"), "{refused}");
    let unused = run(other, usize::MAX).await.expect_err("the old key is given for the one in use");
    assert!(unused.to_string().contains("replaced on"), "{unused}");
}
