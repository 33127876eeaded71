//! Further ways of files on a real host. Archives: what other programs pack is unpacked, what is packed here other programs unpack, and none
//! leads out. An upload in two parts. A login over SFTP that sees one folder, by OpenSSH's own client.

use serde_json::{Value, json};
use tests::http::Reply;
use tests::own::Own;
use tests::panel::Ports;
use tests::play::{PATIENCE, Tenant, text};
use tests::run::run_with;
use tests::stage::Extra;
use tests::wait::until;

/// Octet by octet, as no honest program would.
const EVIL: &str = r#"
import io, tarfile, zipfile
with zipfile.ZipFile("evil.zip", "w") as z:
    z.writestr("../../voisine/private/x", "x")
    z.writestr("/home/voisine/private/x", "x")
    link = zipfile.ZipInfo("way"); link.create_system = 3; link.external_attr = 0o120777 << 16
    z.writestr(link, "/home/voisine/private")
    z.writestr("way/x", "ours")
with tarfile.open("evil.tar.gz", "w:gz") as t:
    def add(name, kind, link=""):
        info = tarfile.TarInfo(name); info.type = kind; info.linkname = link; info.mode = 0o4777
        t.addfile(info, io.BytesIO())
    add("hard", tarfile.LNKTYPE, "/home/voisine/private/note")
    add("way", tarfile.SYMTYPE, "/home/voisine/private")
    add("way/y", tarfile.REGTYPE)
    add("disk", tarfile.BLKTYPE)
    add("root", tarfile.REGTYPE)
with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for turn in range(4):
        z.writestr(f"zeros{turn}", bytes(40 * 1024 * 1024))
"#;

fn code(reply: &Reply) -> String {
    text(&reply.json(), "code")
}

#[test]
fn archives_come_and_go_and_lead_nowhere_else() {
    let own = Own::up("archives", 1, Ports::free().unwrap(), Extra::default()).unwrap();
    // What others make archives with, and look into ours.
    own.shell("DEBIAN_FRONTEND=noninteractive apt-get install -y -qq zip python3").unwrap();
    let tenant = own.tenant("ruche").unwrap();
    let near = own.tenant("voisine").unwrap();
    until("the neighbour has honey", PATIENCE, || {
        near.shell("umask 0; echo the-honey > ~voisine/private/note && chmod 777 ~voisine/private", "")
    })
    .unwrap();
    let files = format!("/api/v1/accounts/{}/files", tenant.id);
    until("the host can be asked", PATIENCE, || {
        let reply = own.admin.get(&files)?;
        if reply.status == 200 { Ok(()) } else { Err(reply.body) }
    })
    .unwrap();
    let act = |verb: &str, body: &Value| own.admin.json("POST", &format!("{files}/{verb}"), body).unwrap();
    let unpack = |path: &str, into: &str| act("unpack", &json!({ "path": path, "into": into }));
    tenant
        .shell(
            "mkdir -p ~ruche/private/src/été; cd ~ruche/private/src; echo one > été/a; seq 200000 > big; ln -s big link; mkfifo pipe; \
             cd ..; zip -qry by-zip.zip src -x src/pipe; tar -czf by-tar.tar.gz src; tar -cf by-tar.tar src",
            "",
        )
        .unwrap();
    // What zip and tar made comes out, but for its link and its pipe.
    for (archive, left) in [("by-zip.zip", 1), ("by-tar.tar.gz", 2), ("by-tar.tar", 2)] {
        let into = format!("private/from-{archive}");
        let done = unpack(&format!("private/{archive}"), &into).ok(archive).unwrap();
        assert_eq!((&done["state"], &done["left"]), (&json!("done"), &json!(left)), "{done}");
        let same =
            format!("cd ~ruche; cmp {into}/src/big private/src/big && cat {into}/src/été/a && ls {into}/src");
        assert_eq!(tenant.shell(&same, "").unwrap(), "one\nbig\nété\n");
    }
    // What is made here zip and tar find sound.
    for kind in ["zip", "tar.gz"] {
        let asked = json!({ "paths": ["private/src"], "to": format!("private/ours.{kind}"), "kind": kind });
        let done = act("pack", &asked).ok(kind).unwrap();
        assert_eq!((&done["state"], &done["left"]), (&json!("done"), &json!(2)), "{done}");
    }
    let whole = "cd ~ruche/private; python3 -m zipfile -t ours.zip > /dev/null && python3 -m zipfile -e ours.zip py && cmp py/src/big src/big && cat py/src/été/a \
                 && mkdir gnu && tar -xzf ours.tar.gz -C gnu && diff -r gnu/src py/src && stat -c '%U %a' ours.zip";
    assert_eq!(tenant.shell(whole, "").unwrap(), "one\nruche 640\n");
    let sent = own.admin.download(&format!("{files}/packed?paths=private/src/%C3%A9t%C3%A9&kind=tar.gz"));
    assert!(sent.unwrap() > 100, "a header of tar alone is longer");
    // Evil ones: nothing at the neighbour's, nothing of root's, and a bomb leaves nothing.
    tenant.shell("cd ~ruche/private && python3 -", EVIL).unwrap();
    let done = unpack("private/evil.zip", "private/evil-zip").ok("evil.zip").unwrap();
    assert_eq!((&done["left"], &done["entries"]), (&json!(3), &json!(2)), "{done}");
    let done = unpack("private/evil.tar.gz", "private/evil-tar").ok("evil.tar.gz").unwrap();
    assert_eq!((&done["left"], &done["entries"]), (&json!(5), &json!(3)), "{done}");
    assert_eq!(code(&unpack("private/bomb.zip", "private/bomb")), "archive_bomb");
    assert_eq!(code(&unpack("private/src/big", "private/bomb")), "no_archive");
    let made = "cd /home/ruche/private; stat -c '%n %F %a' evil-tar/* evil-tar/way/* | sort; ls -A .trash/.coming; ls bomb 2>&1 | tail -c 26; ls -A /home/voisine/private";
    assert_eq!(
        own.shell(made).unwrap(),
        "evil-tar/root regular empty file 750\nevil-tar/way directory 750\nevil-tar/way/y regular empty file 750\nNo such file or directory\nnote\n"
    );
    let works = own.admin.get(&format!("{files}/works")).unwrap().ok("works").unwrap();
    assert_eq!((&works[0]["state"], &works[1]["state"]), (&json!("refused"), &json!("refused")));
    assert_eq!(own.newest(&tenant.id, "applied").unwrap()["verb"], "file.unpack");
    in_two_parts(&own, &files);
    a_login_for_a_folder(&own, &tenant);
}

/// What arrived of an upload stays, unseen, and goes on where it ended.
fn in_two_parts(own: &Own, files: &str) {
    let put = |offset: u64, octets: &str| {
        let path = format!("{files}/contents?path=private/parts.txt&size=11&mark=7&offset={offset}");
        own.admin.ask("PUT", &path, "application/octet-stream", Some(octets.to_owned())).unwrap()
    };
    let so_far = || {
        let asked = own.admin.get(&format!("{files}/upload?path=private/parts.txt&size=11&mark=7")).unwrap();
        asked.ok("so far").unwrap()["octets"].clone()
    };
    assert_eq!(put(0, "hello ").status, 204);
    assert_eq!(so_far(), 6);
    assert_eq!(own.admin.get(&format!("{files}/contents?path=private/parts.txt")).unwrap().status, 409);
    assert_eq!(code(&put(0, "hello ")), "upload_offset");
    assert_eq!(put(6, "world").status, 204);
    assert_eq!(so_far(), 0);
    assert_eq!(
        own.admin.get(&format!("{files}/contents?path=private/parts.txt")).unwrap().body,
        "hello world"
    );
}

/// By a password that was made and shown once: its folder, and nothing else, whatever is swapped meanwhile.
fn a_login_for_a_folder(own: &Own, tenant: &Tenant<'_>) {
    tenant.shell("mkdir ~ruche/private/photos; echo deep > ~ruche/private/photos/inside", "").unwrap();
    let path = format!("/api/v1/accounts/{}/sftp-logins", tenant.id);
    let new = json!({ "name": "photos", "folder": "private/photos" });
    let made = own.admin.json("POST", &path, &new).unwrap().ok("a login").unwrap();
    let (name, password) = (text(&made, "name"), text(&made, "password"));
    own.newest(&tenant.id, "verified").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |file: &str| folder.path().join(file).display().to_string();
    let sftp = |user: &str, password: &str, lines: &str| {
        std::fs::write(at("ask"), format!("#!/bin/sh\necho '{password}'\n")).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(at("ask"), mode).unwrap();
        let (ask, known) =
            (format!("SSH_ASKPASS={}", at("ask")), format!("UserKnownHostsFile={}", at("known")));
        let to = format!("{user}@{}", own.host.address);
        let args = [
            ask.as_str(),
            "SSH_ASKPASS_REQUIRE=force",
            "/usr/bin/sftp",
            "-F",
            "none",
            "-P",
            "2222",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            &known,
            "-o",
            "PubkeyAuthentication=no",
            "-o",
            "NumberOfPasswordPrompts=1",
            "-o",
            "ConnectTimeout=10",
            &to,
        ];
        let said = run_with("/usr/bin/env", args, lines).unwrap();
        (said.code == 0, format!("{}{}", said.out, said.err))
    };
    std::fs::write(at("new"), "put here").unwrap();
    let lines = format!("pwd\nls -l\nput {} img.txt\nmkdir d\nrename img.txt d/img.txt\nls d\n", at("new"));
    let (went, said) = sftp(&name, &password, &lines);
    assert!(went && said.contains("Remote working directory: /") && said.contains("inside"), "{said}");
    let put =
        own.shell("cd /home/ruche/private/photos; stat -c '%n %U %a' d d/img.txt; cat d/img.txt").unwrap();
    assert_eq!(put, "d ruche 750\nd/img.txt ruche 640\nput here", "{said}");
    // A wrong password, a password for the account itself, a login nobody made, root: none comes in.
    for (user, password) in
        [(&*name, "wrong"), ("ruche", &*password), ("ruche_other", &*password), ("root", "x")]
    {
        let (went, said) = sftp(user, password, "ls\n");
        assert!(!went && said.contains("Permission denied"), "{user}: {said}");
    }
    // Out of its folder there is no way: by path, by link, by a link that is swapped, by a link of its own making.
    tenant.shell("ln -s ../../src ~ruche/private/photos/up; ln -s /home/voisine/private ~ruche/private/photos/near", "").unwrap();
    let swapping = "cd ~ruche/private/photos; until test -e stop; do mkdir way; rm -rf way; ln -s ../../src way; rm -f way; done 2>/dev/null; true";
    let taken = at("taken");
    std::thread::scope(|scope| {
        let swapper = scope.spawn(|| tenant.shell(swapping, ""));
        let tries = format!("get way/big {taken}\nput {} way/spoiled\n", at("new")).repeat(500);
        let more = format!(
            "get ../src/big {taken}\nget up/big {taken}\nget near/note {taken}\nget /etc/passwd {taken}\nsymlink ../src mine\nln inside ../hard\nput {} ../x\n",
            at("new")
        );
        let (_, said) = sftp(&name, &password, &(tries + &more));
        tenant.shell("touch ~ruche/private/photos/stop", "").unwrap();
        swapper.join().unwrap().unwrap();
        assert!(!std::path::Path::new(&taken).exists(), "{said}");
    });
    let out =
        own.shell("cd /home/ruche/private; ls -d src/spoiled x hard photos/mine 2>/dev/null; true").unwrap();
    assert_eq!(out, "");
    // No shell, no command.
    let to = format!("{name}@{}", own.host.address);
    let known = format!("UserKnownHostsFile={}", at("known"));
    let ask = format!("SSH_ASKPASS={}", at("ask"));
    std::fs::write(at("ask"), format!("#!/bin/sh\necho '{password}'\n")).unwrap();
    let args = [
        &*ask,
        "SSH_ASKPASS_REQUIRE=force",
        "/usr/bin/ssh",
        "-F",
        "none",
        "-p",
        "2222",
        "-o",
        &known,
        &to,
        "id",
    ];
    assert!(!run_with("/usr/bin/env", args, "").unwrap().out.contains("uid="));
    // Who came in is told, and from where.
    let came = own.admin.get(&format!("/api/v1/accounts/{}/sftp-sign-ins", tenant.id)).unwrap();
    let came = came.ok("sign-ins").unwrap()["sign_ins"].clone();
    assert!(
        came.as_array().unwrap().iter().any(|one| one["name"] == name.as_str() && one["address"].is_string()),
        "{came}"
    );
    own.admin.json("DELETE", &format!("/api/v1/sftp-logins/{}", text(&made, "id")), &json!({})).unwrap();
    own.newest(&tenant.id, "verified").unwrap();
    assert!(!sftp(&name, &password, "ls\n").0);
    assert_eq!(own.shell("ls /etc/userdb /var/lib/alveole/ssh | grep photos || true").unwrap(), "");
}
