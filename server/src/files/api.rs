//! Files over the API.

use super::{
    Act, Asked, Download, FileView, Rest, SoFar, TrashView, act, download, list, put, resume, so_far, trash,
};
use crate::{
    Server,
    api::{
        Answer, ApiError, Asked as AskedBody, Caller, Listed, Needs, Route, Verb, Who, done, no_content, one,
        part, shape,
    },
    change::Done,
};
use axum::{
    body::Body,
    extract::{RawPathParams, State},
    http::header,
    response::{IntoResponse, Response},
    routing,
};
use futures_util::StreamExt;
use model::{
    AccountId, FileName, HomePath, Problem, Right, Scope, Text,
    files::{FileMode, FileRefusal, Over},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) const WHO: Who = Who::Account(Right::Sites);
/// What is read in a home is what sites run, and their secrets with it: reading asks for the same scope as writing.
pub(super) const NEEDS: Needs = Needs::Token(Scope::Sites);
const OCTETS: &[&str] = &["application/octet-stream"];

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AtPath {
    path: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FromTo {
    from: String,
    to: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WithMode {
    path: String,
    /// Three octal digits, such as 640.
    mode: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InTrash {
    /// Its id there.
    item: String,
}

#[derive(Serialize, ToSchema)]
struct Restored {
    /// Where it is now: beside the place it had, where something else stands there.
    path: Option<String>,
}

/// `?path`, and for what is put `&over=replace` or `&stamp=…`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(default)]
    path: String,
    #[serde(default)]
    over: String,
    #[serde(default)]
    stamp: String,
    /// Of an upload that goes on where it was cut off.
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    mark: String,
}

/// `?path&size&mark`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnItsWay {
    #[serde(default)]
    path: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    mark: String,
}

pub(crate) const ROUTES: &[Route] = &[
    Route::new(
        Verb::Get,
        "/accounts/{account}/files",
        WHO,
        NEEDS,
        "What a folder of an account's home holds; with `q`, what has these words in its name, at any depth below it",
        Answer::Page(shape::<FileView>),
        || routing::get(get_all),
    )
    .asked(&["path", "sort"]),
    Route::new(
        Verb::Get,
        "/accounts/{account}/files/contents",
        WHO,
        NEEDS,
        "A file, as it is",
        Answer::File(OCTETS),
        || routing::get(get_contents),
    )
    .asked(&["path"]),
    Route::new(
        Verb::Put,
        "/accounts/{account}/files/contents",
        WHO,
        NEEDS,
        "Put a file, whole or not at all: the body is its octets; `over` is `replace` to replace one, `stamp` to do so while it is still that one. With `size`, what arrived of a cut upload stays for a day, and goes on at `offset`: see /upload",
        Answer::Nothing,
        || routing::put(put_contents),
    )
    .asked(&["path", "over", "stamp", "size", "offset", "mark"]),
    Route::new(
        Verb::Get,
        "/accounts/{account}/files/upload",
        WHO,
        NEEDS,
        "How much has arrived of an upload that was cut off: by the same person, of this size, to this place, with this `mark` of theirs",
        Answer::One(shape::<SoFar>),
        || routing::get(get_upload),
    )
    .asked(&["path", "size", "mark"]),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/folders",
        WHO,
        NEEDS,
        "Make a folder",
        Answer::Nothing,
        || routing::post(make_folder),
    )
    .takes(shape::<AtPath>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/move",
        WHO,
        NEEDS,
        "Move or rename a file or a folder, never over another",
        Answer::Nothing,
        || routing::post(move_to),
    )
    .takes(shape::<FromTo>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/copy",
        WHO,
        NEEDS,
        "Copy a file or a folder",
        Answer::Nothing,
        || routing::post(copy),
    )
    .takes(shape::<FromTo>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/mode",
        WHO,
        NEEDS,
        "Set the permissions of a file or a folder",
        Answer::Nothing,
        || routing::post(set_mode),
    )
    .takes(shape::<WithMode>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/delete",
        WHO,
        NEEDS,
        "Put a file or a folder into the trash, where it stays for thirty days",
        Answer::Nothing,
        || routing::post(delete),
    )
    .takes(shape::<AtPath>),
    Route::new(
        Verb::Get,
        "/accounts/{account}/files/trash",
        WHO,
        NEEDS,
        "What is in the trash, newest first",
        Answer::List(shape::<TrashView>),
        || routing::get(get_trash),
    ),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/trash/restore",
        WHO,
        NEEDS,
        "Put something back to where it was deleted, or beside it where something else stands now",
        Answer::One(shape::<Restored>),
        || routing::post(restore),
    )
    .takes(shape::<InTrash>),
    Route::new(
        Verb::Post,
        "/accounts/{account}/files/trash/erase",
        WHO,
        NEEDS,
        "Erase something in the trash for good",
        Answer::Nothing,
        || routing::post(erase),
    )
    .takes(shape::<InTrash>),
];

async fn get_all(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<Asked>,
) -> Result<Response, ApiError> {
    one(&list(&server, &actor, part(&params, "account")?, &asked).await?, None)
}

async fn get_trash(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
) -> Result<Response, ApiError> {
    one(&trash(&server, &actor, part(&params, "account")?).await?, None)
}

async fn get_contents(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<Contents>,
) -> Result<Response, ApiError> {
    let account = may(&server, &actor, &params).await?;
    let Download { file, contents } = download(&server, &actor, account, &path(&asked.path, "path")?).await?;
    let headers = [
        (header::CONTENT_TYPE, OCTETS[0].to_owned()),
        (header::CONTENT_LENGTH, file.size.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
    ];
    Ok((headers, Body::from_stream(contents)).into_response())
}

/// Kept as a file by whoever gets it, never shown in the panel's own pages (RFC 6266 §4, RFC 8187 §3.2).
pub(super) fn disposition(name: &FileName) -> String {
    let mut value = "attachment; filename*=UTF-8''".to_owned();
    for byte in name.shown().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value
}

async fn put_contents(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<Contents>,
    body: Body,
) -> Result<Response, ApiError> {
    let account = may(&server, &actor, &params).await?;
    let over = match (asked.over.as_str(), asked.stamp.as_str()) {
        ("", "") => Over::Refuse,
        ("replace", "") => Over::Replace,
        ("", stamp) => Over::Same(stamp.to_owned()),
        _ => {
            let text = Text::new(
                "Donnez over=replace, ou stamp, ou ni l’un ni l’autre.",
                "Give over=replace, or stamp, or neither.",
            );
            return Err(Problem::invalid("over", "file_over", text).into());
        }
    };
    let octets = body.into_data_stream().map(|octets| octets.map_err(|_| cut_off()));
    let to = (path(&asked.path, "path")?, over);
    let change = match asked.size {
        Some(size) => {
            let rest = Rest { size, from: asked.offset, mark: asked.mark };
            resume(&server, &actor, account, (to, rest), octets).await?
        }
        None => Some(put(&server, &actor, account, to, octets).await?),
    };
    no_content(change)
}

async fn get_upload(
    State(server): State<Server>,
    Caller(actor): Caller,
    params: RawPathParams,
    Listed(asked): Listed<OnItsWay>,
) -> Result<Response, ApiError> {
    let account = may(&server, &actor, &params).await?;
    let of = (path(&asked.path, "path")?, asked.size, asked.mark);
    one(&so_far(&server, &actor, account, of).await?, None)
}

fn cut_off() -> Problem {
    let text = Text::new(
        "L’envoi s’est interrompu\u{a0}: rien n’a été changé.",
        "The upload was cut off: nothing was changed.",
    );
    Problem::new(model::ProblemKind::Invalid, "upload_cut_off", text)
}

/// The account, for who may work on its files: others learn nothing of what is wrong with what they sent.
pub(super) async fn may(
    server: &Server,
    actor: &crate::Actor,
    params: &RawPathParams,
) -> Result<AccountId, Problem> {
    let account = part(params, "account")?;
    crate::grant::access(server, actor, account).await?.must(Right::Sites)?;
    Ok(account)
}

/// One act: what the body says, read once it is sure that it may be asked.
macro_rules! act {
    ($name:ident($body:ty) = $read:expr) => {
        async fn $name(
            State(server): State<Server>,
            params: RawPathParams,
            asked: AskedBody<$body>,
        ) -> Result<Response, ApiError> {
            let account = may(&server, &asked.actor, &params).await?;
            let read: fn($body) -> Result<Act, Problem> = $read;
            let acted = act(&server, &asked.actor, account, read(asked.body)?).await?;
            no_content(Some(acted.change))
        }
    };
}

pub(super) fn path(text: &str, field: &'static str) -> Result<HomePath, Problem> {
    let path: HomePath = text.parse().map_err(|problem: Problem| problem.on(field))?;
    if path.is_home() { Err(super::refused(FileRefusal::Ours).on(field)) } else { Ok(path) }
}

act!(make_folder(AtPath) = |body| Ok(Act::MakeFolder(path(&body.path, "path")?)));
act!(move_to(FromTo) = |body| Ok(Act::Move(path(&body.from, "from")?, path(&body.to, "to")?)));
act!(copy(FromTo) = |body| Ok(Act::Copy(path(&body.from, "from")?, path(&body.to, "to")?)));
act!(set_mode(WithMode) = |body| Ok(Act::SetMode(path(&body.path, "path")?, FileMode::parse(&body.mode)?)));
act!(delete(AtPath) = |body| Ok(Act::Delete(vec![path(&body.path, "path")?])));

async fn restore(
    State(server): State<Server>,
    params: RawPathParams,
    asked: AskedBody<InTrash>,
) -> Result<Response, ApiError> {
    let account = may(&server, &asked.actor, &params).await?;
    let acted = act(&server, &asked.actor, account, Act::Restore(asked.body.item.parse()?)).await?;
    let item = Restored { path: acted.at.map(|path| path.to_string()) };
    done(&Done { item, change: Some(acted.change) }, None)
}

act!(erase(InTrash) = |body| Ok(Act::Forget(body.item.parse()?)));
