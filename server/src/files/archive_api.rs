//! Archives over the API.

use super::{
    Packed, Work, WorkView,
    api::{NEEDS, WHO, disposition, may, path},
    packed, work, works,
};
use crate::{
    Server,
    api::{Answer, ApiError, Asked, Caller, Listed, Route, Verb, done, one, part, shape},
};
use axum::{
    body::Body,
    extract::{RawPathParams, State},
    http::header,
    response::{IntoResponse, Response},
    routing,
};
use model::{HomePath, Problem, archive::ArchiveKind};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// For an archive to be done before the answer says that it is not yet.
const PATIENCE: Duration = Duration::from_secs(20);
const ARCHIVES: &[&str] = &["application/zip", "application/gzip"];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToPack {
    paths: Vec<String>,
    /// The archive, its name included; never over something.
    to: String,
    /// `zip`, or `tar.gz`.
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToUnpack {
    path: String,
    /// A folder: made whole, or, where it is there, what it does not have yet.
    into: String,
}

/// `?paths&kind`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToSend {
    /// One a line: no path has a line break, which is `%0A` in it.
    #[serde(default)]
    paths: String,
    #[serde(default)]
    kind: String,
}

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/pack",
        WHO,
        NEEDS,
        "Make a zip or tar.gz of files and folders; it is answered how far it is after 20 seconds, see /works",
        Answer::One(shape::<WorkView>),
        || routing::post(pack),
    )
    .takes(shape::<ToPack>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/unpack",
        WHO,
        NEEDS,
        "Unpack a zip, tar or tar.gz; links, devices and what leads out are left out; see /works as well",
        Answer::One(shape::<WorkView>),
        || routing::post(unpack),
    )
    .takes(shape::<ToUnpack>),
    Route::new(
        Verb::Get,
        "/accounts/{account}/files/packed",
        WHO,
        NEEDS,
        "Files and folders as a zip or tar.gz, made while it is sent; `paths` has one a line",
        Answer::File(ARCHIVES),
        || routing::get(get_packed),
    )
    .asked(&["paths", "kind"]),
    Route::new(
        Verb::Get,
        "/accounts/{account}/files/works",
        WHO,
        NEEDS,
        "The archives made and unpacked of late, newest first, and how far those are that are worked on",
        Answer::List(shape::<WorkView>),
        || routing::get(get_works),
    ),
];

async fn pack(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<ToPack>,
) -> Result<Response, ApiError> {
    let account = may(&server, &asked.actor, &params).await?;
    let ToPack { paths, to, kind } = asked.body;
    let paths = paths.iter().map(|typed| path(typed, "paths")).collect::<Result<Vec<_>, _>>()?;
    let wanted = Work::Pack { paths, to: path(&to, "to")?, kind: ArchiveKind::parse(&kind)? };
    done(&work(&server, &asked.actor, account, wanted, PATIENCE).await?, None)
}

async fn unpack(
    State(server): State<Server>,
    params: RawPathParams,
    asked: Asked<ToUnpack>,
) -> Result<Response, ApiError> {
    let account = may(&server, &asked.actor, &params).await?;
    let wanted =
        Work::Unpack { archive: path(&asked.body.path, "path")?, into: path(&asked.body.into, "into")? };
    done(&work(&server, &asked.actor, account, wanted, PATIENCE).await?, None)
}

async fn get_packed(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<ToSend>,
) -> Result<Response, ApiError> {
    let account = may(&server, &actor, &params).await?;
    let paths: Result<Vec<HomePath>, Problem> =
        asked.paths.lines().filter(|line| !line.is_empty()).map(|line| path(line, "paths")).collect();
    let kind = ArchiveKind::parse(&asked.kind)?;
    Ok(sent(packed(&server, &actor, account, (paths?, kind)).await?, kind))
}

/// As pages send it too.
pub fn sent(packed: Packed, kind: ArchiveKind) -> Response {
    let media = match kind {
        ArchiveKind::Zip => ARCHIVES[0],
        ArchiveKind::TarGz => ARCHIVES[1],
    };
    let headers =
        [(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition(&packed.name))];
    (headers, Body::from_stream(packed.contents)).into_response()
}

async fn get_works(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&works(&server, &actor, part(&params, "account")?).await?, None)
}
