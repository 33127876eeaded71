//! Handing ownership over: the owner offers it, confirmed by a fresh proof; the other accepts; in the same instant the first is owner
//! no more. Both have to say yes, and at no moment is there nobody.

use super::{InvitationView, On, invite, rules};
use crate::{Actor, Server, actor::not_found, store::sql};
use model::{EmailAddress, GrantId, Problem, ProblemKind, Right, Role, Text};

/// Offers one's own ownership of this very thing to somebody.
pub async fn hand_over(
    server: &Server,
    actor: &Actor,
    on: On,
    email: &str,
) -> Result<InvitationView, Problem> {
    rules::must_see(server, actor, on).await?;
    invite::bound(server, actor).await?;
    let mut tx = server.store.write().await?;
    let (of, access) = rules::lock(&mut tx, server, actor, on).await?;
    access.must(Right::Own)?;
    actor.must_have_proved(server.world.now_ms())?;
    of.must_stay()?;
    let email = EmailAddress::parse(email)?;
    let user = actor.user.ok_or_else(not_found)?;
    let own: Option<GrantId> = sql(
        "SELECT id FROM grants WHERE user_id = $1 AND (account_id = $2 OR member_id = $3) AND role = 'owner'
           AND revoked_at IS NULL",
    )
    .bind(user)
    .bind(on.account())
    .bind(on.member())
    .optional(tx.on(), |row| row.get("id"))
    .await?;
    let Some(own) = own else {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "not_owner_here",
            Text::new(
                "Vous n’êtes pas responsable ici même\u{a0}: on ne transmet que son propre rôle. Donnez plutôt l’accès, ou transmettez le membre sur sa page.",
                "You are not an owner of this very thing: one hands over one's own role only. Give access instead, or hand over the member's on its page.",
            ),
        ));
    };
    if email.key() == actor.who.to_ascii_lowercase() {
        let text = Text::new(
            "C’est votre propre adresse\u{a0}: donnez celle de l’autre personne.",
            "This is your own address: give the other person's.",
        );
        return Err(Problem::invalid("email", "hand_over_self", text));
    }
    let asked = invite::ask(&mut tx, server, actor, on, &of, &email, Role::Owner, None, Some(own)).await?;
    tx.commit().await?;
    Ok(asked)
}
