//! Titles and names that belong to a fact.

use proviso_model::Fact;
use proviso_model::finding::TextField;

/// Titles, and the names of windows, files and channels; a title is captured text, in which spans can be.
pub(super) fn of(fact: &Fact) -> Vec<(&str, Option<TextField>)> {
    match fact {
        Fact::Page { title, .. } => vec![(title, Some(TextField::Title))],
        Fact::Text(of_program) => vec![(&of_program.title, Some(TextField::Title))],
        Fact::Messages { channel, .. } => vec![(channel, None)],
        Fact::Picture(picture) => {
            let file = picture.file.iter().flat_map(|file| [file.name.as_str(), file.folder.as_str()]);
            std::iter::once(picture.title.as_str()).chain(file).map(|name| (name, None)).collect()
        }
        Fact::Name(used) => vec![(used.name.as_str(), None)],
        Fact::Typed { .. }
        | Fact::PrivateWindow { .. }
        | Fact::Software { .. }
        | Fact::Machine(_)
        | Fact::History(_) => Vec::new(),
    }
}

/// In which field of a span the passages of a fact lie.
pub(super) fn field_of_text(fact: &Fact) -> TextField {
    match fact {
        Fact::Typed { .. } => TextField::Typed,
        Fact::Text(of_program) if of_program.typed => TextField::Typed,
        _ => TextField::Text,
    }
}
