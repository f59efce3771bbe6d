//! Passwords and passphrases: lines of standard input, or typed unseen.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Stdin, stdin};

use anyhow::Context as _;
use zeroize::Zeroizing;

/// One secret after the other.
#[derive(Default)]
pub(super) struct Secrets(Option<BufReader<Stdin>>);

impl Secrets {
    /// The next line of standard input, or what is typed unseen at a terminal.
    pub(super) fn next(&mut self, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
        if stdin().is_terminal() {
            return rpassword::prompt_password(prompt).map(Zeroizing::new).context("it could not be read");
        }
        let mut line = Zeroizing::new(String::new());
        self.0
            .get_or_insert_with(|| BufReader::new(stdin()))
            .read_line(&mut line)
            .context("it could not be read from standard input")?;
        Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}
