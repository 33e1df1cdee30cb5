//! Errors of the interface. In: a cause. Out: a status, a code for programs, a message and a hint.
//! Never: echoes an id, a token or a state.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::http::error_body::{ErrorBody, ErrorDetail};
use crate::store::StoreError;
use crate::sync::replica::StateError;

/// Code of an error, as an extension of its response for the metrics.
#[derive(Clone, Copy)]
pub struct ErrorCode(pub &'static str);

/// Fixed part of an error's response.
struct Entry {
    status: StatusCode,
    code: &'static str,
    /// `{}` stands for the detail of this one error.
    message: &'static str,
    hint: &'static str,
}

/// Declares the variants of [`ApiError`] and their table: variant, status, code, message, hint.
macro_rules! api_errors {
    ($($(#[$doc:meta])* $name:ident $(($detail:ty))?, $status:ident, $code:literal, $message:literal, $hint:literal;)*) => {
        /// Every error that the interface responds with.
        #[derive(Debug)]
        pub enum ApiError {
            $($(#[$doc])* $name $(($detail))?,)*
        }

        impl ApiError {
            fn entry(&self) -> Entry {
                let (status, code, message, hint) = match self {
                    $(Self::$name { .. } => (StatusCode::$status, $code, $message, $hint),)*
                };
                Entry { status, code, message, hint }
            }
        }
    };
}

#[rustfmt::skip]
api_errors! {
    /// Body that does not match its description; the detail names the field.
    Malformed(String), UNPROCESSABLE_ENTITY, "malformed",
        "the body cannot be read: {}", "send the documented JSON";
    /// Query parameter that cannot be read.
    Query(String), UNPROCESSABLE_ENTITY, "malformed",
        "the query cannot be read: {}", "the parameters are listed in the documentation";
    Path, UNPROCESSABLE_ENTITY, "malformed",
        "the path is not UTF-8", "percent-encode the bytes of an id in UTF-8";
    /// Field that is not base64url of the documented length.
    MalformedField(&'static str), UNPROCESSABLE_ENTITY, "malformed",
        "the field `{}` cannot be read", "send base64url without padding, of the documented length";
    /// Segment or condition that the config does not know.
    Audience(String), UNPROCESSABLE_ENTITY, "audience",
        "{}", "name a segment of the config, or send a condition of the config's language";
    /// Name that the config lacks; the detail has the nearest one.
    UnknownPlacement(String), UNPROCESSABLE_ENTITY, "unknown_placement",
        "{}", "name a placement of the config";
    UnknownChannel(String), UNPROCESSABLE_ENTITY, "unknown_channel",
        "{}", "name a channel: email, sms, mail, call, shop or web";
    UnknownSegment(String), UNPROCESSABLE_ENTITY, "unknown_segment",
        "{}", "name a segment of the config";
    UnknownCustomer, NOT_FOUND, "unknown_customer",
        "the server holds nothing of this customer", "check the id: it is that of signed tokens and imports";
    TooLarge, PAYLOAD_TOO_LARGE, "too_large",
        "the body is larger than this path accepts", "a profile is a few hundred bytes; send imports in several requests";
    MediaType, UNSUPPORTED_MEDIA_TYPE, "media_type",
        "the body is neither JSON nor plain text, or it is compressed", "send uncompressed JSON";
    ReadTimeOut, REQUEST_TIMEOUT, "read_time_out",
        "the body did not arrive in time", "send it again";
    TimeOut, SERVICE_UNAVAILABLE, "time_out",
        "the response took too long", "send it again later: a repeated sync changes nothing";
    UnknownSite, FORBIDDEN, "unknown_site",
        "this server does not serve that site", "check data-site and the server's --site";
    Origin, FORBIDDEN, "origin",
        "this origin may not call", "start the server with --origin and the page's origin";
    EmptyProfile, UNPROCESSABLE_ENTITY, "empty_profile",
        "the state is empty", "sync a replica once it holds something";
    CorruptProfile, UNPROCESSABLE_ENTITY, "corrupt_profile",
        "the state is not a profile", "set it aside and start a new replica";
    NewerProfile, UNPROCESSABLE_ENTITY, "newer_profile",
        "the state was written by a newer release", "update the server; keep the state";
    TooManyReplicas, UNPROCESSABLE_ENTITY, "too_many_replicas",
        "this visitor has too many replicas", "erase this visitor and start a new one";
    /// Rate limit exceeded; the detail is the seconds to wait.
    TooFast(u16), TOO_MANY_REQUESTS, "too_fast",
        "this visitor calls too often", "send it again after the seconds in Retry-After";
    Growth, TOO_MANY_REQUESTS, "growth",
        "the state grew faster than a person acts", "keep it, and sync it again later";
    Token, UNAUTHORIZED, "bad_token",
        "the token is not valid here", "have the site's back end sign a new one with aud, sub and exp";
    NoIdentity, UNAUTHORIZED, "no_identity",
        "this server has no identity key", "start it with --identity-secret-file or --identity-public-key";
    LinkedElsewhere, CONFLICT, "linked_elsewhere",
        "this visitor belongs to another customer", "start a new visitor, as a logout does";
    NoBearer, UNAUTHORIZED, "no_bearer",
        "no secret was sent", "send Authorization: Bearer and the visitor's secret";
    NoApiKey, UNAUTHORIZED, "no_api_key",
        "this server has no API key", "start it with --api-key-file";
    ApiKey, UNAUTHORIZED, "bad_api_key",
        "the API key is not this server's", "send Authorization: Bearer and the key of --api-key-file";
    TooMany, PAYLOAD_TOO_LARGE, "too_many",
        "the body has more than 1,000 objects", "send them in several requests";
    CustomerId, UNPROCESSABLE_ENTITY, "customer_id",
        "that is not a customer id", "send 1 to 128 bytes without control characters, percent-encoded in the path";
    Scope, UNPROCESSABLE_ENTITY, "scope",
        "there is no such scope", "omit it, or send scope=customer to erase on all devices";
    UnknownVisitor, NOT_FOUND, "unknown_visitor",
        "the server holds nothing of this visitor", "nothing is left to do";
    Erased, GONE, "erased",
        "this visitor was erased", "delete the local profile, and start anew only with consent";
    NoModel, NOT_FOUND, "no_model",
        "this server has not learned a model yet", "make a model with `escale model`, and start the server with --model";
    NotFound, NOT_FOUND, "not_found",
        "this path does not exist", "the paths are listed in the documentation";
    Method, METHOD_NOT_ALLOWED, "method",
        "this path does not accept that method", "the methods are listed in the documentation";
    Busy, SERVICE_UNAVAILABLE, "busy",
        "too many syncs are waiting", "send it again after the seconds in Retry-After";
    Unavailable, SERVICE_UNAVAILABLE, "unavailable",
        "the store cannot be used at the moment", "send it again after the seconds in Retry-After";
}

impl ApiError {
    fn detail(&self) -> &str {
        match self {
            Self::Malformed(why) | Self::Query(why) | Self::Audience(why) => why,
            Self::UnknownPlacement(why) | Self::UnknownChannel(why) | Self::UnknownSegment(why) => {
                why
            }
            Self::MalformedField(name) => name,
            _ => "",
        }
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

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Entry {
            status,
            code,
            message,
            hint,
        } = self.entry();
        let message = message.replace("{}", self.detail());
        let body = ErrorBody {
            error: ErrorDetail {
                code,
                message,
                hint,
            },
        };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(ErrorCode(code));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::TooLarge | Self::ReadTimeOut) {
            // The rest of the request may still arrive: nothing else can follow on this connection.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Conflict => Self::Busy,
            StoreError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Empty => Self::EmptyProfile,
            StateError::Corrupt => Self::CorruptProfile,
            StateError::Newer => Self::NewerProfile,
        }
    }
}
