//! The person's page in the language of their device ([`proviso_engine::notice::language`]). The notice shows the English text, which is what
//! is recorded, and the other language below it.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

pub use proviso_engine::notice::language::Say;

/// As the browser asks for it.
#[must_use]
pub fn asked(headers: &HeaderMap) -> Say {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Say::asked(asked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proviso_engine::notice::every_line;
    use proviso_engine::notice::language::{DRAFT, Language, every_look};
    use proviso_model::GapCause;
    use proviso_model::data_request::{CHOOSE, CLOCK, CLOCK_EXTENDED, DataRequestKind, DataRequestState};
    use proviso_model::statement::{StatementFault, StatementKind};

    use crate::notice::page::ANSWERS;
    use crate::notice::pages::STATES;
    use crate::notice::{SIGN_NOT_WATCHING, SIGN_WATCHING};
    use crate::release::RELEASE_NOTE;
    use proviso_engine::notice::{BY_CONSENT, BY_ORDER, LOOKS, OPENING, REST};

    const TEMPLATES: [&str; 7] = [
        include_str!("../../templates/sign.html"),
        include_str!("../../templates/notice.html"),
        include_str!("../../templates/pin.html"),
        include_str!("../../templates/details.html"),
        include_str!("../../templates/statement.html"),
        include_str!("../../templates/data_request.html"),
        include_str!("../../templates/ended.html"),
    ];

    /// Everything that the pages say by themselves.
    fn said() -> BTreeSet<&'static str> {
        let of_templates = TEMPLATES
            .iter()
            .flat_map(|page| page.split("say.of(\"").skip(1).chain(page.split("say.filled(\"").skip(1)));
        let of_templates = of_templates.filter_map(|rest| rest.split('"').next());
        let causes = GapCause::ALL.map(GapCause::in_words);
        let kinds = StatementKind::ALL.map(StatementKind::in_words);
        of_templates
            .chain(causes)
            .chain(kinds)
            .chain(DataRequestKind::ALL.map(DataRequestKind::in_words))
            .chain(DataRequestState::ALL.map(DataRequestState::in_words))
            .chain([CHOOSE, CLOCK, CLOCK_EXTENDED])
            .chain(every_line())
            .chain(every_look())
            .chain(REST)
            .chain([
                OPENING,
                BY_ORDER,
                BY_CONSENT,
                LOOKS,
                SIGN_WATCHING,
                SIGN_NOT_WATCHING,
                DRAFT,
                RELEASE_NOTE,
            ])
            .chain(ANSWERS)
            .chain(STATES)
            .chain(StatementFault::ALL.map(StatementFault::in_words))
            .collect()
    }

    #[test]
    fn every_language_has_all_that_the_pages_say_and_nothing_else() {
        let said = said();
        for language in Language::every() {
            let has = language.texts(false);
            let missing: Vec<_> = said.difference(&has).collect();
            assert!(missing.is_empty(), "{}: no translation of {missing:#?}", language.tag);
            let unused: Vec<_> = has.difference(&said).collect();
            assert!(unused.is_empty(), "{}: nothing says {unused:#?}", language.tag);
        }
    }
}
