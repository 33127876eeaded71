//! Templates to subject, text and HTML. Each format has its own Tera instance whose escape function quotes for that format (law 4);
//! escaping is on for every template, so that nothing depends on remembering a filter.

use super::{Ending, Facts, Kind};
use crate::{config::Origin, store::internal};
use jiff::{Timestamp, tz::TimeZone};
use model::{AccountId, Lang, Problem, Role, Secret, StaffRole};
use std::{collections::BTreeMap, sync::LazyLock};
use tera::{Context, Tera};

/// The three faces of one mail in one language.
macro_rules! mail {
    ($lang:literal, $code:literal) => {
        [
            (
                concat!($lang, "/", $code, ".subject"),
                include_str!(concat!($lang, "/", $code, ".subject.tera")),
            ),
            (concat!($lang, "/", $code, ".txt"), include_str!(concat!($lang, "/", $code, ".txt.tera"))),
            (concat!($lang, "/", $code, ".html"), include_str!(concat!($lang, "/", $code, ".html.tera"))),
        ]
    };
}
macro_rules! mails {
    ($($code:literal),* $(,)?) => { [$(mail!("fr", $code), mail!("en", $code)),*] };
}

static FILES: [[(&str, &str); 3]; 46] = mails![
    "invitation",
    "reset",
    "suspended",
    "resumed",
    "deleted",
    "member_deleted",
    "restored",
    "password_changed",
    "factor_added",
    "factor_removed",
    "factors_reset",
    "recovery_asked",
    "recovery_refused",
    "recovered",
    "new_address",
    "asked",
    "staff",
    "certificate_ends",
    "cron_fails",
    "cron_works",
    "limit_near",
    "mail_held",
    "chain_head"
];

/// One line of plain text: subjects.
static SUBJECT: LazyLock<Result<Tera, tera::Error>> = LazyLock::new(|| instance(line, 0, &[]));
/// Plain text of many lines, in which a value is still one line.
static TEXT: LazyLock<Result<Tera, tera::Error>> = LazyLock::new(|| instance(line, 1, &[]));
static HTML: LazyLock<Result<Tera, tera::Error>> =
    LazyLock::new(|| instance(html, 2, &[("base.html", include_str!("base.html.tera"))]));

fn instance(
    escape: fn(&str) -> String,
    face: usize,
    more: &[(&'static str, &'static str)],
) -> Result<Tera, tera::Error> {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape);
    // Every name ends with nothing: escaping is on for all.
    tera.autoescape_on(vec![""]);
    let faces = FILES.iter().filter_map(|files| files.get(face).copied());
    tera.add_raw_templates(more.iter().copied().chain(faces))?;
    Ok(tera)
}

/// A mail as it is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a template may say.
pub(super) struct Told<'a> {
    pub kind: Kind,
    pub lang: Lang,
    pub account: Option<AccountId>,
    pub facts: &'a Facts,
    pub link: Option<&'a Secret>,
}

/// Every address in it is below the configured origin: no request has a say in it.
pub(super) fn render(origin: &Origin, told: &Told<'_>) -> Result<Rendered, Problem> {
    let Told { kind, lang, account, facts, link } = told;
    let origin = origin.as_str();
    let mut context = Context::new();
    context.insert("lang", lang.code());
    context.insert("origin", origin);
    context.insert("forgotten", &format!("{origin}/forgotten"));
    context.insert("link", &link.map(|secret| format!("{origin}/link/{}", secret.reveal())));
    context.insert("account_url", &account.map(|id| format!("{origin}/accounts/{id}")));
    context.insert("account", &facts.account);
    context.insert("accounts", &facts.accounts);
    context.insert("member", &facts.member);
    context.insert("role", &facts.role.as_deref().and_then(|code| role(*lang, code)));
    context.insert("by", &facts.by);
    context.insert("answer_until", &facts.answer_until.map(|at| day(*lang, at)));
    context.insert("hands_over", &facts.hands_over);
    context.insert("reason", &facts.reason);
    context.insert("code", &facts.code);
    context.insert("reference", &facts.reference);
    context.insert("suspended", &facts.suspended);
    context.insert("factor", &facts.factor);
    context.insert("name", &facts.name);
    context.insert("email", &facts.email);
    context.insert("site_url", &facts.site.map(|id| format!("{origin}/sites/{id}")));
    context.insert("endings", &facts.endings.iter().map(|one| ending(*lang, one)).collect::<Vec<_>>());
    context.insert("job_url", &facts.job.map(|id| format!("{origin}/cron-jobs/{id}")));
    context.insert("words", &facts.words);
    context.insert("run_at", &facts.run_at.map(moment));
    context.insert("how", &facts.how.as_ref().map(|how| how.pick(*lang)));
    context.insert("position", &facts.head.as_ref().map(|head| head.position));
    context.insert("hash", &facts.head.as_ref().map(|head| head.hash.as_str()));
    context.insert("head_at", &facts.head.as_ref().and_then(|head| head.at).map(moment));
    context.insert("chain_url", &format!("{origin}/changes/chain"));
    context.insert("until", &facts.until.map(|at| day(*lang, at)));
    let name = |face: &str| format!("{}/{}.{face}", lang.code(), kind.code());
    let render = |tera: &LazyLock<Result<Tera, tera::Error>>, face: &str, context: &Context| {
        let tera = tera.as_ref().map_err(|error| internal("mail templates", &chain(error)))?;
        tera.render(&name(face), context).map_err(|error| internal("a mail's template", &chain(&error)))
    };
    let subject = render(&SUBJECT, "subject", &context)?.trim().to_owned();
    let text = spaced(&render(&TEXT, "txt", &context)?);
    context.insert("subject", &subject);
    let html = render(&HTML, "html", &context)?.trim_start().to_owned();
    Ok(Rendered { subject, text, html })
}

/// Parts that were left out leave no gap: one empty line at most.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.trim().lines() {
        if !(line.trim().is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

/// A value is one line, and what would end or turn it round is made harmless.
fn line(value: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    value.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}

/// Not Tera's own, which writes `/` so that nobody can read an address any more.
fn html(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in line(value).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// The day in UTC: where the day at home is another, it is the earlier one, so nobody comes too late.
fn day(lang: Lang, ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    lang.day(at.year(), at.month(), at.day())
}

/// One name whose certificate ends, as templates say it.
fn ending(lang: Lang, one: &Ending) -> BTreeMap<&'static str, String> {
    let missing = one.missing.pick(lang).to_owned();
    BTreeMap::from([("name", one.name.clone()), ("at", day(lang, one.at)), ("missing", missing)])
}

/// A role, on a member or in the cooperative, in a word.
fn role(lang: Lang, code: &str) -> Option<String> {
    let word =
        Role::from_code(code).map(Role::word).or_else(|| StaffRole::from_code(code).map(StaffRole::word));
    word.map(|word| word.pick(lang).to_owned())
}

/// A moment in UTC, to the second, as both languages and programs write it.
fn moment(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Head;

    fn told(kind: Kind, lang: Lang, facts: &Facts, link: Option<&Secret>) -> Rendered {
        let origin: Origin = "https://panel.asso.example".parse().unwrap();
        let account = Some(AccountId::new(1, &[1; 10]));
        render(&origin, &Told { kind, lang, account, facts, link }).unwrap()
    }

    #[test]
    fn every_mail_exists_in_both_languages_and_says_what_it_must() {
        let facts = Facts {
            account: Some("ruche".into()),
            accounts: vec!["ruche".into(), "essaim".into()],
            reason: Some("Cotisation impayée".into()),
            until: Some(1_793_480_400_000),
            member: Some("Les Amis".into()),
            role: Some("board".into()),
            by: Some("ana@asso.example".into()),
            email: Some("a…@neuf.example".into()),
            answer_until: Some(1_793_480_400_000),
            site: Some(model::SiteId::new(2, &[2; 10])),
            endings: vec![Ending {
                name: "miel.example".into(),
                at: 1_793_480_400_000,
                missing: model::Text::new("Ce nom ne mène nulle part.", "This name leads nowhere."),
            }],
            head: Some(Head { position: 4711, hash: "c0ffee".into(), at: Some(1_793_480_400_000) }),
            ..Facts::default()
        };
        let link = Secret::new("abc");
        for kind in Kind::ALL {
            for lang in Lang::ALL {
                let mail = told(kind, lang, &facts, Some(&link));
                let what = format!("{kind:?} {lang:?}\n{mail:?}");
                assert!(!mail.subject.is_empty() && !mail.subject.contains('\n'), "{what}");
                assert!(!mail.text.contains("{{") && !mail.html.contains("{{"), "{what}");
                assert!(!mail.text.contains("\n\n\n"), "{what}");
                assert!(mail.html.contains(&format!("<html lang=\"{}\">", lang.code())), "{what}");
                assert!(mail.text.contains("https://panel.asso.example"), "{what}");
                for face in [&mail.text, &mail.html] {
                    let linked = matches!(
                        kind,
                        Kind::Invitation | Kind::Reset | Kind::Asked | Kind::Staff | Kind::NewAddress
                    );
                    assert_eq!(face.contains("https://panel.asso.example/link/abc"), linked, "{what}");
                    let named = matches!(
                        kind,
                        Kind::Invitation
                            | Kind::Asked
                            | Kind::Suspended
                            | Kind::Resumed
                            | Kind::Deleted
                            | Kind::MemberDeleted
                            | Kind::Restored
                            | Kind::CertificateEnds
                            | Kind::CronFails
                            | Kind::CronWorks
                            | Kind::LimitNear
                            | Kind::MailHeld
                    );
                    assert_eq!(face.contains("ruche"), named, "{what}");
                    assert_eq!(face.contains("essaim"), kind == Kind::MemberDeleted, "{what}");
                    let other = matches!(kind, Kind::RecoveryAsked | Kind::RecoveryRefused | Kind::Recovered);
                    assert_eq!(face.contains("a…@neuf.example"), other, "{what}");
                    assert_eq!(face.contains("Cotisation impayée"), kind == Kind::Suspended, "{what}");
                    let head = ["4711", "c0ffee", "2026-10-31 21:00:00 UTC"].map(|said| face.contains(said));
                    assert_eq!(head, [kind == Kind::ChainHead; 3], "{what}");
                    let day = lang.pick("31 octobre 2026", "31 October 2026");
                    let dated = matches!(
                        kind,
                        Kind::Deleted
                            | Kind::MemberDeleted
                            | Kind::Asked
                            | Kind::RecoveryAsked
                            | Kind::CertificateEnds
                    );
                    let missing = lang.pick("Ce nom ne mène nulle part.", "This name leads nowhere.");
                    let ends = ["miel.example", missing, "https://panel.asso.example/sites/"]
                        .map(|said| face.contains(said));
                    assert_eq!(ends, [kind == Kind::CertificateEnds; 3], "{what}");
                    assert_eq!(face.contains(day), dated, "{what}");
                }
            }
        }
    }

    #[test]
    fn each_suspension_says_how_to_come_back() {
        for lang in Lang::ALL {
            let mut ways = std::collections::BTreeSet::new();
            for code in crate::account::Cause::ALL.map(Some).into_iter().chain([None]) {
                let facts = Facts {
                    account: Some("ruche".into()),
                    code: code.map(|code| code.code().to_owned()),
                    reference: Some("TJ 26/0417".into()),
                    ..Facts::default()
                };
                let mail = told(Kind::Suspended, lang, &facts, None);
                for face in [&mail.text, &mail.html] {
                    let legal = code == Some(crate::account::Cause::LegalOrder);
                    assert_eq!(face.contains("TJ 26/0417"), legal, "{mail:?}");
                }
                ways.insert(mail.text);
            }
            assert_eq!(ways.len(), 5, "{ways:?}");
        }
    }

    #[test]
    fn values_stay_values() {
        let hostile =
            "</p><script>alert(1)</script>\r\nBcc: x@evil.example\n\nhttps://evil.example \u{202e}x";
        let facts = Facts { account: Some(hostile.into()), reason: Some(hostile.into()), ..Facts::default() };
        for lang in Lang::ALL {
            let mail = told(Kind::Suspended, lang, &facts, None);
            assert!(!mail.subject.contains(['\r', '\n']), "{mail:?}");
            assert!(!mail.html.contains("<script") && !mail.html.contains('\u{202e}'), "{mail:?}");
            assert!(
                !mail.text.lines().any(|line| line.starts_with("Bcc") || line.starts_with("https://evil")),
                "{mail:?}"
            );
        }
    }
}
