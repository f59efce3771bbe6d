//! How suspected privilege is recognised: the same in every policy, whatever its paragraphs and languages.

use proviso_model::privilege::PrivilegeRule;

use super::categories::Packs;
use super::{CompileError, hosts};

/// One rule for each part of a pack.
pub(super) fn rules(packs: &Packs<'_>) -> Result<Vec<PrivilegeRule>, CompileError> {
    let mut all = Vec::new();
    for pack in packs.iter() {
        for facts in &pack.privilege {
            let place = format!("pack {}, privilege {}", pack.name, facts.name);
            let mut rule = facts.rule(pack.reference());
            rule.hosts.mail = hosts(&facts.hosts.mail, &place)?;
            rule.hosts.published = hosts(&facts.hosts.published, &place)?;
            all.push(rule);
        }
    }
    Ok(all)
}
