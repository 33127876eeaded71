//! `alveole`, the command line for people, against the real panel.

use serde_json::Value;
use tests::play::Scene;
use tests::run::{Said, command};

/// The program, with its configuration in a folder of its own.
pub struct Alveole {
    folder: tempfile::TempDir,
}

impl Alveole {
    pub fn new(scene: &Scene) -> Alveole {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("alveole");
        std::fs::create_dir(&config).unwrap();
        let token = config.join("token");
        std::fs::write(&token, format!("{}\n", scene.stage.admin.api_token)).unwrap();
        let text = format!(
            "panel = \"{}\"\ntoken_file = \"{}\"\nca = \"{}\"\n",
            scene.stage.panel_url,
            token.display(),
            scene.stage.ca_file.display()
        );
        std::fs::write(config.join("config.toml"), text).unwrap();
        Alveole { folder }
    }

    pub fn run(&self, lang: &str, args: &[&str]) -> Said {
        let output = self.command(lang, args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What it writes, into a file.
    pub fn to_file(&self, args: &[&str], file: &std::path::Path) {
        let file = std::fs::File::create(file).unwrap();
        assert!(self.command("C", args).stdout(file).status().unwrap().success(), "{args:?}");
    }

    fn command(&self, lang: &str, args: &[&str]) -> std::process::Command {
        let own = std::env::current_exe().unwrap();
        let program =
            own.ancestors().map(|folder| folder.join("alveole")).find(|path| path.is_file()).unwrap();
        let mut command = command(program);
        command.args(args).env_clear().env("XDG_CONFIG_HOME", self.folder.path()).env("LC_ALL", lang);
        command
    }

    fn json(&self, args: &[&str]) -> Value {
        let said = self.run("C", &[args, &["--json"]].concat());
        assert_eq!(said.code, 0, "{args:?}: {said:?}");
        serde_json::from_str(&said.out).unwrap()
    }
}

#[test]
fn an_account_and_its_site_from_a_terminal() {
    let scene = Scene::open(0).unwrap();
    let alveole = Alveole::new(&scene);
    let said = alveole.run("fr_FR.UTF-8", &["member", "create", "Les amis du terminal"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("Les amis du terminal"), "{said:?}");
    let contacts = ["billing: Jeanne Martin <jeanne@terminal.example> +33 1 23 45 67 89", "legal: Me Dupont"];
    let args =
        ["member", "update", "Les amis du terminal", "--contact", contacts[0], "--contact", contacts[1]];
    assert_eq!(alveole.run("C", &args).code, 0);
    let listed = alveole.json(&["member", "contacts", "Les amis du terminal"]);
    assert_eq!(
        (listed[0]["email"].as_str(), listed[1]["purpose"].as_str()),
        (Some("jeanne@terminal.example"), Some("legal"))
    );
    let shown = alveole.run("C", &["member", "show", "Les amis du terminal"]).out;
    assert!(contacts.iter().all(|contact| shown.contains(contact)), "{shown}");
    let args = [
        "account",
        "create",
        "terminal",
        "--member",
        "Les amis du terminal",
        "--plan",
        "Ruche",
        "--host",
        &scene.host.name,
    ];
    let made = alveole.run("en_GB.UTF-8", &args);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(made.err.contains("… verified"), "it waits until the account is in service: {made:?}");

    let made = alveole.run("fr_FR.UTF-8", &["site", "create", "terminal", "terminal.example"]);
    assert_eq!((made.code, made.err.contains("… vérifié")), (0, true), "{made:?}");
    assert_eq!(scene.visit("terminal.example", "/").unwrap().status, 200);
    let named = alveole.run(
        "C",
        &["site", "update", "terminal/terminal.example", "terminal.example", "www.terminal.example"],
    );
    assert_eq!(named.code, 0, "{named:?}");
    assert_eq!(scene.visit("www.terminal.example", "/").unwrap().status, 200);
    let shown = alveole.run("C", &["site", "show", "terminal/Terminal.Example."]);
    assert_eq!(shown.code, 0, "a name as people may write it: {shown:?}");
    let listed = alveole.json(&["site", "list", "terminal"]);
    assert_eq!(listed[0]["names"], serde_json::json!(["terminal.example", "www.terminal.example"]));
    let table = alveole.run("C", &["account", "list", "--q", "terminal"]).out;
    assert!(table.starts_with("NAME") && table.lines().count() == 2, "{table}");

    let deleted = alveole.run("C", &["site", "delete", "terminal/terminal.example"]);
    assert_eq!(deleted.code, 0, "{deleted:?}");
    assert_eq!(scene.visit("terminal.example", "/").unwrap().status, 404);
    let chain = alveole.json(&["change", "chain"]);
    assert_eq!(chain["broken"], Value::Null);
}

#[test]
fn what_is_wrong_is_said_and_told_by_the_exit_code() {
    let scene = Scene::open(0).unwrap();
    let alveole = Alveole::new(&scene);
    // The panel refuses: the field and the reason, in the language of the shell.
    let refused = alveole.run("fr_FR.UTF-8", &["member", "create", ""]);
    assert_eq!((refused.code, refused.err.contains("name\u{a0}: ")), (1, true), "{refused:?}");
    let unknown = alveole.run("en_GB.UTF-8", &["account", "show", "nobody-here"]);
    assert_eq!((unknown.code, unknown.err.contains("is not found")), (1, true), "{unknown:?}");
    assert_eq!(alveole.run("C", &["site", "fly"]).code, 2);
    let plain = alveole.run("en_GB.UTF-8", &["--panel", "http://localhost", "member", "list"]);
    assert_eq!((plain.code, plain.err.contains("must begin with https://")), (2, true), "{plain:?}");
    // Nobody listens there.
    let away = alveole.run("en_GB.UTF-8", &["--panel", "https://localhost:1", "member", "list"]);
    assert_eq!((away.code, away.err.contains("does not answer")), (4, true), "{away:?}");
    // Another authority than the panel's is not believed.
    let stranger = alveole.run("C", &["member", "list", "--ca", "/etc/ssl/certs/ca-certificates.crt"]);
    assert_eq!(stranger.code, 4, "{stranger:?}");
    // The token is nowhere to be seen.
    assert!(
        ![refused, unknown, away, stranger]
            .iter()
            .any(|said| said.err.contains(&scene.stage.admin.api_token))
    );
    let shells = alveole.run("C", &["completions", "bash"]);
    assert!(shells.out.contains("_alveole"), "completions");
}
