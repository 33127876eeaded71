//! Everybody there can be, and what each may do by the route table's word.

use crate::bench::{Bench, Household, PASSWORD, as_user};
use model::{Duty, GrantId, Right, Role, Secret, StaffRole, User, UserId};
use server::{
    Actor,
    actor::Staff,
    api::{Route, Who},
    store::sql,
    user,
};

/// What somebody is to the household that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Nobody,
    /// Owner of another household.
    Stranger,
    /// Had a role until a moment ago.
    Expired,
    /// Owner of the account, and suspended as a user.
    Suspended,
    OfAccount(Role),
    OfMember(Role),
    Staff(StaffRole),
}

impl Part {
    pub fn all() -> Vec<Part> {
        let mut parts = vec![Part::Nobody, Part::Stranger, Part::Expired, Part::Suspended];
        parts.extend(Role::ALL.map(Part::OfAccount));
        parts.extend(Role::ALL.map(Part::OfMember));
        parts.extend(StaffRole::ALL.map(Part::Staff));
        parts
    }

    fn signed_in(self) -> bool {
        !matches!(self, Part::Nobody | Part::Suspended)
    }

    fn on_account(self, right: Right) -> bool {
        match self {
            Part::OfAccount(role) | Part::OfMember(role) => role.gives(right),
            Part::Staff(role) => role.does(Duty::Administer) || right == Right::See,
            _ => false,
        }
    }

    fn on_member(self, right: Right) -> bool {
        match self {
            Part::OfMember(role) => role.gives(right),
            Part::Staff(role) => role.does(Duty::Administer) || right == Right::See,
            _ => false,
        }
    }

    fn on_record(self, right: Right) -> bool {
        match self {
            Part::OfMember(role) => role.gives(right),
            // (The member has owners of its own here.)
            Part::Staff(role) => right == Right::See || role.does(Duty::KeepMembers),
            _ => false,
        }
    }

    fn does(self, duty: Duty) -> bool {
        matches!(self, Part::Staff(role) if role.does(duty))
    }

    /// Whom a route is for that concerns nothing but what is one's own: here, the account's owner's.
    fn is_self(self, path: &str) -> bool {
        // A view of the account asks all its owners.
        let also = path.starts_with("/me/viewings") && self == Part::OfMember(Role::Owner);
        self == Part::OfAccount(Role::Owner) || also
    }

    /// What the route table says of this person.
    pub fn by_the_table(self, route: &Route) -> Outcome {
        let who = route.who;
        if who == Who::Anyone {
            return Outcome::Passes;
        }
        if !self.signed_in() {
            return Outcome::SignIn;
        }
        let of = |sees: bool, does: bool| match (sees, does) {
            (false, _) => Outcome::NotFound,
            (true, false) => Outcome::Denied,
            (true, true) => Outcome::Passes,
        };
        match who {
            Who::Anyone => Outcome::Passes,
            Who::User => of(!route.path.contains('{') || self.is_self(route.path), true),
            Who::Account(right) => of(self.on_account(Right::See), self.on_account(right)),
            Who::Member(right) => of(self.on_member(Right::See), self.on_member(right)),
            Who::Record(right) => of(self.on_record(Right::See), self.on_record(right)),
            Who::AccountBy(duty) => of(self.on_account(Right::See), self.does(duty)),
            Who::MemberBy(duty) => of(self.on_member(Right::See), self.does(duty)),
            Who::Staff(sees, does) => of(self.does(sees), self.does(does)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    SignIn,
    NotFound,
    Denied,
    Passes,
}

/// The users behind the parts; made once, given their roles on each household anew.
pub struct Cast {
    pub users: Vec<(Part, Actor)>,
}

impl Cast {
    pub async fn new(bench: &Bench) -> Cast {
        let mut users = Vec::new();
        for (n, part) in Part::all().into_iter().enumerate().filter(|(_, part)| *part != Part::Nobody) {
            let email = format!("cast{n}@membre.example");
            let id = insert_user(bench, &email).await;
            let link = user::link(&bench.server, &bench.admin, id).await.unwrap();
            user::set_password_by_link(&bench.server, link.reveal(), &Secret::new(PASSWORD)).await.unwrap();
            let staff = match part {
                Part::Staff(role) => {
                    grant(bench, id, (None, None), role.code(), None).await;
                    Staff::of(&[role])
                }
                _ => Staff::NONE,
            };
            users.push((part, as_user(id, &email, staff)));
        }
        Cast { users }
    }

    pub fn actor(&self, part: Part) -> &Actor {
        &self.users.iter().find(|(known, _)| *known == part).unwrap().1
    }

    pub fn user(&self, part: Part) -> Option<UserId> {
        self.users.iter().find(|(known, _)| *known == part).and_then(|(_, actor)| actor.user)
    }

    /// Everybody's roles on a household; gives the grants of the account's reader, the account's owner, the member's reader.
    pub async fn enter(&self, bench: &Bench, home: &Household) -> [GrantId; 3] {
        let (account, member) = ((Some(home.account), None), (None, Some(home.member)));
        let mut kept = Vec::new();
        for (part, actor) in &self.users {
            let user = actor.user.unwrap();
            let made = match part {
                Part::OfAccount(role) => grant(bench, user, account, role.code(), None).await,
                Part::OfMember(role) => grant(bench, user, member, role.code(), None).await,
                Part::Suspended => grant(bench, user, account, Role::Owner.code(), None).await,
                Part::Expired => {
                    let gone = bench.server.world.now_ms() - 1;
                    grant(bench, user, account, Role::Owner.code(), Some(gone)).await;
                    grant(bench, user, member, Role::Owner.code(), Some(gone)).await
                }
                _ => continue,
            };
            if matches!(part, Part::OfAccount(Role::Reader | Role::Owner) | Part::OfMember(Role::Reader)) {
                kept.push((*part, made));
            }
        }
        let of = |part| kept.iter().find(|(known, _)| *known == part).unwrap().1;
        [
            of(Part::OfAccount(Role::Reader)),
            of(Part::OfAccount(Role::Owner)),
            of(Part::OfMember(Role::Reader)),
        ]
    }
}

pub async fn insert_user(bench: &Bench, email: &str) -> UserId {
    let id = bench.server.world.id::<User>();
    let mut tx = bench.server.store.write().await.unwrap();
    sql("INSERT INTO users (id, email, email_key, created_at) VALUES ($1, $2, $2, 1)")
        .bind(id)
        .bind(email)
        .run(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

type On = (Option<model::AccountId>, Option<model::MemberId>);

async fn grant(
    bench: &Bench,
    user: UserId,
    (account, member): On,
    role: &str,
    until: Option<i64>,
) -> GrantId {
    let id: GrantId = bench.server.world.id();
    let mut tx = bench.server.store.write().await.unwrap();
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
    tx.commit().await.unwrap();
    id
}
