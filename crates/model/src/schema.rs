//! How values that are sent as text stand in the OpenAPI document (`docs/openapi.json`).

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::hash::Digest;
use crate::ids::{DeviceId, ForceId};
use crate::time::Timestamp;

fn text(what: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(what))
}

impl PartialSchema for Digest {
    fn schema() -> RefOr<Schema> {
        text("A SHA-256, hexadecimal.").pattern(Some("^[0-9a-f]{64}$")).into()
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        text("An instant by RFC 3339, in UTC.")
            .format(Some(SchemaFormat::Custom("date-time".to_owned())))
            .into()
    }
}

impl PartialSchema for ForceId {
    fn schema() -> RefOr<Schema> {
        text("A force.").format(Some(SchemaFormat::Custom("uuid".to_owned()))).into()
    }
}

impl PartialSchema for DeviceId {
    fn schema() -> RefOr<Schema> {
        text("A device.").format(Some(SchemaFormat::Custom("uuid".to_owned()))).into()
    }
}

impl ToSchema for Digest {}
impl ToSchema for Timestamp {}
impl ToSchema for ForceId {}
impl ToSchema for DeviceId {}
