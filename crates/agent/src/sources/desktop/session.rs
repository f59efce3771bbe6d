//! Where the supervised account is logged on to a screen, as far as the system says: what logind keeps of each session, or the display that
//! whoever started the agent named.

use std::path::{Path, PathBuf};

use crate::sources::health::account_uid;

/// Where logind keeps what it knows of each session.
const SESSIONS: &str = "/run/systemd/sessions";

const WAYLAND: &str = "the session runs on Wayland, where no program may look into another's windows; choose a session on X11 (Xorg) at log-on";
const CONSOLE: &str = "the session runs on a text console, which has no windows to look into";
const NO_DISPLAY: &str =
    "the session is one of X11 and does not say which display it has; start the agent with --display";

/// A display that the agent was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its name, for example `:0`.
    pub display: String,
    /// It is a Wayland session's own, for programs of X11 alone.
    pub is_in_wayland: bool,
}

/// Whether and where the account is logged on to this machine's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Session {
    /// Not at all, or another session is in front.
    None,
    /// In a way that cannot be looked into, and why.
    Unseen(&'static str),
    /// On a display of X11.
    X11 {
        /// Its name.
        display: String,
        /// The account's number: windows of no other's programs are read.
        uid: u32,
    },
}

/// Where sessions are looked for.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// The supervised account.
    pub account: String,
    /// What the agent was told.
    pub given: Option<Given>,
    /// Where logind keeps its sessions.
    pub folder: PathBuf,
    /// The local accounts.
    pub passwd: PathBuf,
}

impl Sessions {
    /// Of this account, in the system's own places.
    #[must_use]
    pub fn of(account: &str, given: Option<Given>) -> Self {
        let (folder, passwd) = (PathBuf::from(SESSIONS), PathBuf::from("/etc/passwd"));
        Self { account: account.to_owned(), given, folder, passwd }
    }

    /// The account's number, of this machine or as logind has it for one of the network.
    #[must_use]
    pub fn uid(&self) -> Option<u32> {
        self.uid_in(&sessions(&self.folder))
    }

    fn uid_in(&self, known: &[Said]) -> Option<u32> {
        let named = || known.iter().find(|session| session.is_of(None, &self.account));
        account_uid(&self.account, &self.passwd).or_else(|| named()?.uid())
    }

    /// Whether the account is logged on at all, in front or not.
    #[must_use]
    pub fn is_logged_on(&self) -> bool {
        let known = sessions(&self.folder);
        let Some(uid) = self.uid_in(&known) else { return false };
        let is_here = |session: &Said| session.is_of(Some(uid), &self.account) && session.is_of_a_person();
        self.given.is_some() || known.iter().any(is_here)
    }

    /// The account's session in front.
    #[must_use]
    pub fn find(&self) -> Session {
        let known = sessions(&self.folder);
        let Some(uid) = self.uid_in(&known) else { return Session::None };
        if let Some(given) = &self.given {
            if given.is_in_wayland {
                return Session::Unseen(WAYLAND);
            }
            return Session::X11 { display: given.display.clone(), uid };
        }
        let in_front =
            known.iter().filter(|session| session.is_of(Some(uid), &self.account) && session.is_in_front());
        let mut found: Vec<Session> = in_front.filter_map(|session| session.kind(uid)).collect();
        // Of several the one that can be looked into: they take turns on one screen.
        found.sort_by_key(|session| !matches!(session, Session::X11 { .. }));
        found.into_iter().next().unwrap_or(Session::None)
    }
}

/// What logind says of a session: lines of `NAME=value`.
struct Said(String);

fn sessions(folder: &Path) -> Vec<Said> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).map(Said).collect()
}

impl Said {
    fn value(&self, name: &str) -> &str {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_default()
    }

    fn uid(&self) -> Option<u32> {
        self.value("UID").parse().ok()
    }

    fn is_of(&self, uid: Option<u32>, account: &str) -> bool {
        uid.map_or_else(|| self.value("USER") == account, |uid| self.uid() == Some(uid))
    }

    /// Whether it is a person's that has not ended.
    fn is_of_a_person(&self) -> bool {
        self.value("CLASS").starts_with("user") && self.value("STATE") != "closing"
    }

    /// Whether it is a person's, and the one on the screen.
    fn is_in_front(&self) -> bool {
        self.value("CLASS").starts_with("user") && self.value("ACTIVE") == "1" && self.value("REMOTE") != "1"
    }

    fn kind(&self, uid: u32) -> Option<Session> {
        match (self.value("TYPE"), self.value("DISPLAY")) {
            ("x11", "") => Some(Session::Unseen(NO_DISPLAY)),
            ("x11", display) => Some(Session::X11 { display: display.to_owned(), uid }),
            ("wayland" | "mir", _) => Some(Session::Unseen(WAYLAND)),
            ("tty", _) => Some(Session::Unseen(CONSOLE)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CONSOLE, Given, NO_DISPLAY, Session, Sessions, WAYLAND};

    fn session(user: &str, more: &str) -> String {
        let uid = if user == "anna" { 1001 } else { 1002 };
        format!(
            "# This is private data. Do not parse.\nUID={uid}\nUSER={user}\nACTIVE=1\nREMOTE=0\nCLASS=user\n{more}\n"
        )
    }

    #[test]
    fn only_a_session_of_the_account_itself_that_is_on_the_screen_is_looked_into_or_said_not_to_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let passwd = folder.path().join("passwd");
        std::fs::write(&passwd, "root:x:0:0::/root:/bin/sh\nanna:x:1001:1001::/home/anna:/bin/sh\n")
            .expect("written");
        let x11 = Session::X11 { display: ":1".to_owned(), uid: 1001 };
        let cases = [
            ("nobody is logged on", vec![], Session::None),
            ("another account", vec![session("bert", "TYPE=x11\nDISPLAY=:1")], Session::None),
            ("X11", vec![session("anna", "TYPE=x11\nDISPLAY=:1")], x11.clone()),
            ("X11 without a name", vec![session("anna", "TYPE=x11")], Session::Unseen(NO_DISPLAY)),
            ("Wayland", vec![session("anna", "TYPE=wayland\nDISPLAY=:1")], Session::Unseen(WAYLAND)),
            ("a text console", vec![session("anna", "TYPE=tty\nTTY=tty3")], Session::Unseen(CONSOLE)),
            (
                "behind another's",
                vec![session("anna", "TYPE=x11\nDISPLAY=:1").replace("ACTIVE=1", "ACTIVE=0")],
                Session::None,
            ),
            (
                "from elsewhere",
                vec![session("anna", "TYPE=tty").replace("REMOTE=0", "REMOTE=1")],
                Session::None,
            ),
            (
                "a job at night",
                vec![session("anna", "TYPE=unspecified").replace("CLASS=user", "CLASS=background")],
                Session::None,
            ),
            ("two at once", vec![session("anna", "TYPE=tty"), session("anna", "TYPE=x11\nDISPLAY=:1")], x11),
        ];
        for (number, (story, files, expected)) in cases.into_iter().enumerate() {
            let sessions = folder.path().join(number.to_string());
            std::fs::create_dir(&sessions).expect("a folder");
            for (name, text) in files.iter().enumerate() {
                std::fs::write(sessions.join(name.to_string()), text).expect("written");
            }
            let known = Sessions {
                account: "anna".to_owned(),
                given: None,
                folder: sessions.clone(),
                passwd: passwd.clone(),
            };
            assert_eq!(known.find(), expected, "{story}");
            // An account of the network has its number from logind alone.
            let of_network = Sessions { passwd: folder.path().join("none"), ..known };
            assert_eq!(of_network.find(), expected, "{story}, of the network");
        }
    }

    #[test]
    fn a_display_that_was_named_counts_for_an_account_of_this_machine_only() {
        let given = |is_in_wayland| Some(Given { display: ":7".to_owned(), is_in_wayland });
        let find = |account: &str, given| {
            Sessions { folder: "/nowhere".into(), ..Sessions::of(account, given) }.find()
        };
        assert_eq!(find("root", given(false)), Session::X11 { display: ":7".to_owned(), uid: 0 });
        assert_eq!(find("root", given(true)), Session::Unseen(WAYLAND));
        assert_eq!(find("no-such-account", given(true)), Session::None);
        assert_eq!(find("root", None), Session::None);
    }
}
