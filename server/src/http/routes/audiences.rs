//! `GET /v1/audiences/{segment}` and `POST /v1/audiences`. In: the API key; a segment's name, or a condition. Out: the
//! customers who fit, a line each, as they are found. Never: the whole of it in memory.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::openapi::Fault;
use super::{Asked, InPath, NO_STORE, OurSite};
use crate::audience::{self, Wanted, Wish};
use crate::base::clock;
use crate::http::api_key::ApiKey;
use crate::http::app::App;
use crate::http::body;
use crate::http::error::Refusal;

/// The customers of a segment of the config
#[utoipa::path(
    get,
    path = "/v1/audiences/{segment}",
    params(("segment" = String, Path), ("site" = String, Query, description = "the site's name"), Wish),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "a line a customer: customer, channel, pressure_left, frequency",
         content((String = "application/x-ndjson"), (String = "text/csv"))),
        (status = "4XX", body = Fault), (status = "5XX", body = Fault)
    )
)]
pub async fn of_segment(
    _: OurSite,
    State(app): State<Arc<App>>,
    InPath(segment): InPath<String>,
    Asked(asked): Asked<Wish>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    ApiKey::check(app.api_key.as_ref(), &headers)?;
    let wanted = Wanted::segment(&app.config().config, &segment, asked, clock::now_ms());
    Ok(answer(app, wanted.map_err(Refusal::Audience)?))
}

/// Whom an audience is of.
#[derive(Deserialize, ToSchema)]
pub struct Condition {
    /// In the language of the config's conditions.
    #[schema(value_type = Object, example = json!({ "value_class": "high" }))]
    when: Value,
}

/// The customers whom a condition is true of
#[utoipa::path(
    post,
    path = "/v1/audiences",
    params(("site" = String, Query, description = "the site's name"), Wish),
    security(("api_key" = [])),
    request_body = Condition,
    responses(
        (status = 200, description = "a line a customer: customer, channel, pressure_left, frequency",
         content((String = "application/x-ndjson"), (String = "text/csv"))),
        (status = "4XX", body = Fault), (status = "5XX", body = Fault)
    )
)]
pub async fn of_condition(
    _: OurSite,
    State(app): State<Arc<App>>,
    Asked(asked): Asked<Wish>,
    headers: HeaderMap,
    body::Json(Condition { when }): body::Json<Condition>,
) -> Result<Response, Refusal> {
    ApiKey::check(app.api_key.as_ref(), &headers)?;
    let wanted = Wanted::condition(&app.config().config, &when, asked, clock::now_ms());
    Ok(answer(app, wanted.map_err(Refusal::Audience)?))
}

/// An error in the midst of it cuts the connection: no one takes a part for the whole.
fn answer(app: Arc<App>, wanted: Wanted) -> Response {
    let kind = wanted.format.media_type();
    let (wanted, (send, receive)) = (
        Arc::new(wanted),
        tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(4),
    );
    tokio::spawn(async move {
        let site = app.site.clone();
        let mut lines = std::pin::pin!(audience::stream(app.store.as_ref(), &site, &wanted));
        while let Some(some) = lines.next().await {
            // Whoever asked may have gone.
            if send
                .send(some.map_err(std::io::Error::other))
                .await
                .is_err()
            {
                return;
            }
        }
    });
    let lines = futures_util::stream::unfold(receive, |mut receive| async {
        Some((receive.recv().await?, receive))
    });
    (
        NO_STORE,
        [(header::CONTENT_TYPE, kind)],
        Body::from_stream(lines),
    )
        .into_response()
}
