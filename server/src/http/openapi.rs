//! `GET /openapi.json`. Out: the OpenAPI description, made from the types that are read and written.
//! Never: a path that the router lacks; a path of the router that is missing here.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::http::error::ApiError;
use crate::http::routes;

/// OpenAPI description of the interface.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Escale",
        description = "Sync of visitor profiles between devices, and imports from the site's back end"
    ),
    modifiers(&Keys),
    paths(
        routes::sync::sync,
        routes::identify::link,
        routes::identify::unlink,
        routes::me::export,
        routes::me::erase,
        routes::config::compiled,
        routes::model::model,
        routes::ingest::reactions,
        routes::ingest::bookings,
        routes::ingest::facts,
        routes::report::report,
        routes::ingest::consents,
        routes::audiences::of_segment,
        routes::audiences::of_condition,
        routes::decisions::decide,
        routes::customers::read,
        routes::customers::erase,
        routes::customers::unlink_all,
        routes::customers::add_identifier,
        routes::customers::remove_identifier,
        routes::health::alive,
        routes::health::ready,
        document
    )
)]
struct Api;

/// Security schemes: the kinds of bearer tokens.
struct Keys;

impl Modify for Keys {
    fn modify(&self, api: &mut Document) {
        let bearer = |description: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(description.to_owned());
            SecurityScheme::Http(http)
        };
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("visitor", bearer("secret of the visitor"));
        components.add_security_scheme("api_key", bearer("key of the site's back end"));
        components.add_security_scheme("report_key", bearer("key that opens the report"));
    }
}

/// Get this description
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "get_description",
    tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub async fn document() -> Response {
    static TEXT: OnceLock<Option<String>> = OnceLock::new();
    match TEXT.get_or_init(|| Api::openapi().to_json().ok()) {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response(),
        None => ApiError::Unavailable.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ingest::Subject;

    /// Compares with the source of the router, which cannot list its routes.
    #[test]
    fn description_lists_exactly_the_routes_of_the_router() {
        let source = include_str!("router.rs");
        let mut routed = BTreeSet::new();
        for route in source.split(".route(").skip(1) {
            let quoted = route.trim_start().trim_start_matches('"');
            let (path, handlers) = quoted.split_once('"').unwrap_or_default();
            let handlers = handlers.split(".route").next().unwrap_or_default();
            for method in ["get", "post", "delete", "put"] {
                let of = |module: &str| handlers.contains(&format!("{method}({module}::"));
                if of("routes") || of("openapi") {
                    routed.insert((path.to_owned(), method));
                }
            }
        }
        let mut described = BTreeSet::new();
        for (path, item) in Api::openapi().paths.paths {
            let all = [
                (&item.get, "get"),
                (&item.post, "post"),
                (&item.delete, "delete"),
                (&item.put, "put"),
            ];
            described.extend(
                all.into_iter()
                    .filter(|(on, _)| on.is_some())
                    .map(|(_, method)| (path.clone(), method)),
            );
        }
        assert_eq!(routed, described);
        assert!(described.len() >= 13);
    }

    #[test]
    fn description_of_records_has_exactly_the_parsed_fields() {
        let api = serde_json::to_value(Api::openapi()).unwrap_or_default();
        for (subject, name) in [
            (Subject::Reactions, "Reaction"),
            (Subject::Bookings, "Booking"),
            (Subject::Facts, "Fact"),
            (Subject::Consents, "Consent"),
        ] {
            let properties = &api["components"]["schemas"][name]["properties"];
            let described: BTreeSet<&str> = properties
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, _)| field.as_str())
                .collect();
            assert_eq!(
                described,
                subject.fields().iter().copied().collect(),
                "{name}"
            );
        }
    }
}
