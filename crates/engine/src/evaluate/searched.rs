//! How a search came about, in words: typed, chosen from suggestions, or come to by a link.

use proviso_model::observation::{SearchOpening, SearchStart};

use super::explain::quoted;
use crate::search::Search;
use crate::text::normalise_term;

/// One sentence on how the search began; nothing where the browser saw nothing of it.
pub(super) fn how(search: &Search, start: Option<&SearchStart>) -> Option<String> {
    let start = start?;
    let query = normalise_term(search.query.as_deref()?);
    let typed = start.typed.as_deref().map(|typed| (typed, normalise_term(typed)));
    Some(match typed {
        Some((_, normal)) if normal == query => {
            "The query was typed in the search field in the watched account.".to_owned()
        }
        Some((typed, _)) if start.suggestion => {
            format!("The query was chosen from suggestions after typing {}.", quoted(typed))
        }
        Some((typed, _)) => {
            format!("The search field held {} before; how it became the query was not seen.", quoted(typed))
        }
        None if start.suggestion => {
            "The query was chosen from suggestions without anything being typed.".to_owned()
        }
        None => match start.by {
            SearchOpening::Link => "The query came with a link; it was not seen being typed.".to_owned(),
            SearchOpening::Form => {
                "The query was sent from a form; what was typed there was not captured.".to_owned()
            }
            SearchOpening::AddressBar => {
                "The query came from the browser's address bar, where what is typed and what \
                is chosen from its suggestions cannot be told apart."
                    .to_owned()
            }
            SearchOpening::Other => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use proviso_model::observation::{SearchOpening, SearchStart};

    use super::how;
    use crate::search::Search;

    #[test]
    fn typed_suggested_and_clicked_are_told_apart() {
        let search = Search { query: Some("Harbour lantern".to_owned()), engine: None };
        for (by, typed, suggestion, says) in [
            (SearchOpening::Form, Some("harbour  lantern"), false, Some("was typed in the search field")),
            (SearchOpening::Form, Some("harb"), true, Some("chosen from suggestions after typing \"harb\"")),
            (
                SearchOpening::Form,
                Some("harb"),
                false,
                Some("held \"harb\" before; how it became the query was not seen"),
            ),
            (SearchOpening::Link, Some("lamp"), true, Some("chosen from suggestions after typing \"lamp\"")),
            (SearchOpening::Form, Some("tide table"), false, Some("held \"tide table\" before")),
            (SearchOpening::Link, None, true, Some("without anything being typed")),
            (SearchOpening::Link, None, false, Some("came with a link")),
            (SearchOpening::AddressBar, None, false, Some("address bar")),
            (SearchOpening::Other, None, false, None),
        ] {
            let start = SearchStart { by, typed: typed.map(str::to_owned), suggestion };
            let said = how(&search, Some(&start));
            assert_eq!(said.is_some(), says.is_some(), "{start:?}");
            assert!(said.unwrap_or_default().contains(says.unwrap_or_default()), "{start:?}");
        }
        assert_eq!(how(&search, None), None);
    }
}
