//! `POST /v1/identify`. In: a visitor's secret and a token that the site's back end signed. Out: the link. `DELETE` unties.
//! Never: links by anything that could be typed or forwarded; says more of a bad token than that it is bad.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::me::bearer;
use super::openapi::Fault;
use super::{NO_STORE, OurSite};
use crate::base::{clock, ids};
use crate::customers;
use crate::http::app::App;
use crate::http::body;
use crate::http::error::Refusal;
use crate::store::{Link, Linked};

#[derive(Deserialize, ToSchema)]
#[schema(as = Login)]
pub struct Request {
    #[schema(example = "demo")]
    site: String,
    /// As in a hand-in.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AQEBAQEBAQEBAQEBAQEBAQ"
    )]
    visitor: String,
    /// The erase-only token, as in a hand-in.
    #[schema(
        pattern = "^[A-Za-z0-9_-]{21}[AQgw]$",
        example = "AgICAgICAgICAgICAgICAg"
    )]
    erase: Option<String>,
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
struct Answer {
    linked: bool,
}

/// Tie a visitor to the customer whom a signed token names
#[utoipa::path(
    post,
    path = "/v1/identify",
    request_body = Request,
    responses((status = 200, body = Answer), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn link(
    State(app): State<Arc<App>>,
    body::Json(request): body::Json<Request>,
) -> Result<impl IntoResponse, Refusal> {
    app.check_site(&request.site)?;
    let visitor = ids::Secret::parse(&request.visitor).ok_or(Refusal::MalformedField("visitor"))?;
    let visitor = visitor.visitor(&app.site);
    app.check_pace(&visitor)?;
    let erase = match &request.erase {
        Some(erase) => Some(
            ids::Secret::parse(erase)
                .ok_or(Refusal::MalformedField("erase"))?
                .erase(&app.site),
        ),
        None => None,
    };
    let tokens = app.tokens.as_ref().ok_or(Refusal::NoIdentity)?;
    let vouched = tokens
        .customer(&request.token)
        .map_err(|_| Refusal::Token)?;
    let customer = ids::CustomerKey {
        site: app.site.clone(),
        id: vouched.customer,
    };
    let link = Link {
        visitor,
        customer,
        erase,
        day: clock::today(),
    };
    match customers::identify(app.store.as_ref(), link, vouched.also).await? {
        Linked::Here => Ok((NO_STORE, Json(Answer { linked: true }))),
        Linked::Elsewhere => Err(Refusal::LinkedElsewhere),
        Linked::Erased => Err(Refusal::Erased),
    }
}

/// Untie this visitor from its customer; what the browser learned stays its own
#[utoipa::path(
    delete,
    path = "/v1/identify",
    params(("site" = String, Query, description = "the site's name")),
    security(("visitor" = [])),
    responses((status = 204), (status = "4XX", body = Fault), (status = "5XX", body = Fault))
)]
pub async fn unlink(
    _: OurSite,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let visitor = bearer(&headers)?.visitor(&app.site);
    app.check_pace(&visitor)?;
    customers::unlink(app.store.as_ref(), visitor).await?;
    Ok((NO_STORE, StatusCode::NO_CONTENT))
}
