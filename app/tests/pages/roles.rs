//! Roles as people meet them on pages: inviting and accepting, handing over, staff by two, looking as a member does.

use crate::{
    html::{check, words},
    mails::sent,
    stage::Stage,
};
use axum::http::StatusCode;

/// The words of a page, one space apart.
fn said(html: &str) -> String {
    words(html).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_invites_and_the_other_accepts() {
    let (stage, folder) = Stage::mailing().await;
    let people = stage.filled("/accounts/{account}/people");
    // On a phone an option is cut after a word or two: what it means stands below.
    let page = stage.member.get(&people).await.html;
    assert!(
        page.contains(">webmaster</option>") && page.contains("<dd>sites and their names</dd>"),
        "{page}"
    );
    // Wrong input keeps what was typed and names its field.
    for (field, value) in [("email", "nobody"), ("role", "king"), ("days", "many")] {
        let mut fields = vec![("email", "neuf@asso.example"), ("role", "webmaster"), ("days", "7")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let got = stage.member.post(&people, &fields).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(got.html.contains(&format!("f-{field}-error")), "{field}: {}", got.html);
        check(&got.html);
    }
    let fields = [("email", "stranger@asso.example"), ("role", "webmaster"), ("days", "7")];
    let got = stage.member.post(&people, &fields).await;
    assert!(got.location().ends_with("?done=invitation_sent"), "{}", got.html);
    let mail = sent(&stage, &folder).await.pop().unwrap();
    assert!(mail.contains("To: stranger@asso.example") && mail.contains("webm"), "{mail}");
    let waiting = stage.member.get(&people).await.html;
    assert!(waiting.contains("Invitations without an answer") && waiting.contains("stranger@asso.example"));
    // On the other's home page, first of all.
    let home = stage.stranger.get("/").await.html;
    assert!(
        home.contains("You are invited")
            && home.contains("owner@asso.example offers you the role: webmaster")
    );
    let path = home.split("action=\"").find(|part| part.starts_with("/invitations/")).unwrap();
    let path = path.split('"').next().unwrap();
    let got = stage.stranger.post(path, &[]).await;
    assert_eq!(got.location(), "/?done=invitation_accepted", "{}", got.html);
    let account = stage.filled("/accounts/{account}");
    assert!(stage.stranger.get(&account).await.html.contains("f-name"), "a webmaster adds sites");
    let got = stage.stranger.post(path, &[]).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND, "answered once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_offered_nothing_to_change() {
    let stage = Stage::new().await;
    for path in
        ["/accounts/{account}", "/accounts/{account}/people", "/sites/{site}", "/members/{member}/people"]
    {
        let got = stage.reader.get(&stage.filled(path)).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        let forms: Vec<_> = check(&got.html)
            .iter()
            .filter(|tag| tag.name == "form")
            .filter_map(|tag| tag.get("action").map(str::to_owned))
            .filter(|action| !["/lang", "/sign-out", "/search"].contains(&action.as_str()))
            .collect();
        assert!(forms.is_empty(), "{path} offers {forms:?}");
    }
    let got = stage.reader.post(&stage.filled("/accounts/{account}/sites"), &[("name", "x.example")]).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
    assert!(got.html.contains("ask an owner"), "{}", got.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_owner_is_told_why_not() {
    let stage = Stage::new().await;
    stage.run("UPDATE grants SET revoked_at = 1 WHERE member_id = $1", &stage.filled("{member}")).await;
    let leave = stage.filled("/grants/{grant}/leave");
    let got = stage.member.post(&leave, &[]).await;
    assert_eq!(got.status, StatusCode::CONFLICT);
    assert!(got.html.contains("This is the last owner"), "{}", got.html);
    // Neither page offers what would be refused.
    for (person, path) in [
        (&stage.member, stage.filled("/accounts/{account}/people")),
        (&stage.member, leave),
        (&stage.admin, stage.filled("/accounts/{account}/people")),
    ] {
        let page = person.get(&path).await.html;
        check(&page);
        assert!(page.contains("This is the last owner"), "{path}: {page}");
        assert!(!page.contains("action=\"/grants/") && !page.contains("href=\"/grants/"), "{path}: {page}");
        assert!(!page.contains(&stage.filled("/people/{grant}/withdraw")), "{path}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_reads_first_what_is_lost() {
    let stage = Stage::new().await;
    let people = stage.filled("/accounts/{account}/people");
    let page = stage.reader.get(&people).await.html;
    let leave = page.split("href=\"").find(|part| part.starts_with("/grants/")).unwrap();
    let leave = leave.split('"').next().unwrap();
    let asked = stage.reader.get(leave).await.html;
    check(&asked);
    // (This reader is one of the member, too.)
    assert!(asked.contains("here you keep: reader") && asked.contains("invite you again"), "{asked}");
    let got = stage.reader.post(leave, &[]).await;
    assert_eq!(got.location(), "/?done=role_left", "{}", got.html);
    assert!(!stage.reader.get(&people).await.html.contains("/leave\""));
    assert_eq!(stage.reader.get(leave).await.status, StatusCode::NOT_FOUND);
    // The last role here, and so the whole of it.
    let page = stage.reader.get(&stage.filled("/members/{member}/people")).await.html;
    let leave = page.split("href=\"").find(|part| part.starts_with("/grants/")).unwrap();
    let leave = leave.split('"').next().unwrap();
    let asked = stage.reader.get(leave).await.html;
    assert!(asked.contains("no longer see this member") && asked.contains("Leave this member"), "{asked}");
    stage.reader.post(leave, &[]).await;
    assert_eq!(stage.reader.get(&people).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_alone_reads_what_inviting_does() {
    let stage = Stage::new().await;
    stage.run("UPDATE grants SET revoked_at = 1 WHERE role = $1", "reader").await;
    let page = stage.member.get(&stage.filled("/accounts/{account}/people")).await.html;
    let said = said(&page);
    assert!(said.contains("Nobody else has a role on this account yet. Invite somebody below"), "{said}");
    assert!(!stage.admin.get(&stage.filled("/accounts/{account}/people")).await.html.contains("Nobody else"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_is_asked_for_by_one_and_approved_by_another() {
    let stage = Stage::new().await;
    // What the second admin asked for waits on the first one's home page.
    let home = stage.admin.get("/").await.html;
    assert!(home.contains("Waits for a second approval") && home.contains("third@coop.example"));
    let got = stage.admin.post(&stage.filled("/approvals/{approval}/approve"), &[]).await;
    assert_eq!(got.status, StatusCode::OK, "a link to pass on: {}", got.html);
    assert!(got.html.contains("https://panel.example/link/"));
    assert!(stage.admin.get("/staff").await.html.contains("third@coop.example"));
    // One's own request can be withdrawn, not approved.
    let got = stage.admin.post("/staff", &[("email", "fourth@coop.example"), ("role", "admin")]).await;
    assert_eq!(got.location(), "/staff?done=approval_asked", "{}", got.html);
    let page = stage.admin.get("/staff").await.html;
    assert!(page.contains("Withdraw my request") && !page.contains(">Approve<"));
    let got = stage
        .admin
        .post("/staff", &[("email", "fifth@coop.example"), ("role", "board"), ("days", "0")])
        .await;
    assert!(got.html.contains("f-days-error"), "{}", got.html);
    // The board reads it all and is offered none of it.
    let (_, board) = stage.staff.iter().find(|(role, _)| role.code() == "board").unwrap();
    let page = board.get("/staff").await.html;
    assert!(page.contains("fourth@coop.example") && !page.contains("f-email"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn support_looks_as_a_member_does_under_a_banner() {
    let stage = Stage::new().await;
    let (_, support) = stage.staff.iter().find(|(role, _)| role.code() == "support").unwrap();
    let view = stage.filled("/accounts/{account}/view");
    let got = support.post(&view, &[("reason", "")]).await;
    assert!(got.html.contains("f-reason-error"), "{}", got.html);
    let got = support.post(&view, &[("reason", "Ticket 12")]).await;
    assert_eq!(got.location(), "/?done=viewing_started", "{}", got.html);
    let account = support.get(&stage.filled("/accounts/{account}")).await.html;
    check(&account);
    assert!(account.contains("Reading only") && !account.contains("f-name"), "{account}");
    assert_eq!(support.get("/users").await.status, StatusCode::NOT_FOUND);
    assert_eq!(support.get("/profile").await.status, StatusCode::FORBIDDEN);
    // The owner lets them act.
    support.post("/viewing/ask", &[]).await;
    let home = stage.member.get("/").await.html;
    assert!(home.contains("asks to act") && home.contains("Ticket 12"), "{home}");
    let path = home.split("action=\"").find(|part| part.starts_with("/viewings/")).unwrap();
    let got = stage.member.post(path.split('"').next().unwrap(), &[]).await;
    assert_eq!(got.location(), "/?done=viewing_consented", "{}", got.html);
    let account = support.get(&stage.filled("/accounts/{account}")).await.html;
    assert!(account.contains("You may act, by consent") && account.contains("f-name"));
    support.post("/viewing/end", &[]).await;
    assert_eq!(support.get("/users").await.status, StatusCode::OK);
    // Of a member: with its details, which a view of one account does not show.
    assert!(!account.contains("/members/mine"), "{account}");
    support.post(&stage.filled("/members/{member}/view"), &[("reason", "Ticket 13")]).await;
    let mine = support.get("/members/mine").await.html;
    assert!(mine.contains("href=\"/members/mine\"") && mine.contains("billing@asso.example"), "{mine}");
    assert!(support.get("/search?q=asso").await.html.contains("data-kind=\"member\""));
    support.post("/viewing/end", &[]).await;
    let history = stage.member.get(&stage.filled("/accounts/{account}/changes")).await.html;
    assert!(history.contains("View by staff begun") && history.contains("Reason: Ticket 12"), "{history}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_lost_everything_comes_back_by_two() {
    let (stage, folder) = Stage::mailing().await;
    let (_, support) = stage.staff.iter().find(|(role, _)| role.code() == "support").unwrap();
    let (_, board) = stage.staff.iter().find(|(role, _)| role.code() == "board").unwrap();
    let path = format!("/users/{}", stage.user("stranger@asso.example").await);
    let page = support.get(&path).await;
    check(&page.html);
    assert!(page.html.contains("Everything lost"), "{}", page.html);
    assert!(!board.get(&path).await.html.contains("Everything lost"));
    // Not of an admin.
    let admin = format!("/users/{}", stage.user("admin@coop.example").await);
    assert!(!support.get(&admin).await.html.contains("Everything lost"));
    let recovery = format!("{path}/recovery");
    for (field, value) in [("email", "nobody"), ("reason", "x")] {
        let mut fields = vec![("email", "neuve@asso.example"), ("reason", "Seen with Ana, ticket 12")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let got = support.post(&recovery, &fields).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(got.html.contains(&format!("f-{field}-error")), "{field}: {}", got.html);
        let kept = if field == "email" { "Seen with Ana" } else { "neuve@asso.example" };
        assert!(got.html.contains(kept), "{}", got.html);
        check(&got.html);
    }
    let fields = [("email", "neuve@asso.example"), ("reason", "Seen with Ana, ticket 12")];
    let got = support.post(&recovery, &fields).await;
    assert_eq!(got.location(), format!("{path}?done=approval_asked"), "{}", got.html);
    assert!(support.get(&path).await.html.contains("A new address is asked for"));
    let own = support.get("/staff").await.html;
    assert!(own.contains("Withdraw my request") && own.contains("Seen with Ana, ticket 12"), "{own}");
    let told = sent(&stage, &folder).await.pop().unwrap();
    assert!(told.contains("To: stranger@asso.example"), "{told}");
    // On the home page of who may answer; the board reads it.
    let home = stage.admin.get("/").await;
    check(&home.html);
    assert!(home.html.contains("neuve@asso.example"), "{}", home.html);
    let act = home.html.split("action=\"").filter(|part| part.starts_with("/approvals/"));
    let act = act.filter_map(|part| part.split('"').next()).filter(|path| path.ends_with("/approve")).last();
    let read = board.get("/").await.html;
    assert!(read.contains("stranger@asso.example") && !read.contains("action=\"/approvals"), "{read}");
    assert!(!read.contains("neuve@asso.example"), "the new address is for those who decide");
    let got = stage.admin.post(act.unwrap(), &[]).await;
    assert_eq!(got.location(), "/staff?done=approved", "{}", got.html);
    let mails = sent(&stage, &folder).await;
    assert!(mails.iter().any(|mail| mail.contains("To: neuve@asso.example") && mail.contains("/link/")));
    assert!(stage.admin.get(&path).await.html.contains("neuve@asso.example"));
    // A character nobody types is refused as any wrong text is.
    let got = stage.admin.post(&stage.filled("/members/{member}/view"), &[("reason", "a\0bcdefgh")]).await;
    assert_ne!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
    let got = stage.admin.get("/members?q=a%00b").await;
    assert_ne!(got.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_users_page_says_what_they_are_and_offers_what_would_be_done() {
    let stage = Stage::new().await;
    let path = async |email: &str| format!("/users/{}", stage.user(email).await);
    let page = stage.admin.get(&path("owner@asso.example").await).await.html;
    check(&page);
    for link in ["/accounts/{account}", "/members/{member}"] {
        assert!(page.contains(&stage.filled(&format!("href=\"{link}\""))), "{link}: {page}");
    }
    let said = said(&page);
    assert!(
        said.contains("account · Asso · owner · since") && said.contains("until further notice"),
        "{said}"
    );
    assert!(page.contains("/suspend\"") && !page.contains("Staff roles"), "{page}");
    // Oneself: with one's staff role, and nothing that would be refused.
    let me = stage.admin.get(&path("admin@coop.example").await).await.html;
    check(&me);
    assert!(me.contains("Staff roles") && me.contains("No role on a member or an account"), "{me}");
    assert!(me.contains("This is you") && !me.contains("/suspend\""), "{me}");
    // The only admin stays, and reads why.
    let removes = async || stage.admin.get("/staff").await.html;
    assert!(!removes().await.contains("This is the last admin"));
    let second = stage.user("second@coop.example").await.to_string();
    stage.run("UPDATE users SET suspended_at = 1 WHERE id = $1", &second).await;
    let only = removes().await;
    assert_eq!(only.matches("This is the last admin").count(), 1, "{only}");
}
