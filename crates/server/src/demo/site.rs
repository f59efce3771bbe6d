//! The small local site that the demonstration opens: harmless text, some of which carries words that the demonstration order names.

use axum::Router;
use axum::response::Html;
use axum::routing::get;

/// The pages: `/start` (a link over all of it that leads to `/`), `/` (carries a listed word), `/weather` (does not), `/harbour-chat` (a form).
pub fn router() -> Router {
    Router::new()
        .route("/", get(|| async { page("Lights along the quay", ARTICLE) }))
        .route("/start", get(|| async { page("Start", START) }))
        .route("/weather", get(|| async { page("Weather", WEATHER) }))
        .route("/harbour-chat", get(|| async { page("Harbour chat", CHAT) }))
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title} - demonstration site</title>\
         <style>body{{font:18px/1.6 Georgia,serif;max-width:38rem;margin:3rem auto;padding:0 1rem}}nav a{{margin-right:1rem}}</style>\
         <nav><a href=\"/\">Quay</a><a href=\"/weather\">Weather</a><a href=\"/harbour-chat\">Chat</a></nav><main>{body}</main></html>"
    ))
}

const START: &str = "<a href=\"/\" style=\"position:fixed;inset:0;display:grid;place-items:center;background:#fff\">The demonstration opens the quay with a click</a>";

const ARTICLE: &str = "<h1>Lights along the quay</h1>\
    <p>The keeper walked the length of the quay each evening before the ferries came in. Nobody in the town could say when the custom began.</p>\
    <p>In the window of the old customs house hung a harbour lantern, its glass still green, and beside it the bell that once called the pilots. \
    Visitors often asked whether it could still be lit.</p>\
    <p>At the end of the season the keeper would take it down, clean it, and write the date inside the lid.</p>";

const WEATHER: &str =
    "<h1>Weather</h1><p>Light winds from the south-west, backing south later. Fair. Visibility good.</p>";

const CHAT: &str = "<h1>Harbour chat</h1><form><label>Message <textarea name=\"message\" rows=\"4\" cols=\"40\"></textarea></label> <button>Send</button></form>";
