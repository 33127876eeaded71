//! Handlers that are alike for every noun. Each hands what the request brings to one rule of its noun, and decides nothing itself.
//! (Macros and no generic functions: that the future of an `AsyncFn` is `Send`, which axum asks, cannot be said in Rust yet.)

/// `handler!(page NAME = RULE)`, and so on: a handler NAME that answers with what RULE gives. `of "noun"` is the path's part that
/// names what the rule is about.
macro_rules! handler {
    // A page of a list: `rule(server, actor, listing)`.
    (page $name:ident = $rule:path) => {
        async fn $name(
            axum::extract::State(server): axum::extract::State<crate::Server>,
            crate::api::Caller(actor): crate::api::Caller,
            crate::api::Listed(listing): crate::api::Listed,
        ) -> Result<axum::response::Response, crate::api::ApiError> {
            crate::api::one(&$rule(&server, &actor, &listing).await?, None)
        }
    };
    // A page of what one thing has: `rule(server, actor, id, listing)`.
    (page $name:ident = $rule:path, of $noun:literal) => {
        async fn $name(
            axum::extract::State(server): axum::extract::State<crate::Server>,
            crate::api::Caller(actor): crate::api::Caller,
            crate::api::Listed(listing): crate::api::Listed,
            params: axum::extract::RawPathParams,
        ) -> Result<axum::response::Response, crate::api::ApiError> {
            let id = crate::api::part(&params, $noun)?;
            crate::api::one(&$rule(&server, &actor, id, &listing).await?, None)
        }
    };
    // One thing with its version: `rule(server, actor, id)`.
    (one $name:ident = $rule:path, of $noun:literal) => {
        async fn $name(
            axum::extract::State(server): axum::extract::State<crate::Server>,
            crate::api::Caller(actor): crate::api::Caller,
            params: axum::extract::RawPathParams,
        ) -> Result<axum::response::Response, crate::api::ApiError> {
            let found = $rule(&server, &actor, crate::api::part(&params, $noun)?).await?;
            crate::api::one(&found, Some(found.version))
        }
    };
    // An act that needs no more than its object, and shows it as it is now: `rule(server, actor, id, expected)`.
    (act $name:ident = $rule:path, of $noun:literal) => {
        async fn $name(
            axum::extract::State(server): axum::extract::State<crate::Server>,
            crate::api::Caller(actor): crate::api::Caller,
            crate::api::IfMatch(expected): crate::api::IfMatch,
            params: axum::extract::RawPathParams,
        ) -> Result<axum::response::Response, crate::api::ApiError> {
            let after = $rule(&server, &actor, crate::api::part(&params, $noun)?, expected).await?;
            crate::api::done(&after, Some(after.item.version))
        }
    };
    // The same, after which there is nothing to show.
    (end $name:ident = $rule:path, of $noun:literal) => {
        async fn $name(
            axum::extract::State(server): axum::extract::State<crate::Server>,
            crate::api::Caller(actor): crate::api::Caller,
            crate::api::IfMatch(expected): crate::api::IfMatch,
            params: axum::extract::RawPathParams,
        ) -> Result<axum::response::Response, crate::api::ApiError> {
            let after = $rule(&server, &actor, crate::api::part(&params, $noun)?, expected).await?;
            crate::api::no_content(after.change)
        }
    };
}
pub(crate) use handler;
