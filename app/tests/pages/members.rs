//! Members: the forms of the cooperative, what a member's own people see and correct, a file put in and taken out.

use crate::{
    html::check,
    stage::{Got, ORIGIN, Person, Stage},
};
use axum::{body::Body, http::StatusCode};

/// A form with a file, as a browser sends it.
async fn upload(person: &Person, file: &[u8], fields: &[(&str, &str)]) -> Got {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"m.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--XX--\r\n");
    let request = person
        .request("POST", "/members/import")
        .header("origin", ORIGIN)
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body))
        .unwrap();
    person.send(request).await
}

fn value(got: &Got, id: &str) -> String {
    let tags = check(&got.html);
    let tag =
        tags.iter().find(|tag| tag.get("id") == Some(id)).unwrap_or_else(|| panic!("no {id}: {}", got.html));
    tag.get("value").unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_made_and_corrected_with_the_error_at_its_field() {
    let stage = Stage::new().await;
    let fields = [
        ("name", "Les Abeilles"),
        ("number", "77"),
        ("kind", "person"),
        ("status", "applicant"),
        ("since", "2024-05-31"),
        ("lang", "en"),
        ("address", "3 rue A\r\nRennes"),
        ("contacts.0.purpose", "legal"),
        ("contacts.0.name", "Ana"),
        ("contacts.0.email", "ana@@x"),
        ("notes", "Pays late"),
    ];
    let got = stage.admin.post("/members/new", &fields).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        got.html.contains("href=\"#f-contacts.0.email\"") && got.html.contains("f-contacts.0.email-error"),
        "{}",
        got.html
    );
    assert_eq!(
        [value(&got, "f-contacts.0.email"), value(&got, "f-number"), value(&got, "f-since")],
        ["ana@@x", "77", "2024-05-31"]
    );
    assert!(got.html.contains("3 rue A") && got.html.contains("Pays late"), "{}", got.html);
    let fields =
        fields.map(|(name, value)| (name, if name == "contacts.0.email" { "ana@x.example" } else { value }));
    let got = stage.admin.post("/members/new", &fields).await;
    let path = got.location().split('?').next().unwrap().to_owned();
    let page = stage.admin.get(&path).await;
    for said in
        ["Number 77", "applicant", "31 May 2024", "ana@x.example", "<p>Rennes</p>", "Pays late", "not yet"]
    {
        assert!(page.html.contains(said), "{said}: {}", page.html);
    }
    // One more contact is added without losing what was typed; one is taken away by its box, an emptied one goes too.
    let edit = stage.admin.get(&format!("{path}/edit")).await;
    assert!(edit.html.contains("Legal contact: Ana") && !edit.html.contains("f-contacts.1"), "{}", edit.html);
    let fields = [
        ("name", "Les Abeilles d’or"),
        ("contacts.0.purpose", "legal"),
        ("contacts.0.email", "ana@x.example"),
        ("add", "technical"),
    ];
    for form in [format!("{path}/edit"), "/members/new".to_owned()] {
        let more = stage.admin.post(&form, &fields).await;
        assert_eq!(more.status, StatusCode::OK);
        assert_eq!(
            [value(&more, "f-name"), value(&more, "f-contacts.0.email"), value(&more, "f-contacts.1.email")],
            ["Les Abeilles d’or", "ana@x.example", ""]
        );
        assert!(more.html.contains("New technical contact"), "{}", more.html);
    }
    assert!(stage.admin.get(&path).await.html.contains("<h1>Les Abeilles</h1>"), "nothing was saved");
    let version =
        edit.html.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [
        ("version", version.as_str()),
        ("name", "Les Abeilles"),
        ("number", "77"),
        ("contacts.0.purpose", "legal"),
        ("contacts.0.email", "ana@x.example"),
        ("contacts.0.remove", "yes"),
        ("contacts.1.purpose", "billing"),
        ("contacts.1.phone", "06 12 34 56 78"),
    ];
    let got = stage.admin.post(&format!("{path}/edit"), &fields).await;
    assert_eq!(got.location(), format!("{path}?done=member_saved"), "{}", got.html);
    let page = stage.admin.get(&path).await;
    assert!(
        page.html.contains("06 12 34 56 78")
            && !page.html.contains("ana@x.example")
            && page.html.contains("Pays late")
    );
    // The same form again is of a version that is no more.
    let got = stage.admin.post(&format!("{path}/edit"), &fields).await;
    assert_eq!(got.status, StatusCode::PRECONDITION_FAILED);
    let got =
        stage.admin.post(&format!("{path}/status"), &[("status", "left"), ("since", "2199-01-01")]).await;
    assert!(got.html.contains("f-since-error") && got.html.contains("<details open"), "{}", got.html);
    let got =
        stage.admin.post(&format!("{path}/status"), &[("status", "member"), ("since", "2025-01-02")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    let page = stage.admin.get(&path).await.html;
    assert!(page.contains("until <time datetime=\"2025-01-02\">"), "{page}");
    assert!(page.contains("History of the membership") && !page.contains("no address"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_keeps_search_filters_and_order_in_its_address() {
    let stage = Stage::new().await;
    for n in 0..60 {
        let (name, kind) = (format!("Ruche {n:02}"), if n % 2 == 0 { "person" } else { "organisation" });
        stage.admin.post("/members/new", &[("name", &name), ("kind", kind)]).await;
    }
    let page = stage.admin.get("/members?q=ruche&kind=person&sort=newest&status=member").await;
    assert!(page.html.find("Ruche 58").unwrap() < page.html.find("Ruche 02").unwrap(), "{}", page.html);
    assert!(!page.html.contains("Ruche 01"));
    assert!(
        page.html.contains("/members/export.csv?status=member&amp;kind=person&amp;sort=newest&amp;q=ruche"),
        "{}",
        page.html
    );
    let page = stage.admin.get("/members?q=ruche").await;
    let tags = check(&page.html);
    let next =
        tags.iter().find(|tag| tag.get("rel") == Some("next")).and_then(|tag| tag.get("href")).unwrap();
    let next = next.replace("&amp;", "&");
    assert!(next.starts_with("/members?q=ruche&after="), "{next}");
    let rest = stage.admin.get(&next).await.html;
    assert!(rest.contains("Ruche 59") && !rest.contains("Ruche 49"), "{rest}");
    let file = stage.admin.get("/members/export.csv?kind=organisation&q=ruche").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("attachment"));
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(file.html.lines().count(), 31, "{}", file.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_people_see_correct_and_confirm_it() {
    let stage = Stage::new().await;
    let about = stage.filled("/members/{member}/about");
    stage.run("UPDATE members SET notes = $1", "Never pays").await;
    for path in [about.as_str(), "/members/mine"] {
        let page = stage.member.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.html.contains("<h1>Asso</h1>") && page.html.contains("billing@asso.example"),
            "{}",
            page.html
        );
        assert!(!page.html.contains("Never pays") && !page.html.contains("still right"), "{}", page.html);
    }
    assert_eq!(stage.stranger.get(&about).await.status, StatusCode::NOT_FOUND);
    assert!(stage.stranger.get("/members/mine").await.html.contains("No member"));
    // A year later they are asked, on home and on the page, and answer by a button.
    stage.run("UPDATE members SET created_at = created_at - 40000000000 WHERE name = $1", "Asso").await;
    let home = stage.member.get("/").await;
    assert!(
        home.html.contains("Are your details still right?")
            && home.html.contains(&format!("{about}/confirm")),
        "{}",
        home.html
    );
    assert!(stage.member.get(&about).await.html.contains("still right"));
    let got = stage.member.post(&format!("{about}/confirm"), &[]).await;
    assert_eq!(got.location(), format!("{about}?done=details_confirmed"));
    assert!(!stage.member.get("/").await.html.contains("still right"));
    // A correction keeps what was typed when it is refused, and is told so at its field.
    let fields = [("lang", "en"), ("contacts.0.purpose", "technical"), ("contacts.0.phone", "12")];
    let got = stage.member.post(&about, &fields).await;
    assert!(
        got.html.contains("f-contacts.0.phone-error") && value(&got, "f-contacts.0.phone") == "12",
        "{}",
        got.html
    );
    let got = stage
        .member
        .post(
            &about,
            &[("lang", "en"), ("contacts.0.purpose", "technical"), ("contacts.0.phone", "0612345678")],
        )
        .await;
    assert_eq!(got.location(), format!("{about}?done=details_saved"), "{}", got.html);
    // One more is added on the page itself, by who may save it.
    let more = stage.member.post(&about, &[("lang", "en"), ("add", "billing")]).await;
    assert!(more.html.contains("New billing contact") && more.status == StatusCode::OK, "{}", more.html);
    assert_eq!(stage.reader.post(&about, &[("add", "billing")]).await.status, StatusCode::FORBIDDEN);
    // Whatever else is sent along changes nothing.
    stage.member.post(&about, &[("lang", "en"), ("name", "Mine"), ("notes", "x"), ("number", "9")]).await;
    let page = stage.admin.get(&stage.filled("/members/{member}")).await.html;
    assert!(page.contains("<h1>Asso</h1>") && page.contains("Never pays"), "{page}");
    // A lesser role shows the contacts, and offers nothing to correct.
    stage.run("UPDATE grants SET role = $1 WHERE user_id IN (SELECT id FROM users WHERE email = 'owner@asso.example')", "reader").await;
    let page = stage.member.get(&about).await.html;
    assert!(!page.contains("name=\"version\""), "{page}");
    assert_eq!(stage.member.post(&about, &[("lang", "fr")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_tried_mended_and_imported() {
    let stage = Stage::new().await;
    // Not UTF-8, not CSV, too large: the error stands at the file.
    for (file, said) in [
        (b"nom\n\xc9t\xe9".to_vec(), "CSV UTF-8"),
        (b"age\n7".to_vec(), "is not known"),
        (vec![b'x'; 5 << 20], "too large"),
    ] {
        let got = upload(&stage.admin, &file, &[]).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(got.html.contains("id=\"f-file-error\"") && got.html.contains(said), "{said}: {}", got.html);
    }
    // Pasted lines come back as they were typed.
    let got = stage.admin.post("/members/import", &[("csv", "age\n</textarea><b>7")]).await;
    assert!(
        got.html.contains("f-csv-error") && got.html.contains("age\n&lt;/textarea&gt;&lt;b&gt;7"),
        "{}",
        got.html
    );
    let csv = "nom;numero;responsable\nAna;700;ana@x.example\nBo;zéro;ana@x.example\n";
    let got = upload(&stage.admin, csv.as_bytes(), &[("csv", "")]).await;
    assert!(got.location().starts_with("/members/import/"), "{}", got.html);
    let report = stage.admin.get(got.location()).await;
    check(&report.html);
    for said in ["There are rows to mend", "A member number is a whole number", "stands in row 2"] {
        assert!(report.html.contains(said), "{said}: {}", report.html);
    }
    let refused = stage.admin.post(got.location(), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.html.contains("nothing is imported"), "{}", refused.html);
    let got = upload(&stage.admin, csv.replace("zéro", "701").as_bytes(), &[("same_email", "yes")]).await;
    let report = stage.admin.get(got.location()).await;
    assert!(
        report.html.contains("Import these 2 members") && report.html.contains("ana@x.example (new)"),
        "{}",
        report.html
    );
    let path = got.location().to_owned();
    assert_eq!(stage.member.get(&path).await.status, StatusCode::NOT_FOUND);
    let got = stage.admin.post(&path, &[]).await;
    assert_eq!(got.location(), "/members?sort=newest&done=members_imported", "{}", got.html);
    // A double click leads where the first one did, and the report says that it is done.
    assert_eq!(stage.admin.post(&path, &[]).await.location(), got.location());
    let done = stage.admin.get(&path).await.html;
    check(&done);
    assert!(done.contains("The import is done") && !done.contains("Import these"), "{done}");
    let list = stage.admin.get(got.location()).await.html;
    assert!(
        list.contains("The members are imported.")
            && list.contains(">700<")
            && list.contains("/members/invitations"),
        "{list}"
    );
    // Without mail nobody can be invited, and the page says what is missing.
    let page = stage.admin.get("/members/invitations").await.html;
    assert!(page.contains("has to send mail first") && !page.contains("f-count"), "{page}");
    let got = stage.admin.post("/members/invitations", &[("count", "5")]).await;
    assert!(
        got.html.contains("f-count-error") && got.html.contains("This panel sends no mail"),
        "{}",
        got.html
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imported_owners_are_invited_when_the_admin_says_so() {
    let (stage, _) = Stage::mailing().await;
    let page = stage.admin.get("/members/invitations").await.html;
    assert!(page.contains("no owner came from an import") && !page.contains("f-count"), "{page}");
    let csv = "nom;responsable\nAna;ana@x.example\nBo;bo@x.example\nCy;cy@x.example\n";
    let got = stage.admin.post("/members/import", &[("csv", csv)]).await;
    stage.admin.post(got.location(), &[]).await;
    let page = stage.admin.get("/members/invitations").await.html;
    assert!(page.contains("<b>3</b>"), "{page}");
    let got = stage.admin.post("/members/invitations", &[("count", "many")]).await;
    assert!(got.html.contains("f-count-error") && value(&got, "f-count") == "many", "{}", got.html);
    let got = stage.admin.post("/members/invitations", &[("count", "2")]).await;
    assert_eq!(got.location(), "/members/invitations?done=invited", "{}", got.html);
    assert!(stage.admin.get("/members/invitations").await.html.contains("<b>1</b>"));
    assert!(stage.admin.get("/mails").await.html.contains("ana@x.example"));
    let got = stage.admin.post("/members/invitations/hourly", &[("hourly", "10")]).await;
    assert_eq!(got.location(), "/members/invitations?done=pace_saved", "{}", got.html);
    assert_eq!(value(&stage.admin.get("/members/invitations").await, "f-hourly"), "10");
    stage.admin.post("/members/invitations", &[("count", "1")]).await;
    let page = stage.admin.get("/members/invitations").await.html;
    assert!(page.contains("all imported owners have been") && !page.contains("f-count"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_with_accounts_is_deleted_by_two_and_kept_again() {
    let stage = Stage::new().await;
    let path = stage.filled("/members/{member}");
    let page = stage.admin.get(&path).await;
    check(&page.html);
    for lost in ["Delete with its accounts", "asso.example", "owner@asso.example (owner)", "autre"] {
        assert!(page.html.contains(lost), "{lost}: {}", page.html);
    }
    let (_, treasurer) = stage.staff.iter().find(|(role, _)| role.code() == "treasurer").unwrap();
    assert!(!treasurer.get(&path).await.html.contains("Delete"));
    let got = stage.admin.post(&format!("{path}/deletion"), &[]).await;
    assert_eq!(got.location(), format!("{path}?done=approval_asked"), "{}", got.html);
    let page = stage.admin.get(&path).await;
    check(&page.html);
    assert!(
        page.html.contains("Its deletion is asked for") && !page.html.contains("Delete with its accounts")
    );
    // Asked for twice, it is said why not.
    let got = stage.admin.post(&format!("{path}/deletion"), &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(got.html.contains("asked for already"), "{}", got.html);
    let staff = stage.admin.get("/staff").await;
    check(&staff.html);
    assert!(
        staff.html.contains("Delete the member, with its accounts") && staff.html.contains("asso.example"),
        "{}",
        staff.html
    );
    let panel = server::Actor::panel();
    let open = server::approval::list(&stage.server, &panel).await.unwrap();
    let open = open.iter().find(|open| open.kind == server::approval::Kind::DeleteMember).unwrap();
    server::approval::approve_by_command(&stage.server, open.id).await.unwrap();
    let page = stage.admin.get(&path).await;
    check(&page.html);
    assert!(page.html.contains("Being deleted") && page.html.contains("Keep the member"), "{}", page.html);
    let got = stage.admin.post(&format!("{path}/keep"), &[]).await;
    assert_eq!(got.location(), format!("{path}?done=member_kept"));
    assert!(!stage.admin.get(&path).await.html.contains("Being deleted"));
}
