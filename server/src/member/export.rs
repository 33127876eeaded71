//! Members as CSV, a page at a time: what the import reads, with cells that no spreadsheet takes for a formula.

use super::{
    Filter, MemberView,
    import::{Column, Part, guarded, names},
    list, store,
};
use crate::{
    Actor, Server,
    actor::not_found,
    paging::Listing,
    session,
    store::{internal, sql},
};
use futures_util::stream::{self, Stream};
use model::{Duty, Lang, MemberId, MemberKind, MemberStatus, Problem, Purpose};

/// Members of one page.
const PAGE: u32 = 200;

/// The members a list with this search and filter has, as CSV. The first page is made before anything is answered, so that who may not is
/// told so; a failure later cuts the file off.
pub async fn export(
    server: &Server,
    actor: &Actor,
    q: Option<String>,
    filter: Filter,
    lang: Lang,
) -> Result<impl Stream<Item = Result<String, Problem>> + Send + use<>, Problem> {
    actor.must(Duty::SeeMembers)?;
    let contacts = sql("SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM member_contacts GROUP BY member_id, purpose) x")
        .one(server.store.on(), |row| row.first::<u32>())
        .await?;
    let columns = names(lang, contacts.max(1) as usize);
    // Spreadsheets know UTF-8 by this mark alone.
    let head = format!("\u{feff}{}", line(columns.iter().map(|(_, name)| name.as_str()))?);
    let listing = Listing { limit: Some(PAGE), cursor: None, q };
    let mut export =
        Export { server: server.clone(), actor: actor.clone(), columns, filter, listing, lang, done: false };
    let first = head + &export.page().await?.unwrap_or_default();
    let rest = stream::unfold(export, |mut export| async move {
        match export.page().await {
            Ok(page) => page.map(|page| (Ok(page), export)),
            Err(problem) => {
                export.done = true;
                Some((Err(problem), export))
            }
        }
    });
    Ok(futures_util::StreamExt::chain(stream::once(std::future::ready(Ok(first))), rest))
}

struct Export {
    server: Server,
    actor: Actor,
    columns: Vec<(Column, String)>,
    filter: Filter,
    listing: Listing,
    lang: Lang,
    done: bool,
}

impl Export {
    /// The next page; `None` after the last.
    async fn page(&mut self) -> Result<Option<String>, Problem> {
        if self.done {
            return Ok(None);
        }
        if self.listing.cursor.is_some() {
            // As things stand now: who was signed out or lost the right reads no further.
            self.actor = session::still(&self.server, &self.actor).await?.ok_or_else(not_found)?;
        }
        let found = list(&self.server, &self.actor, &self.listing, &self.filter).await?;
        let mut page = String::new();
        for row in found.items {
            // Deleted in this very moment: it is no member any more.
            match store::read(&self.server, row.id).await {
                Ok(member) => {
                    let owner = owner(&self.server, row.id).await?;
                    page +=
                        &line(self.columns.iter().map(|(column, _)| self.cell(*column, &member, &owner)))?;
                }
                Err(problem) if problem.kind == model::ProblemKind::NotFound => {}
                Err(problem) => return Err(problem),
            }
        }
        self.done = found.next.is_none();
        self.listing.cursor = found.next;
        Ok(Some(page))
    }

    fn cell(&self, column: Column, member: &MemberView, owner: &Option<String>) -> String {
        let lang = self.lang;
        let text = match column {
            Column::Number => member.number.to_string(),
            Column::Name => member.name.clone(),
            Column::Kind => match member.kind {
                MemberKind::Person => lang.pick("personne", "person").into(),
                MemberKind::Organisation => "organisation".into(),
            },
            Column::Status => match member.status {
                MemberStatus::Applicant => lang.pick("candidat", "applicant").into(),
                MemberStatus::Member => lang.pick("membre", "member").into(),
                MemberStatus::Client => "client".into(),
                MemberStatus::Left => lang.pick("parti", "left").into(),
                MemberStatus::StruckOff => lang.pick("radié", "struck off").into(),
            },
            Column::Since => member.since.to_string(),
            Column::Lang => member.lang.code().into(),
            Column::Address => member.address.clone().unwrap_or_default(),
            Column::Contact(purpose, place, part) => {
                contact(member, purpose, place, part).unwrap_or_default()
            }
            Column::Owner => owner.clone().unwrap_or_default(),
            Column::Notes => member.notes.clone().unwrap_or_default(),
        };
        guarded(&text)
    }
}

fn contact(member: &MemberView, purpose: Purpose, place: usize, part: Part) -> Option<String> {
    let contact = member.contacts.iter().filter(|contact| contact.purpose == purpose).nth(place)?;
    match part {
        Part::Name => contact.name.as_ref().map(ToString::to_string),
        Part::Email => contact.email.as_ref().map(ToString::to_string),
        Part::Phone => contact.phone.as_ref().map(ToString::to_string),
    }
}

/// The address of the owner of longest standing.
async fn owner(server: &Server, member: MemberId) -> Result<Option<String>, Problem> {
    sql("SELECT u.email FROM grants g JOIN users u ON u.id = g.user_id WHERE g.member_id = $1 AND g.role = 'owner'
           AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY g.id LIMIT 1")
    .bind(member)
    .bind(server.world.now_ms())
    .optional(server.store.on(), |row| row.get("email"))
    .await
}

/// One line of the file, quoted where it must be (RFC 4180), with the separator of French spreadsheets.
fn line(cells: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<String, Problem> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| internal("a line of CSV", &error))?;
    let bytes = writer.into_inner().map_err(|error| internal("a line of CSV", &error))?;
    String::from_utf8(bytes).map_err(|error| internal("a line of CSV", &error))
}
