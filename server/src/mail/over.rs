//! What a mail was about can be over before it is sent: then it stays unsent. What has no end of its own is never over.

use super::Kind;
use crate::store::sql;
use model::{AccountId, MemberId, Problem, UserId};
use sqlx::AnyConnection;

/// What a mail is about.
pub(super) struct Matter<'a> {
    pub kind: Kind,
    /// The address it goes to.
    pub to: &'a str,
    pub user: Option<UserId>,
    pub member: Option<MemberId>,
    pub account: Option<AccountId>,
    /// The invitation, grant, approval, site or cron job; mails of before do not say.
    pub about: Option<&'a str>,
}

pub(super) async fn is_over(on: &mut AnyConnection, now: i64, matter: &Matter<'_>) -> Result<bool, Problem> {
    let Matter { kind, to, user, member, account, about } = *matter;
    let lets_in =
        matches!(kind, Kind::Invitation | Kind::Reset | Kind::Asked | Kind::Staff | Kind::NewAddress);
    if lets_in && !address_holds(on, user, to).await? {
        return Ok(true);
    }
    let open = match (kind, about) {
        (Kind::Invitation, None) if account.is_some() => {
            let granted = sql("SELECT COUNT(*) FROM grants g WHERE g.user_id = $1 AND (g.account_id = $2 OR g.member_id = $3)
                 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $4)");
            granted.bind(user).bind(account).bind(member).bind(now)
        }
        // To several members at once: any of them is worth it.
        (Kind::Invitation, None) => {
            let granted =
                sql("SELECT COUNT(*) FROM grants g JOIN members m ON m.id = g.member_id WHERE g.user_id = $1 AND m.erase_at IS NULL
                 AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $2)");
            granted.bind(user).bind(now)
        }
        (Kind::Asked, Some(invitation)) => {
            sql("SELECT COUNT(*) FROM invitations WHERE id = $1 AND answered_at IS NULL AND expires_at > $2")
                .bind(invitation)
                .bind(now)
        }
        (Kind::Invitation | Kind::Staff, Some(grant)) => {
            let held = sql(
                "SELECT COUNT(*) FROM grants WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
            );
            held.bind(grant).bind(now)
        }
        // Kept after all, with every account. What is gone for good, or stays deleted, is told.
        (Kind::MemberDeleted, _) => {
            sql("SELECT (SELECT COUNT(*) FROM members WHERE id = $1 AND erase_at IS NOT NULL)
               + (SELECT COUNT(*) FROM accounts WHERE member_id = $1 AND state = 'deleted')
               + CASE WHEN EXISTS (SELECT 1 FROM members WHERE id = $1) THEN 0 ELSE 1 END")
            .bind(member)
        }
        // Renewed meanwhile, or no longer the site's.
        (Kind::CertificateEnds, Some(site)) => {
            sql("SELECT COUNT(*) FROM certificates c JOIN names n ON n.name = c.name
                 WHERE n.site_id = $1 AND (c.chain_key < c.key_number OR c.given IS NOT NULL) AND c.warned_days IS NOT NULL")
            .bind(site)
        }
        // It works again meanwhile, fails again, or is gone.
        (Kind::CronFails, Some(about)) => {
            let (job, since) = about.split_once(' ').unwrap_or((about, ""));
            let held = sql("SELECT COUNT(*) FROM cron_jobs WHERE id = $1 AND failing_at = $2");
            held.bind(job).bind(since.parse::<i64>().ok())
        }
        (Kind::CronWorks, Some(about)) => {
            let job = about.split(' ').next();
            sql("SELECT COUNT(*) FROM cron_jobs WHERE id = $1 AND failing_at IS NULL").bind(job)
        }
        // It was well below meanwhile.
        (Kind::LimitNear, Some(about)) => {
            let (account, what) = about.split_once(' ').unwrap_or((about, ""));
            sql("SELECT COUNT(*) FROM limit_warnings WHERE account_id = $1 AND what = $2").bind(account).bind(what)
        }
        // Released or thrown away meanwhile.
        (Kind::MailHeld, _) => sql("SELECT COUNT(*) FROM held_mails WHERE account_id = $1").bind(account),
        (Kind::RecoveryAsked, Some(approval)) => {
            sql("SELECT COUNT(*) FROM approvals WHERE id = $1 AND answered_at IS NULL AND expires_at > $2")
                .bind(approval)
                .bind(now)
        }
        _ => return Ok(false),
    };
    Ok(open.one(on, |row| row.first::<i64>()).await? == 0)
}

/// Whether the address is still the user's: what lets in goes to no address they had before.
async fn address_holds(on: &mut AnyConnection, user: Option<UserId>, to: &str) -> Result<bool, Problem> {
    let Some(user) = user else { return Ok(true) };
    let held = sql("SELECT COUNT(*) FROM users WHERE id = $1 AND email_key = $2")
        .bind(user)
        .bind(to)
        .one(on, |row| row.first::<i64>())
        .await?;
    Ok(held > 0)
}
