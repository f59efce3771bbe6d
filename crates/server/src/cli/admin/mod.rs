//! `admin ...`: each command does one act of `app::force`. A command with more than a line of its own has a file here.

mod audit;
mod backup;
mod blind_review;
mod blobs;
mod budget;
mod bundle_export;
mod caseload;
mod conflict;
mod cover;
mod destroy;
mod device_act;
mod device_revoke;
mod forecast;
mod guest;
mod init;
mod keys;
mod notifications;
mod officers;
mod order_change;
mod order_end;
mod pack;
mod pack_trial;
mod quarantine;
mod retention;
mod root;
mod rule_floor;
mod secret;
mod setting;
mod site_list;
mod subject;
mod team;
mod transfer;
mod update;
mod witness;

use std::path::PathBuf;

use clap::Subcommand;
use proviso_model::ids::CaseId;
use proviso_store::OfficerRole;
use serde_json::json;

use self::officers::{
    case_assign, case_create, checkpoint, officer_add, officer_id, order_text, second_factor_remove,
};
use super::{Say, Wiring, open_context, store};
use crate::app::AppContext;
use crate::app::force::device;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Make the force's keys and certificates in an empty data folder, and trust.json to hand out.
    Init(init::InitArgs),
    /// The force's root key, offline on a medium of its own.
    #[command(subcommand)]
    Root(root::RootCommand),
    /// Ask the root for new keys, or a new date for those in use.
    KeysRenew(keys::RenewArgs),
    /// Put keys to use that the root has signed.
    KeysInstall(keys::InstallArgs),
    /// Change the master key: wrap the keys of every case, and all else that it seals, anew. Stop every serve and worker first. Killed at any
    /// point, it goes on when it is run again.
    KeysRotate(keys::RotateArgs),
    /// Make a new TLS key and certificate of the server; devices trust it by the authority that they have pinned.
    ServerCertificate(keys::ServerCertificateArgs),
    /// Say which keys are in use, and until when.
    KeysStatus,
    /// Add an officer; the password is read from standard input, or asked for.
    OfficerAdd {
        /// Sign-in name.
        #[arg(long)]
        username: String,
        /// Name for screens.
        #[arg(long)]
        name: String,
        /// Role: offender-manager, supervisor, digital-specialist, administrator, data-protection-officer,
        /// disclosure-officer, auditor or privilege-reviewer (decides on what may be privileged; sees no case).
        #[arg(long, value_parser = role)]
        role: OfficerRole,
    },
    /// Say what of notifications did not go out and why, or try it again.
    Notifications(notifications::ListArgs),
    /// Say or set how an officer is notified of alerts: address, quiet hours, supervisor.
    OfficerNotifications(notifications::OfficerArgs),
    /// Enter that one officer stands in for another for a while.
    CoverAdd(cover::AddArgs),
    /// End a cover now.
    CoverEnd(cover::EndArgs),
    /// Say who stands in for whom, now and later.
    CoverList,
    /// Teams: a supervisor sees the cases of officers in teams that they supervise, and of officers in no team that anybody supervises.
    #[command(subcommand)]
    Team(team::Team),
    #[command(flatten)]
    Setting(setting::Setting),
    /// Digital specialists and disclosure officers in cases: let in for a while, let out, listed.
    #[command(subcommand)]
    CaseGuest(guest::Guest),
    /// Enter that an officer knows the person of a case, or somebody of the household: the case is barred for them from then on. Only a
    /// supervisor ends it, in the console.
    ConflictDeclare(conflict::DeclareArgs),
    /// Say which officers know which case's person; ids and names of officers only.
    ConflictList,
    /// Give one, several or all cases of an officer to another.
    CaseloadMove(caseload::MoveArgs),
    /// Remove an officer's codes and passkeys for signing in, after their phone or key was lost, and end their sessions; they sign in
    /// with the password alone and set codes or a passkey up anew. Make sure first that it is the officer who asks.
    OfficerSecondFactorRemove {
        /// Sign-in name.
        #[arg(long)]
        username: String,
    },
    /// Link a subject of the force's OpenID Connect provider to an officer, who may then sign in there. Make sure first that it is
    /// theirs.
    OfficerLink(subject::LinkArgs),
    /// Remove every such link of an officer, and end their sessions.
    OfficerUnlink(subject::UnlinkArgs),
    /// Open a case with its order. It is live at once, and nobody compares it with the court’s in the console: the person’s page says so.
    CaseCreate {
        /// The order file (TOML).
        #[arg(long)]
        order: PathBuf,
        /// Sign-in name of the officer in charge.
        #[arg(long)]
        officer: Option<String>,
    },
    /// Enter that an order, or a paragraph of it, was quashed, varied, paused, struck out or discharged.
    OrderEnd(order_end::EnterArgs),
    /// Change the last day of such an entry, or withdraw it.
    OrderEndChange(order_end::ChangeArgs),
    /// Count what is held unseen because the order as known now does not cover it; never content.
    QuarantineList(quarantine::ListArgs),
    /// Erase what is held, or release it because the entry was a mistake.
    QuarantineReview(quarantine::ReviewArgs),
    /// Enter a changed order; devices get a new policy.
    OrderChange(order_change::ChangeArgs),
    /// Put an officer in charge of a case.
    CaseAssign {
        /// The case.
        #[arg(long)]
        case: CaseId,
        /// Sign-in name.
        #[arg(long)]
        officer: String,
    },
    /// Make a one-time code that enrols a device within 30 minutes.
    EnrolmentCode {
        /// The case.
        #[arg(long)]
        case: CaseId,
    },
    /// Enter what happened to a device, or to its person: custody, hospital, a repair, a sale.
    DeviceAct(device_act::EnterArgs),
    /// Correct such an entry, or withdraw it; what was entered before stays on record.
    DeviceActChange(device_act::ChangeArgs),
    /// Write this force's certificate for transfers, with the key that other forces seal cases to; the key is made the first time.
    TransferKey(transfer::KeyArgs),
    /// Write a case out for another force: one file, sealed to its certificate and signed by this force.
    #[command(after_help = transfer::EXAMPLES)]
    CaseExport(transfer::ExportArgs),
    /// Receive a case from another force, or say what would be received.
    #[command(after_help = transfer::EXAMPLES)]
    CaseImport(transfer::ImportArgs),
    /// Enter that the force that took a case over has it, by its signed receipt or by who said so: until then its keys and records
    /// stay here, for disclosure.
    TransferConfirmed(transfer::ConfirmArgs),
    /// Write the evidence bundle that another force handed over with a case to a new file, as it came.
    ReceivedExport(transfer::ReceivedArgs),
    /// Refuse a device, from now on or from a time before.
    DeviceRevoke(device_revoke::RevokeArgs),
    /// Destroy the content of one record for ever; its place in the chain and the log is kept.
    RecordDestroy(destroy::RecordArgs),
    /// Destroy a whole case for ever: its keys, its records, everything sealed.
    CaseDestroy(destroy::CaseArgs),
    /// Reviews of how long cases are kept, and certificates of erasure.
    #[command(subcommand)]
    Retention(retention::Retention),
    /// Forbid destruction in a case, or allow it again.
    LegalHold(destroy::HoldArgs),
    /// Take a list of the force's own words into use, or say what that would do; devices get a new policy.
    PackImport(pack::ImportArgs),
    /// Say which packs are in use and which were.
    PackList,
    /// Packs that devices try out, counting only: what they counted, and ending a trial.
    #[command(subcommand)]
    PackTrial(pack_trial::PackTrial),
    /// Print a pack of the force, or write it signed to a file.
    PackShow(pack::ShowArgs),
    /// Retire a pack of the force; devices get a new policy, records go on naming it.
    PackRemove(pack::RemoveArgs),
    /// Take a list of sites into use, or say what that would do; devices get a new policy and fetch it.
    SiteListImport(site_list::ImportArgs),
    /// Say which lists of sites are in use and which were.
    SiteListList,
    /// Retire a list of sites; devices get a new policy and drop it, records go on naming it.
    SiteListRemove(site_list::RemoveArgs),
    /// Make the root of the repository of updates, or the next one after the checkpoint key or the force's root was changed.
    UpdateRoot(update::RootArgs),
    /// Publish a release of the agent or of a pack for some or all devices, or change for how many.
    Publish(update::PublishArgs),
    /// Say what was published, and how many devices have which version.
    UpdateList,
    /// Write the file of a release that was ever published to a new file, to replay findings with.
    UpdateFetch(update::FetchArgs),
    /// Copy the SQLite store of the data folder into the PostgreSQL databases of the settings, and compare every row. Stop every
    /// serve and worker first. Started again after it was stopped, it goes on.
    CopyStore,
    /// Copy a folder of blobs into the bucket of the settings; each is read back and compared. Started again after it was stopped, it
    /// goes on.
    CopyBlobs(blobs::CopyArgs),
    /// Say which background work was given up, and why.
    Jobs(store::JobsArgs),
    /// Make a backup of database and blobs while the server runs, or check one.
    Backup(backup::BackupArgs),
    /// Make a backup of the keys, which lapses after 30 days.
    BackupKeys(backup::KeysArgs),
    /// Remove lapsed key backups.
    BackupPrune(backup::PruneArgs),
    /// Put a backup back into an empty data folder.
    Restore(backup::RestoreArgs),
    /// The audit log: check that it is as it was written, or write it to a file.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// What another body holds of the log.
    #[command(subcommand)]
    Witness(witness::Witness),
    /// Sign a checkpoint of the log as it is now and print it.
    Checkpoint,
    /// Write an evidence bundle of an alert or of a whole case to a new file.
    #[command(after_help = bundle_export::parts_and_examples())]
    BundleExport(bundle_export::Args),
}

fn role(text: &str) -> Result<OfficerRole, String> {
    OfficerRole::parse(text).ok_or_else(|| {
        let roles: Vec<_> = OfficerRole::ALL.iter().map(|role| role.as_str()).collect();
        format!("choose one of {}", roles.join(", "))
    })
}

impl Admin {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        // These have no context yet, or need paths that it does not know.
        let act = match self {
            Self::Init(args) => return args.run(wiring, config, say),
            Self::Root(command) => return command.run(wiring, config, say),
            Self::KeysRenew(args) => return args.run(wiring, config, say),
            Self::KeysInstall(args) => return args.run(wiring, config, say).await,
            Self::KeysRotate(args) => return args.run(wiring, config, say).await,
            Self::ServerCertificate(args) => return args.run(wiring, config, say).await,
            Self::CopyStore => return store::copy(config, say).await,
            Self::CopyBlobs(args) => return args.run(wiring, config, say).await,
            Self::Backup(args) => return args.run(wiring, config, say).await,
            Self::BackupKeys(args) => return args.run(wiring, config, say).await,
            Self::Restore(args) => return args.run(wiring, config, say).await,
            Self::TransferKey(args) => return args.run(wiring, config, say).await,
            Self::CaseImport(args) => return args.run(wiring, config, say).await,
            act => act,
        };
        let ctx = open_context(wiring, config).await?;
        if let Self::Audit(command) = act {
            let (words, value, is_yes) = command.run(&ctx).await?;
            say.line(&words, &value)?;
            return Ok(u8::from(!is_yes));
        }
        let (words, value) = act.act(&ctx).await?;
        say.line(&words, &value)?;
        Ok(0)
    }

    async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        Ok(match self {
            // Done without a context.
            Self::Init(_)
            | Self::Root(_)
            | Self::KeysRenew(_)
            | Self::KeysRotate(_)
            | Self::CopyStore
            | Self::CopyBlobs(_)
            | Self::KeysInstall(_)
            | Self::ServerCertificate(_)
            | Self::Backup(_)
            | Self::BackupKeys(_)
            | Self::Restore(_)
            | Self::TransferKey(_)
            | Self::CaseImport(_)
            | Self::Audit(_) => (String::new(), json!({})),
            Self::KeysStatus => keys::status(ctx)?,
            Self::Jobs(args) => args.act(ctx).await?,
            Self::BackupPrune(args) => args.act(ctx).await?,
            Self::OfficerAdd { username, name, role } => officer_add(ctx, username, name, role).await?,
            Self::Notifications(args) => args.act(ctx).await?,
            Self::OfficerNotifications(args) => args.act(ctx).await?,
            Self::CoverAdd(args) => args.act(ctx).await?,
            Self::CoverEnd(args) => args.act(ctx).await?,
            Self::CoverList => cover::list(ctx).await?,
            Self::Team(command) => command.act(ctx).await?,
            Self::Setting(setting) => setting.act(ctx).await?,
            Self::CaseGuest(command) => command.act(ctx).await?,
            Self::ConflictDeclare(args) => args.act(ctx).await?,
            Self::ConflictList => conflict::list(ctx).await?,
            Self::CaseloadMove(args) => args.act(ctx).await?,
            Self::OfficerSecondFactorRemove { username } => second_factor_remove(ctx, &username).await?,
            Self::OfficerLink(args) => args.act(ctx).await?,
            Self::OfficerUnlink(args) => args.act(ctx).await?,
            Self::CaseCreate { order, officer } => case_create(ctx, &order, officer.as_deref()).await?,
            Self::OrderChange(args) => args.act(ctx).await?,
            Self::OrderEnd(args) => args.run(ctx).await?,
            Self::OrderEndChange(args) => args.run(ctx).await?,
            Self::QuarantineList(args) => args.run(ctx).await?,
            Self::QuarantineReview(args) => args.run(ctx).await?,
            Self::CaseAssign { case, officer } => case_assign(ctx, case, &officer).await?,
            Self::EnrolmentCode { case } => enrolment_code(ctx, case).await?,
            Self::DeviceAct(args) => args.run(ctx).await?,
            Self::DeviceActChange(args) => args.run(ctx).await?,
            Self::CaseExport(args) => args.act(ctx).await?,
            Self::TransferConfirmed(args) => args.act(ctx).await?,
            Self::ReceivedExport(args) => args.act(ctx).await?,
            Self::DeviceRevoke(args) => args.run(ctx).await?,
            Self::RecordDestroy(args) => args.run(ctx).await?,
            Self::CaseDestroy(args) => args.run(ctx).await?,
            Self::LegalHold(args) => args.run(ctx).await?,
            Self::Retention(command) => command.run(ctx).await?,
            Self::PackImport(args) => args.act(ctx).await?,
            Self::PackList => pack::list(ctx).await?,
            Self::PackTrial(command) => command.act(ctx).await?,
            Self::PackShow(args) => args.act(ctx).await?,
            Self::PackRemove(args) => args.act(ctx).await?,
            Self::SiteListImport(args) => args.act(ctx).await?,
            Self::SiteListList => site_list::list(ctx).await?,
            Self::SiteListRemove(args) => args.act(ctx).await?,
            Self::UpdateRoot(args) => args.act(ctx).await?,
            Self::Publish(args) => args.act(ctx).await?,
            Self::UpdateList => update::list(ctx).await?,
            Self::UpdateFetch(args) => args.act(ctx).await?,
            Self::Checkpoint => checkpoint(ctx).await?,
            Self::Witness(witness) => witness.run(ctx).await?,
            Self::BundleExport(args) => args.run(ctx).await?,
        })
    }
}

async fn enrolment_code(ctx: &AppContext, case: CaseId) -> anyhow::Result<(String, serde_json::Value)> {
    let (code, until) = device::enrolment_code(ctx, case).await?;
    Ok((format!("{code}  works once, until {until}"), json!({"code": code, "expires_at": until})))
}
