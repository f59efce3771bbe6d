//! Officers' acts reach what is a case's only with the store's permit: xtask/permits.toml against the sources.

use crate::say;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const RULES: &str = "xtask/permits.toml";

/// xtask/permits.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    folders: Vec<PathBuf>,
    tests: PathBuf,
    verbs: Vec<Verbs>,
}

/// Verbs that need no permit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verbs {
    /// Why they need none.
    reason: String,
    /// File names; none for any file.
    #[serde(default)]
    only_in: Vec<String>,
    names: BTreeSet<String>,
}

/// Prints what reaches the store past a permit; `false` when anything does.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let text = std::fs::read_to_string(root.join(RULES)).with_context(|| format!("cannot read {RULES}"))?;
    let rules: Rules = toml::from_str(&text).with_context(|| format!("{RULES} does not read"))?;
    let (mut problems, mut used, mut count) = (Vec::new(), BTreeSet::new(), 0_usize);
    for folder in &rules.folders {
        for path in sources(&root.join(folder))? {
            if path.starts_with(root.join(&rules.tests)) {
                continue;
            }
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let place = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            problems.extend(of_file(&rules, &place, &text, &mut used));
            count += 1;
        }
    }
    for verbs in &rules.verbs {
        let unused = verbs.names.iter().filter(|name| !used.contains(*name));
        problems.extend(unused.map(|name| format!("{RULES}: nothing asks for {name}; remove it")));
        if verbs.reason.trim().is_empty() {
            problems.push(format!("{RULES}: say why {:?} need no permit", verbs.names));
        }
    }
    for problem in &problems {
        say::line(problem);
    }
    say::line(&match problems.len() {
        0 => format!("permits: {count} files, every case is reached by a permit of the store"),
        count => format!("permits: {count} to mend"),
    });
    Ok(problems.is_empty())
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What of one file goes past a permit. Test modules come last in a file and are left out.
fn of_file(rules: &Rules, place: &str, text: &str, used: &mut BTreeSet<String>) -> Vec<String> {
    let code: String = text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut problems = Vec::new();
    for (at, _) in code.match_indices(".store") {
        let rest = code.get(at + ".store".len()..).unwrap_or_default();
        if rest.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            continue;
        }
        let line = code.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let verb = rest.trim_start().strip_prefix('.').map(|verb| {
            verb.trim_start()
                .chars()
                .take_while(|next| next.is_alphanumeric() || *next == '_')
                .collect::<String>()
        });
        problems.extend(match verb {
            None => {
                Some(format!("{place}:{line}: hands the whole store on; ask it, or ctx.of(&permit), here"))
            }
            Some(verb) => of_verb(rules, (place, line), &verb, used),
        });
    }
    for word in ["of_server(", "Permitted::new("] {
        if let Some(at) = code.find(word) {
            let line = code.get(..at).unwrap_or_default().matches('\n').count() + 1;
            problems.push(format!(
                "{place}:{line}: {word}...) is for work that no officer asks for; use Who::case and ctx.of(&permit)"
            ));
        }
    }
    problems
}

fn of_verb(
    rules: &Rules,
    (place, line): (&str, usize),
    verb: &str,
    used: &mut BTreeSet<String>,
) -> Option<String> {
    let file = place.rsplit('/').next().unwrap_or(place);
    let mut named = rules.verbs.iter().filter(|verbs| verbs.names.contains(verb));
    if named.any(|verbs| verbs.only_in.is_empty() || verbs.only_in.iter().any(|name| name == file)) {
        used.insert(verb.to_owned());
        return None;
    }
    Some(format!(
        "{place}:{line}: asks the store for {verb} without a permit; use ctx.of(&permit), or argue in {RULES}"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Rules, of_file};
    use std::collections::BTreeSet;

    const RULES: &str = r#"
        folders = []
        tests = ""
        [[verbs]]
        reason = "names"
        names = ["officer_get"]
        [[verbs]]
        reason = "whose an id is"
        only_in = ["who.rs"]
        names = ["alert_get"]
    "#;

    #[test]
    fn what_goes_past_a_permit_is_found_and_what_needs_none_is_not() {
        let rules: Rules = toml::from_str(RULES).unwrap();
        let cases = [
            ("a/who.rs", "ctx.store.officer_get(id)", 0),
            ("a/who.rs", "ctx\n    .store\n    .officer_get(id)", 0),
            ("a/who.rs", "ctx.store.alert_get(id)", 0),
            ("a/inbox.rs", "ctx.store.alert_get(id)", 1),
            ("a/inbox.rs", "ctx.store\n.gap_list(case)", 1),
            ("a/inbox.rs", "let store = &ctx.store;", 1),
            ("a/inbox.rs", "let store = Arc::clone(&ctx.store);", 1),
            ("a/inbox.rs", "let at = place.stored_at;", 0),
            ("a/inbox.rs", "// never ctx.store.gap_list(case)", 0),
            ("a/inbox.rs", "Permit::of_server(row, \"why\")", 1),
            ("a/inbox.rs", "ctx.of(&case).gap_list(week)", 0),
            ("a/inbox.rs", "#[cfg(test)]\nmod tests { ctx.store.gap_list(case) }", 0),
        ];
        for (place, text, expected) in cases {
            let found = of_file(&rules, place, text, &mut BTreeSet::new());
            assert_eq!(found.len(), expected, "{place}: {text}: {found:?}");
        }
    }
}
