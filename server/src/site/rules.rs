//! Making, naming and deleting sites.

use super::{Chosen, HstsReach, SiteRow, SiteView, claim, https, settings, store};
use crate::{
    Actor, Server,
    account::{self, AccountView},
    actor::not_found,
    app,
    change::{self, Act, ChangeView, Done, Subject},
    once, resource, search,
    store::{Tx, sql},
    views::stale,
};
use model::{
    AccountId, ChangeId, Problem, ProblemKind, Right, Site, SiteId, SiteName, Text, check_redirects, text,
};
use serde_json::{Value, json};

/// Adds a site with its first name.
pub async fn create(
    server: &Server,
    actor: &Actor,
    account: AccountId,
    name: &str,
) -> Result<Done<SiteView>, Problem> {
    let id: SiteId = server.world.id();
    let now = server.world.now_ms();
    let parsed = SiteName::parse(name);
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let name = parsed?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        let item = store::load(tx.on(), actor, made, now).await?;
        return Ok(Done { change: item.change, item });
    }
    let site = SiteRow::new(id, name.clone(), vec![name]);
    let change = add(server, actor, &mut tx, &of, &site, "site.create", None).await?;
    finish(tx, actor, &site, now, change).await
}

/// Brings a deleted site back, when its names are still free.
pub(crate) async fn recreate(
    server: &Server,
    actor: &Actor,
    deleted: &ChangeView,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let account = deleted.account.ok_or_else(not_found)?;
    let names = change::names(&deleted.before)?;
    let folder = deleted.before.as_ref().and_then(|before| before["folder"].as_str()).unwrap_or_default();
    let mut site = SiteRow::new(deleted.subject.id.parse()?, SiteName::parse(folder)?, names);
    let chosen = Chosen::before(deleted.before.as_ref().map(|before| &before["https"]));
    site.https.redirect = chosen.redirect.unwrap_or_default();
    site.https.hsts = chosen.hsts.unwrap_or_default();
    site.settings = settings::read(deleted.before.as_ref().map(|before| &before["settings"]))?;
    check_redirects(&site.settings.redirects, &site.names)?;
    site.https.hsts_at = (site.https.hsts != HstsReach::Off).then_some(now);
    let mut tx = server.store.write().await?;
    let of = account::lock_for(&mut tx, server, actor, account, Right::Sites).await?;
    let change = add(server, actor, &mut tx, &of, &site, "site.create", Some(deleted.id)).await?;
    finish(tx, actor, &site, now, change).await
}

async fn add(
    server: &Server,
    actor: &Actor,
    tx: &mut Tx,
    of: &AccountView,
    site: &SiteRow,
    verb: &'static str,
    undoes: Option<ChangeId>,
) -> Result<ChangeId, Problem> {
    let now = server.world.now_ms();
    account::must_stay(of)?;
    if of.sites >= of.plan.sites_max {
        let most = of.plan.sites_max;
        return Err(Problem::new(
            ProblemKind::Conflict,
            "sites_limit",
            text!(
                "L’offre de ce compte s’arrête à {most} sites\u{a0}: supprimez-en un, ou demandez une offre plus grande.",
                "This account's plan ends at {most} sites: delete one, or ask for a larger plan."
            ),
        )
        .on("name"));
    }
    // Before anything is written: a folder is one site's alone.
    for name in &site.names {
        claim::registrable(server, name)?;
    }
    let inserted =
        sql("INSERT INTO sites (id, account_id, folder, created_at, version, redirect, hsts, hsts_at, settings) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8)
         ON CONFLICT (account_id, folder) DO NOTHING")
        .bind(site.id)
        .bind(of.id)
        .bind(&site.folder)
        .bind(now)
        .bind(site.https.redirect)
        .bind(site.https.hsts)
        .bind(site.https.hsts_at)
        .bind(settings::as_text(&site.settings)?)
        .run(tx.on())
        .await?;
    if inserted == 0 {
        let folder = &site.folder;
        return Err(Problem::new(
            ProblemKind::Conflict,
            "folder_in_use",
            text!(
                "Un site de ce compte occupe déjà le dossier sites/{folder}\u{a0}: ajoutez plutôt ce nom à ce site.",
                "A site of this account already has the folder sites/{folder}: rather add this name to that site."
            ),
        )
        .on("name"));
    }
    claim::take(server, tx, of.id, site.id, &site.names, now).await?;
    search::put_site(tx, site.id, &site.names).await?;
    let mut act = act(verb, of, site);
    act.after = Some(summary(&site.names, &site.folder));
    act.undoes = undoes;
    let change = change::record(tx, &*server.world, actor, act).await?;
    // With it or without it the account's pools of PHP may be others.
    let wants = account::as_it_is(tx, of).await?;
    resource::write(tx, change, now, wants).await?;
    Ok(change)
}

pub(super) async fn finish(
    mut tx: Tx,
    actor: &Actor,
    site: &SiteRow,
    now: i64,
    change: ChangeId,
) -> Result<Done<SiteView>, Problem> {
    let item = store::load(tx.on(), actor, site.id, now).await?;
    tx.commit().await?;
    Ok(Done { item, change: Some(change) })
}

/// Gives a site its names, as typed: the main one first.
pub async fn set_names(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    expected: Option<i64>,
    names: &[String],
) -> Result<Done<SiteView>, Problem> {
    // Who may not see the site learns nothing about names.
    store::show(server, actor, site).await?;
    let typed = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let parsed =
        typed.map(SiteName::parse).collect::<Result<Vec<_>, _>>().map_err(|problem| problem.on("names"))?;
    set_names_as(server, actor, site, expected, parsed, None).await
}

pub(crate) async fn set_names_as(
    server: &Server,
    actor: &Actor,
    id: SiteId,
    expected: Option<i64>,
    names: Vec<SiteName>,
    undoes: Option<ChangeId>,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, before.version)?;
    if before.names == names {
        return Ok(Done { item: before, change: None });
    }
    count(&of, &before, &names)?;
    check_redirects(&before.settings.redirects, &names).map_err(|problem| problem.on("names"))?;
    sql("DELETE FROM names WHERE site_id = $1 AND preview_at IS NULL").bind(id).run(tx.on()).await?;
    claim::take(server, &mut tx, of.id, id, &names, now).await.map_err(|problem| problem.on("names"))?;
    search::put_site(&mut tx, id, &names).await?;
    claim::release(&mut tx, of.id).await?;
    sql("UPDATE sites SET version = version + 1 WHERE id = $1").bind(id).run(tx.on()).await?;
    let mut site = store::row(&mut tx, id).await?;
    // Browsers hear of a name that comes to it for a day first, as of the others.
    let comes = site.names.iter().any(|name| !before.names.contains(name));
    if comes && site.https.hsts != HstsReach::Off {
        (site.https.hsts_at, site.https.hsts_long_at) = (Some(now), None);
        https::write(&mut tx, id, &site.https).await?;
    }
    let mut act = act("site.names", &of, &site);
    act.before = Some(summary(&before.names, &site.folder));
    act.after = Some(summary(&site.names, &site.folder));
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    resource::write(&mut tx, change, now, vec![account::site_want(&of, &site)]).await?;
    finish(tx, actor, &site, now, change).await
}

/// Takes a site off the web; its files stay in the home.
pub async fn delete(
    server: &Server,
    actor: &Actor,
    site: SiteId,
    expected: Option<i64>,
) -> Result<Done<SiteView>, Problem> {
    delete_as(server, actor, site, expected, None).await
}

pub(crate) async fn delete_as(
    server: &Server,
    actor: &Actor,
    id: SiteId,
    expected: Option<i64>,
    undoes: Option<ChangeId>,
) -> Result<Done<SiteView>, Problem> {
    let now = server.world.now_ms();
    let mut tx = server.store.write().await?;
    let (of, before) = lock(&mut tx, server, actor, id, now).await?;
    account::must_stay(&of)?;
    stale(expected, before.version)?;
    let apps = app::let_go_of_site(&mut tx, &of, id).await?;
    sql("DELETE FROM names WHERE site_id = $1").bind(id).run(tx.on()).await?;
    sql("DELETE FROM sites WHERE id = $1").bind(id).run(tx.on()).await?;
    search::forget(&mut tx, search::Kind::Site, id).await?;
    claim::release(&mut tx, of.id).await?;
    let site = SiteRow::new(id, before.folder.clone(), before.names.clone());
    let mut act = act("site.delete", &of, &site);
    let mut lost = summary(&site.names, &site.folder);
    lost["https"] = before.https.summary();
    if !before.settings.is_usual() {
        lost["settings"] = settings::shown(&before.settings);
    }
    act.before = Some(lost);
    act.undoes = undoes;
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let mut wants = vec![account::site_gone(&of, &site)];
    wants.extend(apps);
    wants.extend(account::as_it_is(&mut tx, &of).await?);
    resource::write(&mut tx, change, now, wants).await?;
    tx.commit().await?;
    Ok(Done { item: SiteView { change: Some(change), ..before }, change: Some(change) })
}

/// Locks the site's account, then reads the site as it stands.
pub(super) async fn lock(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    site: SiteId,
    now: i64,
) -> Result<(AccountView, SiteView), Problem> {
    let account = store::load(tx.on(), actor, site, now).await?.account.id;
    let of = account::lock_for(tx, server, actor, account, Right::Sites).await?;
    Ok((of, store::load(tx.on(), actor, site, now).await?))
}

/// A site that the actor may change, with its account locked.
pub(crate) async fn lock_with_row(
    tx: &mut Tx,
    server: &Server,
    actor: &Actor,
    site: SiteId,
    now: i64,
) -> Result<(AccountView, SiteRow), Problem> {
    let (of, _) = lock(tx, server, actor, site, now).await?;
    Ok((of, store::row(tx, site).await?))
}

fn count(of: &AccountView, before: &SiteView, names: &[SiteName]) -> Result<(), Problem> {
    let most = (of.plan.names_max as usize).min(Site::MOST_NAMES);
    let problem = |code, text| Err(Problem::invalid("names", code, text));
    if names.is_empty() {
        return problem(
            "names_empty",
            Text::new("Un site garde au moins un nom.", "A site keeps one name at least."),
        );
    }
    // A site that is above a plan's new limit may still shrink.
    if names.len() > most && names.len() > before.names.len() {
        return problem(
            "names_limit",
            text!(
                "L’offre de ce compte s’arrête à {most} noms par site\u{a0}: enlevez-en.",
                "This account's plan ends at {most} names per site: remove some."
            ),
        );
    }
    let mut sorted: Vec<&SiteName> = names.iter().collect();
    sorted.sort();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        let name = twice[0];
        return problem(
            "names_twice",
            text!("Le nom {name} est donné deux fois.", "The name {name} is given twice."),
        );
    }
    Ok(())
}

pub(crate) fn act(verb: &'static str, of: &AccountView, site: &SiteRow) -> Act {
    let label = site.names.first().map(SiteName::unicode).unwrap_or_default();
    let mut act = Act::new(verb, Subject::new("site", site.id, label));
    act.member = Some(of.member.id);
    act.account = Some(of.id);
    act
}

fn summary(names: &[SiteName], folder: &SiteName) -> Value {
    json!({ "names": names, "folder": folder })
}
