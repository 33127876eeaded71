//! The list as a file: what is searched and filtered, whole.

use super::list::Asked;
use crate::{
    http::{Answer, Face},
    parts,
};
use axum::{
    body::Body,
    extract::{Query, State},
    http::header,
    response::IntoResponse,
};
use server::Server;

/// `GET /members/export.csv`
pub async fn export(
    State(server): State<Server>,
    face: Face,
    Query(page): Query<parts::Page>,
    Query(asked): Query<Asked>,
) -> Answer {
    let q = page.q().map(str::to_owned);
    let file = server::member::export(&server, face.me()?, q, asked.filter(), face.lang).await?;
    let name = face.lang.pick("membres.csv", "members.csv");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(file)).into_response())
}
