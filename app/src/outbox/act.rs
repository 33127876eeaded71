//! What staff decides about mail that is held.

use crate::http::{Answer, Face, see};
use axum::extract::{Path, State};
use model::AccountId;
use server::Server;

/// `POST /accounts/{account}/outbox/release`
pub async fn release(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    server::outbox::release(&server, face.me()?, id, None).await?;
    see(format!("/accounts/{id}/outbox"), "mail_released")
}

/// `POST /accounts/{account}/outbox/discard`
pub async fn discard(State(server): State<Server>, face: Face, Path(id): Path<AccountId>) -> Answer {
    server::outbox::discard(&server, face.me()?, id, None).await?;
    see(format!("/accounts/{id}/outbox"), "mail_discarded")
}
