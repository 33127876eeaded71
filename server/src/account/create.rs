//! Provisioning: an account for a member, on the least loaded host or one chosen by hand.

use super::{AccountView, derive, store};
use crate::{
    Actor, Server,
    change::{self, Act, Subject},
    grant, mail, member, once, outbox, resource, search,
    store::{Tx, sql},
    user,
};
use model::{
    AccountId, AccountState, ChangeId, Duty, EmailAddress, HostId, MemberId, PhpVersion, PlanId, Problem,
    ProblemKind, Role, TenantUid, Text, UnixName,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// What is asked, as typed in a form or sent to the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The owner's id.
    pub member: String,
    pub plan: String,
    /// The Unix name on the host.
    pub name: String,
    /// A host's id; empty: the least loaded.
    #[serde(default)]
    pub host: Option<String>,
    /// E-mail address of the user who shall manage it; made if unknown.
    #[serde(default)]
    pub owner: Option<String>,
    /// Send the owner a mail, with the link inside instead of in the answer; unless said, if the panel sends mail.
    #[serde(default)]
    pub mail: Option<bool>,
}

/// The account, its change and, for a user who has no password yet and gets no mail, the secret of a one-time link, told once.
#[derive(Clone, Debug)]
pub struct Created {
    pub item: AccountView,
    pub change: Option<ChangeId>,
    pub link: Option<model::Secret>,
}

pub async fn create(server: &Server, actor: &Actor, new: NewAccount) -> Result<Created, Problem> {
    actor.must_do_what_others_see(Duty::SeeMembers, Duty::Administer)?;
    let name = UnixName::parse(&new.name)?;
    let member: MemberId = new.member.parse().map_err(|_| absent("member"))?;
    let plan: PlanId = new.plan.parse().map_err(|_| absent("plan"))?;
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let owner =
        filled(new.owner).map(|typed| EmailAddress::parse(&typed).map_err(|p| p.on("owner"))).transpose()?;
    let host =
        filled(new.host).map(|typed| typed.parse::<HostId>().map_err(|_| absent("host"))).transpose()?;

    let by_mail = mail::by_mail(server, new.mail)?;
    let now = server.world.now_ms();
    let id: AccountId = server.world.id();
    let mut tx = server.store.write().await?;
    if let Some(made) = once::claim(&mut tx, actor, id, now).await? {
        drop(tx);
        return Ok(Created { item: store::show(server, actor, made).await?, change: None, link: None });
    }
    member::take_account(&mut tx, member).await?.ok_or_else(|| absent("member"))?;
    exists(&mut tx, "SELECT id FROM plans WHERE id = $1", &plan.to_string(), "plan").await?;
    let host = place(&mut tx, host).await?;
    let uid = sql("UPDATE panel SET next_uid = next_uid + 1 WHERE one = 1 RETURNING next_uid - 1")
        .one(tx.on(), |row| row.first::<u32>())
        .await?;
    let uid = TenantUid::try_from(uid)?;
    let inserted = sql(
        "INSERT INTO accounts (id, member_id, plan_id, host_id, name, uid, php, state, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, 1) ON CONFLICT (name) DO NOTHING",
    )
    .bind(id)
    .bind(member)
    .bind(plan)
    .bind(host)
    .bind(&name)
    .bind(uid.get())
    .bind(&PhpVersion::DEBIAN_13)
    .bind(now)
    .run(tx.on())
    .await?;
    // Asked after the name is ours: one that moves over there at this moment is found here or there.
    let past = sql("SELECT uid FROM past_accounts WHERE name = $1")
        .bind(&name)
        .optional(tx.on(), |_| Ok(()))
        .await?;
    if inserted == 0 || past.is_some() {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "account_name_taken",
            Text::new(
                "Ce nom de compte est déjà pris, ou l’a été\u{a0}: choisissez-en un autre.",
                "This account name is taken, or was: choose another.",
            ),
        )
        .on("name"));
    }
    search::put(&mut tx, search::Kind::Account, id, &[&name]).await?;
    let account = store::load(tx.on(), server, actor, id).await?;
    let mut act = Act::new("account.create", Subject::new("account", id, &name));
    act.member = Some(member);
    act.account = Some(id);
    act.after = Some(json!({
        "name": name, "uid": uid, "member": account.member.name, "plan": account.plan.name, "plan_id": plan, "host": account.host.name,
    }));
    let change = change::record(&mut tx, &*server.world, actor, act).await?;
    let link = match owner {
        Some(email) => {
            let user = user::ensure(&mut tx, &*server.world, &email).await?;
            if !by_mail {
                user::may_hand_link(&mut tx, server, actor, user).await?;
            }
            grant::give(&mut tx, &*server.world, user, grant::On::Account(id), Role::Owner, None).await?;
            let link = user::link_if_needed(&mut tx, &*server.world, user).await?;
            if by_mail {
                mail::invite(&mut tx, server, user, &account, link.as_ref()).await?;
            }
            link.filter(|_| !by_mail)
        }
        None => None,
    };
    let own = derive::Own { mail: outbox::of_account(&mut tx, id).await?, ..derive::Own::default() };
    let wanted = derive::account(&account, AccountState::Active, own)?;
    resource::write(&mut tx, change, now, vec![wanted]).await?;
    let item = store::load(tx.on(), server, actor, id).await?;
    tx.commit().await?;
    Ok(Created { item, change: Some(change), link })
}

/// The chosen host, or the active web host with the fewest accounts; a frozen one takes none.
async fn place(tx: &mut Tx, chosen: Option<HostId>) -> Result<HostId, Problem> {
    if let Some(chosen) = chosen {
        let frozen = sql("SELECT frozen_at FROM hosts WHERE id = $1")
            .bind(chosen)
            .optional(tx.on(), |row| row.get::<Option<i64>>("frozen_at"))
            .await?;
        if frozen.flatten().is_some() {
            let text = Text::new(
                "Cet hôte est gelé\u{a0}: rien ne lui est envoyé tant qu’une personne de l’administration ne l’a pas adopté sur sa page. Adoptez-le, ou choisissez un autre hôte.",
                "This host is frozen: nothing is sent to it until an admin adopts it on its page. Adopt it, or choose another host.",
            );
            return Err(Problem::new(ProblemKind::Conflict, "host_frozen", text).on("host"));
        }
    }
    // One whose agent is away would keep the new account waiting: only if there is no other.
    let found = sql("SELECT h.id FROM hosts h WHERE h.state = 'active' AND h.frozen_at IS NULL
           AND ' ' || h.roles || ' ' LIKE '% web %' AND ($1 = '' OR h.id = $1)
         ORDER BY CASE WHEN h.connected_at IS NULL THEN 1 ELSE 0 END,
           (SELECT COUNT(*) FROM accounts a WHERE a.host_id = h.id AND a.state <> 'erased'), h.id LIMIT 1")
    .bind(chosen.map(|host| host.to_string()).unwrap_or_default())
    .optional(tx.on(), |row| row.get("id"))
    .await?;
    found.ok_or_else(|| {
        let text = match chosen {
            Some(_) => Text::new(
                "Cet hôte ne prend pas de nouveau compte\u{a0}: choisissez-en un autre.",
                "This host takes no new account: choose another.",
            ),
            None => Text::new(
                "Aucun hôte web ne prend de nouveau compte\u{a0}: ajoutez un hôte, ou rouvrez-en un.",
                "No web host takes new accounts: add a host, or open one again.",
            ),
        };
        Problem::new(ProblemKind::Conflict, "no_host", text).on("host")
    })
}

async fn exists(tx: &mut Tx, query: &'static str, id: &str, field: &'static str) -> Result<(), Problem> {
    sql(query).bind(id).optional(tx.on(), |_| Ok(())).await?.ok_or_else(|| absent(field))
}

fn absent(field: &'static str) -> Problem {
    Problem::invalid(
        field,
        "choice_absent",
        Text::new(
            "Ce choix n’existe pas ou plus\u{a0}: choisissez dans la liste.",
            "This choice does not exist (any more): choose from the list.",
        ),
    )
}
