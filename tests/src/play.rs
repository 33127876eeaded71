//! What the tests do again and again on a stage: accounts, sites, files put there as the tenant, a look at a page.

use crate::http::{Panel, Reply, visit};
use crate::lab::exec;
use crate::stage::{Stage, StageHost};
use crate::wait::until;
use serde_json::{Value, json};
use std::time::Duration;

/// How long anything may take before a test gives up; the bench says how long it takes.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A stage as one test sees it: the admin's client and one host.
pub struct Scene {
    pub stage: Stage,
    pub admin: Panel,
    pub host: StageHost,
}

/// An account on the scene's host.
pub struct Tenant<'a> {
    pub scene: &'a Scene,
    pub id: String,
    pub name: String,
    pub uid: u64,
}

/// A site of a tenant.
pub struct Site<'a> {
    pub tenant: &'a Tenant<'a>,
    pub id: String,
    pub name: String,
}

impl Scene {
    /// The current stage, seen from its host number `host`.
    pub fn open(host: usize) -> Result<Scene, String> {
        Scene::of(Stage::current()?, host)
    }

    pub fn of(stage: Stage, host: usize) -> Result<Scene, String> {
        let admin = stage.admin()?;
        let host = stage.hosts.get(host).ok_or("the stage has too few hosts")?.clone();
        Ok(Scene { stage, admin, host })
    }

    /// Runs a program on the host as root; its output.
    pub fn root(&self, command: &[&str]) -> Result<String, String> {
        exec(&self.stage.lab, &self.host.name, command, "")?.ok(&command.join(" "))
    }

    /// Runs a shell line on the host as root.
    pub fn shell(&self, line: &str) -> Result<String, String> {
        self.root(&["sh", "-c", line])
    }

    /// This machine's own address, as the host sees a visitor from here.
    pub fn stage_address(&self) -> String {
        let route = crate::run::run("ip", ["-o", "route", "get", &self.host.address]);
        let said = route.map(|said| said.out).unwrap_or_default();
        said.split_whitespace().skip_while(|word| *word != "src").nth(1).unwrap_or_default().to_owned()
    }

    pub fn host_id(&self) -> Result<String, String> {
        let hosts = self.admin.get("/api/v1/hosts")?.ok("hosts")?;
        let found = hosts["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|host| host["name"] == self.host.name.as_str());
        Ok(found.ok_or("the panel does not know the host")?["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Asks for a new account of the demo's member on this host; its id.
    pub fn ask_tenant(&self, name: &str) -> Result<String, String> {
        self.make_tenant(name).map(|made| text(&made, "id"))
    }

    /// Asks for it; the panel's answer.
    pub fn make_tenant(&self, name: &str) -> Result<Value, String> {
        let own = self.stage.member.account.clone().unwrap_or_default();
        let model = self.admin.get(&format!("/api/v1/accounts/{own}"))?.ok("the member's account")?;
        let wanted = json!({
            "member": text(&model["member"], "id"),
            "plan": self.roomy_plan()?,
            "host": self.host_id()?,
            "name": name,
            "owner": self.stage.member.email,
        });
        self.admin.json("POST", "/api/v1/accounts", &wanted)?.ok("make an account")
    }

    /// A new account of the demo's member on this host, its home in place.
    pub fn tenant(&self, name: &str) -> Result<Tenant<'_>, String> {
        let tenant = Tenant::of(self, name, &self.make_tenant(name)?)?;
        until("the home is there", PATIENCE, || {
            self.root(&["test", "-d", &format!("/home/{name}/sites")]).map(drop)
        })?;
        Ok(tenant)
    }

    /// A plan whose limits no test meets by chance; made by the first who asks.
    fn roomy_plan(&self) -> Result<String, String> {
        let found = || -> Result<Option<String>, String> {
            let plans = self.admin.get("/api/v1/plans?q=Essaim")?.ok("plans")?;
            Ok(plans["items"].as_array().into_iter().flatten().next().map(|plan| text(plan, "id")))
        };
        if let Some(id) = found()? {
            return Ok(id);
        }
        let wanted = json!({"name": "Essaim", "sites_max": 1000, "names_max": 100, "databases_max": 100, "php_workers": 4, "disk_mb": 10_000, "memory_mb": 512});
        let made = self.admin.json("POST", "/api/v1/plans", &wanted)?;
        // Another test may have been quicker.
        if made.status == 201 { Ok(text(&made.json(), "id")) } else { found()?.ok_or(made.body) }
    }

    pub fn visit(&self, name: &str, path: &str) -> Result<Reply, String> {
        visit(&self.host.address, name, path)
    }

    /// Waits until a page answers with `status`.
    pub fn answers(&self, name: &str, path: &str, status: u16) -> Result<Reply, String> {
        until(&format!("http://{name}{path} answers {status}"), PATIENCE, || {
            let reply = self.visit(name, path)?;
            if reply.status == status { Ok(reply) } else { Err(format!("{} {}", reply.status, reply.body)) }
        })
    }

    /// The newest change of an account once it is in `state`.
    pub fn newest(&self, account: &str, state: &str) -> Result<Value, String> {
        until(&format!("the newest change is {state}"), PATIENCE, || {
            let changes =
                self.admin.get(&format!("/api/v1/accounts/{account}/changes?limit=1"))?.ok("changes")?;
            let newest = changes["items"][0].clone();
            if newest["state"] == state { Ok(newest) } else { Err(newest.to_string()) }
        })
    }
}

impl<'a> Tenant<'a> {
    /// The account that the panel answered.
    pub fn of(scene: &'a Scene, name: &str, made: &Value) -> Result<Tenant<'a>, String> {
        let uid = made["uid"].as_u64().ok_or_else(|| format!("no uid: {made}"))?;
        Ok(Tenant { scene, id: text(made, "id"), name: name.to_owned(), uid })
    }

    /// Asks the panel for a site; its answer, whatever it is.
    pub fn ask_site(&self, name: &str) -> Result<Reply, String> {
        self.scene.admin.json("POST", &format!("/api/v1/accounts/{}/sites", self.id), &json!({"name": name}))
    }

    /// A site that has been verified.
    pub fn site(&self, name: &str) -> Result<Site<'_>, String> {
        let made = self.ask_site(name)?.ok("add a site")?;
        self.scene.newest(&self.id, "verified")?;
        Ok(Site { tenant: self, id: text(&made, "id"), name: name.to_owned() })
    }

    /// Runs a shell line on the host as the tenant, outside its cell: what SFTP will be.
    pub fn shell(&self, line: &str, stdin: &str) -> Result<String, String> {
        let uid = self.uid.to_string();
        let command = [
            "setpriv",
            "--reuid",
            &uid,
            "--regid",
            &uid,
            "--clear-groups",
            "--no-new-privs",
            "sh",
            "-c",
            line,
        ];
        exec(&self.scene.stage.lab, &self.scene.host.name, &command, stdin)?.ok(line)
    }
}

impl Site<'_> {
    pub fn root(&self) -> String {
        format!("/home/{}/sites/{}/public", self.tenant.name, self.name)
    }

    /// Puts a file into the document root, as the tenant.
    pub fn put(&self, file: &str, content: &str) -> Result<(), String> {
        self.tenant.shell(&format!("cat > '{}/{file}'", self.root()), content).map(drop)
    }

    pub fn get(&self, path: &str) -> Result<Reply, String> {
        self.tenant.scene.visit(&self.name, path)
    }
}

pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
