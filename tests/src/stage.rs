//! A stage: one panel process on this machine and lab hosts enrolled in it, with an admin and a member ready.
//! `./dev demo` shows it to people, the tests and the bench play on it.

use crate::http::Panel;
use crate::lab::{self, Lab, LabHost};
use crate::panel::{Ports, Process};
use crate::run::run;
use crate::sweep;
use crate::wait::until;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `.demo/demo.json` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stage {
    pub panel_url: String,
    pub ca_file: PathBuf,
    pub admin: Person,
    pub member: Person,
    pub hosts: Vec<StageHost>,
    /// The lab's name, for `tests/lab/lab`.
    pub lab: String,
    /// Where the panel's state, log and configuration lie.
    pub folder: PathBuf,
    /// The Debian packages it was made of.
    pub debs: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    pub email: String,
    pub password: String,
    pub api_token: String,
    /// The member's account; absent for the admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageHost {
    pub name: String,
    pub address: String,
    pub address6: String,
    pub shell: String,
}

/// How a stage is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    pub name: String,
    pub folder: PathBuf,
    pub hosts: usize,
    pub ports: Ports,
    pub owner: Option<u32>,
    pub debs: PathBuf,
    pub assets: PathBuf,
    pub extra: Extra,
}

/// What a test of bad days wishes besides.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// The size of each host's disk: `200M`.
    pub disk: Option<String>,
    /// Virtual machines, with real limits and quotas.
    pub machines: bool,
    /// The port hosts dial instead of the panel's own: something stands between.
    pub agents_port: Option<u16>,
    /// Further lines of panel.toml.
    pub panel_toml: String,
    /// The lines of `[mail]` that say which way mails leave; absent, they become files.
    pub mail: Option<String>,
}

const ADMIN: &str = "admin@alveole.example";
const MEMBER: &str = "ana@asso.example";

impl Stage {
    /// Reads the stage a run was given: the path stands in `ALVEOLE_STAGE`.
    pub fn current() -> Result<Stage, String> {
        let path = std::env::var("ALVEOLE_STAGE")
            .map_err(|_| "ALVEOLE_STAGE is not set; ./dev test sets it".to_owned())?;
        Stage::read(Path::new(&path))
    }

    pub fn read(path: &Path) -> Result<Stage, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// A client of the panel; nobody is signed in.
    pub fn panel(&self) -> Result<Panel, String> {
        let ca = std::fs::read_to_string(&self.ca_file).map_err(|error| error.to_string())?;
        Panel::new(&self.panel_url, &ca)
    }

    pub fn admin(&self) -> Result<Panel, String> {
        Ok(self.panel()?.with_token(&self.admin.api_token))
    }

    pub fn member(&self) -> Result<Panel, String> {
        Ok(self.panel()?.with_token(&self.member.api_token))
    }

    /// Brings the stage up; what is up already stays.
    pub fn up(wish: &Wish) -> Result<Stage, String> {
        std::fs::create_dir_all(&wish.folder).map_err(|error| error.to_string())?;
        let folder = wish.folder.canonicalize().map_err(|error| error.to_string())?;
        let file = folder.join("demo.json");
        sweep::sweep()?;
        if let Some(owner) = wish.owner {
            sweep::register(&wish.name, &folder, owner)?;
        }
        say(&format!("{} hosts of Debian 13", wish.hosts));
        let layer = installed(&wish.debs)?;
        let lab = lab::up(
            &wish.name,
            wish.hosts,
            lab::Wish {
                layer: Some(&layer),
                owner: wish.owner,
                disk: wish.extra.disk.as_deref(),
                machines: wish.extra.machines,
            },
        )?;
        say("The panel");
        let process = Process::start(&folder, wish, &lab)?;
        if let Ok(stage) = Stage::read(&file)
            && stage.admin()?.get("/api/v1/hosts")?.status == 200
        {
            return Ok(stage);
        }
        let ca = process.ca_file();
        let panel =
            || Panel::new(&process.url(), &std::fs::read_to_string(&ca).map_err(|error| error.to_string())?);
        let admin = person(panel()?, ADMIN, &process.admin_link(ADMIN)?)?;
        let as_admin = panel()?.with_token(&admin.api_token);
        say("Enrolling the agents");
        std::thread::scope(|scope| {
            let running: Vec<_> =
                lab.hosts.iter().map(|host| scope.spawn(|| enrol(&as_admin, &lab, host))).collect();
            running
                .into_iter()
                .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
        })?;
        say("A member with an account");
        let member = member(&as_admin, panel()?)?;
        let stage = Stage {
            panel_url: process.url(),
            ca_file: ca,
            admin,
            member,
            hosts: lab.hosts.iter().map(StageHost::from).collect(),
            lab: lab.name.clone(),
            folder: folder.clone(),
            debs: wish.debs.clone(),
        };
        let text = serde_json::to_string_pretty(&stage).map_err(|error| error.to_string())?;
        crate::panel::write_private(&file, &text)?;
        Ok(stage)
    }

    /// Takes everything away; what is not there is no error.
    pub fn down(name: &str, folder: &Path) -> Result<(), String> {
        Process::stop(folder)?;
        sweep::forget(name);
        lab::down(name)?;
        for file in ["demo.json", "panel", "mail"] {
            let path = folder.join(file);
            let gone =
                if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            match gone {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(format!("{}: {error}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl From<&LabHost> for StageHost {
    fn from(host: &LabHost) -> StageHost {
        StageHost {
            name: host.name.clone(),
            address: host.address.clone(),
            address6: host.address6.clone(),
            shell: host.shell.clone(),
        }
    }
}

/// The lab's layer with our packages on it, installed with apt as an admin would; made once for each set of packages.
fn installed(debs: &Path) -> Result<String, String> {
    let sums = run(
        "sh",
        [
            "-c",
            "cat \"$1\"/alveole-web_*.deb \"$1\"/alveole-agent_*.deb | sha256sum | cut -c1-12",
            "-",
            &debs.display().to_string(),
        ],
    )?;
    let layer = sums.ok("sha256sum")?.trim().to_owned();
    if lab::has(&layer)? {
        return Ok(layer);
    }
    say("Installing alveole-web and alveole-agent on a host, with apt");
    let name = format!("install-{}", std::process::id());
    let lab = lab::up(&name, 1, lab::Wish { owner: Some(std::process::id()), ..lab::Wish::default() })?;
    let done = install(&lab, debs).and_then(|()| lab::freeze(&lab.name, &lab.hosts[0].name, &layer));
    lab::down(&name)?;
    done.map(|()| layer)
}

fn install(lab: &Lab, debs: &Path) -> Result<(), String> {
    let host = &lab.hosts[0];
    lab::copy(&lab.name, &host.name, debs, "/root/debs")?;
    let line = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /root/debs/alveole-web_*.deb /root/debs/alveole-agent_*.deb";
    lab::exec(&lab.name, &host.name, &["sh", "-c", line], "")?.ok("apt-get install").map(drop)
}

/// Enrols a host with the very command the panel gives an admin to paste.
pub fn enrol(admin: &Panel, lab: &Lab, host: &LabHost) -> Result<(), String> {
    let added = admin
        .json(
            "POST",
            "/api/v1/hosts",
            &json!({"name": host.name, "ipv4": host.address, "ipv6": host.address6}),
        )?
        .ok("add a host")?;
    let command = added["command"].as_str().ok_or("the panel gave no command to paste")?.to_owned();
    lab::exec(&lab.name, &host.name, &["sh", "-c", &command], "")?.ok("enroll")?;
    let id = added["id"].as_str().unwrap_or_default().to_owned();
    until(&format!("{} connects", host.name), Duration::from_secs(30), || {
        let shown = admin.get(&format!("/api/v1/hosts/{id}"))?.ok("host")?;
        if shown["connected"] == true { Ok(()) } else { Err(shown.to_string()) }
    })
}

/// Follows a one-time link as a person does: chooses a password, signs in, makes a token.
pub fn person(browser: Panel, email: &str, link: &str) -> Result<Person, String> {
    let password = crate::panel::random_word(20)?;
    let chosen = browser.form(link, &[("password", &password), ("again", &password)])?;
    if chosen.status != 303 {
        return Err(format!("choosing a password: {} {}", chosen.status, chosen.body));
    }
    let signed = browser.form("/sign-in", &[("email", email), ("password", &password)])?;
    if signed.status != 303 {
        return Err(format!("signing in: {} {}", signed.status, signed.body));
    }
    let token = browser.json("POST", "/api/v1/tokens", &json!({"name": "demo"}))?.ok("make a token")?;
    Ok(Person {
        email: email.to_owned(),
        password,
        api_token: token["secret"].as_str().ok_or("no token")?.to_owned(),
        account: None,
    })
}

fn member(admin: &Panel, browser: Panel) -> Result<Person, String> {
    let plan = admin
        .json("POST", "/api/v1/plans", &json!({"name": "Ruche", "sites_max": 20, "names_max": 20, "php_workers": 4, "disk_mb": 10_000, "memory_mb": 512}))?
        .ok("make a plan")?;
    let member = admin
        .json("POST", "/api/v1/members", &json!({"name": "Association des amis du miel"}))?
        .ok("make a member")?;
    let account = admin
        .json(
            "POST",
            "/api/v1/accounts",
            &json!({"member": member["id"], "plan": plan["id"], "name": "miel", "owner": MEMBER, "mail": false}),
        )?
        .ok("make an account")?;
    let link = account["link"].as_str().ok_or("the panel gave no link for the owner")?;
    let mut person = person(browser, MEMBER, link)?;
    person.account = Some(account["id"].as_str().unwrap_or_default().to_owned());
    Ok(person)
}

fn say(what: &str) {
    eprintln!("  {what}");
}
