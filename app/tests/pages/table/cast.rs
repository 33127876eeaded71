//! Everybody there can be in front of the pages, and what each gets by the route table's word.

use super::needs::{Needs, needs};
use crate::stage::{Person, Stage};
use app::{http::Who, routes::Route};
use model::{AccountId, Duty, MemberId, Right, Role, StaffRole, UserId};
use server::{
    secrets,
    session::{HALFWAY_COOKIE, SESSION_COOKIE},
    store::{Tx, sql},
};

/// What somebody is to the household that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Nobody,
    /// The password was right, the second factor is awaited.
    Halfway,
    /// Admin and owner of the account, who first has to set a second factor up.
    SettingUp,
    /// Owner of nothing here.
    Stranger,
    /// Was owner of the account and of the member until a moment ago.
    Expired,
    /// Owner of the account, and suspended as a user.
    Suspended,
    OfAccount(Role),
    OfMember(Role),
    Staff(StaffRole),
    /// Support looking at the account or at the member as its people do: reading, or with consent.
    View {
        member: bool,
        consented: bool,
    },
}

/// What somebody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    SignIn,
    /// Led to set a second factor up.
    SetUp,
    NotFound,
    /// One sees it, and may not do this.
    Denied,
    /// What is one's own rests while one looks as others do.
    Rests,
    Passes,
}

impl Part {
    pub fn all() -> Vec<Part> {
        let mut parts = vec![
            Part::Nobody,
            Part::Halfway,
            Part::SettingUp,
            Part::Stranger,
            Part::Expired,
            Part::Suspended,
        ];
        parts.extend(Role::ALL.map(Part::OfAccount));
        parts.extend(Role::ALL.map(Part::OfMember));
        parts.extend(StaffRole::ALL.map(Part::Staff));
        for member in [false, true] {
            parts.extend([false, true].map(|consented| Part::View { member, consented }));
        }
        parts
    }

    /// The roles on the account and on the member.
    fn roles(self) -> (Option<Role>, Option<Role>) {
        match self {
            Part::OfAccount(role) => (Some(role), None),
            Part::OfMember(role) => (Some(role), Some(role)),
            Part::View { member, consented } => {
                let role = Some(if consented { Role::Webmaster } else { Role::Reader });
                (role, role.filter(|_| member))
            }
            _ => (None, None),
        }
    }

    fn does(self, duty: Duty) -> bool {
        matches!(self, Part::Staff(role) if role.does(duty))
    }

    fn on_account(self, right: Right) -> bool {
        let staff = self.does(Duty::Administer) || (right == Right::See && self.does(Duty::SeeMembers));
        self.roles().0.is_some_and(|role| role.gives(right)) || staff
    }

    fn on_member(self, right: Right) -> bool {
        let staff = self.does(Duty::Administer) || (right == Right::See && self.does(Duty::SeeMembers));
        self.roles().1.is_some_and(|role| role.gives(right)) || staff
    }

    /// (The member has owners of its own here, so those of its accounts do not answer for it.)
    fn on_record(self, right: Right) -> bool {
        let duty = if right == Right::See { Duty::SeeMembers } else { Duty::KeepMembers };
        self.roles().1.is_some_and(|role| role.gives(right)) || self.does(duty)
    }

    /// Whose own things the ids in paths are: the account's owner's. (A view of the account asks the member's owners too.)
    fn is_self(self, path: &str) -> bool {
        self == Part::OfAccount(Role::Owner)
            || (path.starts_with("/viewings") && self == Part::OfMember(Role::Owner))
    }

    /// What the route table says of this person.
    pub fn by_the_table(self, route: &Route) -> Outcome {
        let of = |sees: bool, does: bool| match (sees, does) {
            (false, _) => Outcome::NotFound,
            (true, false) => Outcome::Denied,
            (true, true) => Outcome::Passes,
        };
        let own = || of(!route.path.contains('{') || self.is_self(route.path), true);
        let views = matches!(self, Part::View { .. });
        match (self, route.who) {
            (_, Who::Anyone) => Outcome::Passes,
            (Part::Nobody | Part::Halfway | Part::Suspended, _) => Outcome::SignIn,
            (Part::SettingUp, Who::SettingUp) => own(),
            (Part::SettingUp, _) => Outcome::SetUp,
            (_, Who::Own) if views => Outcome::Rests,
            (_, Who::SettingUp) if views && route.path != "/sign-out" => Outcome::Rests,
            (_, Who::Own | Who::SettingUp) => own(),
            (_, Who::Staff(sees, does)) => of(self.does(sees), self.does(does)),
            (_, Who::SignedIn) => match needs(route) {
                Needs::Nothing => Outcome::Passes,
                Needs::Account(right) => of(self.on_account(Right::See), self.on_account(right)),
                Needs::AccountInPerson(right) => {
                    of(self.on_account(Right::See), self.on_account(right) && !views)
                }
                Needs::Member(right) => of(self.on_member(Right::See), self.on_member(right)),
                Needs::Record(right) => of(self.on_record(Right::See), self.on_record(right)),
                Needs::AccountBy(duty) => of(self.on_account(Right::See), self.does(duty)),
                Needs::MemberBy(duty) => of(self.on_member(Right::See), self.does(duty)),
            },
        }
    }
}

/// The users behind the parts.
pub struct Cast(Vec<(Part, UserId)>);

impl Cast {
    /// Staff is asked for a second factor, and has one, but for the one who must set it up.
    pub async fn new(stage: &Stage) -> Cast {
        let mut users = Vec::new();
        let mut tx = stage.server.store.write().await.unwrap();
        sql("UPDATE panel SET second_factor = 'staff'").run(tx.on()).await.unwrap();
        for (n, part) in Part::all().into_iter().enumerate().filter(|(_, part)| *part != Part::Nobody) {
            let user = insert_user(stage, &mut tx, &format!("cast{n}@membre.example")).await;
            let role = match part {
                Part::Staff(role) => Some(role),
                Part::SettingUp => Some(StaffRole::Admin),
                Part::View { .. } => Some(StaffRole::Support),
                _ => None,
            };
            if let Some(role) = role {
                insert_grant(stage, &mut tx, user, (None, None), role.code(), None).await;
            }
            if role.is_some() && part != Part::SettingUp {
                sql("INSERT INTO factors (id, user_id, kind, secret, created_at, confirmed_at) VALUES ($1, $2, 'totp', 'x', 1, 1)")
                    .bind(stage.server.world.id::<()>().to_string())
                    .bind(user)
                    .run(tx.on())
                    .await
                    .unwrap();
            }
            users.push((part, user));
        }
        sql("UPDATE users SET suspended_at = 1 WHERE id = $1")
            .bind(users.iter().find(|(part, _)| *part == Part::Suspended).unwrap().1)
            .run(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Cast(users)
    }

    pub fn user(&self, part: Part) -> UserId {
        self.0.iter().find(|(known, _)| *known == part).unwrap().1
    }

    /// Everybody's roles on a household; gives the grants of the account's reader, the account's owner, the member's reader.
    pub async fn enter(
        &self,
        stage: &Stage,
        tx: &mut Tx,
        (account, member): (AccountId, MemberId),
    ) -> [String; 3] {
        let mut kept: [String; 3] = Default::default();
        let (on_account, on_member) = ((Some(account), None), (None, Some(member)));
        for (part, user) in &self.0 {
            let mut give =
                async |on, role: Role, until| insert_grant(stage, tx, *user, on, role.code(), until).await;
            match part {
                Part::OfAccount(role) => {
                    let made = give(on_account, *role, None).await;
                    match role {
                        Role::Reader => kept[0] = made,
                        Role::Owner => kept[1] = made,
                        _ => {}
                    }
                }
                Part::OfMember(role) => {
                    let made = give(on_member, *role, None).await;
                    if *role == Role::Reader {
                        kept[2] = made;
                    }
                }
                Part::Suspended | Part::SettingUp => drop(give(on_account, Role::Owner, None).await),
                Part::Expired => {
                    let gone = Some(stage.server.world.now_ms() - 1);
                    give(on_account, Role::Owner, gone).await;
                    give(on_member, Role::Owner, gone).await;
                }
                _ => {}
            }
        }
        kept
    }

    /// A browser of somebody's, signed in a moment ago; whoever views has begun to look at this household.
    pub async fn person(
        &self,
        stage: &Stage,
        part: Part,
        (account, member): (AccountId, MemberId),
    ) -> Person {
        if part == Part::Nobody {
            return stage.nobody.clone();
        }
        let (world, now) = (&stage.server.world, stage.server.world.now_ms());
        let secret = format!("secret-{}", world.id::<()>());
        let hashed = secrets::hashed(&secret);
        let mut tx = stage.server.store.write().await.unwrap();
        // Whatever language was chosen in the last form: the browser's counts.
        sql("UPDATE users SET lang = NULL").run(tx.on()).await.unwrap();
        let (table, cookie) = match part {
            Part::Halfway => {
                ("INSERT INTO halfway (id, user_id, created_at) VALUES ($1, $2, $3)", HALFWAY_COOKIE)
            }
            _ => (
                "INSERT INTO sessions (id, user_id, created_at, seen_at, proved_at) VALUES ($1, $2, $3, $3, $3)",
                SESSION_COOKIE,
            ),
        };
        sql(table).bind(hashed.as_str()).bind(self.user(part)).bind(now).run(tx.on()).await.unwrap();
        if let Part::View { member: of_member, consented } = part {
            sql("INSERT INTO viewings (id, session_id, user_id, who, account_id, member_id, reason, started_at, expires_at, consented_at)
                 VALUES ($1, $2, $3, 'x', $4, $5, 'ticket 12', $6, $7, $8)")
            .bind(world.id::<model::Viewing>())
            .bind(hashed.as_str())
            .bind(self.user(part))
            .bind(Some(account).filter(|_| !of_member))
            .bind(Some(member).filter(|_| of_member))
            .bind(now)
            .bind(now + 3_600_000)
            .bind(Some(now).filter(|_| consented))
            .run(tx.on())
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        stage.nobody.with_cookie(&format!("{cookie}={secret}"))
    }
}

pub async fn insert_user(stage: &Stage, tx: &mut Tx, email: &str) -> UserId {
    let id = stage.server.world.id::<model::User>();
    sql("INSERT INTO users (id, email, email_key, created_at) VALUES ($1, $2, $2, 1)")
        .bind(id)
        .bind(email)
        .run(tx.on())
        .await
        .unwrap();
    id
}

pub type On = (Option<AccountId>, Option<MemberId>);

pub async fn insert_grant(
    stage: &Stage,
    tx: &mut Tx,
    user: UserId,
    (account, member): On,
    role: &str,
    until: Option<i64>,
) -> String {
    let id = stage.server.world.id::<model::Grant>();
    sql("INSERT INTO grants (id, user_id, account_id, member_id, role, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, 1, $6)")
        .bind(id)
        .bind(user)
        .bind(account)
        .bind(member)
        .bind(role)
        .bind(until)
        .run(tx.on())
        .await
        .unwrap();
    id.to_string()
}
