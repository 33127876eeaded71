//! `diff` and `check`: what a reconcile would change now, worked out and not done.

use crate::{
    diff,
    fs::There,
    ledger::Ledger,
    reconcile::{
        Hands,
        job::{Planned, Wish},
        step::Step,
    },
    record::Record,
};
use model::{Kind, Lang, ResourceKey, Text};
use serde::Serialize;
use std::io;

/// What one resource would need.
#[derive(Debug, Serialize)]
pub struct Finding {
    pub kind: Kind,
    pub key: uuid::Uuid,
    /// For people: an account's name, a site's main name.
    pub name: String,
    /// The resource was in place, and something on disk changed since.
    pub drift: bool,
    /// What would be done.
    pub steps: Vec<String>,
    /// The same as unified diffs.
    pub diff: String,
    /// Why nothing would be done although it is not as wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Looks at every resource of the ledger.
pub fn findings(hands: &Hands, ledger: &Ledger) -> io::Result<Vec<Finding>> {
    let mut found = Vec::new();
    for at in ledger.keys() {
        let Some(resource) = ledger.get(at) else { continue };
        let record = hands.records.read(at)?;
        let settled = record.done == resource.body && record.begun.is_empty();
        let wish = Wish::read(hands, ledger, resource, record);
        found.extend(finding(at, wish.plan(hands), settled));
    }
    Ok(found)
}

fn finding(at: ResourceKey, planned: Planned, settled: bool) -> Option<Finding> {
    let of = |wish: &Wish| Finding {
        kind: at.kind,
        key: at.key,
        name: name(wish),
        drift: settled,
        steps: Vec::new(),
        diff: String::new(),
        reason: None,
    };
    match planned {
        Planned::Job(job) => {
            let steps: Vec<&Step> = job.steps.iter().filter(|step| step.changes()).collect();
            if steps.is_empty() && job.steps.is_empty() {
                return None;
            }
            let mut finding = of(&job.wish);
            for step in steps {
                finding.steps.push(format!("{} {}", step.name(), step.about()).trim_end().to_owned());
                let (path, new) = match step {
                    Step::Write(product) => (&product.path, Some(&product.bytes)),
                    Step::Remove(path) | Step::Retire(path) => (path, None),
                    _ => continue,
                };
                if at.kind == Kind::Certificate && path.extension().is_some_and(|ext| ext == "pem") {
                    finding.diff.push_str(&diff::secret(path));
                    continue;
                }
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let old = match job.seen.file(path) {
                    There::File(bytes) => text(bytes),
                    _ => String::new(),
                };
                let new = new.map(|bytes| text(bytes)).unwrap_or_default();
                finding.diff.push_str(&diff::unified(&path.display().to_string(), &old, &new));
            }
            Some(finding)
        }
        Planned::Edited(wish, drift) => Some(Finding {
            drift: true,
            diff: drift.diff,
            reason: Some(crate::reconcile::edited(&drift.path)),
            ..of(&wish)
        }),
        Planned::Refused(wish, text) => Some(Finding { drift: false, reason: Some(text), ..of(&wish) }),
        Planned::Trouble(wish, trouble) => {
            Some(Finding { drift: false, reason: Some(trouble.text()), ..of(&wish) })
        }
    }
}

fn name(wish: &Wish) -> String {
    let known = |record: &Record| {
        let body = wish.resource.body.as_ref().or(record.done.as_ref())?;
        let name = body.get("name").or_else(|| body.get("names")?.get(0));
        name?.as_str().map(str::to_owned)
    };
    known(&wish.record).unwrap_or_else(|| wish.resource.key.to_string())
}

/// For people.
pub fn describe(findings: &[Finding], lang: Lang) -> String {
    if findings.is_empty() {
        return lang.pick("Tout est comme voulu.\n", "Everything is as wanted.\n").to_owned();
    }
    let mut out = String::new();
    for finding in findings {
        out.push_str(&format!("{} {} ({})\n", finding.kind.code(), finding.name, finding.key));
        if let Some(reason) = &finding.reason {
            out.push_str(&format!("  {}\n", reason.pick(lang)));
        }
        for step in &finding.steps {
            out.push_str(&format!("  {step}\n"));
        }
        out.push_str(&finding.diff);
    }
    out
}
