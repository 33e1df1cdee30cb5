//! `GET /v1/report`. In: the API key or the report key, and a period. Out: statistics of those days as JSON or CSV.
//! Never: data of one person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::NO_STORE;
use crate::base::clock;
use crate::http::error::ApiError;
use crate::http::error_body::ErrorBody;
use crate::http::extract::{QueryParams, ReportReader, RequestedSite, SiteParam};
use crate::http::state::AppState;
use crate::report::period::Period;
use crate::report::{Report, build, csv};

/// Period and format of a report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportParams {
    /// First day, such as 2026-05-01 (UTC).
    from: Option<String>,
    /// Last day; today by default.
    to: Option<String>,
    /// Number of days up to the last, instead of `from`; 90 by default.
    days: Option<u32>,
    #[serde(default)]
    #[param(required = false, inline)]
    format: ReportFormat,
}

/// Format of the report; `json` by default.
#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReportFormat {
    #[default]
    Json,
    Csv,
}

/// Report impressions, outcomes and the effect of personalisation
#[utoipa::path(
    get,
    path = "/v1/report",
    operation_id = "get_report",
    tag = "report",
    params(SiteParam, ReportParams),
    security(("api_key" = []), ("report_key" = [])),
    responses(
        (status = 200, description = "the report", content((Report = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "an error of the request", body = ErrorBody),
        (status = "5XX", description = "an error of the server", body = ErrorBody)
    )
)]
pub async fn report(
    _: RequestedSite,
    _: ReportReader,
    State(state): State<Arc<AppState>>,
    QueryParams(query): QueryParams<ReportParams>,
) -> Result<Response, ApiError> {
    let (from, to) = (query.from.as_deref(), query.to.as_deref());
    let period = Period::read(from, to, query.days, clock::today()).map_err(ApiError::Query)?;
    let sums = state.store.sums(state.site.clone(), period).await?;
    let report = build(state.site.as_str(), period, &sums, &state.config().config);
    Ok(match query.format {
        ReportFormat::Json => (NO_STORE, Json(report)).into_response(),
        ReportFormat::Csv => {
            let media_type = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            (NO_STORE, media_type, csv::text(&report)).into_response()
        }
    })
}
