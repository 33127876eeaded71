//! A site's preview address: one more name, of the cooperative's, that no plan counts and no other site can have.

use crate::bench::Bench;
use model::HostFacts;
use serde_json::{Value, json};
use server::{
    Config, Server, change,
    paging::Listing,
    site::{self, NewMainName, NewPreview},
    store::sql,
};

fn switch(to: &str) -> NewPreview {
    NewPreview { switch: to.into() }
}

pub async fn a_preview_is_a_name_of_the_cooperative_s_while_it_is_on(bench: Bench) {
    let home = bench.household("alpha").await;
    let me = &home.owner;
    let made = site::create(&bench.server, me, home.account, "asso.example").await.unwrap().item;
    let at = (made.id, None);
    // Without a domain for them, and on a host whose agent knows nothing of them, there are none.
    let none = site::set_preview(&bench.server, me, at, switch("on")).await.unwrap_err();
    assert_eq!((none.code, none.field), ("preview_none", Some("switch")));
    let preview = Some(toml::from_str("domain = \"preview.coop.example\"").unwrap());
    let server =
        &Server::open(Config { preview, ..bench.config.clone() }, bench.world.clone()).await.unwrap();
    let host_says = async |facts: HostFacts| {
        let facts = serde_json::to_string(&facts).unwrap();
        let mut tx = server.store.write().await.unwrap();
        sql("UPDATE hosts SET facts = $1").bind(facts).run(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
    };
    host_says(HostFacts::default()).await;
    assert_eq!(site::set_preview(server, me, at, switch("on")).await.unwrap_err().code, "agent_older");
    host_says(HostFacts { runtimes: Some(vec![]), ..HostFacts::default() }).await;
    assert_eq!(site::set_preview(server, me, at, switch("maybe")).await.unwrap_err().field, Some("switch"));
    let on = site::set_preview(server, me, at, switch("on")).await.unwrap();
    let name = on.item.preview.clone().unwrap();
    // Of its id, and of nothing that anybody typed.
    let id = made.id.simple().to_string();
    assert_eq!(name.as_str(), format!("s{}.preview.coop.example", &id[16..]));
    let told = bench.resources().await.pop().unwrap().3.unwrap();
    assert_eq!((&told["names"], &told["settings"]["preview"]), (&json!(["asso.example"]), &json!(name)));
    let change = change::show(server, me, on.change.unwrap()).await.unwrap();
    assert_eq!((change.verb.as_str(), change.after), ("site.preview", Some(json!({ "preview": name }))));
    // Its names are those it had, wherever they are read, changed and counted.
    let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    site::set_names(server, me, made.id, None, &names(&["www.asso.example", "asso.example"])).await.unwrap();
    let main = NewMainName { others: "redirect".into() };
    let after = site::set_main_name(server, me, at, main).await.unwrap().item;
    assert_eq!((after.names.len(), after.preview.as_ref()), (2, Some(&name)));
    let list = site::list(server, me, home.account, &Listing::default()).await.unwrap();
    assert_eq!(list.items[0].names, after.names);
    assert_eq!(site::set_preview(server, me, at, switch("on")).await.unwrap().change, None);
    // Nobody else gets it, nor anything beside it.
    for taken in [name.as_str(), "preview.coop.example", "www.preview.coop.example"] {
        let problem = site::create(server, me, home.account, taken).await.unwrap_err();
        assert_eq!((problem.code, problem.field), ("name_of_previews", Some("name")), "{taken}");
    }
    site::create(server, me, home.account, "coop.example").await.unwrap();
    let off = site::set_preview(server, me, at, switch("off")).await.unwrap();
    assert_eq!((off.item.preview, off.item.names.len()), (None, 2));
    let told = bench.resources().await.pop().unwrap().3.unwrap();
    assert_eq!(told["settings"].get("preview"), None::<&Value>);
    // Switched on again it is the same; a site that goes takes it along.
    assert_eq!(site::set_preview(server, me, at, switch("on")).await.unwrap().item.preview, Some(name));
    site::delete(server, me, made.id, None).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM names WHERE preview_at IS NOT NULL").await, 0);
    assert_eq!(bench.count("SELECT COUNT(*) FROM domains WHERE name LIKE '%preview%'").await, 0);
}
