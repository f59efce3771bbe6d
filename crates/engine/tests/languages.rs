//! The packs of other languages: what each finds, what it leaves alone, and what it says of itself.

mod common;

use std::path::PathBuf;
use std::sync::LazyLock;

use common::typed;
use proviso_engine::pack::{BUILT_IN, LEADING_PACK};
use proviso_engine::text::{TermIndex, normalise_term};
use proviso_engine::{CompileInputs, Engine, Pack, compile};
use proviso_model::{Digest, Order};

const LANGUAGES: [&str; 8] = ["ar", "es", "fr", "pa", "pl", "pt", "ro", "ur"];

fn language_packs() -> Vec<Pack> {
    let packs = Pack::built_in().expect("the packs");
    packs.into_iter().filter(|pack| pack.name.starts_with("words-") && pack.name != LEADING_PACK).collect()
}

fn testdata(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(path);
    std::fs::read_to_string(path).expect("a file")
}

/// With the packs of every language.
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let order = Order::from_toml(&testdata("orders/good/shpo-all-kinds.toml")).expect("an order");
    let order = Order { languages: Vec::new(), ..order };
    let packs = Pack::built_in().expect("the packs");
    let policy = compile(&order, &packs, &CompileInputs::offline()).expect("a policy");
    Engine::new(&policy, Digest([7; 32])).expect("an engine")
});

/// Findings of a message, with the packs that each names.
fn found(text: &str) -> Vec<Vec<String>> {
    let observation = typed(text);
    let findings = ENGINE.evaluate(&observation);
    assert_eq!(ENGINE.evaluate(&ENGINE.reduce(&observation, &findings)), findings, "{text}");
    findings
        .iter()
        .map(|finding| {
            std::iter::once(&finding.pack).chain(&finding.more_packs).map(|pack| pack.name.clone()).collect()
        })
        .collect()
}

#[test]
fn each_language_is_found_as_people_write_it() {
    let cases = [
        ("pl", "wyslij mi zdjecie i wlacz kamerke, proszę: Włącz kamerkę, wyślij mi zdjęcie"),
        ("pl", "szukam tylko ludzi, opowiadania EROTYCZNE"),
        ("ro", "trimite-mi poze goala te rog"),
        ("fr", "Envoie-moi une photo nue stp"),
        ("es", "mandame nudes porfa"),
        ("es", "QUIERES SEXO hoy?"),
        ("pt", "me manda nudes"),
        ("ar", "هل عندك مواقع إباحيّة"),
        ("ar", "والسكس ممنوع"),
        ("ur", "اپنی ننگی تصویر بھیجو"),
        ("ur", "nangi photo bhejo na"),
        ("pa", "ਨੰਗੀਆਂ ਫੋਟੋਆਂ ਭੇਜ"),
        ("pa", "ننگیاں فوٹواں گھل"),
        ("pa", "kapde laah de"),
    ];
    for (language, text) in cases {
        let name = format!("words-{language}");
        let findings = found(text);
        assert!(findings.iter().flatten().any(|pack| *pack == name), "{text}: {findings:?}");
    }
}

#[test]
fn ordinary_sentences_of_each_language_raise_nothing() {
    let cases = [
        "Dzieci idą do szkoły podstawowej, a pula nagród rośnie.",
        "Copiii se joacă în parc și învață la școala primară.",
        "L'enfant terrible de la mode présente une vidéo et une belle photo de sa petite fille.",
        "El niño come pan y la niña bebe agua; la película es para menores de edad.",
        "O menino e a menina foram à escola primária; o jogo foi uma pelada.",
        "الجنسية البريطانية للأطفال في المدرسة الابتدائية",
        "بچے پرائمری سکول میں پڑھتے ہیں اور کھیلتے ہیں",
        "ਬੱਚੇ ਸਕੂਲ ਜਾਂਦੇ ਹਨ ਅਤੇ ਛਾਤੀ ਦਾ ਦਰਦ ਠੀਕ ਹੈ",
        "Nina and Nino went to the creche, and Tate had a bite without further ado.",
    ];
    for text in cases {
        assert_eq!(found(text), Vec::<Vec<String>>::new(), "{text}");
    }
}

#[test]
fn no_term_of_another_language_equals_a_common_word_of_english() {
    let mut index = TermIndex::default();
    let mut terms = 0;
    for pack in language_packs() {
        for term in pack.categories.iter().flat_map(|category| &category.terms) {
            let number =
                if term.inside_words { index.number_inside(&term.text) } else { index.number(&term.text) };
            terms += usize::from(number.is_some());
        }
    }
    index.build().expect("built");
    let words = testdata("words/common-english.txt");
    let collisions: Vec<&str> = words.lines().filter(|word| !index.find(word).is_empty()).collect();
    assert!(words.lines().count() >= 4_000 && terms >= 800, "{terms}");
    assert_eq!(collisions, Vec::<&str>::new());
    // Side by side the words make no phrase of a pack either.
    let text = words.lines().collect::<Vec<_>>().join(" ");
    assert_eq!(index.find(&text), []);
}

#[test]
fn each_pack_says_that_it_is_a_draft_tags_its_terms_and_repeats_nothing_of_the_leading_pack() {
    let packs = Pack::built_in().expect("the packs");
    let leading = packs.iter().find(|pack| pack.name == LEADING_PACK).expect("the leading pack");
    let others = language_packs();
    let names: Vec<&str> = others.iter().map(|pack| pack.name.trim_start_matches("words-")).collect();
    assert_eq!(names, LANGUAGES);
    for pack in &others {
        let file = format!("{}.toml", pack.name);
        let text = BUILT_IN.iter().find(|(name, _)| *name == file).expect("built in").1;
        assert!(text.lines().take(3).any(|line| line.contains("needs review by a speaker")), "{file}");
        assert!(pack.version.ends_with("-draft"), "{file} was reviewed: say by whom, and change this test");
        let language = pack.name.trim_start_matches("words-");
        for name in ["sexual", "solicitation", "minor-reference"] {
            let category = pack.category(name).expect(name);
            let known: Vec<String> = leading
                .category(name)
                .into_iter()
                .flat_map(|category| &category.terms)
                .map(|term| normalise_term(&term.text))
                .collect();
            for (tag, terms) in category.by_language() {
                let tag = tag.expect("a language");
                assert!(proviso_model::language::covers(language, tag), "{file}: {tag}");
                for term in terms {
                    assert!(!known.contains(&normalise_term(&term.text)), "{file}: {}", term.text);
                }
            }
        }
    }
}
