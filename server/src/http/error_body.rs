//! Body of every error response. In: an error's code, message and hint. Out: JSON, and its description.

use serde::Serialize;
use utoipa::ToSchema;

/// Body of every error response.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

/// Code, message and hint of an error.
#[derive(Serialize, ToSchema)]
pub struct ErrorDetail {
    /// Stable code for programs, such as `erased`.
    #[schema(value_type = String, example = "erased")]
    pub code: &'static str,
    /// Description of the error.
    pub message: String,
    /// Next step for the caller.
    #[schema(value_type = String)]
    pub hint: &'static str,
}
