//! Blobs in a bucket of a real S3 server: what devices get of lists and sets of hashes is the same as from a folder, whatever becomes of
//! the copies on this machine; and the move from one to the other.

use std::path::PathBuf;

use object_store::ObjectStoreExt as _;
use proviso_engine::image::lists::ListFormat;
use proviso_model::Digest;
use proviso_server::app::force::case::order_change;
use proviso_server::app::hash_sets;
use proviso_server::blobs::{self, BlobsError, Copied};
use proviso_server::config::Config;
use proviso_server::config::blobs::{BlobsEnvironment, S3_SECRET_ENV, S3Config};
use proviso_testkit::s3::{BUCKET, KEY_ID, S3Server, SECRET};

use crate::backup::Kept;
use crate::device::Device;
use crate::hash_sets::{CONDITIONS, answer_about, import};
use crate::operations::ask;
use crate::rig::{ORDER, Rig};
use crate::site_lists;

const MD5: &str = "cce4436779c33ef11d614f9bfbcfb0d0";
const OTHER: &str = "0123456789abcdef0123456789abcdef";

fn in_bucket(config: &mut Config, server: &S3Server, prefix: &str) {
    config.blobs.s3 = Some(S3Config {
        address: Some(server.address.clone()),
        bucket: BUCKET.to_owned(),
        region: "test-1".to_owned(),
        prefix: Some(prefix.to_owned()),
        access_key_id: Some(KEY_ID.to_owned()),
        secret_access_key_file: None,
        ca_file: server.ca_file.clone(),
        cache_dir: None,
        cache_bytes_max: 1 << 30,
    });
    config.blobs.environment =
        BlobsEnvironment::read(|name| (name == S3_SECRET_ENV).then(|| SECRET.to_owned()));
}

async fn ready(rig: &Rig) -> (u16, String) {
    let (status, said) = ask(rig, "/readyz").await;
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let of_blobs = said.pointer("/parts/blobs").and_then(serde_json::Value::as_str);
    (status, of_blobs.expect("it tells of blobs").to_owned())
}

/// The copies of files of sets on this machine.
fn copies(rig: &Rig) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(rig.ctx.hash_sets_dir()).expect("a folder");
    folder.map(|entry| entry.expect("an entry").path()).collect()
}

#[tokio::test]
async fn from_a_bucket_devices_get_the_same_whatever_becomes_of_the_copies_here() {
    let mut server = S3Server::start_with_tls();
    let mut rig = Rig::with_workers(0).await;
    rig.restart(|config| in_bucket(config, &server, "test-force")).await;
    assert_eq!(ready(&rig).await, (200, "works".to_owned()));
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    let mut device = Device::enrol(&rig).await;
    import(&rig, "restricted", &format!("{MD5},2\n"), ListFormat::Md5, true, false).await;
    site_lists::take(&rig, 50_000).await;
    device.fetch_policy(&rig).await;
    let set = device.policy.hash_sets().first().expect("named").set.sha256;
    let whole = format!("test-force/hash-sets/{set}");
    assert!(server.names().contains(&whole), "{:?}", server.names());
    assert!(rig.stored_files().iter().all(|path| !path.starts_with(rig.config.blobs_dir())), "none here");

    // Lists come in parts from the bucket; sets from copies, which are fetched where they are not, or are damaged.
    let list = (*device.policy.site_lists().first().expect("named")).clone();
    assert!(site_lists::fetch(&rig, &mut device, &list).await.1 > 1);
    assert_eq!(answer_about(&rig, &mut device, set, MD5).await, Some(2));
    for copy in copies(&rig) {
        std::fs::remove_file(copy).expect("gone");
    }
    rig.restart(|_| {}).await;
    assert_eq!(answer_about(&rig, &mut device, set, MD5).await, Some(2));
    let fetched = copies(&rig);
    assert_eq!(fetched.len(), 1, "what was asked for: {fetched:?}");
    for copy in &fetched {
        std::fs::remove_file(copy).expect("gone");
        std::fs::write(copy, "another file").expect("written");
    }
    rig.restart(|_| {}).await;
    assert_eq!(answer_about(&rig, &mut device, set, MD5).await, Some(2), "fetched again");

    // A second set does not fit beside the first: what was not used for longest goes, and comes back when asked for.
    import(&rig, "similar", &format!("{OTHER},3\n"), ListFormat::Md5, false, false).await;
    device.fetch_policy(&rig).await;
    let sets: Vec<Digest> = device.policy.hash_sets().iter().map(|set| set.set.sha256).collect();
    let [one, two] = sets.as_slice() else { panic!("two sets: {sets:?}") };
    rig.restart(|config| config.blobs.s3.as_mut().expect("a bucket").cache_bytes_max = 1).await;
    for copy in copies(&rig) {
        std::fs::remove_file(copy).expect("gone");
    }
    for _ in 0..2 {
        for wanted in [*one, *two] {
            rig.clock.forward_seconds(1);
            let (md5, category) = if wanted == set { (MD5, 2) } else { (OTHER, 3) };
            assert_eq!(answer_about(&rig, &mut device, wanted, md5).await, Some(category));
            assert_eq!(copies(&rig).len(), 1);
        }
    }

    // The server of the bucket is away, and comes back.
    server.stop();
    let (status, said) = ready(&rig).await;
    assert_eq!((status, said.as_str()), (503, "cannot be read; see the log"));
    server.start_again();
    assert_eq!(ready(&rig).await.0, 200);

    // A bucket that holds other bytes under the name of a file.
    std::fs::write(server.bucket_folder().join(&whole), "another file").expect("written");
    for copy in copies(&rig) {
        std::fs::remove_file(copy).expect("gone");
    }
    rig.restart(|_| {}).await;
    let row = rig.ctx.store.hash_set_list().await.expect("read").into_iter().find(|row| row.sha256 == set);
    let row = row.expect("the set");
    let fault = hash_sets::apart(&rig.ctx, move |ctx| hash_sets::open(ctx, &row)).await.expect_err("refused");
    assert!(fault.to_string().contains("does not have this SHA-256"), "{fault}");
    rig.stop().await;
}

#[tokio::test]
async fn a_folder_of_blobs_is_copied_into_a_bucket_checked_and_a_copy_that_was_stopped_goes_on() {
    let server = S3Server::start();
    let mut rig = Rig::with_workers(0).await;
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    let mut device = Device::enrol(&rig).await;
    import(&rig, "restricted", &format!("{MD5},2\n"), ListFormat::Md5, true, false).await;
    site_lists::take(&rig, 50_000).await;
    device.fetch_policy(&rig).await;
    let set = device.policy.hash_sets().first().expect("named").set.sha256;
    let folder = rig.config.blobs_dir();
    // Sent in parts: nothing that imports make here is as long.
    std::fs::write(folder.join("long"), vec![7; (16 << 20) + 1]).expect("written");
    let files = rig.stored_files().iter().filter(|path| path.starts_with(&folder)).count() as u64;

    rig.restart(|config| in_bucket(config, &server, "test-force")).await;
    let store = &*rig.ctx.blobs;
    let copied = blobs::copy_folder(store, &folder, &mut |_| {}).await.expect("copied");
    assert_eq!((copied.blobs, copied.sent), (files, files));
    assert_eq!(server.names().len() as u64, files);
    let gone = server.names().into_iter().find(|name| name.contains("site-lists")).expect("a part of a list");
    std::fs::remove_file(server.bucket_folder().join(&gone)).expect("as if it had been stopped before");
    let again = blobs::copy_folder(store, &folder, &mut |_| {}).await.expect("copied");
    assert_eq!(again, Copied { sent: 1, ..copied });
    let damaged = server.bucket_folder().join(&gone);
    let mut bytes = std::fs::read(&damaged).expect("there");
    *bytes.first_mut().expect("a byte") ^= 1;
    std::fs::write(&damaged, &bytes).expect("written");
    match blobs::copy_folder(store, &folder, &mut |_| {}).await {
        Err(BlobsError::Differs(name)) => assert_eq!(format!("test-force/{name}"), gone),
        other => panic!("a blob with other bytes was not told: {other:?}"),
    }
    *bytes.first_mut().expect("a byte") ^= 1;
    std::fs::write(&damaged, &bytes).expect("written");

    // Without the folder, devices get the same.
    std::fs::remove_dir_all(&folder).expect("gone");
    let list = (*device.policy.site_lists().first().expect("named")).clone();
    assert!(site_lists::fetch(&rig, &mut device, &list).await.1 > 1);
    assert_eq!(answer_about(&rig, &mut device, set, MD5).await, Some(2));

    // A backup holds them, and is put back into a bucket.
    let kept = Kept::new();
    kept.take(&rig).await;
    let plan = kept.plan(&rig);
    in_bucket(&mut rig.config, &server, "put-back");
    kept.restore(&mut rig, &plan).await;
    let under = |prefix: &str| {
        let names = server.names().into_iter();
        names.filter_map(|name| Some(name.strip_prefix(prefix)?.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(under("test-force/"), under("put-back/"));
    assert_eq!(under("put-back/").len() as u64, files);
    assert_eq!(answer_about(&rig, &mut device, set, MD5).await, Some(2));
    rig.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_a_missing_bucket_and_an_authority_that_is_none_are_told_at_the_door() {
    let server = S3Server::start_with_tls();
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    in_bucket(&mut config, &server, "test-force");
    let good = config.clone();
    let store = open_blobs(&good);
    store.put(&"name".into(), "bytes".into()).await.expect("taken");
    let refused = |change: fn(&mut Config)| {
        let mut config = good.clone();
        change(&mut config);
        config
    };
    let wrong_secret = refused(|config| {
        config.blobs.environment = BlobsEnvironment::read(|_| Some("another secret".to_owned()));
    });
    let no_bucket = refused(|config| config.blobs.s3.as_mut().expect("set").bucket = "nowhere".to_owned());
    let stranger = refused(|config| config.blobs.s3.as_mut().expect("set").ca_file = None);
    for (case, config) in [("secret", wrong_secret), ("bucket", no_bucket), ("authority", stranger)] {
        let said = blobs::readable(&*open_blobs(&config)).await.expect_err(case);
        assert!(!said.contains("another secret"), "{said}");
    }
    let none = refused(|config| config.blobs.s3.as_mut().expect("set").ca_file = Some("/nowhere.pem".into()));
    let error = blobs::open(&none).err().expect("refused").to_string();
    assert!(error.contains("/nowhere.pem"), "{error}");
}

fn open_blobs(config: &Config) -> std::sync::Arc<dyn object_store::ObjectStore> {
    blobs::open(config).expect("opened").store
}
