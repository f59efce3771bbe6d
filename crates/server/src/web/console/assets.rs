//! Style and script, embedded in the binary and served under addresses that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use proviso_ledger::hash::sha256;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// One file as served.
struct Asset {
    address: String,
    kind: &'static str,
    body: Vec<u8>,
}

/// Addresses of the assets, for templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The style sheet.
    pub style: String,
    /// htmx.
    pub htmx: String,
    /// Our own script.
    pub script: String,
    /// The script that asks the browser for a passkey.
    pub passkey: String,
    /// The icon.
    pub icon: String,
}

static ASSETS: LazyLock<[Asset; 5]> = LazyLock::new(|| {
    [
        asset("proviso", "css", "text/css; charset=utf-8", style_sheet()),
        asset("htmx", "js", "text/javascript; charset=utf-8", file("vendor/htmx/htmx.min.js")),
        asset("console", "js", "text/javascript; charset=utf-8", file("console.js")),
        asset("passkey", "js", "text/javascript; charset=utf-8", file("passkey.js")),
        asset("icon", "svg", "image/svg+xml", file("icon.svg")),
    ]
});

static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| {
    let [style, htmx, script, passkey, icon] = &*ASSETS;
    Addresses {
        style: style.address.clone(),
        htmx: htmx.address.clone(),
        script: script.address.clone(),
        passkey: passkey.address.clone(),
        icon: icon.address.clone(),
    }
});

/// Addresses of the assets of this build.
#[must_use]
pub fn addresses() -> &'static Addresses {
    &ADDRESSES
}

/// `GET /assets/{name}`. The name holds the content's hash, so a browser may keep it for a year.
pub async fn serve(Path(name): Path<String>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.address.strip_prefix("/assets/") == Some(name.as_str()));
    match found {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            asset.body.as_slice(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The vendored sheet in a lower cascade layer, ours above it: our plain selectors win without a fight over specificity.
fn style_sheet() -> Vec<u8> {
    let vendored = String::from_utf8(file("vendor/govuk-frontend/govuk-frontend.min.css"))
        .expect("the vendored style sheet is UTF-8");
    let vendored =
        without_fonts(vendored.trim_start_matches('\u{feff}').trim_start_matches("@charset \"UTF-8\";"));
    let mut css = format!("@charset \"UTF-8\";\n@layer govuk{{{vendored}}}\n").into_bytes();
    css.extend_from_slice(&file("proviso.css"));
    css.extend_from_slice(&file("pages.css"));
    css
}

/// A sheet without its `@font-face` rules: the fonts that they name are not ours to serve, so nobody shall ask for them.
fn without_fonts(sheet: &str) -> String {
    let mut parts = sheet.split("@font-face");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    kept
}

fn file(path: &str) -> Vec<u8> {
    Files::get(path).expect("every file named here is embedded at build time").data.into_owned()
}

fn asset(stem: &str, extension: &str, kind: &'static str, body: Vec<u8>) -> Asset {
    let hash = hex::encode(sha256(&body));
    let short = hash.get(..16).unwrap_or(&hash);
    Asset { address: format!("/assets/{stem}-{short}.{extension}"), kind, body }
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, style_sheet};

    #[test]
    fn no_crest_and_no_font_of_others_is_ever_served() {
        for asset in &*ASSETS {
            let kind = asset.kind;
            assert!(kind.starts_with("text/") || kind == "image/svg+xml", "{kind}");
        }
        let css = String::from_utf8(style_sheet()).expect("text");
        let ours = css.rsplit_once("/* Proviso's own look").expect("our sheet comes last").1;
        assert!(!ours.contains("GDS") && !ours.contains("crest"));
        assert!(ours.contains("font-family: system-ui"));
        assert!(!css.contains("@font-face") && !css.contains(".woff"));
    }
}
