//! Real servers at the other end: certificates of their own, and the mail server of `tests/mail`.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

/// An authority and the certificate of a server on this machine, as PEM files.
pub(super) struct Certificates {
    folder: TempDir,
}

impl Certificates {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("an authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = authority.self_signed(&authority_key).expect("signed");
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let own = CertificateParams::new(names).expect("a certificate");
        let own = own.signed_by(&key, &issuer).expect("signed");
        for (name, text) in
            [("ca.pem", certificate.pem()), ("own.pem", own.pem()), ("own.key", key.serialize_pem())]
        {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        Self { folder }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The mail server, ended with its owner.
pub(super) struct MailServer {
    pub(super) port: u16,
    child: Child,
    lines: Option<std::io::Lines<BufReader<ChildStdout>>>,
}

impl MailServer {
    /// Starts it with that kind of TLS; `account` must sign in where there is one.
    pub(super) fn start(tls: &str, certificates: &Certificates, account: Option<(&str, &str)>) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |to| root.join(to));
        let python = target.join("tools/mail-server/bin/python");
        assert!(python.is_file(), "the tests' mail server is not there: run cargo xtask setup");
        let mut command = Command::new(python);
        command.arg(root.join("tests/mail/server.py")).args(["--tls", tls]);
        command.arg("--certificate").arg(certificates.path("own.pem"));
        command.arg("--key").arg(certificates.path("own.key"));
        if let Some((username, password)) = account {
            command.args(["--username", username, "--password", password]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let port = lines.next().expect("a line").expect("its port").parse().expect("a number");
        Self { port, child, lines: Some(lines) }
    }

    /// Stops it and gives every e-mail that it took and that nobody read yet.
    pub(super) fn stop(mut self) -> Vec<Value> {
        self.child.kill().expect("it is told to end");
        self.child.wait().expect("it ends");
        let lines = self.lines.take().expect("its output");
        lines.map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
