//! A large cooperative, written into a panel's database within a minute: members with an account and a site each, users with grants, and
//! years of changes. The engines make the rows themselves, of numbers; nothing of it passes through the panel's rules.

use super::database::Database;

/// How large.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub members: usize,
    pub users: usize,
    pub changes: usize,
}

/// Words that names are made of: members are searched by them.
const WORDS: [&str; 20] = [
    "Amis",
    "Théâtre",
    "Vélo",
    "Jardin",
    "Chorale",
    "Radio",
    "Atelier",
    "Cinéma",
    "Lecture",
    "Rivière",
    "Montagne",
    "Abeille",
    "Quartier",
    "École",
    "Cuisine",
    "Danse",
    "Photo",
    "Forêt",
    "Logiciel",
    "Musique",
];

/// When history begins, and when it ends: about the present of the clock.
const YEARS_MS: i64 = 3 * 365 * 86_400_000;

/// Writes it all; the panel must not run. There is an admin, whose password every user gets.
pub fn seed(database: &Database, size: Size, admin: &str, now_ms: i64) -> Result<(), String> {
    let begin = now_ms - YEARS_MS;
    let Size { members, users, changes } = size;
    // UUIDs of version 7: `ms` their time, `kind` and `n` the rest, so that each part of a row can tell the others' ids.
    let uuid = |ms: &str, kind: u32, n: &str| {
        let whole = [
            database.hex(&format!("(({ms}) / 65536)"), 8),
            database.hex(&format!("(({ms}) % 65536)"), 4),
            format!("'7{kind:03x}'"),
            "'8000'".to_owned(),
            database.hex(&format!("({n})"), 12),
        ];
        whole.join(" || '-' || ")
    };
    let fixed = |kind: u32, n: &str| uuid(&begin.to_string(), kind, n);
    let (member, user, account, site, grant) =
        (fixed(1, "n"), fixed(2, "n"), fixed(3, "n"), fixed(4, "n"), fixed(5, "n"));
    let host = fixed(6, "CAST(1 AS BIGINT)");
    let plan = fixed(7, "CAST(1 AS BIGINT)");
    let at = format!("({begin} + n * {})", YEARS_MS / changes as i64);
    let change = uuid(&at, 8, "n");
    let first_change = uuid(&format!("({begin} + {})", YEARS_MS / changes as i64), 8, "CAST(1 AS BIGINT)");
    let of = format!("(n % {members} + 1)");
    let (its_member, its_account, its_site) = (fixed(1, &of), fixed(3, &of), fixed(4, &of));
    let words =
        WORDS.iter().enumerate().map(|(i, word)| format!("({i}, '{word}')")).collect::<Vec<_>>().join(", ");
    let series = |most: usize| {
        format!(
            "WITH RECURSIVE s(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n < {most})"
        )
    };
    // The name of the member of number `n`, its domain, the address of the user of number `n`.
    let named = |n: &str| {
        let word = |of: &str| format!("(SELECT word FROM seed_words WHERE i = {of} % 20)");
        format!("'Association ' || {} || ' et ' || {} || ' ' || {n}", word(n), word(&format!("({n} / 20)")))
    };
    let (domain, own) = ("'rucher' || n || '.example'", format!("'rucher' || {of} || '.example'"));
    let email = |n: &str| format!("'personne' || {n} || '@rucher' || ({n} % {members} + 1) || '.example'");
    let name = named("n");
    let its_name = named(&of);
    let by = format!("(n % {users} + 1)");
    let (its_user, its_email) = (fixed(2, &by), email(&by));
    let email = email("n");
    let verbs = "CASE n % 10 WHEN 0 THEN 'member.rename' WHEN 1 THEN 'account.plan' WHEN 2 THEN 'grant.create' WHEN 3 THEN 'site.create'
        WHEN 4 THEN 'site.delete' WHEN 5 THEN 'account.suspend' WHEN 6 THEN 'account.resume' ELSE 'site.names' END";
    let statements = [
        "CREATE TEMPORARY TABLE seed_words (i BIGINT, word TEXT)".to_owned(),
        format!("INSERT INTO seed_words VALUES {words}"),
        "BEGIN".to_owned(),
        format!(
            "INSERT INTO hosts (id, name, roles, ipv4, ipv6, state, epoch, generation, acked_generation, connected_at, last_seen_at, created_at, version)
             VALUES ({host}, 'web1', 'web', '192.0.2.1', '2001:db8::1', 'active', 1, {members}, {members}, {now_ms}, {now_ms} + 86400000, {begin}, 1)"
        ),
        format!(
            "INSERT INTO plans (id, name, name_key, sites_max, names_max, php_workers, disk_mb, memory_mb, created_at, version)
             VALUES ({plan}, 'Ruche', 'ruche', 20, 20, 4, 10000, 512, {begin}, 1)"
        ),
        format!(
            "INSERT INTO members (id, number, name, name_key, sort_key, status_since, created_at, version)
             {} SELECT {member}, n, {name}, lower({name}), lower({name}), {begin}, {begin}, 1 FROM s",
            series(members)
        ),
        format!(
            "INSERT INTO member_statuses (id, member_id, status, since) {} SELECT {member}, {member}, 'member', {begin} FROM s",
            series(members)
        ),
        format!(
            "INSERT INTO users (id, email, email_key, password, created_at)
             {} SELECT {user}, {email}, {email}, (SELECT a.password FROM users a WHERE a.email_key = '{admin}'), {begin} FROM s",
            series(users)
        ),
        format!(
            "INSERT INTO accounts (id, member_id, plan_id, host_id, name, uid, php, state, created_at, version)
             {} SELECT {account}, {member}, {plan}, {host}, 'rucher' || n, 200000 + n, '8.4', 'active', {begin}, 1 FROM s",
            series(members)
        ),
        format!("UPDATE panel SET next_uid = 200001 + {members}"),
        // Every second user has a grant on one account, the others on two.
        format!(
            "INSERT INTO grants (id, user_id, account_id, role, created_at) {} SELECT {grant}, {user}, {its_account}, 'owner', {begin} FROM s",
            series(users)
        ),
        format!(
            "INSERT INTO grants (id, user_id, account_id, role, created_at)
             {} SELECT {}, {user}, {}, 'owner', {begin} FROM s WHERE n % 2 = 0",
            series(users),
            fixed(9, "n"),
            fixed(3, &format!("((n + 7) % {members} + 1)"))
        ),
        format!("INSERT INTO domains (name, account_id, created_at) {} SELECT {domain}, {account}, {begin} FROM s", series(members)),
        format!(
            "INSERT INTO sites (id, account_id, folder, created_at, version) {} SELECT {site}, {account}, {domain}, {begin}, 1 FROM s",
            series(members)
        ),
        format!("INSERT INTO names (name, site_id, position, domain) {} SELECT {domain}, {site}, 0, {domain} FROM s", series(members)),
        format!(
            "INSERT INTO changes (id, at, user_id, who, via, verb, member_id, account_id, subject_kind, subject_id, subject_label,
               before_json, after_json)
             {} SELECT {change}, {at}, {its_user}, {its_email}, CASE n % 20 WHEN 0 THEN 'token' ELSE 'session' END, {verbs},
               {its_member}, {its_account}, 'site', {its_site}, CASE n % 10 WHEN 0 THEN {its_name} ELSE {own} END,
               '{{\"names\":[\"' || {own} || '\"]}}', '{{\"names\":[\"' || {own} || '\",\"www.' || {own} || '\"]}}' FROM s",
            series(changes)
        ),
        format!("INSERT INTO change_queue (change_id) {} SELECT {change} FROM s", series(changes)),
        format!(
            "INSERT INTO resources (host_id, kind, key, account_id, generation, change_id, body, state, applied_generation, reported_at)
             {} SELECT {host}, 'account', {account}, {account}, n, {first_change}, '{{}}', 'verified', n, {begin} FROM s",
            series(members)
        ),
        format!(
            "INSERT INTO resources (host_id, kind, key, account_id, generation, change_id, body, state, applied_generation, reported_at)
             {} SELECT {host}, 'site', {site}, {account}, n, {first_change}, '{{}}', 'verified', n, {begin} FROM s",
            series(members)
        ),
        // The newest acts have their state on the host.
        format!(
            "INSERT INTO change_states (change_id, host_id, kind, key, account_id, epoch, generation, state, at)
             {} SELECT {change}, {host}, 'site', {its_site}, {its_account}, 1, n, 'verified', {at} FROM s WHERE n > {changes} - 100000",
            series(changes)
        ),
        "COMMIT".to_owned(),
        "ANALYZE".to_owned(),
    ];
    database.sql(&(statements.join(";\n") + ";\n")).map(drop)
}
