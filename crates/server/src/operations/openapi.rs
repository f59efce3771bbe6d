//! The OpenAPI document of what programs ask this server: devices, and an administrator's monitoring. It is made of the route tables, so
//! it cannot differ from them. `docs/openapi.json` is a copy.

use utoipa::openapi::{Info, InfoBuilder, LicenseBuilder, OpenApi};

use super::port;
use crate::web::api;

/// The document. Pages for people, whose forms no program sends, are not in it.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = api::document();
    document.merge(port::document());
    document.info = info();
    document
}

/// As it is written to a file.
///
/// # Errors
/// As the library's.
pub fn text() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|text| format!("{text}\n"))
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Proviso server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Tag devices: the device port, with TLS client certificates and signed requests (docs/protocol.md, part 2). Tag operations: \
             the port for monitoring, where this server has one (docs/operations.md).",
        ))
        .license(Some(LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).build()))
        .build()
}

#[cfg(test)]
mod tests {
    use proviso_model::certificate::CERTIFICATE_PATH;
    use proviso_model::hash_set::HASH_SET_ASK_PATH;
    use proviso_model::looked::LOOKED_PATH;

    #[test]
    fn the_copy_in_docs_is_the_document_and_names_the_addresses_that_devices_ask() {
        let text = super::text().expect("JSON");
        let copy = include_str!("../../../../docs/openapi.json");
        assert!(text == copy, "write it anew: proviso-server openapi > docs/openapi.json");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
        for path in [CERTIFICATE_PATH, LOOKED_PATH, HASH_SET_ASK_PATH, "/v1/records", "/healthz"] {
            assert!(document["paths"].get(path).is_some(), "{path}");
        }
    }
}
