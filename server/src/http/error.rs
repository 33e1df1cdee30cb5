//! Every way a request can be refused: a status, a code for machines, a sentence and a remedy for people.
//! Never: echoes an id, a token or a state.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;

#[derive(Debug)]
pub enum Refusal {
    Malformed(String),
    /// What is asked for in the query.
    Query(String),
    Path,
    /// With what is wrong.
    Audience(String),
    MalformedField(&'static str),
    TooLarge,
    MediaType,
    ReadTimeOut,
    TimeOut,
    UnknownSite,
    Origin,
    EmptyProfile,
    CorruptProfile,
    NewerProfile,
    TooManyReplicas,
    /// With the seconds to wait.
    TooFast(u16),
    Growth,
    Token,
    NoIdentity,
    LinkedElsewhere,
    NoBearer,
    NoApiKey,
    ApiKey,
    TooMany,
    CustomerId,
    Scope,
    UnknownVisitor,
    Erased,
    NoModel,
    NotFound,
    Method,
    Busy,
    Unavailable,
}

impl Refusal {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Malformed(_) | Self::MalformedField(_) | Self::Query(_) | Self::Path => {
                (StatusCode::UNPROCESSABLE_ENTITY, "malformed")
            }
            Self::Audience(_) => (StatusCode::UNPROCESSABLE_ENTITY, "audience"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type"),
            Self::ReadTimeOut => (StatusCode::REQUEST_TIMEOUT, "read_time_out"),
            Self::TimeOut => (StatusCode::SERVICE_UNAVAILABLE, "time_out"),
            Self::UnknownSite => (StatusCode::FORBIDDEN, "unknown_site"),
            Self::Origin => (StatusCode::FORBIDDEN, "origin"),
            Self::EmptyProfile => (StatusCode::UNPROCESSABLE_ENTITY, "empty_profile"),
            Self::CorruptProfile => (StatusCode::UNPROCESSABLE_ENTITY, "corrupt_profile"),
            Self::NewerProfile => (StatusCode::UNPROCESSABLE_ENTITY, "newer_profile"),
            Self::TooManyReplicas => (StatusCode::UNPROCESSABLE_ENTITY, "too_many_replicas"),
            Self::TooFast(_) => (StatusCode::TOO_MANY_REQUESTS, "too_fast"),
            Self::Growth => (StatusCode::TOO_MANY_REQUESTS, "growth"),
            Self::Token => (StatusCode::UNAUTHORIZED, "bad_token"),
            Self::NoIdentity => (StatusCode::UNAUTHORIZED, "no_identity"),
            Self::LinkedElsewhere => (StatusCode::CONFLICT, "linked_elsewhere"),
            Self::NoBearer => (StatusCode::UNAUTHORIZED, "no_bearer"),
            Self::NoApiKey => (StatusCode::UNAUTHORIZED, "no_api_key"),
            Self::ApiKey => (StatusCode::UNAUTHORIZED, "bad_api_key"),
            Self::TooMany => (StatusCode::PAYLOAD_TOO_LARGE, "too_many"),
            Self::CustomerId => (StatusCode::UNPROCESSABLE_ENTITY, "customer_id"),
            Self::Scope => (StatusCode::UNPROCESSABLE_ENTITY, "scope"),
            Self::UnknownVisitor => (StatusCode::NOT_FOUND, "unknown_visitor"),
            Self::Erased => (StatusCode::GONE, "erased"),
            Self::NoModel => (StatusCode::NOT_FOUND, "no_model"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }

    fn words(&self) -> (String, &'static str) {
        let (message, remedy) = match self {
            Self::Malformed(why) => {
                return (
                    format!("the body cannot be read: {why}"),
                    "send the documented JSON",
                );
            }
            Self::Query(why) => {
                return (
                    format!("the query cannot be read: {why}"),
                    "the parameters are listed in the documentation",
                );
            }
            Self::Audience(why) => {
                return (
                    why.clone(),
                    "name a segment of the config, or send a condition as it has them",
                );
            }
            Self::MalformedField(name) => {
                let message = format!("the field `{name}` cannot be read");
                return (
                    message,
                    "base64url without padding, of the documented length",
                );
            }
            Self::Path => (
                "the path is no UTF-8",
                "percent-encode the bytes of an id in UTF-8",
            ),
            Self::TooLarge => (
                "the body is larger than this path takes",
                "a profile is a few hundred bytes; imports go in several requests",
            ),
            Self::MediaType => (
                "the body is neither JSON nor plain text, or it is compressed",
                "send uncompressed JSON",
            ),
            Self::ReadTimeOut => ("the body did not arrive in time", "send it again"),
            Self::TimeOut => (
                "the answer took too long",
                "send it again later: a repeated hand-in changes nothing",
            ),
            Self::UnknownSite => (
                "this server does not serve that site",
                "check data-site and the server's --site",
            ),
            Self::Origin => (
                "this origin may not call",
                "start the server with --origin and the page's origin",
            ),
            Self::EmptyProfile => (
                "the state is empty",
                "hand in a replica once it holds something",
            ),
            Self::CorruptProfile => (
                "the state is not a profile",
                "keep it aside and start a new replica",
            ),
            Self::NewerProfile => (
                "the state was written by a newer release",
                "update the server; keep the state",
            ),
            Self::TooManyReplicas => (
                "this visitor has too many replicas",
                "erase this visitor and start a new one",
            ),
            Self::TooFast(_) => (
                "this visitor calls too often",
                "send it again after the seconds in Retry-After",
            ),
            Self::Growth => (
                "the state grew faster than people do",
                "keep it, and hand it in again later",
            ),
            Self::Token => (
                "the token is not valid here",
                "have the site's back end sign a new one: aud, sub, exp",
            ),
            Self::NoIdentity => (
                "this server has no identity key",
                "start it with --identity-secret-file or --identity-public-key",
            ),
            Self::LinkedElsewhere => (
                "this visitor belongs to another customer",
                "start a new visitor, as logout does",
            ),
            Self::NoBearer => (
                "no secret was sent",
                "send Authorization: Bearer and the visitor's secret",
            ),
            Self::NoApiKey => ("this server has no API key", "start it with --api-key-file"),
            Self::ApiKey => (
                "the API key is not this server's",
                "send Authorization: Bearer and the key of --api-key-file",
            ),
            Self::TooMany => (
                "there are more than 1,000 objects in the body",
                "send them in several requests",
            ),
            Self::CustomerId => (
                "that is no customer's id",
                "send 1 to 128 bytes, percent-encoded in the path",
            ),
            Self::Scope => (
                "there is no such scope",
                "leave it out, or send scope=customer to erase on all devices",
            ),
            Self::UnknownVisitor => ("nothing is held of this visitor", "nothing is left to do"),
            Self::Erased => (
                "this visitor was erased",
                "wipe what is kept here and start anew only with consent",
            ),
            Self::NoModel => (
                "this server has learned nothing yet",
                "make a model with `escale model`, and start it with --model",
            ),
            Self::NotFound => (
                "there is nothing here",
                "the paths are listed in the documentation",
            ),
            Self::Method => (
                "this path does not take that method",
                "the methods are listed in the documentation",
            ),
            Self::Busy => (
                "too many hand-ins are waiting",
                "send it again after the seconds in Retry-After",
            ),
            Self::Unavailable => (
                "the store cannot be used at the moment",
                "send it again after the seconds in Retry-After",
            ),
        };
        (message.to_owned(), remedy)
    }

    fn retry_after_s(&self) -> Option<u16> {
        match self {
            Self::TooFast(seconds) => Some(*seconds),
            Self::Growth => Some(3600),
            Self::Busy => Some(2),
            Self::TimeOut => Some(10),
            Self::Unavailable => Some(30),
            _ => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        let (message, remedy) = self.words();
        let body = Json(json!({ "error": { "code": code, "message": message, "remedy": remedy } }));
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::TooLarge | Self::ReadTimeOut) {
            // The rest of the request may still be on its way: nothing else can follow on this connection.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable => Self::Unavailable,
        }
    }
}
