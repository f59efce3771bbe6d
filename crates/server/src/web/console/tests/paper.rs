//! The code that enrols a device and the notice on paper.

use axum::http::StatusCode;

use super::client::{Client, acts, between, force};

#[tokio::test]
async fn with_a_code_comes_the_notice_as_devices_say_it_and_alone_it_is_printed_in_each_language() {
    let force = force().await;
    let person = format!("/people/{}", force.seed.case);
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&person).await;
    let page = officer.post(&format!("{person}/enrolment-code"), &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    let code = between(&page.body, "aria-label=\"Enrolment code, ", "</p>").expect("a code");
    let english = [
        "is monitored by Test Force, because a court order or licence requires it.",
        "Never captured: passwords",
        "Must not use private or incognito browsing on any device.",
    ];
    for said in english {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("copper kettle"), "no word that is looked for is on the paper");

    let before = acts(&force).await.len();
    for (language, said) in [
        ("pl", "To konto jest monitorowane"),
        ("ro", "Acest cont este monitorizat"),
        ("xx", "The notice in another language"),
    ] {
        let page = officer.get(&format!("{person}/notice?language={language}")).await.body;
        assert!(page.contains(said) && page.contains(english[0]), "{language}: {page}");
        assert_eq!(page.contains("What counts is the English text"), language != "xx", "{language}: {page}");
        assert!(!page.contains(code.rsplit('>').next().expect("the code")), "the code is shown once");
    }
    assert_eq!(acts(&force).await.split_off(before), ["notice-print"; 3]);
}
