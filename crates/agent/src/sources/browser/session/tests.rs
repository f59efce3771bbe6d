//! Conversations as frames.

use proviso_model::native::ToHost;
use proviso_model::{Act, Attribution, Fact, Machine, MachineWhat, Passage, Timestamp};

use super::{Heard, Session, SessionError};

fn hello(min: u32, max: u32) -> Vec<u8> {
    serde_json::to_vec(&ToHost::Hello {
        protocol_min: min,
        protocol_max: max,
        instance: "one".to_owned(),
        browser: "chromium".to_owned(),
        browser_version: "1".to_owned(),
        extension_version: "1".to_owned(),
        private_allowed: true,
    })
    .expect("json")
}

fn observation(n: u64, text: String) -> ToHost {
    ToHost::Observation {
        n,
        observed_at: Timestamp::from_micros(1_795_000_000_000_000),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 5,
            since_input_ms: None,
            circumstances: None,
        },
        fact: Fact::Page {
            url: "https://site.example/".to_owned(),
            title: String::new(),
            text: Passage::whole(text),
            cut: false,
            search: None,
        },
    }
}

fn in_parts(n: u64, text: &str, size: usize) -> Vec<Vec<u8>> {
    let whole = serde_json::to_string(&observation(n, text.to_owned())).expect("json");
    let pieces: Vec<&str> =
        whole.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).expect("ascii")).collect();
    let count = u32::try_from(pieces.len()).expect("few");
    (0..count)
        .zip(&pieces)
        .map(|(index, data)| ToHost::Part { n, index, count, data: (*data).to_owned() })
        .map(|part| serde_json::to_vec(&part).expect("json"))
        .collect()
}

#[test]
fn a_long_page_arrives_in_pieces_and_is_whole_again() {
    let mut session = Session::default();
    session.hear(&hello(1, 1)).expect("a greeting");
    let text = "abc def ".repeat(150_000);
    let mut heard: Vec<Heard> =
        in_parts(1, &text, 500_000).iter().map(|part| session.hear(part).expect("a piece")).collect();
    let Some(Heard::Observation { n: 1, fact, .. }) = heard.pop() else { panic!("whole") };
    assert_eq!(fact.passages()[0].text, text);
    assert!(heard.iter().all(|heard| *heard == Heard::Alive));
}

#[test]
fn a_page_of_twenty_megabytes_in_pieces_is_refused_once_and_the_session_goes_on() {
    let mut session = Session::default();
    session.hear(&hello(1, 1)).expect("a greeting");
    let text = "abcdefgh".repeat(20 * 1024 * 1024 / 8);
    let heard: Vec<Heard> =
        in_parts(1, &text, 500_000).iter().map(|part| session.hear(part).expect("taken")).collect();
    let refused = heard.iter().filter(|heard| matches!(heard, Heard::Refused { n: 1, .. })).count();
    assert_eq!(refused, 1);
    let next = serde_json::to_vec(&observation(2, "short".to_owned())).expect("json");
    assert!(matches!(session.hear(&next), Ok(Heard::Observation { n: 2, .. })));
}

#[test]
fn without_a_common_protocol_there_is_a_mismatch_and_before_a_greeting_nothing_is_taken() {
    assert!(matches!(
        Session::default().hear(&hello(2, 3)),
        Ok(Heard::Mismatch { protocol_min: 2, protocol_max: 3 })
    ));
    let early = serde_json::to_vec(&observation(1, "early".to_owned())).expect("json");
    assert!(matches!(Session::default().hear(&early), Err(SessionError::Order(_))));
    assert!(matches!(Session::default().hear(b"{\"type\":\"unheard\"}"), Err(SessionError::Unknown(_))));
}

#[test]
fn of_settings_the_helper_tells_proxies_alone_and_a_browser_none() {
    let proxies = |what| {
        let set = vec![Machine { what, name: "gnome".to_owned(), detail: "proxy.example:80".to_owned() }];
        serde_json::to_vec(&ToHost::Proxies { n: 1, proxies: set }).expect("json")
    };
    let mut helper = Session::with_helper();
    let greeting = ToHost::Session {
        protocol_min: 1,
        protocol_max: 9,
        instance: "two".to_owned(),
        version: "1".to_owned(),
    };
    helper.hear(&serde_json::to_vec(&greeting).expect("json")).expect("a greeting");
    assert!(matches!(helper.hear(&proxies(MachineWhat::Proxy)), Ok(Heard::Proxies { n: 1, .. })));
    assert!(matches!(helper.hear(&proxies(MachineWhat::Program)), Ok(Heard::Refused { n: 1, .. })));
    let mut browser = Session::default();
    browser.hear(&hello(1, 1)).expect("a greeting");
    assert!(matches!(browser.hear(&proxies(MachineWhat::Proxy)), Err(SessionError::Order(_))));
}
