//! Putting an application into a site, with all it needs, and letting go of it.

use super::{
    AppView, NewApp, Told,
    derive::{self, Beginning},
    offer,
    store::{self, AppRow},
};
use crate::{
    Actor, Server,
    account::{self, AccountView, Standing},
    actor::not_found,
    ca::hex,
    change::{self, Act, Done, Subject},
    cron_job, database, grant, once, resource, secrets, site,
    site::SiteRow,
    store::Tx,
    user,
    views::stale,
};
use model::{
    AppAdmin, AppDatabase, AppId, AppPasswordHash, AppTitle, AppVersion, Application, EmailAddress, Lang,
    Problem, ProblemKind, Right, Secret, SiteId, Text,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What was asked, once it has been read.
struct Read {
    application: Application,
    title: AppTitle,
    admin: AppAdmin,
    email: EmailAddress,
    language: Lang,
}

impl NewApp {
    fn read(&self, else_in: Lang) -> Result<Read, Problem> {
        let language = match self.language.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            None => else_in,
            Some(code) => Lang::from_code(code).ok_or_else(|| {
                let text = Text::new("Choisissez fr ou en.", "Choose fr or en.");
                Problem::invalid("language", "choice_absent", text)
            })?,
        };
        Ok(Read {
            application: Application::parse(&self.application)?,
            title: AppTitle::parse(&self.title)?,
            admin: AppAdmin::parse(&self.login)?,
            email: EmailAddress::parse(&self.email)?,
            language,
        })
    }
}

/// Puts an application into a site: its host copies and installs it, with a database of its own and a cron job where it needs them.
pub async fn create(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    new: NewApp,
    else_in: Lang,
) -> Result<Told, Problem> {
    // Who may not see the site, or may not change it, learns nothing more and costs no hashing.
    let shown = site::show(server, actor, site).await?;
    let access = grant::access(server, actor, shown.account.id).await?;
    access.must(Right::Sites)?;
    access.must(Right::Databases)?;
    let read = new.read(else_in)?;
    // A request sent again is answered as before, whatever is in the folder by now.
    if actor.once.is_none() || store::of_site(server, actor, site).await?.is_none() {
        offer::must_be_empty(server, &shown).await?;
    }
    let (id, now): (AppId, _) = (server.world.id(), server.world.now_ms());
    let secret = secrets::letters(&*server.world);
    let password = hashed(server, read.application, &secret).await?;

    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, shown.account.id, Right::Sites).await?;
    let sites = site::rows(&mut tx, of.id).await?;
    let site = sites.into_iter().find(|row| row.id == site).ok_or_else(not_found)?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let item = store::load(tx.on(), actor, made, now).await?;
        return Ok(Told { done: Done { change: item.change, item }, password: None });
    }
    account::must_stay(&of)?;
    must_serve(&of)?;
    let release = offer::must_be_offered(&mut tx, of.host.id, read.application).await?;
    if !store::ids_of_site(&mut tx, site.id).await?.is_empty() {
        return Err(taken());
    }
    let (change, wants) = make(&mut tx, server, actor, (&of, &site), (id, read, release, password)).await?;
    resource::write(&mut tx, change, now, wants).await?;
    let item = store::load(tx.on(), actor, id, now).await?;
    tx.commit().await?;
    Ok(Told { done: Done { item, change: Some(change) }, password: Some(secret) })
}

/// The hash the application understands.
async fn hashed(
    server: &Server,
    application: Application,
    secret: &Secret,
) -> Result<AppPasswordHash, Problem> {
    let mut salt = [0; 16];
    server.world.random(&mut salt);
    if application.takes_argon2() {
        return AppPasswordHash::parse(&user::hash(&server.hashers, secret, salt).await?);
    }
    let salt = hex(&salt);
    let hash = hex(&Sha256::digest(format!("{salt}{}", secret.reveal())));
    AppPasswordHash::parse(&format!("sha256${salt}${hash}"))
}

/// Everything it needs, as one change.
async fn make(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    (of, site): (&AccountView, &SiteRow),
    (id, read, release, password): (AppId, Read, AppVersion, AppPasswordHash),
) -> Result<(model::ChangeId, Vec<resource::Want>), Problem> {
    let now = server.world.now_ms();
    let name = site.names.first().unwrap_or(&site.folder);
    let https = site.proven.contains(name);
    let address = format!("{}://{name}", if https { "https" } else { "http" });
    let mut row = AppRow {
        id,
        site: site.id,
        application: read.application,
        release,
        address,
        title: read.title,
        admin: read.admin,
        database: None,
        cron_job: None,
    };
    let (mut wants, mut given) = (vec![], None);
    if read.application.needs_database() {
        let made = database::for_app(tx, server, of, read.application.code()).await?;
        row.database = Some(made.id);
        wants.extend(made.wants);
        given = Some(AppDatabase { name: made.name, user: made.user });
    }
    if let Some(tasks) = read.application.tasks() {
        // They do not wait for visitors, nor visitors for them.
        let shown = site.settings.root.as_ref().map_or("public", |root| root.as_str());
        let script = format!("sites/{}/{shown}/{tasks}", site.folder);
        let (job, want) = cron_job::for_app(tx, server, of, script).await?;
        row.cron_job = Some(job);
        wants.push(want);
    }
    store::insert(tx, of.id, &row, now).await?;
    let mut act = act("app.create", of, &row);
    let mut after = summary(&row, name.as_str());
    after["database"] = json!(given.as_ref().map(|database| &database.name));
    act.after = Some(after);
    let change = change::record(tx, &*server.world, actor, act).await?;
    let beginning =
        Beginning { email: read.email, language: read.language, password, database: given, https };
    wants.push(derive::want(of, site, &row, beginning));
    Ok((change, wants))
}

/// Lets go of an application: its files, its database and its cron job stay as they are, and the site goes on showing it.
pub async fn remove(
    server: &Server,
    actor: &Actor,
    id: AppId,
    expected: Option<i64>,
) -> Result<Done<AppView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let account = store::load(tx.on(), actor, id, now).await?.account.id;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let shown = store::load(tx.on(), actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, shown.version)?;
    let row = store::row(&mut tx, id).await?;
    store::delete(&mut tx, id).await?;
    let mut act = act("app.remove", &of, &row);
    act.before = Some(summary(&row, &shown.site.name));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![derive::gone(&of, id)]).await?;
    tx.commit().await?;
    Ok(Done { item: AppView { change: Some(change), ..shown }, change: Some(change) })
}

fn must_serve(of: &AccountView) -> Result<(), Problem> {
    if of.state == Standing::Active {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Conflict,
        "account_suspended",
        Text::new(
            "Ce compte est suspendu\u{a0}: rien ne s’y installe.",
            "This account is suspended: nothing is installed in it.",
        ),
    ))
}

pub(super) fn taken() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "site_has_app",
        Text::new(
            "Ce site a déjà une application\u{a0}: ajoutez un autre site pour celle-ci.",
            "This site has an application already: add another site for this one.",
        ),
    )
    .on("application")
}

fn summary(row: &AppRow, site: &str) -> Value {
    json!({
        "application": row.application, "release": row.release, "site": site, "address": row.address,
        "title": row.title, "admin": row.admin,
    })
}

fn act(verb: &'static str, of: &AccountView, row: &AppRow) -> Act {
    let label = format!("{} — {}", row.application.name(), row.title);
    let label: String = label.chars().take(80).collect();
    let mut act = Act::new(verb, Subject::new("app", row.id, label));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}
