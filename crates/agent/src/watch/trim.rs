//! What of a fact may be kept: only what a condition in force asks for, and within the limits.

use proviso_model::limits::{
    MESSAGE_NAME_BYTES_MAX, MESSAGE_TEXT_BYTES_MAX, MESSAGES_BYTES_MAX, MESSAGES_MAX, PAGE_TEXT_BYTES_MAX,
    PICTURE_WORD_BYTES_MAX, SEARCH_TYPED_BYTES_MAX, TITLE_BYTES_MAX, TYPED_TEXT_BYTES_MAX, URL_BYTES_MAX,
    WINDOW_TEXT_BYTES_MAX,
};
use proviso_model::observation::{Field, NameHow};
use proviso_model::policy::Capture;
use proviso_model::{Fact, Message, Passage};

/// Takes away what `capture` does not name; `false` when nothing may be kept.
pub(super) fn keep_only(fact: &mut Fact, capture: &Capture) -> bool {
    match fact {
        Fact::Page { title, text, search, .. } => {
            if let Some(search) = search
                && !(capture.typed || capture.searches)
            {
                search.typed = None;
            }
            if !capture.pages {
                // Addresses alone: the page's words are nobody's business.
                title.clear();
                text.clear();
            }
            capture.pages || capture.addresses
        }
        Fact::Typed { field, .. } => capture.typed || (capture.searches && *field == Field::Search),
        // A finding is read with what the device itself has seen, never with what a browser says was there before.
        Fact::Messages { earlier, messages, .. } => {
            earlier.clear();
            capture.messages && !messages.is_empty()
        }
        Fact::Picture(picture) => {
            if !capture.pages && picture.window.is_none() {
                // The page's words are read under no condition that is in force.
                picture.title.clear();
            }
            capture.pictures
        }
        Fact::PrivateWindow { .. } => capture.private_windows,
        Fact::Software { .. } => capture.software,
        Fact::Machine(machine) => capture.is_of_machine(machine.what),
        Fact::Text(_) => capture.text,
        Fact::History(_) => capture.histories,
        Fact::Name(used) if used.how == NameHow::Recipient => capture.recipients,
        Fact::Name(_) => capture.names,
    }
}

/// Cuts texts to the limits, at a character, and says so where the fact can.
pub(super) fn cut(fact: &mut Fact) {
    match fact {
        Fact::Page { url, title, text, cut, search } => {
            if let Some(typed) = search.as_mut().and_then(|search| search.typed.as_mut()) {
                cut_text(typed, SEARCH_TYPED_BYTES_MAX);
            }
            cut_text(url, URL_BYTES_MAX);
            cut_text(title, TITLE_BYTES_MAX);
            *cut |= cut_passages(text, PAGE_TEXT_BYTES_MAX);
        }
        Fact::Typed { url, text, .. } => {
            cut_text(url, URL_BYTES_MAX);
            cut_passages(text, TYPED_TEXT_BYTES_MAX);
        }
        Fact::Messages { url, channel, window, messages, .. } => {
            cut_text(url, URL_BYTES_MAX);
            cut_name(channel);
            cut_name(window);
            cut_messages(messages);
        }
        Fact::Picture(picture) => {
            cut_text(&mut picture.url, URL_BYTES_MAX);
            cut_text(&mut picture.title, TITLE_BYTES_MAX);
            cut_text(&mut picture.address, URL_BYTES_MAX);
            cut_text(&mut picture.file_type, PICTURE_WORD_BYTES_MAX);
            if let Some(window) = &mut picture.window {
                cut_text(&mut window.application, TITLE_BYTES_MAX);
                cut_text(&mut window.program, URL_BYTES_MAX);
            }
            if let Some(file) = &mut picture.file {
                cut_text(&mut file.name, TITLE_BYTES_MAX);
                cut_text(&mut file.folder, URL_BYTES_MAX);
            }
        }
        Fact::PrivateWindow { browser } => {
            cut_text(browser, TITLE_BYTES_MAX);
        }
        Fact::Software { component, .. } => {
            cut_text(component, TITLE_BYTES_MAX);
        }
        Fact::Machine(machine) => {
            cut_text(&mut machine.name, TITLE_BYTES_MAX);
            cut_text(&mut machine.detail, URL_BYTES_MAX);
        }
        Fact::History(seen) => {
            cut_text(&mut seen.browser, TITLE_BYTES_MAX);
            cut_text(&mut seen.profile, URL_BYTES_MAX);
        }
        Fact::Name(used) => {
            cut_text(&mut used.url, URL_BYTES_MAX);
            cut_name(&mut used.name);
        }
        Fact::Text(of_program) => {
            cut_text(&mut of_program.application, TITLE_BYTES_MAX);
            cut_text(&mut of_program.program, URL_BYTES_MAX);
            cut_text(&mut of_program.title, TITLE_BYTES_MAX);
            of_program.cut |= cut_passages(&mut of_program.text, WINDOW_TEXT_BYTES_MAX);
        }
    }
}

fn cut_text(text: &mut String, bytes_max: usize) -> bool {
    let end = text.floor_char_boundary(bytes_max);
    let longer = end < text.len();
    text.truncate(end);
    longer
}

/// A name is one line.
fn cut_name(name: &mut String) {
    cut_text(name, MESSAGE_NAME_BYTES_MAX);
    if name.contains(char::is_control) {
        *name = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
}

/// A well-behaved extension sends no more than the limits; beyond them the last is marked as cut.
fn cut_messages(messages: &mut Vec<Message>) {
    let mut left = MESSAGES_BYTES_MAX;
    let mut kept = 0;
    for message in messages.iter_mut().take(MESSAGES_MAX) {
        message.cut |= cut_text(&mut message.text, MESSAGE_TEXT_BYTES_MAX.min(left));
        left -= message.text.len();
        message.author.as_mut().map(cut_name);
        message.time.as_mut().map(cut_name);
        kept += 1;
        if left == 0 {
            break;
        }
    }
    let longer = kept < messages.len();
    messages.truncate(kept);
    if let Some(last) = messages.last_mut().filter(|_| longer) {
        last.cut = true;
    }
}

fn cut_passages(passages: &mut Vec<Passage>, bytes_max: usize) -> bool {
    let mut left = bytes_max;
    let mut longer = false;
    passages.retain_mut(|passage| {
        longer |= cut_text(&mut passage.text, left);
        left -= passage.text.len();
        !passage.text.is_empty()
    });
    longer
}

#[cfg(test)]
mod tests {
    use proviso_model::observation::Field;
    use proviso_model::policy::Capture;
    use proviso_model::{Fact, Passage};

    use super::{cut, keep_only};

    fn page(url: &str, text: &str) -> Fact {
        Fact::Page {
            url: url.to_owned(),
            title: "A title".to_owned(),
            text: Passage::whole(text),
            cut: false,
            search: None,
        }
    }

    #[test]
    fn a_condition_on_searches_keeps_a_page_s_address_and_none_of_its_words() {
        let capture = Capture { addresses: true, searches: true, ..Capture::default() };
        let mut fact = page("https://search.example/?q=tea", "words of the page");
        assert!(keep_only(&mut fact, &capture));
        let Fact::Page { title, text, .. } = &fact else { panic!("still a page") };
        assert!(title.is_empty() && text.is_empty());
        let typed = |field| Fact::Typed {
            url: "https://search.example/".to_owned(),
            field,
            text: Passage::whole("tea"),
        };
        assert!(keep_only(&mut typed(Field::Search), &capture));
        assert!(!keep_only(&mut typed(Field::Message), &capture));
    }

    #[test]
    fn a_text_of_ten_megabytes_is_cut_at_a_character_and_says_so() {
        let mut fact = page("https://long.example/", &"é".repeat(5 * 1024 * 1024 + 1));
        cut(&mut fact);
        let Fact::Page { text, cut, .. } = &fact else { panic!("still a page") };
        assert!(*cut);
        assert_eq!(text.iter().map(|passage| passage.text.len()).sum::<usize>(), 2 * 1024 * 1024);
    }
}
