//! `enrol`: at a visit, with the officer and the person at the same screen.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use proviso_agent::enrol::{EnrolParts, Enrolled, ask};
use proviso_agent::pin::{PinKeep, check_length};
use proviso_agent::uplink::Https;
use proviso_agent::{SpoolLimits, StateDir, notice};
use proviso_model::record::NoticeResponse;
use proviso_model::wire::TrustFile;
use zeroize::Zeroizing;

use super::args::EnrolArgs;
use super::{Wiring, runtime, say};

pub fn enrol(dir: &StateDir, args: &EnrolArgs, wiring: &Wiring) -> anyhow::Result<bool> {
    let trust = read_trust(args)?;
    let account = account(args)?;
    // Asked first, so that a code is not used up by an enrolment that then stops half-way.
    let pin = read_pin(args)?;
    let parts = EnrolParts { dir, server: &args.server, trust: &trust, code: &args.code, account: &account };
    let mut https = Https::new(&args.server, &[&trust.ca_pem], None)?;
    let mut rng = (wiring.rng)();
    let granted = runtime()?.block_on(ask(&parts, &mut https, &mut *rng))?;
    let clock = (wiring.clock)();
    dir.create()?;
    PinKeep::new(dir.clone()).set(&pin, &mut *rng)?;
    let mut enrolled = granted.keep(&parts, SpoolLimits::default(), &*clock, (wiring.rng)())?;
    let (response, by) = show_notice(&enrolled, args)?;
    enrolled.notice(clock.wall(), response, &by)?;
    say("")?;
    say(&format!("Enrolled as device {} of {}.", enrolled.identity.device, trust.force_name))?;
    say("Start the program with `systemctl enable --now proviso-agent`, or `proviso-agent run`.")?;
    Ok(true)
}

fn read_trust(args: &EnrolArgs) -> anyhow::Result<TrustFile> {
    let path = args.trust.display();
    let text = std::fs::read(&args.trust)
        .with_context(|| format!("the trust file {path} cannot be read; ask the officer for it"))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{path} is not a trust file; it is the file that the officer hands over"))
}

fn account(args: &EnrolArgs) -> anyhow::Result<String> {
    let named = args.account.clone().or_else(|| std::env::var("SUDO_USER").ok());
    match named.or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty()) {
        Some(account) => Ok(account),
        None => bail!("say which account is supervised: --account NAME"),
    }
}

fn read_pin(args: &EnrolArgs) -> anyhow::Result<Zeroizing<String>> {
    let pin = if args.pin_stdin {
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().lock().read_line(&mut line)?;
        Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned())
    } else if std::io::stdin().is_terminal() {
        say("The supervised person now chooses a PIN. It opens the details page; nobody else needs it.")?;
        let first = Zeroizing::new(rpassword::prompt_password("PIN: ")?);
        let second = Zeroizing::new(rpassword::prompt_password("Once more: ")?);
        if *first != *second {
            bail!("the two PINs differ; run the command again");
        }
        first
    } else {
        bail!("a PIN is needed: run this in a terminal, or pass it on standard input with --pin-stdin");
    };
    check_length(&pin)?;
    Ok(pin)
}

fn show_notice(enrolled: &Enrolled, args: &EnrolArgs) -> anyhow::Result<(NoticeResponse, String)> {
    let Some(kept) = enrolled.keep.policy() else { bail!("no policy holds, so there is no notice to show") };
    say("")?;
    let mut in_list = false;
    for paragraph in notice::paragraphs(&kept.policy, &enrolled.keep.trust().force_name) {
        let item = paragraph.starts_with("- ");
        if in_list && !item {
            say("")?;
        }
        in_list = item;
        say(&paragraph)?;
        if !item {
            say("")?;
        }
    }
    if let Some(answer) = args.notice {
        return Ok((answer.into(), args.notice_by.clone()));
    }
    if args.pin_stdin || !std::io::stdin().is_terminal() {
        return Ok((NoticeResponse::Shown, args.notice_by.clone()));
    }
    write!(std::io::stdout(), "Answer (optional): type \"seen\" or \"refuse\", or only press Enter: ")?;
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let response = match line.trim().to_ascii_lowercase().as_str() {
        "seen" | "s" => NoticeResponse::Acknowledged,
        "refuse" | "r" => NoticeResponse::Refused,
        _ => NoticeResponse::Shown,
    };
    let by = match (args.notice_by.as_str(), response) {
        ("", NoticeResponse::Shown) => String::new(),
        ("", _) => "whoever typed at the terminal".to_owned(),
        (by, _) => by.to_owned(),
    };
    Ok((response, by))
}
