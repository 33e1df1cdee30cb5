//! `GET /openapi.json`: the interface in the words of OpenAPI, made from the types that are read and written. Never: a
//! path that is not there, nor one that is there and not told.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::http::error::Refusal;

/// How every refusal is told.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a description: refusals are written in `refusal`")]
pub struct Fault {
    error: FaultWords,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "a description: refusals are written in `refusal`")]
struct FaultWords {
    /// For machines, such as `erased`.
    code: String,
    /// What is wrong.
    message: String,
    /// What to do about it.
    remedy: String,
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Escale", description = "Profiles of visitors between their browsers, and what a site's back end knows"),
    modifiers(&Keys),
    paths(
        super::sync::sync,
        super::identify::link,
        super::identify::unlink,
        super::me::export,
        super::me::erase,
        super::config::compiled,
        super::model::model,
        super::events::reactions,
        super::events::bookings,
        super::events::facts,
        super::report::report,
        super::events::consents,
        super::audiences::of_segment,
        super::audiences::of_condition,
        super::customers::forget,
        super::customers::unlink_all,
        super::customers::add_alias,
        super::customers::remove_alias,
        super::health::alive,
        super::health::ready,
        document
    )
)]
struct Api;

/// The kinds of bearers.
struct Keys;

impl Modify for Keys {
    fn modify(&self, api: &mut Document) {
        let bearer = |means: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(means.to_owned());
            SecurityScheme::Http(http)
        };
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("visitor", bearer("the visitor's secret"));
        components.add_security_scheme("api_key", bearer("the key of the site's back end"));
        components.add_security_scheme("report_key", bearer("the key of who reads reports"));
    }
}

/// This description
#[utoipa::path(get, path = "/openapi.json", responses((status = 200, body = Object, description = "OpenAPI 3.1")))]
pub async fn document() -> Response {
    static TEXT: OnceLock<Option<String>> = OnceLock::new();
    match TEXT.get_or_init(|| Api::openapi().to_json().ok()) {
        Some(text) => ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response(),
        None => Refusal::Unavailable.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ingest::Subject;

    /// The router's own source: what it routes is told, and nothing else.
    #[test]
    fn every_route_of_the_router_is_told() {
        let source = include_str!("../app.rs");
        let mut routed = BTreeSet::new();
        for route in source.split(".route(").skip(1) {
            let quoted = route.trim_start().trim_start_matches('"');
            let (path, handlers) = quoted.split_once('"').unwrap_or_default();
            let handlers = handlers.split(".route").next().unwrap_or_default();
            for method in ["get", "post", "delete", "put"] {
                if handlers.contains(&format!("{method}(routes::")) {
                    routed.insert((path.to_owned(), method));
                }
            }
        }
        let mut told = BTreeSet::new();
        for (path, item) in Api::openapi().paths.paths {
            let all = [
                (&item.get, "get"),
                (&item.post, "post"),
                (&item.delete, "delete"),
                (&item.put, "put"),
            ];
            told.extend(
                all.into_iter()
                    .filter(|(on, _)| on.is_some())
                    .map(|(_, method)| (path.clone(), method)),
            );
        }
        assert_eq!(routed, told);
        assert!(told.len() >= 13);
    }

    #[test]
    fn what_is_told_of_tellings_is_what_is_read() {
        let api = serde_json::to_value(Api::openapi()).unwrap_or_default();
        for (subject, name) in [
            (Subject::Reactions, "Reaction"),
            (Subject::Bookings, "Booking"),
            (Subject::Facts, "Fact"),
            (Subject::Consents, "Consent"),
        ] {
            let properties = &api["components"]["schemas"][name]["properties"];
            let told: BTreeSet<&str> = properties
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, _)| field.as_str())
                .collect();
            assert_eq!(told, subject.fields().iter().copied().collect(), "{name}");
        }
    }
}
