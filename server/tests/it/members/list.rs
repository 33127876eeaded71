//! The list of members: found by the beginnings of words, filtered, in order, and answered by indexes.

use super::{contact, made, named, patched};
use crate::bench::Bench;
use model::MemberStatus;
use server::{
    member::{self, ContactInput, Filter, MemberPatch, NewMember, Sort},
    paging::Listing,
    store::sql,
};

pub async fn members_are_found_filtered_and_put_in_order(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    for (name, kind, status, number) in [
        ("Les Écoliers", "organisation", "member", 12),
        ("Éclair Ana", "person", "client", 120),
        ("Zèbre & Cie", "organisation", "left", 3),
        ("abeille", "person", "member", 121),
    ] {
        let new = NewMember {
            number: Some(number),
            kind: Some(kind.into()),
            status: Some(status.into()),
            contacts: Some(vec![ContactInput {
                name: Some("Bo Martin".into()),
                ..contact("legal", &format!("bo{number}@rucher.example"))
            }]),
            ..named(name)
        };
        made(&bench, new).await;
    }
    let found = async |q: &str, filter: Filter, limit: u32| {
        let mut listing = Listing { limit: Some(limit), cursor: None, q: Some(q.into()) };
        let mut numbers = vec![];
        loop {
            let page = member::list(server, admin, &listing, &filter).await.unwrap();
            assert!(page.items.len() <= limit as usize + 1);
            numbers.extend(page.items.iter().map(|member| member.number.get()));
            match page.next {
                Some(next) => listing.cursor = Some(next),
                None => return numbers,
            }
        }
    };
    let by = |sort| Filter { sort, ..Filter::default() };
    for limit in [1, 2, 50] {
        assert_eq!(found("", by(Sort::Name), limit).await, [121, 120, 12, 3], "accents do not count");
        assert_eq!(found("", by(Sort::Number), limit).await, [3, 12, 120, 121]);
        assert_eq!(found("", by(Sort::Newest), limit).await, [121, 3, 120, 12]);
        // Beginnings of words, in any order, of names and contacts.
        for (q, wanted) in [
            ("ec", vec![120, 12]),
            ("ÉCO", vec![12]),
            ("écoliers les", vec![12]),
            ("coliers", vec![]),
            ("martin b", vec![121, 120, 12, 3]),
            ("bo120@rucher.ex", vec![120]),
            ("rucher cie", vec![3]),
            ("!!", vec![]),
            ("%", vec![]),
            // Its own number comes first, then those that begin so.
            ("12", vec![12, 121, 120]),
            ("3", vec![3]),
        ] {
            assert_eq!(found(q, by(Sort::Name), limit).await, wanted, "{q} by {limit}");
        }
        let members = Filter { status: Some(MemberStatus::Member), ..by(Sort::Number) };
        assert_eq!(found("", members, limit).await, [12, 121]);
        let persons = Filter { kind: Some(model::MemberKind::Person), ..members };
        assert_eq!(found("", persons, limit).await, [121]);
        assert_eq!(found("martin", persons, limit).await, [121]);
        assert_eq!(found("12", Filter { kind: persons.kind, ..by(Sort::Newest) }, limit).await, [121, 120]);
    }
    // A member that changes is found by what it is now.
    let bee = member::list(
        server,
        admin,
        &Listing { q: Some("abeille".into()), ..Listing::default() },
        &Filter::default(),
    )
    .await
    .unwrap()
    .items[0]
        .id;
    patched(
        server,
        admin,
        bee,
        MemberPatch { name: Some("Frelon".into()), contacts: Some(vec![]), ..Default::default() },
    )
    .await
    .unwrap();
    assert_eq!(found("abeille", by(Sort::Name), 9).await, Vec::<u32>::new());
    assert_eq!(found("frel", by(Sort::Name), 9).await, [121]);
    assert_eq!(found("martin", by(Sort::Name), 9).await.len(), 3);
    member::delete(server, admin, bee, None).await.unwrap();
    assert_eq!(found("frelon", by(Sort::Name), 9).await, Vec::<u32>::new());
    // Members of before the words were kept are found as soon as the panel starts.
    let mut tx = server.store.write().await.unwrap();
    sql("DELETE FROM member_words").run(tx.on()).await.unwrap();
    sql("UPDATE members SET words_version = 0, sort_key = name_key").run(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    let again = bench.another().await;
    let listing = Listing { q: Some("ecolier".into()), ..Listing::default() };
    assert_eq!(member::list(&again, admin, &listing, &Filter::default()).await.unwrap().items.len(), 1);
}

pub async fn the_list_is_answered_by_indexes(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let mut tx = server.store.write().await.unwrap();
    for n in 0..2_500_u32 {
        let id = server.world.id::<model::Member>();
        sql("INSERT INTO members (id, number, name, name_key, sort_key, status, created_at, version, words_version) VALUES ($1, $2, $3, $3, $3, $4, 1, 1, 1)")
            .bind(id)
            .bind(n + 10)
            .bind(format!("membre {n:05} du rucher"))
            .bind(if n % 1_000 == 7 { "struck_off" } else { "member" })
            .run(tx.on())
            .await
            .unwrap();
        for word in ["membre".to_owned(), format!("{n:05}"), "rucher".to_owned()] {
            sql("INSERT INTO member_words (member_id, word) VALUES ($1, $2)")
                .bind(id)
                .bind(word)
                .run(tx.on())
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
    server.store.tidy().await.unwrap();
    let listing = |q: &str| Listing { q: Some(q.into()), ..Listing::default() };
    let off = Filter { status: Some(MemberStatus::StruckOff), ..Filter::default() };
    for (q, filter, wanted) in [
        ("", Filter::default(), 50),
        ("", off, 3),
        // Everybody has it: the list is walked in its order.
        ("mem ruch", Filter::default(), 50),
        ("membre 00042", Filter::default(), 1),
        ("rucher 0200", Filter::default(), 10),
        ("membre", off, 3),
    ] {
        let page = member::list(server, admin, &listing(q), &filter).await.unwrap();
        assert_eq!(page.items.len(), wanted, "{q}");
    }
}
