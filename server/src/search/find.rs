//! Finding: a bounded piece of the index at a time, whatever was typed.

use super::{Found, Group, Kind, Reach, sql as statements, words};
use crate::{
    Actor, Server,
    paging::{Listing, Page, bad_cursor, cursor},
    store::{Row, sql},
    views::Ref,
};
use model::{Problem, SiteName};

/// What an actor may search.
pub fn kinds(actor: &Actor) -> Vec<Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.reach(actor) != Reach::None).collect()
}

/// Where to go on: behind this row of the index, led by this word of those asked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct At {
    kind: Kind,
    /// Empty: from the beginning of this kind.
    leading: String,
    word: String,
    id: String,
}

impl At {
    fn begin(kind: Kind) -> At {
        At { kind, leading: String::new(), word: String::new(), id: String::new() }
    }

    /// Only what this search can have given: no word but those asked for, no row but those that begin so.
    fn read(listing: &Listing, asked: &[String]) -> Result<Option<At>, Problem> {
        let [kind, leading, word, id] = listing.after()?;
        if kind.is_empty() {
            return Ok(None);
        }
        let kind = Kind::from_code(&kind).ok_or_else(bad_cursor)?;
        let fits =
            leading.is_empty() && word.is_empty() || asked.contains(&leading) && word.starts_with(&leading);
        if fits { Ok(Some(At { kind, leading, word, id })) } else { Err(bad_cursor()) }
    }

    fn cursor(self) -> String {
        cursor([self.kind.code().to_owned(), self.leading, self.word, self.id])
    }
}

/// What has all the words typed (`q`), kind after kind. A page may be short, or empty, and yet have a next one: no more than a piece of
/// the index is looked through at once.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    kind: Option<Kind>,
) -> Result<Page<Found>, Problem> {
    let asked = words::asked(listing.q.as_deref().unwrap_or_default());
    let mut at = At::read(listing, &asked)?;
    let mut kinds = kinds(actor);
    kinds.retain(|known| kind.is_none_or(|kind| kind == *known));
    if let Some(at) = &at {
        let place = kinds.iter().position(|kind| *kind == at.kind).ok_or_else(bad_cursor)?;
        kinds.drain(..place);
    }
    let mut items = Vec::new();
    if asked.is_empty() {
        return Ok(Page { items, next: None });
    }
    for kind in kinds {
        let room = listing.limit() as usize - items.len();
        if room == 0 {
            return Ok(Page { items, next: Some(At::begin(kind).cursor()) });
        }
        let (some, next) = of_kind(server, actor, kind, &asked, at.take(), room).await?;
        items.extend(some);
        if let Some(next) = next {
            return Ok(Page { items, next: Some(next.cursor()) });
        }
    }
    Ok(Page { items, next: None })
}

/// The first few of each kind the actor may search; kinds without any are left out.
pub async fn groups(
    server: &Server,
    actor: &Actor,
    typed: &str,
    of_each: usize,
) -> Result<Vec<Group>, Problem> {
    let asked = words::asked(typed);
    let mut groups = Vec::new();
    if asked.is_empty() {
        return Ok(groups);
    }
    for kind in kinds(actor) {
        let (items, next) = of_kind(server, actor, kind, &asked, None, of_each).await?;
        if !items.is_empty() || next.is_some() {
            groups.push(Group { kind, items, next: next.map(At::cursor) });
        }
    }
    Ok(groups)
}

async fn of_kind(
    server: &Server,
    actor: &Actor,
    kind: Kind,
    asked: &[String],
    after: Option<At>,
    room: usize,
) -> Result<(Vec<Found>, Option<At>), Problem> {
    let reach = kind.reach(actor);
    let Some(statement) = statements::statement(kind, reach) else { return Ok((vec![], None)) };
    let leading = match &after {
        Some(at) if !at.leading.is_empty() => at.leading.clone(),
        _ if reach == Reach::All => rarest(server, kind, asked).await?,
        _ => asked[0].clone(),
    };
    let from = after.filter(|at| !at.leading.is_empty());
    let (word, id) = from.map_or((leading.clone(), String::new()), |at| (at.word, at.id));
    let at = |row: &Row| -> Result<At, Problem> {
        let word = String::from_utf8(row.get("word")?).unwrap_or_default();
        Ok(At { kind, leading: leading.clone(), word, id: row.get("id")? })
    };
    // With one word every row of the index is a find; with several, perhaps none is: then no more than a window is looked through.
    let last = match reach {
        Reach::All if asked.len() > 1 => {
            sql(statements::LAST)
                .bind(kind.code())
                .bind(end(&leading))
                .bind(word.clone().into_bytes())
                .bind(id.as_str())
                .optional(server.store.on(), at)
                .await?
        }
        _ => None,
    };
    let (to, to_id) = match &last {
        Some(last) => (last.word.clone().into_bytes(), last.id.clone()),
        None => (end(&leading), String::new()),
    };
    let mut query = sql(statement)
        .bind(actor.holder())
        .bind(server.world.now_ms())
        .bind(kind.code())
        .bind(leading.clone().into_bytes())
        .bind(to)
        .bind(word.into_bytes())
        .bind(id);
    let mut others = asked.iter().filter(|word| **word != leading);
    for _ in 1..words::MOST_ASKED {
        let other = others.next().map(String::as_str).unwrap_or_default();
        query = query.bind(other.as_bytes().to_vec()).bind(end(other));
    }
    let mut rows = query
        .bind(to_id)
        .bind(room as i64 + 1)
        .all(server.store.on(), |row| Ok((at(row)?, found(kind, row)?)))
        .await?;
    let more = rows.len() > room;
    rows.truncate(room);
    let next = if more { rows.last().map(|(at, _)| at.clone()) } else { last };
    Ok((rows.into_iter().map(|(_, found)| found).collect(), next))
}

/// Of the words asked the one that the fewest have, as far as it pays to count: it leads, the others are checked.
async fn rarest(server: &Server, kind: Kind, asked: &[String]) -> Result<String, Problem> {
    let mut best = (statements::WINDOW, asked[0].clone());
    if asked.len() == 1 {
        return Ok(best.1);
    }
    for word in asked {
        let many = sql(statements::COUNT)
            .bind(kind.code())
            .bind(word.clone().into_bytes())
            .bind(end(word))
            .one(server.store.on(), |row| row.first::<i64>())
            .await?;
        if many < best.0 {
            best = (many, word.clone());
        }
    }
    Ok(best.1)
}

/// Before this stands all that begins so: no text has this octet.
fn end(beginning: &str) -> Vec<u8> {
    let mut end = beginning.as_bytes().to_vec();
    end.push(0xff);
    end
}

fn found(kind: Kind, row: &Row) -> Result<Found, Problem> {
    let member = match kind {
        Kind::Account | Kind::Site | Kind::Database => {
            Some(Ref { id: row.get("member_id")?, name: row.get("member_name")? })
        }
        _ => None,
    };
    let account = match kind {
        Kind::Site | Kind::Database => {
            Some(Ref { id: row.get("account_id")?, name: row.get("account_name")? })
        }
        _ => None,
    };
    let name: String = row.get("name")?;
    let shown = match kind {
        Kind::Site => SiteName::parse(&name).ok().map(|site| site.unicode()).filter(|shown| *shown != name),
        _ => None,
    };
    Ok(Found { kind, id: row.get("id")?, name, shown, account, member })
}
