//! What sites send by mail, on a real host with Debian's Postfix: whose it is says the kernel, how much the plan.

use serde_json::{Value, json};
use std::time::Duration;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Tenant, text};
use tests::stage::Extra;
use tests::wait::until;

/// The panel asks a host so often what it holds, and a little.
const ASKED: Duration = Duration::from_secs(40);

const FORM: &str = r#"<?php
if (isset($_GET['sendmail'])) {
    $mail = popen('/usr/sbin/sendmail -i -fboss@bank.example ' . escapeshellarg($_GET['to']), 'w');
    fwrite($mail, "Subject: {$_GET['subject']}\n\nby hand\n");
    echo pclose($mail) === 0 ? 'yes' : 'no';
} else {
    echo mail($_GET['to'], $_GET['subject'], "corps\n.\nfin", "From: Moi <moi@asso.example>\r\nBcc: copie@asso.example") ? 'yes' : 'no';
}
"#;

/// Debian's Postfix as it comes, for two people of the host.
const POSTFIX: &str = "set -e
echo web1.example > /etc/mailname
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postfix >/dev/null
postconf -e myhostname=web1.example mydestination=asso.example,web1.example home_mailbox=Maildir/ inet_interfaces=loopback-only
echo web1.example > /etc/mailname
useradd -m boite
useradd -m copie
systemctl restart postfix
systemctl restart alveole-outbox
# What was mounted over the file that Postfix's package brings is gone from cells that were awake.
systemctl stop 'alveole-cell@*' 'alveole-php@*'";

fn form(tenant: &Tenant<'_>, name: &str) {
    tenant.site(name).unwrap().put("form.php", FORM).unwrap();
}

fn send(own: &Own, name: &str, subject: &str, more: &str) -> String {
    let path = format!("/form.php?to=boite@asso.example&subject={subject}{more}");
    own.answers(name, &path, 200).unwrap().body
}

/// All that came to somebody.
fn mailbox(own: &Own, who: &str) -> String {
    own.shell(&format!("cat /home/{who}/Maildir/new/* 2>/dev/null || true")).unwrap()
}

fn arrived(own: &Own, subject: &str) -> String {
    until(&format!("{subject} has arrived"), PATIENCE, || {
        let all = mailbox(own, "boite");
        let mails: Vec<&str> = all.split("Return-Path: ").collect();
        let found = mails.iter().find(|mail| mail.contains(&format!("Subject: {subject}\n")));
        found.map(|mail| (*mail).to_owned()).ok_or_else(|| format!("{all}\n{}", log(own)))
    })
    .unwrap()
}

fn log(own: &Own) -> String {
    own.shell("journalctl -q -n 30 -o cat -u alveole-outbox -u 'postfix*'; ls -la /run/alveole/outbox")
        .unwrap_or_default()
}

fn outbox(own: &Own, tenant: &Tenant<'_>) -> Value {
    own.admin.get(&format!("/api/v1/accounts/{}/outbox", tenant.id)).unwrap().ok("outbox").unwrap()
}

fn act(own: &Own, tenant: &Tenant<'_>, act: &str, body: &Value) {
    let path = format!("/api/v1/accounts/{}/{act}", tenant.id);
    own.admin.json("POST", &path, body).unwrap().ok(act).unwrap();
}

/// A cap of so many within an hour, on the host.
fn cap(own: &Own, tenant: &Tenant<'_>, hour: u32) {
    let account = own.admin.get(&format!("/api/v1/accounts/{}", tenant.id)).unwrap().ok("account").unwrap();
    let path = format!("/api/v1/plans/{}", text(&account["plan"], "id"));
    let plan = own.admin.get(&path).unwrap().ok("plan").unwrap();
    let mut wanted = json!({ "mails_hour": hour });
    for field in ["name", "sites_max", "names_max", "php_workers", "disk_mb", "memory_mb"] {
        wanted[field] = plan[field].clone();
    }
    own.admin.json("PUT", &path, &wanted).unwrap().ok("the cap").unwrap();
    let file = format!("/var/lib/alveole/outbox/senders/{}.json", tenant.uid);
    until("the host knows the cap", PATIENCE, || {
        let said = own.root(&["cat", &file])?;
        if said.contains(&format!("\"hour\": {hour},")) { Ok(()) } else { Err(said) }
    })
    .unwrap();
}

#[test]
fn what_sites_send_is_the_account_s_counted_and_held() {
    let own = Own::up("outbox", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    let (tenant, near) = (own.tenant("ruche").unwrap(), own.tenant("voisine").unwrap());
    form(&tenant, "ruche.example");
    form(&near, "voisine.example");
    without_a_mail_server(&own, &tenant);
    own.shell(POSTFIX).unwrap();
    it_arrives_with_the_account_as_its_sender(&own, &tenant);
    nobody_sends_as_another(&own, &tenant, &near);
    beyond_the_cap_it_is_held(&own, &tenant);
    suspended_sends_nothing(&own, &tenant);
}

fn without_a_mail_server(own: &Own, tenant: &Tenant<'_>) {
    assert_eq!(send(own, "ruche.example", "nulle-part", ""), "no", "{}", log(own));
    let found = outbox(own, tenant);
    assert_eq!(
        (&found["mail_server"], &found["refused"][0]["why"]),
        (&json!(false), &json!("no_server")),
        "{found}"
    );
    assert_eq!(text(&found["refused"][0], "from"), "ruche.example · form.php");
}

fn it_arrives_with_the_account_as_its_sender(own: &Own, tenant: &Tenant<'_>) {
    assert_eq!(send(own, "ruche.example", "bonjour", ""), "yes", "{}", log(own));
    let mail = arrived(own, "bonjour");
    assert!(mail.starts_with("<ruche@web1.example>\n"), "{mail}");
    assert!(mail.contains(&format!("X-Alveole-Account: {}\n", tenant.id)), "{mail}");
    assert!(mail.contains("From: Moi <moi@asso.example>\n") && mail.ends_with("corps\n.\nfin\n"), "{mail}");
    for kept_back in ["Bcc", "copie@", "form.php", "/home/", "X-PHP"] {
        assert!(!mail.contains(kept_back), "{kept_back} in {mail}");
    }
    until("the hidden copy has arrived", PATIENCE, || {
        let all = mailbox(own, "copie");
        if all.contains("Subject: bonjour\n") { Ok(()) } else { Err(all) }
    })
    .unwrap();
    // What programs call by its old name is the same.
    assert_eq!(send(own, "ruche.example", "a-la-main", "&sendmail=1"), "yes", "{}", log(own));
    let mail = arrived(own, "a-la-main");
    assert!(
        mail.starts_with("<ruche@web1.example>\n") && mail.contains("From: <boss@bank.example>\n"),
        "{mail}"
    );
    assert_eq!(outbox(own, tenant)["hour"], 3);
}

fn nobody_sends_as_another(own: &Own, tenant: &Tenant<'_>, near: &Tenant<'_>) {
    let line = "printf 'Subject: usurpe\\nX-Alveole-Account: %s\\n\\nx\\n' RUCHE | /usr/lib/alveole/alveole-sendmail -f ruche@web1.example boite@asso.example";
    near.shell(&line.replace("RUCHE", &tenant.id), "").unwrap();
    let mail = arrived(own, "usurpe");
    assert!(mail.starts_with("<voisine@web1.example>\n"), "{mail}");
    assert!(mail.contains(&near.id) && !mail.contains(&tenant.id), "{mail}");
    // Root itself is no account, and neither is anybody else of the host.
    let said = own.shell("echo x | /usr/lib/alveole/alveole-sendmail boite@asso.example; echo $?").unwrap();
    assert_eq!(said.trim(), "77");
    assert!(
        near.shell("cat /var/lib/alveole/outbox/senders/* /var/lib/alveole/outbox/counts/*", "").is_err()
    );
    assert_eq!(outbox(own, tenant)["hour"], 3, "the neighbour's counts for the neighbour");
}

fn beyond_the_cap_it_is_held(own: &Own, tenant: &Tenant<'_>) {
    cap(own, tenant, 3);
    assert_eq!(send(own, "ruche.example", "de-trop", ""), "yes", "{}", log(own));
    let found = outbox(own, tenant);
    assert_eq!((&found["hour_max"], &found["held"]), (&json!(3), &json!(1)), "{found}");
    until("staff sees it", ASKED, || {
        let held = own.admin.get("/api/v1/held-mail")?.ok("held mail")?;
        if held[0]["account"]["name"] == "ruche" { Ok(()) } else { Err(held.to_string()) }
    })
    .unwrap();
    assert!(!mailbox(own, "boite").contains("de-trop"));
    // The outbox loses nothing when it is killed.
    own.shell("systemctl kill -s KILL alveole-outbox").unwrap();
    act(own, tenant, "outbox/release", &json!({}));
    assert!(arrived(own, "de-trop").starts_with("<ruche@web1.example>\n"));
    until("nothing is held any more", PATIENCE, || {
        let found = outbox(own, tenant);
        if found["held"] == 0 { Ok(()) } else { Err(found.to_string()) }
    })
    .unwrap();
    assert_eq!(send(own, "ruche.example", "jete", ""), "yes");
    act(own, tenant, "outbox/discard", &json!({}));
    until("it is thrown away", PATIENCE, || {
        let found = outbox(own, tenant);
        if found["held"] == 0 { Ok(()) } else { Err(found.to_string()) }
    })
    .unwrap();
    assert!(!mailbox(own, "boite").contains("Subject: jete"));
    cap(own, tenant, 100);
}

fn suspended_sends_nothing(own: &Own, tenant: &Tenant<'_>) {
    act(own, tenant, "suspend", &json!({ "code": "unpaid", "reason": "x" }));
    let line = "echo x | /usr/lib/alveole/alveole-sendmail boite@asso.example; echo $?";
    until("it sends nothing", PATIENCE, || {
        let said = tenant.shell(line, "")?;
        if said.trim() == "75" { Ok(()) } else { Err(said) }
    })
    .unwrap();
    assert_eq!(outbox(own, tenant)["refused"][0]["why"], "suspended");
}
