//! In which language the reader has the pages: the one chosen on them, kept in a cookie; else the first that the browser asks for; else English.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::{ACCEPT_LANGUAGE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use proviso_engine::notice::language::Say;

use crate::web::console::signed_in::{cookie, set_cookie};

/// Cookie with the language chosen.
const COOKIE: &str = "__Host-proviso-language";
/// Begins the part of an address that chooses one.
const CHOOSES: &str = "lang=";

/// The reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader(pub Say);

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri, &parts.headers))
    }
}

impl Reader {
    /// The language of who sends such a request.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let kept = || cookie(headers, COOKIE).and_then(|tag| Say::of_tag(&tag));
        let asked = || {
            let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Say::asked(asked.unwrap_or_default())
        };
        Self(chosen(uri).or_else(kept).unwrap_or_else(asked))
    }
}

/// What an address chooses.
fn chosen(uri: &Uri) -> Option<Say> {
    let parts = uri.query()?.split('&');
    parts.filter_map(|part| part.strip_prefix(CHOOSES)).find_map(Say::of_tag)
}

/// Keeps what an address chooses, so that the pages and forms after it are in that language too.
pub(super) async fn keep(request: Request, next: Next) -> Response {
    let chosen = chosen(request.uri());
    let mut response = next.run(request).await;
    if let Some(say) = chosen {
        response.headers_mut().append(SET_COOKIE, set_cookie(COOKIE, say.tag()));
    }
    response
}

/// A language to choose.
pub(super) struct Choice {
    pub tag: &'static str,
    pub name: &'static str,
    pub is_chosen: bool,
}

/// Every language, with the reader's marked.
pub(super) fn choices(say: Say) -> Vec<Choice> {
    let choice = |one: Say| Choice { tag: one.tag(), name: one.name(), is_chosen: one.tag() == say.tag() };
    Say::every().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proviso_engine::coverage::{Cause, cause_in_words, source_in_words};
    use proviso_engine::notice::every_line;
    use proviso_engine::notice::language::{DRAFT, Language, every_look, every_span, straight};
    use proviso_model::data_request::{CHOOSE, CLOCK, CLOCK_EXTENDED, DataRequestKind, DataRequestState};
    use proviso_model::device_act::DeviceActKind;
    use proviso_model::order::OrderEndKind;
    use proviso_model::statement::{StatementFault, StatementKind};
    use proviso_model::{GapCause, Source};

    use crate::web::console::minutes;
    use crate::web::personal::words;

    const TEMPLATES: [&str; 7] = [
        include_str!("../../../templates/personal/base.html"),
        include_str!("../../../templates/personal/code.html"),
        include_str!("../../../templates/personal/page.html"),
        include_str!("../../../templates/personal/rights.html"),
        include_str!("../../../templates/personal/said.html"),
        include_str!("../../../templates/personal/statement.html"),
        include_str!("../../../templates/console/minutes.html"),
    ];

    /// Everything that these pages say by themselves.
    fn said() -> BTreeSet<String> {
        let of_templates = TEMPLATES
            .iter()
            .flat_map(|page| page.split("say.of(\"").skip(1).chain(page.split("say.filled(\"").skip(1)));
        let of_templates = of_templates.filter_map(|rest| rest.split('"').next());
        of_templates
            .chain(words::SAID)
            .chain(minutes::SAID)
            .chain(every_line())
            .chain(every_span())
            .chain(every_look())
            .chain(GapCause::ALL.map(GapCause::in_words))
            .chain(DeviceActKind::ALL.map(DeviceActKind::in_words))
            .chain(OrderEndKind::ALL.map(OrderEndKind::in_words))
            .chain(StatementKind::ALL.map(StatementKind::in_words))
            .chain(DataRequestKind::ALL.map(DataRequestKind::in_words))
            .chain(DataRequestState::ALL.map(DataRequestState::in_words))
            .chain([CHOOSE, CLOCK, CLOCK_EXTENDED])
            .chain(StatementFault::ALL.map(StatementFault::in_words))
            .chain(Source::ALL.map(source_in_words))
            .chain([cause_in_words(Cause::NOTHING), DRAFT])
            .map(straight)
            .collect()
    }

    #[test]
    fn every_language_has_all_that_the_pages_by_a_link_say_and_nothing_else() {
        let said = said();
        for language in Language::every() {
            let own =
                |of_links| language.texts(of_links).into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
            let (of_device, of_links) = (own(false), own(true));
            let missing: Vec<_> =
                said.iter().filter(|text| !of_device.contains(*text) && !of_links.contains(*text)).collect();
            assert!(missing.is_empty(), "{}: no translation of {missing:#?}", language.tag);
            let unused: Vec<_> = of_links.difference(&said).collect();
            assert!(unused.is_empty(), "{}: nothing says {unused:#?}", language.tag);
        }
    }
}
