//! From what is wanted, what is seen and what we wrote: the steps between them. Pure; equal bytes are no step.

use super::{
    product::{Home, Places, Products, Target},
    seen::Seen,
    step::{Phase, Step},
};
use crate::{
    app::steps::Stand,
    cell::place::{PROGRAMS, Pool},
    database, diff,
    fs::There,
    record::Record,
    tenant::Place,
};
use model::{Consent, Kind, Text, UnixName, text, wire::Drift};
use std::path::Path;

/// Everything a plan depends on.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub kind: Kind,
    /// The cell concerned, if any of it may be awake.
    pub account: Option<&'a UnixName>,
    pub want: &'a Products,
    /// What of earlier bodies is not wanted any more.
    pub gone: &'a Places,
    pub seen: &'a Seen,
    pub record: &'a Record,
    pub generation: u64,
    pub consent: Option<Consent>,
    /// The cell shall not run (suspended, erased, removed).
    pub stopped: bool,
    /// The only wish that ever erases anything.
    pub erase: Option<&'a Home>,
}

impl Case<'_> {
    /// Whether nobody is shown what a file holds.
    fn secret(&self, path: &Path) -> bool {
        let of_program = self.kind == Kind::Site && is_program(path);
        of_program || self.kind == Kind::Certificate && path.extension().is_some_and(|ext| ext == "pem")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// In the order they are to be done; empty when the disk is as wanted.
    Steps(Vec<Step>),
    /// Somebody edited a file of ours: waits for a person.
    Edited(Drift),
    /// Something stands in the way that we never touch.
    Blocked(Text),
}

/// Works out the steps.
pub fn plan(case: Case<'_>) -> Plan {
    let mut steps = Vec::new();
    if let Some(blocked) = blocked(&case) {
        return Plan::Blocked(blocked);
    }
    for path in &case.want.folders {
        if *case.seen.folder(path) != There::Folder {
            steps.push(Step::MakeFolder(path.clone()));
        }
    }
    if let (Some(home), Some(Place::Missing | Place::Wrong)) = (&case.want.home, case.seen.home) {
        steps.push(Step::MakeHome(home.clone()));
    }
    if let (Some(folder), Some(Place::Missing | Place::Wrong)) = (&case.want.folder, case.seen.folder) {
        steps.push(Step::MakeSiteFolder(folder.clone()));
    }
    for product in &case.want.files {
        match may_write(&case, &product.path, Some(&product.bytes)) {
            Ok(true) => steps.push(Step::Write(product.clone())),
            Ok(false) => {}
            Err(drift) => return Plan::Edited(drift),
        }
    }
    for path in &case.gone.files {
        match may_write(&case, path, None) {
            // Apache asks there until it has read its files again.
            Ok(true) if is_pool(path) => steps.push(Step::Retire(path.clone())),
            Ok(true) => steps.push(Step::Remove(path.clone())),
            Ok(false) => {}
            Err(drift) => return Plan::Edited(drift),
        }
    }
    if let (Some((uid, most)), Some(there)) = (case.want.quota, case.seen.quota)
        && most != there
    {
        steps.push(Step::SetQuota(uid, most));
    }
    for name in &case.gone.names {
        if *case.seen.link(name) != There::Nothing {
            steps.push(Step::Unlink(name.clone()));
        }
    }
    for (name, target) in &case.want.links {
        if *case.seen.link(name) != There::Link(target.path()) {
            steps.push(Step::Link(name.clone(), target.clone()));
        }
    }
    for path in &case.gone.folders {
        if *case.seen.folder(path) == There::Folder {
            steps.push(Step::RemoveFolder(path.clone()));
        }
    }
    if let Some(home) = case.erase {
        steps.push(Step::EraseHome(home.clone()));
    }
    match (&case.want.app, &case.seen.app) {
        (Some(app), Some(Stand::Nothing)) => steps.push(Step::StartApp(Box::new(app.clone()))),
        // Its end is heard of.
        (Some(_), Some(Stand::Going)) => return Plan::Steps(vec![]),
        _ => {}
    }
    if let Some((want, there)) = case.want.database.as_ref().zip(case.seen.database.as_ref()) {
        steps.extend(database::steps::steps(want, there, !case.record.begun.is_empty()));
    }
    complete(&case, steps)
}

/// What nginx, SFTP and NSS look for, and no cell.
const NO_CELL_READS: [&str; 4] = ["https", "keys", "login", "user"];

/// Adds what goes around the changes: the notes, the checks, the reload, the second look.
fn complete(case: &Case<'_>, mut steps: Vec<Step>) -> Plan {
    let interrupted = !case.record.begun.is_empty();
    if steps.is_empty() && !interrupted {
        return Plan::Steps(steps);
    }
    let has_pool = case.want.files.iter().any(|product| is_pool(&product.path) || is_program(&product.path));
    let (mut fragments, mut php) = (interrupted, interrupted && has_pool);
    let (mut check_apache, mut check_php) = (false, false);
    for step in &steps {
        match step {
            Step::Write(product) => {
                let is_php = is_pool(&product.path);
                let is_apache = product.path.extension().is_some_and(|ext| ext == "conf") && !is_php;
                php |= is_php || is_program(&product.path);
                fragments |= is_apache;
                check_php |= is_php;
                check_apache |= is_apache;
            }
            Step::Remove(path) => {
                fragments |=
                    path.extension().is_none_or(|ext| !NO_CELL_READS.iter().any(|known| ext == *known));
                php |= is_program(path);
            }
            _ => {}
        }
    }
    if check_php {
        steps.push(Step::CheckPhp);
    }
    if check_apache {
        steps.push(Step::CheckApache);
    }
    if let Some(account) = case.account {
        if let (false, Some(limits)) = (case.stopped, case.want.limits)
            && (interrupted || steps.iter().any(is_cell))
        {
            steps.push(Step::SetLimits(account.clone(), limits));
        }
        if case.stopped {
            steps.push(Step::Stop(account.clone()));
        } else if fragments || php {
            steps.push(Step::Reload { account: account.clone(), php });
        }
    }
    steps.push(Step::Intend);
    // What has only been started is not as wanted yet.
    if !goes_on(case) {
        steps.extend([Step::Verify, Step::Settle]);
    }
    // Stable: within a phase the order above stands, but the note comes first of all, and names go before what they lead to.
    let rank = |step: &Step| match step {
        Step::Intend => 0,
        Step::Unlink(_) => 1,
        _ => 2,
    };
    steps.sort_by_key(|step| (step.phase(), rank(step)));
    Plan::Steps(steps)
}

/// Whether a step writes what a cell may take.
fn is_cell(step: &Step) -> bool {
    matches!(step, Step::Write(product) if product.path.ends_with("cell.json"))
}

/// Whether what is wanted is on its way and will be heard of.
pub fn goes_on(case: &Case<'_>) -> bool {
    matches!(case.seen.app, Some(Stand::Nothing | Stand::Going))
}

/// Whether a file is PHP-FPM's.
pub fn is_pool(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "php.conf")
        || path.file_name().and_then(|name| name.to_str()).and_then(Pool::from_file).is_some()
}

/// Whether a file describes a site's program, which what runs PHP keeps too.
fn is_program(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == PROGRAMS)
}

/// Whether a file is to be written (`bytes`) or removed (`None`): not when it is right already, and not over a person's edit.
fn may_write(case: &Case<'_>, path: &Path, bytes: Option<&[u8]>) -> Result<bool, Drift> {
    let seen = case.seen.file(path);
    match (seen, bytes) {
        (There::Nothing, None) => return Ok(false),
        (There::Nothing, Some(_)) => return Ok(true),
        (There::File(there), Some(bytes)) if there == bytes => return Ok(false),
        (There::File(there), _) if case.record.wrote(path, there) => return Ok(true),
        _ => {}
    }
    if let There::File(there) = seen
        && (case.consent == Some(Consent::Keep) || case.record.keeps(path, there, case.generation))
    {
        return Ok(false);
    }
    if matches!(case.consent, Some(Consent::PutBack))
        || (bytes.is_none() && case.consent == Some(Consent::Delete))
    {
        return Ok(true);
    }
    let diff = match case.secret(path) {
        true => diff::secret(path),
        false => diff::against(path, bytes, seen),
    };
    Err(Drift { path: path.display().to_string(), diff })
}

/// What stands in the way and is nobody's of ours.
fn blocked(case: &Case<'_>) -> Option<Text> {
    let places = [
        case.want.home.as_ref().zip(case.seen.home).map(|(home, place)| (home.account.as_str(), "", place)),
        case.want
            .folder
            .as_ref()
            .zip(case.seen.folder)
            .map(|(folder, place)| (folder.account.as_str(), "/sites", place)),
    ];
    let (account, below, _) = places.into_iter().flatten().find(|(.., place)| *place == Place::Foreign)?;
    Some(text!(
        "Le dossier /home/{account}{below} de l’hôte n’est pas celui de ce compte (un lien, un fichier ou le dossier d’un autre)\u{a0}: une personne de l’administration doit le déplacer.",
        "The host's folder /home/{account}{below} is not this account's (a link, a file or another one's folder): an admin must move it away."
    ))
}

/// A file of the tenant's where a site's folder shall be. All else is done: it keeps no name on the site, nor a suspended site served.
pub fn taken(case: &Case<'_>) -> Option<Text> {
    let (folder, Place::Taken(below)) = case.want.folder.as_ref().zip(case.seen.folder)? else { return None };
    if !case.want.links.iter().any(|(_, target)| matches!(target, Target::Cell(_))) {
        return None;
    }
    let (account, name) = (&folder.account, &folder.name);
    Some(text!(
        "Un fichier se trouve à la place du dossier /home/{account}/sites/{name}{below}\u{a0}: ce site n’a donc rien à montrer. Déplacez ce fichier ou donnez-lui un autre nom\u{a0}; l’hôte refait le dossier de lui-même dans les dix minutes.",
        "A file stands in place of the folder /home/{account}/sites/{name}{below}: so this site has nothing to show. Move that file or give it another name; the host makes the folder again by itself within ten minutes."
    ))
}

/// The steps of a phase, as numbers into the plan.
pub fn in_phase(steps: &[Step], phase: Phase) -> impl Iterator<Item = (usize, &Step)> {
    steps.iter().enumerate().filter(move |(_, step)| step.phase() == phase)
}
