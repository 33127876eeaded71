//! The list of members: searched by beginnings of words, filtered, in an order of one's choice. Every way through it is an index's; which
//! one depends on what is asked, so each is a statement of its own.

use super::{MemberRow, words};
use crate::{
    Actor, Server,
    paging::{Listing, Page},
    store::{Engine, Query, Row, begins, sql},
};
use model::{Duty, MemberKind, MemberNumber, MemberStatus, Problem};

/// Words one can ask for at once.
pub(super) const MOST_WORDS: usize = 4;
/// A word that more members have is no way to find a few: then the list is walked in its order, and each member asked.
const FEW: u32 = 1_000;

/// Which members, and in what order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<MemberStatus>,
    pub kind: Option<MemberKind>,
    pub sort: Sort,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Name,
    Number,
    /// Those entered last come first.
    Newest,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Name, Sort::Number, Sort::Newest];

    pub fn code(self) -> &'static str {
        match self {
            Sort::Name => "name",
            Sort::Number => "number",
            Sort::Newest => "newest",
        }
    }

    pub fn from_code(code: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|sort| sort.code() == code)
    }
}

macro_rules! columns {
    () => {
        "SELECT m.id, m.number, m.name, m.kind, m.status, m.status_since, m.lang, m.created_at, m.version,
           (SELECT COUNT(*) FROM accounts a WHERE a.member_id = m.id AND a.state <> 'erased') AS accounts "
    };
}
pub(super) use columns;

/// One statement: $1 status, $2 kind, $3 and $4 after which one, $5 how many, then up to four words' beginnings and ends.
macro_rules! listed {
    ($engine:ident, $way:ident, $status:ident, $sort:ident) => {
        concat!(
            columns!(),
            listed!(@from $engine $way),
            listed!(@status $status),
            " AND ($2 = '' OR m.kind = $2) AND ",
            listed!(@sort $sort),
            " LIMIT $5"
        )
    };
    (@from $engine:ident All) => { "FROM members m WHERE " };
    // Few have the first word: they are looked up and put in order. (CROSS, so that SQLite begins with them.)
    (@from $engine:ident Few) => {
        concat!(
            "FROM (SELECT DISTINCT w.member_id FROM member_words w WHERE ", begins!($engine, "$6", "$7"),
            ") f CROSS JOIN members m WHERE m.id = f.member_id AND ", listed!(@words $engine)
        )
    };
    // Many have it: walking the list in its order soon finds a page of them.
    (@from $engine:ident Many) => {
        concat!("FROM members m WHERE ", listed!(@word $engine "$6", "$7"), listed!(@words $engine))
    };
    (@words $engine:ident) => {
        concat!(
            listed!(@word $engine "$8", "$9"), listed!(@word $engine "$10", "$11"), listed!(@word $engine "$12", "$13")
        )
    };
    // (OFFSET, so that PostgreSQL asks member by member instead of gathering all who have the word first.)
    (@word $engine:ident $from:literal, $to:literal) => {
        concat!(
            "(", $from, " = '' OR EXISTS (SELECT 1 FROM member_words w WHERE w.member_id = m.id AND ",
            begins!($engine, $from, $to), " LIMIT 1 OFFSET 0)) AND "
        )
    };
    (@status Any) => { "$1 = ''" };
    (@status One) => { "m.status = $1" };
    (@sort Name) => { "(m.sort_key, m.id) > ($3, $4) ORDER BY m.sort_key, m.id" };
    (@sort Number) => { "(m.number, m.id) > ($3, $4) ORDER BY m.number, m.id" };
    (@sort Newest) => { "$3 = '' AND m.id < $4 ORDER BY m.id DESC" };
}

#[derive(Clone, Copy)]
enum Way {
    All,
    Few,
    Many,
}

macro_rules! choose {
    ($engine:ident, $way:expr, $status:expr, $sort:expr) => {
        match ($way, $status, $sort) {
            (Way::All, false, Sort::Name) => listed!($engine, All, Any, Name),
            (Way::All, false, Sort::Number) => listed!($engine, All, Any, Number),
            (Way::All, false, Sort::Newest) => listed!($engine, All, Any, Newest),
            (Way::All, true, Sort::Name) => listed!($engine, All, One, Name),
            (Way::All, true, Sort::Number) => listed!($engine, All, One, Number),
            (Way::All, true, Sort::Newest) => listed!($engine, All, One, Newest),
            (Way::Few, false, Sort::Name) => listed!($engine, Few, Any, Name),
            (Way::Few, false, Sort::Number) => listed!($engine, Few, Any, Number),
            (Way::Few, false, Sort::Newest) => listed!($engine, Few, Any, Newest),
            (Way::Few, true, Sort::Name) => listed!($engine, Few, One, Name),
            (Way::Few, true, Sort::Number) => listed!($engine, Few, One, Number),
            (Way::Few, true, Sort::Newest) => listed!($engine, Few, One, Newest),
            (Way::Many, false, Sort::Name) => listed!($engine, Many, Any, Name),
            (Way::Many, false, Sort::Number) => listed!($engine, Many, Any, Number),
            (Way::Many, false, Sort::Newest) => listed!($engine, Many, Any, Newest),
            (Way::Many, true, Sort::Name) => listed!($engine, Many, One, Name),
            (Way::Many, true, Sort::Number) => listed!($engine, Many, One, Number),
            (Way::Many, true, Sort::Newest) => listed!($engine, Many, One, Newest),
        }
    };
}

fn statement(engine: Engine, way: Way, status: bool, sort: Sort) -> &'static str {
    match engine {
        Engine::Sqlite => choose!(Sqlite, way, status, sort),
        Engine::Postgres => choose!(Postgres, way, status, sort),
    }
}

/// Members; `q` is beginnings of words of the name or of a contact, or the number, which comes first where it is one's own.
pub async fn list(
    server: &Server,
    actor: &Actor,
    listing: &Listing,
    filter: &Filter,
) -> Result<Page<MemberRow>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let asked = words::asked(listing.q.as_deref());
    let engine = server.store.engine();
    let (way, asked) = match asked {
        None => (Way::All, vec![]),
        Some(asked) if asked.is_empty() => return Ok(Page { items: vec![], next: None }),
        Some(asked) => rarest_first(server, asked).await?,
    };
    let query = sql(statement(engine, way, filter.status.is_some(), filter.sort))
        .bind(filter.status.map_or("", MemberStatus::code))
        .bind(filter.kind.map_or("", MemberKind::code));
    let mut query = after(query, listing, filter.sort)?.bind(listing.fetch());
    if !matches!(way, Way::All) {
        for place in 0..MOST_WORDS {
            let [from, to] = asked.get(place).cloned().unwrap_or_default();
            query = query.bind(from).bind(to);
        }
    }
    let found = query.all(server.store.on(), view).await?;
    let mut page = listing.page(found, |member| match filter.sort {
        Sort::Name => [words::sort_key(&member.name), member.id.to_string()],
        Sort::Number => [member.number.to_string(), member.id.to_string()],
        Sort::Newest => [String::new(), member.id.to_string()],
    });
    own_first(server, listing, filter, &mut page.items).await?;
    Ok(page)
}

macro_rules! counted {
    ($engine:ident) => {
        concat!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM member_words w WHERE ",
            begins!($engine, "$1", "$2"),
            " LIMIT $3) x"
        )
    };
}

/// The word that the fewest members have comes first, and tells the way.
async fn rarest_first(server: &Server, asked: Vec<[String; 2]>) -> Result<(Way, Vec<[String; 2]>), Problem> {
    let count = match server.store.engine() {
        Engine::Sqlite => counted!(Sqlite),
        Engine::Postgres => counted!(Postgres),
    };
    let mut counted = Vec::with_capacity(asked.len());
    for [from, to] in asked {
        let many = sql(count)
            .bind(from.as_str())
            .bind(to.as_str())
            .bind(i64::from(FEW))
            .one(server.store.on(), |row| row.first::<u32>())
            .await?;
        counted.push((many, [from, to]));
    }
    counted.sort_by_key(|(many, _)| *many);
    let few = counted.first().is_none_or(|(many, _)| *many < FEW);
    Ok((if few { Way::Few } else { Way::Many }, counted.into_iter().map(|(_, word)| word).collect()))
}

/// After which one the page begins; from the start, after nothing.
fn after(query: Query, listing: &Listing, sort: Sort) -> Result<Query, Problem> {
    let [key, id] = listing.after()?;
    Ok(match sort {
        Sort::Name => query.bind(key).bind(id),
        Sort::Number => query.bind(key.parse().unwrap_or(0_i64)).bind(id),
        // Ids are hexadecimal: all come before this.
        Sort::Newest => query.bind("").bind(if id.is_empty() { "g".to_owned() } else { id }),
    })
}

/// Who types a number means the member that has it, more than those whose numbers begin so.
async fn own_first(
    server: &Server,
    listing: &Listing,
    filter: &Filter,
    items: &mut Vec<MemberRow>,
) -> Result<(), Problem> {
    let Some(number) = listing.q.as_deref().and_then(|q| MemberNumber::parse(q).ok()) else { return Ok(()) };
    let own = sql(concat!(columns!(), "FROM members m WHERE m.number = $1"))
        .bind(number)
        .optional(server.store.on(), view)
        .await?;
    let fits = |member: &MemberRow| {
        filter.status.is_none_or(|status| member.status == status)
            && filter.kind.is_none_or(|kind| member.kind == kind)
    };
    let Some(own) = own.filter(fits) else { return Ok(()) };
    items.retain(|member| member.id != own.id);
    if listing.cursor.as_deref().is_none_or(str::is_empty) {
        items.insert(0, own);
    }
    Ok(())
}

pub(super) fn view(row: &Row) -> Result<MemberRow, Problem> {
    Ok(MemberRow {
        id: row.get("id")?,
        number: row.get("number")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        status: row.get("status")?,
        since: row.get("status_since")?,
        lang: row.get("lang")?,
        accounts: row.get("accounts")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
