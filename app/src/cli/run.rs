//! Runs one command: the words typed become a request, the answer becomes a table.

use crate::{
    Exit, Failure,
    client::{Answer, Client, encode},
    command,
    config::Config,
    contacts, logs,
    nouns::nouns,
    output,
    progress::Progress,
    put,
    table::{self, Input, Kind, Verb},
    wait,
};
use clap::ArgMatches;
use model::{Lang, SiteName, text};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Things of a page of a list.
const PAGE: usize = 200;

pub fn run(matches: &ArgMatches, lang: Lang) -> Result<Exit, Failure> {
    let Some((noun, of_noun)) = matches.subcommand() else { return Ok(Exit::Usage) };
    match noun {
        "completions" => return Ok(completions(of_noun)),
        "man" => return man(of_noun, lang),
        _ => {}
    }
    let found = of_noun.subcommand().and_then(|(verb, args)| {
        let verbs = nouns().find(|known| known.name == noun)?.verbs;
        Some((verbs.iter().find(|known| known.name == verb)?, args))
    });
    let Some((verb, args)) = found else { return Ok(Exit::Usage) };
    let client = Client::new(Config::read(args, lang)?, lang)?;
    let json = args.get_flag("json");
    let path = path(&client, verb, args, lang)?;
    if verb.answer == table::Answer::File {
        let query = query(&client, verb, args, lang)?;
        let file = client.download(&format!("{path}?{}", query.trim_start_matches('&')))?;
        let mut file = Progress::of(file, None, lang);
        // A reader that went away (`| head`) is no failure; a file that was cut off is one.
        match std::io::copy(&mut file, &mut std::io::stdout()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(client.unreachable(&error));
            }
            _ => return Ok(Exit::Done),
        }
    }
    if verb.answer == table::Answer::Log {
        return logs::show(&client, &path, args, lang);
    }
    if let table::Answer::Within(field) = verb.answer {
        let items = client.get(&path)?.body[field].as_array().cloned().unwrap_or_default();
        output::list(&items, verb.columns, json, lang);
        return Ok(Exit::Done);
    }
    if let table::Answer::Beside(field, rest) = verb.answer {
        output::beside(&client.get(&path)?.body, (field, verb.columns), rest, json, lang);
        return Ok(Exit::Done);
    }
    if let table::Answer::Groups(field) = verb.answer {
        let groups = list(&client, verb, &path, args, lang)?;
        output::groups(&groups, field, verb.columns, json, lang);
        return Ok(Exit::Done);
    }
    if verb.answer != table::Answer::One {
        let items = list(&client, verb, &path, args, lang)?;
        output::list(&items, verb.columns, json, lang);
        return Ok(Exit::Done);
    }
    let Answer { body, change } = match verb.inputs.iter().find(|input| input.kind == Kind::Octets) {
        Some(file) => {
            let query = query(&client, verb, args, lang)?;
            let local = args.get_one::<PathBuf>(file.name).cloned().unwrap_or_default();
            let at = args.try_get_one::<String>("path").ok().flatten().cloned().unwrap_or_default();
            put::put(&client, (&path, query.trim_start_matches('&'), &at), &local, lang)?
        }
        None if verb.method == "GET" => {
            let query = query(&client, verb, args, lang)?;
            client.get(&format!("{path}{}", query.replacen('&', "?", 1)))?
        }
        None => client.ask(verb.method, &path, body(&client, verb, args, lang)?.as_ref())?,
    };
    if !body.is_null() {
        output::one(&body, verb.columns, json, lang);
    }
    match change {
        Some(change) if !args.get_flag("no-wait") => wait::wait(&client, &change, lang),
        _ => Ok(Exit::Done),
    }
}

fn completions(matches: &ArgMatches) -> Exit {
    if let Some(shell) = matches.get_one::<clap_complete::Shell>("shell") {
        clap_complete::generate(*shell, &mut command::command(Lang::En), "alveole", &mut std::io::stdout());
    }
    Exit::Done
}

fn man(matches: &ArgMatches, lang: Lang) -> Result<Exit, Failure> {
    let folder = matches.get_one::<PathBuf>("folder").cloned().unwrap_or_default();
    clap_mangen::generate_to(command::command(lang), &folder)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}{}{error}", folder.display(), lang.colon())))?;
    Ok(Exit::Done)
}

/// The path with its parts filled in; names become ids.
fn path(client: &Client, verb: &Verb, args: &ArgMatches, lang: Lang) -> Result<String, Failure> {
    let mut path = verb.path.to_owned();
    for part in command::parts(verb.path) {
        let typed = args.get_one::<String>(part).cloned().unwrap_or_default();
        let id = resolve(client, part, &typed, lang)?;
        path = path.replace(&format!("{{{part}}}"), &encode(&id));
    }
    Ok(path)
}

/// The id of a thing that was called by its name.
fn resolve(client: &Client, noun: &str, typed: &str, lang: Lang) -> Result<String, Failure> {
    let is_id = typed.len() == 36 && typed.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let (list, key) = match noun {
        _ if is_id => return Ok(typed.to_owned()),
        "member" | "account" | "plan" | "host" => {
            (format!("/{noun}s?limit={PAGE}&q={}", encode(typed)), "name")
        }
        "user" => (format!("/users?limit={PAGE}&q={}", encode(typed)), "email"),
        "site" => {
            let (account, name) = typed.split_once('/').ok_or_else(|| unknown(noun, typed, lang))?;
            // As the panel would read it: Été.example is xn--…
            let name = SiteName::parse(name)
                .map_err(|problem| Failure::new(Exit::Refused, problem.text.pick(lang)))?;
            let account = resolve(client, "account", account, lang)?;
            let sites = all(client, &format!("/accounts/{account}/sites?limit={PAGE}"), usize::MAX)?;
            let named = |site: &&Value| {
                site["names"].as_array().is_some_and(|names| names.iter().any(|one| one == name.as_str()))
            };
            let found = sites.iter().find(named).and_then(|site| site["id"].as_str());
            return found.map(str::to_owned).ok_or_else(|| unknown(noun, typed, lang));
        }
        "database" | "database_user" => {
            // Either begins with the account's name.
            let account = typed.split_once('_').map(|(account, _)| account);
            let account =
                resolve(client, "account", account.ok_or_else(|| unknown(noun, typed, lang))?, lang)?;
            let databases = all(client, &format!("/accounts/{account}/databases?limit={PAGE}"), usize::MAX)?;
            let users = databases.iter().filter_map(|database| database["users"].as_array()).flatten();
            let mut things: Vec<&Value> = databases.iter().collect();
            if noun == "database_user" {
                things = users.collect();
            }
            let found = things.into_iter().find(|thing| thing["name"] == typed);
            let id = found.and_then(|thing| thing["id"].as_str());
            return id.map(str::to_owned).ok_or_else(|| unknown(noun, typed, lang));
        }
        _ => return Ok(typed.to_owned()),
    };
    let found = all(client, &list, usize::MAX)?;
    let mut same = found.iter().filter(|item| item[key].as_str() == Some(typed));
    match (same.next().and_then(|item| item["id"].as_str()), same.next()) {
        (Some(id), None) => Ok(id.to_owned()),
        (None, _) => Err(unknown(noun, typed, lang)),
        (Some(_), Some(_)) => {
            let text = text!(
                "Plusieurs s’appellent «\u{a0}{typed}\u{a0}»\u{a0}: donnez l’id ({noun} list).",
                "Several are called “{typed}”: give the id ({noun} list)."
            );
            Err(Failure::new(Exit::Refused, text.pick(lang)))
        }
    }
}

fn unknown(noun: &str, typed: &str, lang: Lang) -> Failure {
    let list = match noun {
        "site" => lang.pick("site list COMPTE", "site list ACCOUNT").to_owned(),
        "database" => lang.pick("database list COMPTE", "database list ACCOUNT").to_owned(),
        "database_user" => lang.pick("database show BASE", "database show DATABASE").to_owned(),
        _ => format!("{noun} list"),
    };
    let text = text!(
        "«\u{a0}{typed}\u{a0}» n’est pas trouvé ({noun})\u{a0}: voyez {list}.",
        "“{typed}” is not found ({noun}): see {list}."
    );
    Failure::new(Exit::Refused, text.pick(lang))
}

/// What a list or a file is asked besides, each `&name=value`.
fn query(client: &Client, verb: &Verb, args: &ArgMatches, lang: Lang) -> Result<String, Failure> {
    let mut query = String::new();
    for input in verb.inputs {
        if let Some(Value::String(value)) = value(client, input, args, lang)? {
            query += &format!("&{}={}", input.name, encode(&value));
        }
    }
    Ok(query)
}

fn list(
    client: &Client,
    verb: &Verb,
    path: &str,
    args: &ArgMatches,
    lang: Lang,
) -> Result<Vec<Value>, Failure> {
    if matches!(verb.answer, table::Answer::List | table::Answer::Groups(_)) {
        let query = query(client, verb, args, lang)?;
        return all(client, &format!("{path}{}", query.replacen('&', "?", 1)), usize::MAX);
    }
    let most = args.get_one::<usize>("limit").copied().unwrap_or(usize::MAX);
    let query = format!("{path}?limit={}{}", PAGE.min(most), query(client, verb, args, lang)?);
    all(client, &query, most)
}

/// All pages of a list, up to `most` things.
fn all(client: &Client, query: &str, most: usize) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    let mut next = query.to_owned();
    loop {
        let mut page = client.get(&next)?.body;
        if let Value::Array(whole) = page {
            return Ok(whole);
        }
        match page["items"].take() {
            Value::Array(some) => items.extend(some),
            _ => return Err(client.unreachable(&"no list")),
        }
        match page["next"].as_str() {
            Some(cursor) if items.len() < most => next = format!("{query}&cursor={}", encode(cursor)),
            _ => break,
        }
    }
    items.truncate(most);
    Ok(items)
}

fn body(client: &Client, verb: &Verb, args: &ArgMatches, lang: Lang) -> Result<Option<Value>, Failure> {
    let mut body = Map::new();
    for input in verb.inputs {
        if let Some(value) = value(client, input, args, lang)? {
            body.insert(input.name.to_owned(), value);
        }
    }
    let takes = !verb.inputs.is_empty() && verb.method != "GET";
    Ok(takes.then_some(Value::Object(body)))
}

fn value(client: &Client, input: &Input, args: &ArgMatches, lang: Lang) -> Result<Option<Value>, Failure> {
    let word = || args.get_one::<String>(input.name).cloned();
    Ok(match input.kind {
        Kind::Octets => None,
        Kind::Flag => args.get_flag(input.name).then_some(Value::Bool(true)),
        Kind::File => {
            let Some(path) = args.get_one::<PathBuf>(input.name) else { return Ok(None) };
            let text = std::fs::read_to_string(path).map_err(|error| {
                let path = path.display();
                let text = text!(
                    "{path} ne se lit pas comme texte UTF-8 ({error}).",
                    "{path} does not read as UTF-8 text ({error})."
                );
                Failure::new(Exit::Usage, text.pick(lang))
            });
            Some(Value::from(text?))
        }
        Kind::Contacts => match args.get_many::<String>(input.name) {
            None => None,
            Some(typed) => {
                Some(contacts::parse_all(typed, lang).map_err(|text| Failure::new(Exit::Usage, text))?)
            }
        },
        Kind::Number | Kind::SomeNumber => args.get_one::<u32>(input.name).map(|number| Value::from(*number)),
        Kind::Words => args.get_many::<String>(input.name).map(|words| words.cloned().collect()),
        Kind::Ref(noun) | Kind::SomeRef(noun) => {
            word().map(|typed| resolve(client, noun, &typed, lang)).transpose()?.map(Value::from)
        }
        Kind::Word | Kind::Option | Kind::Needed => word().map(Value::from),
    })
}
