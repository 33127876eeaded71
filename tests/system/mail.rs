//! Mails to people through a real Postfix on a Debian host: encrypted, signed in, as they arrive; and its bad days.

use mail_parser::{Message, MessageParser, MimeHeaders};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use tests::lab::exec;
use tests::own::Own;
use tests::panel::{Ports, random_word};
use tests::play::{PATIENCE, text};
use tests::stage::Extra;
use tests::wait::until;

/// Longer than the first wait between two tries.
const NEXT_TRY: Duration = Duration::from_secs(100);

/// The host as a mail server, and what the panel must know of it.
struct Post {
    own: Own,
    ca: PathBuf,
    password: PathBuf,
    /// The account people are invited to.
    account: String,
}

impl Post {
    fn open() -> Post {
        let own = Own::up("mail", 1, Ports::free().unwrap(), Extra::default()).unwrap();
        let secret = random_word(20).unwrap();
        let script = ["sh", "-c", include_str!("postfix.sh"), "-", &own.host.address];
        exec(&own.stage.lab, &own.host.name, &script, &secret).unwrap().ok("postfix.sh").unwrap();
        let (ca, password) =
            (own.panel_folder().join("mail-ca.pem"), own.panel_folder().join("mail.password"));
        std::fs::write(&ca, own.root(&["cat", "/etc/postfix/tls/ours.crt"]).unwrap()).unwrap();
        std::fs::write(&password, secret).unwrap();
        let account = own.stage.member.account.clone().unwrap();
        Post { own, ca, password, account }
    }

    /// The panel sends by this server, `security` and perhaps a port given.
    fn by(&mut self, security: &str) {
        let (host, password) = (&self.own.host.address, self.password.display());
        let ca = self.ca.display();
        let lines = format!(
            "smtp = \"{host}\"\nsecurity = {security}\nca_file = \"{ca}\"\nuser = \"panel@asso.example\"\npassword_file = \"{password}\""
        );
        self.own.mail_by(&lines).unwrap();
    }

    /// Postfix shows this certificate from now on.
    fn shows(&self, certificate: &str) {
        let line = format!("ln -sf {certificate}.pem /etc/postfix/tls/now.pem && systemctl restart postfix");
        self.own.shell(&line).unwrap();
    }

    fn mailbox(&self, name: &str) {
        self.own.root(&["useradd", "-m", name]).unwrap();
    }

    /// Invites somebody@asso.example.
    fn invite(&self, name: &str) {
        let wanted = json!({"email": format!("{name}@asso.example"), "role": "manager"});
        let made = self.own.admin.json("POST", &format!("/api/v1/accounts/{}/grants", self.account), &wanted);
        assert_eq!(made.unwrap().ok("invite").unwrap()["link"], Value::Null, "the link goes by mail alone");
    }

    /// The newest mail to somebody, as the panel lists it.
    fn listed(&self, name: &str) -> Value {
        let list = self.own.admin.get(&format!("/api/v1/mails?q={name}@")).unwrap().ok("mails").unwrap();
        list["items"][0].clone()
    }

    /// Waits until it stands so, after at least one try.
    fn stands(&self, name: &str, state: &str, limit: Duration) -> Value {
        until(&format!("the mail to {name} is {state}"), limit, || {
            let mail = self.listed(name);
            let tried = mail["tries"].as_u64().unwrap_or_default() > 0;
            // The reason is written a moment after the try is counted.
            let told = state == "sent" || mail["error"].is_object();
            if mail["state"] == state && tried && told { Ok(mail) } else { Err(mail.to_string()) }
        })
        .unwrap()
    }

    /// What lies in somebody's mailbox.
    fn inbox(&self, name: &str) -> Vec<String> {
        let line = format!(
            "cd /home/{name}/Maildir/new 2>/dev/null && for mail in *; do cat \"$mail\"; printf '\\036'; done"
        );
        let all = self.own.shell(&format!("({line}) || true")).unwrap();
        all.split_terminator('\u{1e}').map(str::to_owned).collect()
    }

    /// Waits for the one mail that is to lie there.
    fn arrived(&self, name: &str) -> String {
        until(&format!("{name} has mail"), PATIENCE, || self.inbox(name).pop().ok_or("nothing".to_owned()))
            .unwrap()
    }

    /// The page of mails as an admin sees it.
    fn page(&self) -> String {
        let admin = &self.own.stage.admin;
        let browser = self.own.stage.panel().unwrap();
        let fields = [("email", &*admin.email), ("password", &admin.password)];
        assert_eq!(browser.form("/sign-in", &fields).unwrap().status, 303);
        browser.get("/mails").unwrap().body
    }
}

#[test]
fn people_get_their_mail_from_a_real_server_and_its_bad_days_lose_none() {
    let mut post = Post::open();
    for (name, way) in [("una", "\"starttls\""), ("duo", "\"tls\""), ("tria", "\"starttls\"\nport = 25")] {
        post.by(way);
        post.mailbox(name);
        post.invite(name);
        let listed = post.stands(name, "sent", PATIENCE);
        let mail = post.arrived(name);
        as_it_should_be(&mail, name, &text(&listed, "id"));
        the_link_works(&post, &mail);
    }
    whom_the_server_does_not_know(&post);
    bad_days(&mut post);
}

/// Read by a program that knows nothing of ours.
fn as_it_should_be(written: &str, name: &str, id: &str) {
    let mail: Message<'_> = MessageParser::default().parse(written).unwrap();
    let from = mail.from().and_then(|from| from.first()).unwrap();
    assert_eq!((from.name(), from.address()), (Some("Alvéole"), Some("panel@alveole.example")));
    let to: Vec<_> = mail.to().unwrap().iter().map(|to| to.address().unwrap()).collect();
    assert_eq!(to, [format!("{name}@asso.example")]);
    assert_eq!(mail.message_id().unwrap(), format!("{id}@alveole.example"));
    let age = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
        - mail.date().unwrap().to_timestamp();
    assert!((0..600).contains(&age), "written {age} s ago");
    assert_eq!(mail.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert!(mail.subject().is_some_and(|subject| subject.contains("miel")), "{written}");
    // How it came is Postfix's own word: encrypted, and signed in.
    let received = mail.header_raw("Received").unwrap();
    assert!(received.contains("ESMTPSA") && received.contains("TLSv1.3"), "{received}");
    assert_eq!(mail.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!((mail.text_body_count(), mail.html_body_count()), (1, 1));
    for part in &mail.parts[1..] {
        let charset = part.content_type().unwrap().attribute("charset").unwrap();
        assert_eq!(charset.to_ascii_lowercase(), "utf-8");
    }
    let (plain, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    assert!(html.contains("<html"), "{html}");
    assert!(html.contains(&link_in(&plain)), "both say the same link");
    assert!(!plain.contains('<') && !plain.contains("&amp;"), "{plain}");
}

fn link_in(plain: &str) -> String {
    plain.split_whitespace().find(|word| word.contains("/link/")).unwrap().to_owned()
}

fn the_link_works(post: &Post, written: &str) {
    let mail = MessageParser::default().parse(written).unwrap();
    let link = link_in(&mail.body_text(0).unwrap());
    let panel = post.own.stage.panel().unwrap();
    let to = mail.to().unwrap().first().unwrap().address().unwrap();
    let signed = tests::stage::person(panel, to, &link).unwrap();
    let seen = post.own.stage.panel().unwrap().with_token(&signed.api_token);
    let account = seen.get(&format!("/api/v1/accounts/{}", post.account)).unwrap().ok("the account").unwrap();
    assert_eq!(account["name"], "miel");
}

fn whom_the_server_does_not_know(post: &Post) {
    post.invite("nemo");
    let mail = post.stands("nemo", "failed", PATIENCE);
    let said = text(&mail["error"], "en");
    assert!(said.contains("did not take it") && said.contains("5.1.1") && said.contains("unknown"), "{said}");
    assert_eq!(mail["tries"], 1, "trying again is of no use");
    assert!(post.page().contains("5.1.1"), "an admin reads it");
    // The mailbox is made, the admin sends it again: with a new link, which works.
    post.mailbox("nemo");
    let again =
        post.own.admin.json("POST", &format!("/api/v1/mails/{}/again", text(&mail, "id")), &json!({}));
    again.unwrap().ok("send again").unwrap();
    post.stands("nemo", "sent", PATIENCE);
    the_link_works(post, &post.arrived("nemo"));
}

/// Each trouble keeps a mail waiting; once all is mended, each arrives once.
fn bad_days(post: &mut Post) {
    let names = ["unknown", "misnamed", "locked", "stopped"];
    names.iter().for_each(|name| post.mailbox(name));
    let waits = |post: &Post, name: &str, words: &str| {
        post.invite(name);
        let mail = post.stands(name, "queued", PATIENCE);
        let said = text(&mail["error"], "en");
        assert!(said.contains(words), "{name}: {said}");
        let page = post.page();
        assert!(
            page.contains(&format!("{name}@asso.example")) && page.contains("class=\"item-more\""),
            "{page}"
        );
        assert!(post.inbox(name).is_empty());
    };
    // Certificates of another authority, and of another name.
    post.by("\"tls\"");
    for wrong in ["unknown", "misnamed"] {
        post.shows(wrong);
        waits(post, wrong, "certificate is not accepted");
    }
    post.shows("right");
    // A password the server does not know.
    let right = std::fs::read_to_string(&post.password).unwrap();
    std::fs::write(&post.password, "not the password").unwrap();
    post.by("\"starttls\"");
    waits(post, "locked", "did not take it");
    // Nobody is there.
    post.own.root(&["systemctl", "stop", "postfix"]).unwrap();
    waits(post, "stopped", "came to nothing");
    std::fs::write(&post.password, right).unwrap();
    post.by("\"starttls\"");
    post.own.root(&["systemctl", "start", "postfix"]).unwrap();
    for name in names {
        let mail = post.stands(name, "sent", NEXT_TRY);
        assert!(mail["error"].is_null() && mail["tries"].as_u64().unwrap() > 1, "{mail}");
        the_link_works(post, &post.arrived(name));
    }
    for name in names {
        assert_eq!(post.inbox(name).len(), 1, "{name} was written to once");
    }
}
