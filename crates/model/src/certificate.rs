//! A device's client certificate, renewed before it ends (`docs/protocol.md` part 2, "The client certificate").

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a device asks for its next certificate.
pub const CERTIFICATE_PATH: &str = "/v1/certificate";
/// Header of an enrolment by an agent that renews its certificate by itself. Whoever does not say so gets one that outlasts the device.
pub const HEADER_RENEWS: &str = "proviso-renews";

/// `POST /v1/certificate`: a device asks for its next certificate, over the one in use and signed with its record key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// Certificate signing request for a new TLS key, PEM.
    pub csr_pem: String,
}

/// The next certificate. The one before is refused from the first request that is made with this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateAnswer {
    /// Client certificate, PEM.
    pub certificate_pem: String,
}
