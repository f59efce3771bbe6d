//! The server of a run: its own code on a real SQLite file, in a runtime of its own that can be killed.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use proviso_model::ids::RestoreId;
use proviso_server::app::AppContext;
use proviso_server::app::backup::{self, Plan};
use proviso_server::config::Config;
use proviso_server::keys::MasterKey;
use proviso_server::keys::force::ForceInit;
use proviso_server::open;
use tokio::runtime::Runtime;

use super::clock::SimClock;
use crate::chance::Chance;
use crate::rewrite_log::rewrite_log;

/// A server's folder, and the life that runs on it now.
pub struct SimServer {
    config: Config,
    clock: SimClock,
    chance: Chance,
    life: Option<Life>,
}

/// One life of the server's process.
struct Life {
    runtime: Runtime,
    ctx: AppContext,
    router: Router,
}

impl SimServer {
    /// Makes the force's keys in `folder` and starts the first life.
    #[must_use]
    pub fn start(folder: &Path, require_backup: bool, clock: SimClock, chance: Chance) -> Self {
        let config = Config { data_dir: folder.to_owned(), require_backup, ..Config::default() };
        let init = ForceInit { name: "Test Force", hosts: &["localhost".to_owned()], now: clock.now() };
        open::init(&config, None, &mut chance.clone(), &init).expect("the force's keys");
        let mut server = Self { config, clock, chance, life: None };
        server.live();
        server
    }

    fn live(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let opening =
            open::context(&self.config, None, Arc::new(self.clock.clone()), Box::new(self.chance.clone()));
        // On a thread of its own: a kill happens in the middle of a request of the device's runtime.
        let opened = std::thread::scope(|scope| scope.spawn(|| runtime.block_on(opening)).join());
        let ctx = opened.expect("no panic").expect("the server starts after any kill");
        let router = proviso_server::web::api::router(ctx.clone());
        self.life = Some(Life { runtime, ctx, router });
    }

    /// Runs a piece of work on the server's runtime to its end.
    pub fn run<T, F>(&self, work: impl FnOnce(AppContext) -> F) -> T
    where
        F: Future<Output = T>,
    {
        let life = self.life.as_ref().expect("the server lives");
        life.runtime.block_on(work(life.ctx.clone()))
    }

    /// The device port of this life, and the runtime to run it on.
    pub fn port(&self) -> (Router, tokio::runtime::Handle) {
        let life = self.life.as_ref().expect("the server lives");
        (life.router.clone(), life.runtime.handle().clone())
    }

    /// Writes the log anew under the running server.
    pub fn rewrite_log(&self) {
        let database = self.config.database();
        self.run(|ctx| async move { rewrite_log(&ctx, &database).await });
    }

    /// Kills the process where it stands and starts another.
    pub fn kill(&mut self) {
        self.die();
        self.live();
    }

    fn die(&mut self) {
        if let Some(life) = self.life.take() {
            drop(life.router);
            drop(life.ctx);
            life.runtime.shutdown_background();
        }
    }

    /// Makes a backup with its keys in `folder`, reads it back and lets it count.
    pub fn back_up(&self, folder: &Path) {
        let (data, keys) = (folder.join("data"), folder.join("keys"));
        let config = self.config.clone();
        self.run(|ctx| async move {
            backup::take(&ctx, &data).await.expect("a backup");
            backup::take_keys(&ctx, &config, &keys).await.expect("a key backup");
            let checked = backup::check(&data).await.expect("whole");
            backup::count(&ctx, &data, &checked, &keys).await.expect("counted");
        });
    }

    /// The machine is lost: the backup in `folder` is put back in `new`, and the server starts there.
    pub fn lose(&mut self, folder: &Path, new: &Path) {
        self.die();
        let master = MasterKey::usual_path(&self.config.data_dir);
        self.config.data_dir = new.to_owned();
        let now = self.clock.now();
        let plan = Plan {
            from: folder.join("data"),
            keys: Some(folder.join("keys")),
            journal: Err("nothing is ever destroyed here".to_owned()),
            id: RestoreId::new(now, [1; 10]),
            now,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(backup::restore(&self.config, &plan)).expect("restored");
        std::fs::copy(master, MasterKey::usual_path(new)).expect("the master key, from its safe");
        self.live();
    }
}
