//! `GET /v1/report`. In: the API key, or that of reports, and a period. Out: what the sums of those days say, as JSON or CSV. Never: anything of
//! one person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::openapi::Fault;
use super::{Asked, NO_STORE, OurSite};
use crate::base::clock;
use crate::http::api_key::ApiKey;
use crate::http::app::App;
use crate::http::error::Refusal;
use crate::report::period::Period;
use crate::report::{Report, build, csv};

#[derive(Deserialize)]
pub struct Wish {
    from: Option<String>,
    to: Option<String>,
    days: Option<u32>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default, ToSchema)]
#[schema(as = ReportFormat)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Json,
    Csv,
}

/// What was shown, what came of it, and whether personalising helps
#[utoipa::path(
    get,
    path = "/v1/report",
    params(
        ("site" = String, Query, description = "the site's name"),
        ("from" = Option<String>, Query, description = "the first day, such as 2026-05-01 (UTC)"),
        ("to" = Option<String>, Query, description = "the last day; today if it is not said"),
        ("days" = Option<u32>, Query, description = "so many days until the last, in place of `from`; 90 if neither is said"),
        ("format" = Option<Format>, Query, description = "`json` unless `csv`"),
    ),
    security(("api_key" = []), ("report_key" = [])),
    responses(
        (status = 200, content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", body = Fault), (status = "5XX", body = Fault)
    )
)]
pub async fn report(
    _: OurSite,
    State(app): State<Arc<App>>,
    Asked(asked): Asked<Wish>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    ApiKey::check_one_of([app.api_key.as_ref(), app.report_key.as_ref()], &headers)?;
    let period = Period::read(
        asked.from.as_deref(),
        asked.to.as_deref(),
        asked.days,
        clock::today(),
    );
    let period = period.map_err(Refusal::Query)?;
    let sums = app.store.sums(app.site.clone(), period).await?;
    let report = build(app.site.as_str(), period, &sums, &app.config().config);
    Ok(match asked.format {
        Format::Json => (NO_STORE, Json(report)).into_response(),
        Format::Csv => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            (NO_STORE, kind, csv::text(&report)).into_response()
        }
    })
}
