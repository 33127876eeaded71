//! `/api/v1/openapi.json`: written from the route table. Its texts are English alone: it is for programs and their makers; problems come in both languages.

use super::{Answer, Needs, PREFIX, Route, Shape, Verb, Who, route::shape, table};
use axum::{
    Json,
    response::{IntoResponse, Response},
    routing,
};
use model::{Duty, Right, Role, StaffRole};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use utoipa::ToSchema;

pub(super) const ROUTES: &[Route] = &[Route::new(
    Verb::Get,
    "/openapi.json",
    Who::Anyone,
    Needs::Nothing,
    "This description",
    Answer::OpenApi,
    || routing::get(show),
)];

async fn show() -> Response {
    static TEXT: OnceLock<Value> = OnceLock::new();
    Json(TEXT.get_or_init(describe)).into_response()
}

/// A refusal (RFC 9457).
#[derive(ToSchema)]
#[allow(dead_code)] // Never made, only described.
struct ProblemDetails {
    #[schema(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    /// Reason and remedy, in the language asked for.
    detail: String,
    /// Stable, for programs.
    code: String,
    /// The input concerned.
    field: Option<String>,
}

/// The whole description.
pub fn describe() -> Value {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    keep(&mut schemas, shape::<ProblemDetails>());
    for route in table() {
        let operation = operation(route, &mut schemas);
        let path = paths.entry(format!("{PREFIX}{}", route.path)).or_insert_with(|| json!({}));
        path[route.verb.method().as_str().to_ascii_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Alvéole",
            "version": "1",
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
            "description": "Everything the panel's pages do. Times are milliseconds since 1970 UTC. Answers that change something name the change in the header Alveole-Change.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::session::SESSION_COOKIE },
            },
        },
    })
}

/// The staff that has a right everywhere.
fn staff(right: Right) -> &'static str {
    if right == Right::See { "Staff" } else { "Admins" }
}

fn roles(right: Right) -> String {
    let roles: Vec<_> = Role::ALL.into_iter().filter(|role| role.gives(right)).map(Role::code).collect();
    roles.join(", ")
}

fn doers(duty: Duty) -> String {
    let roles: Vec<_> =
        StaffRole::ALL.into_iter().filter(|role| role.does(duty)).map(StaffRole::code).collect();
    roles.join(", ")
}

fn operation(route: &Route, schemas: &mut Map<String, Value>) -> Value {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let mut add = |place: &str, name: &str, kind: &str| {
        parameters.push(json!({ "name": name, "in": place, "schema": { "type": kind } }));
    };
    for name in route.query {
        add("query", name, "string");
    }
    if matches!(route.answer, Answer::Page(_)) {
        add("query", "limit", "integer");
        add("query", "cursor", "string");
        add("query", "q", "string");
    }
    if matches!(route.answer, Answer::File(_)) && route.query.is_empty() {
        add("query", "format", "string");
    }
    if route.verb == Verb::Post && route.body.is_some() {
        add("header", "Idempotency-Key", "string");
    } else if matches!(route.verb, Verb::Patch | Verb::Put | Verb::Delete) {
        add("header", "If-Match", "string");
    }
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let (status, content) = match route.answer {
        Answer::One(of) => ("200", json_of(keep(schemas, of()))),
        Answer::Made(of) => ("201", json_of(keep(schemas, of()))),
        Answer::List(of) => ("200", json_of(json!({ "type": "array", "items": keep(schemas, of()) }))),
        Answer::Page(of) => (
            "200",
            json_of(json!({
                "type": "object",
                "required": ["items", "next"],
                "properties": {
                    "items": { "type": "array", "items": keep(schemas, of()) },
                    "next": { "type": ["string", "null"] },
                },
            })),
        ),
        Answer::Events => ("200", json!({ "text/event-stream": { "schema": { "type": "string" } } })),
        Answer::File(media) => {
            let file = |media: &&str| ((*media).to_owned(), json!({ "schema": { "type": "string" } }));
            ("200", Value::Object(media.iter().map(file).collect()))
        }
        Answer::Nothing => ("204", Value::Null),
        Answer::OpenApi => ("200", json_of(json!({ "type": "object" }))),
    };
    let mut answers = Map::new();
    let mut good = json!({ "description": "Done" });
    if !content.is_null() {
        good["content"] = content;
    }
    answers.insert(status.into(), good);
    answers.insert(
        "default".into(),
        json!({
            "description": "Refused",
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDetails" } } },
        }),
    );
    let who = match route.who {
        Who::Anyone => "Anyone.".to_owned(),
        Who::User => "Every signed-in user.".to_owned(),
        Who::Account(right) => {
            format!("{}, and users who are {} of the account.", staff(right), roles(right))
        }
        Who::Member(right) => format!("{}, and users who are {} of the member.", staff(right), roles(right)),
        Who::Record(Right::See) => {
            "Staff, users with a role on the member, and owners of one of its accounts.".to_owned()
        }
        Who::Record(_) => {
            format!("Staff: {}; owners of the member or of one of its accounts.", doers(Duty::KeepMembers))
        }
        Who::AccountBy(does) | Who::MemberBy(does) => format!("Staff: {}.", doers(does)),
        Who::Staff(_, does) => format!("Staff: {}.", doers(does)),
    };
    let needs = match route.needs {
        Needs::Nothing => String::new(),
        Needs::Token(scope) => format!(" A token needs the scope `{}`.", scope.code()),
        Needs::Session => " Tokens cannot do this: it takes a session.".to_owned(),
    };
    let mut operation = json!({
        "summary": route.summary,
        "description": format!("{who}{needs}"),
        "operationId": operation_id(route),
        "parameters": parameters,
        "responses": answers,
    });
    if let Some(body) = route.body {
        operation["requestBody"] = json!({ "required": true, "content": json_of(keep(schemas, body())) });
    }
    // OpenAPI 3.1 lets bearer tokens name the roles they need.
    operation["security"] = match route.needs {
        Needs::Nothing => json!([]),
        Needs::Token(scope) => json!([{ "token": [scope.code()] }, { "session": [] }]),
        Needs::Session => json!([{ "session": [] }]),
    };
    operation
}

/// Stable and unique: verb and path.
fn operation_id(route: &Route) -> String {
    let path = route.path.replace(['{', '}'], "").replace(['/', '.'], "_");
    format!("{}{path}", route.verb.method().as_str().to_ascii_lowercase())
}

/// Puts a shape and what it contains among the components; gives the reference to it.
fn keep(schemas: &mut Map<String, Value>, shape: Shape) -> Value {
    let Shape { name, schema, nested } = shape;
    let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
    for (name, schema) in std::iter::once((name, schema)).chain(nested) {
        if let Ok(schema) = serde_json::to_value(schema) {
            schemas.insert(name, schema);
        }
    }
    reference
}
