// The ten commonest acts, each in at most four clicks from the home page of who does it, by somebody who reads the page for the first time:
// led by visible words alone. A click is whatever leads on: a link, a tab, a fold, the button that sends a form, Enter in the search.
// Filling a field in, by typing or by choosing, is none. On the way no page shifts while it is read (CLS below 0.01).
//
// Why these ten: needs.md ranks what members and admins do and ask for. Of members: sites (rank 4, 7), the state of each change and what is
// wrong (20), undoing (19, 20), handing work to somebody else (10, 18), passwords and second factors (19). Of admins: provisioning (13 of
// section 4.1), dues with mercy (4.3), finding whose an account is (every question of support, rank 11), reset links (4.7).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { api, code, fits, hydrated, open, close, picture, run, sent, signIn, stage, steady, useBrowser, withPage } from "./lib.mjs";

useBrowser();

const most = 4;
const looks = [
  { lang: "fr", js: true, width: 1440 },
  { lang: "en", js: true, width: 360 },
  { lang: "fr", js: false, width: 360 },
  { lang: "en", js: false, width: 1440 },
];
const account = `/api/v1/accounts/${stage.member.account}`;
const password = "quatre mots tout a fait au hasard";

/** One act from home on, its clicks counted. Words come as [French, English]. */
class Walk {
  constructor(page, look, name) {
    Object.assign(this, { page, look, name, clicks: 0 });
  }

  say([fr, en]) {
    return this.look.lang === "fr" ? fr : en;
  }

  async home() {
    await this.page.goto("/");
    await this.here();
  }

  /** What can be clicked and says these words, or begins with them, within the window's width, as one sees it. */
  async seen(words) {
    const said = this.say(words);
    const [exact, longer] = [[], []];
    for (const one of await this.page.locator("a:visible, button:visible, summary:visible").all()) {
      const text = (await one.innerText()).replace(/\s+/g, " ").trim();
      const box = await one.boundingBox();
      if (!box || box.x < 0 || box.x + box.width > this.look.width + 1) continue;
      if (text === said) exact.push(one);
      else if (text.startsWith(said)) longer.push(one);
    }
    const [first] = [...exact, ...longer];
    const menu = this.page.locator(".menu-open:visible");
    if (!first && (await menu.count()) && !(await this.page.locator(".menu:popover-open").count())) {
      this.clicks += 1;
      await menu.click();
      return this.seen(words);
    }
    assert.ok(first, `${this.name}: nothing seen on ${this.page.url()} says “${said}”`);
    return first;
  }

  /** Clicks what says these words; the first, where several do the same. Waits for the page it leads to. */
  async click(words) {
    const first = await this.seen(words);
    await this.leave();
    await sent(this.page, first);
    await this.here();
  }

  /** Opens a fold, unless it stands open. */
  async unfold(words) {
    const fold = await this.seen(words);
    if (await fold.evaluate((node) => node.parentElement.open)) return;
    this.clicks += 1;
    await fold.click();
  }

  async search(typed) {
    const field = this.page.locator('input[type="search"]').first();
    await field.fill(typed);
    await this.leave();
    await Promise.all([this.page.waitForEvent("domcontentloaded"), field.press("Enter")]);
    await this.here();
  }

  field(words) {
    return this.page.getByLabel(this.say(words), { exact: false }).locator("visible=true").first();
  }

  async fill(words, typed) {
    await this.field(words).fill(typed);
  }

  async leave() {
    this.clicks += 1;
    if (this.look.js) await steady(this.page);
  }

  async here() {
    if (this.look.js) await hydrated(this.page);
    await fits(this.page);
  }

  async done() {
    if (this.look.js) await steady(this.page);
    assert.ok(this.clicks <= most, `${this.name} took ${this.clicks} clicks`);
    await picture(this.page, `act-${this.name.replaceAll(" ", "-")}-${this.look.lang}-${this.look.width}${this.look.js ? "" : "-plain"}`);
    counted.push(`${this.name}, ${this.look.lang}, ${this.look.width}${this.look.js ? "" : ", plain"}: ${this.clicks}`);
  }
}
const counted = [];

const said = (page, words) => page.locator("main").getByText(words).first().waitFor();
const tag = (look) => `${look.lang}${look.width}-${run}`;

/** An owner of the stage's account and of no other, signed in: their home is the account. */
async function owner(page, look) {
  const person = { email: `acts-${tag(look)}@asso.example`, password };
  const given = await api(page, stage.admin, "POST", `${account}/grants`, { email: person.email, role: "owner", mail: false });
  assert.equal(given.status, 201, JSON.stringify(given.body));
  await page.goto(given.body.link);
  await page.locator("#f-password").fill(password);
  await page.locator("#f-again").fill(password);
  await sent(page, page.locator("form.form button[type=submit]"));
  return person;
}

const ofMembers = {
  "add a site": async (walk) => {
    const name = `acte-${tag(walk.look)}.asso.example`;
    await walk.home();
    await walk.fill(["Nom du nouveau site", "Name of the new site"], name);
    await walk.click(["Ajouter le site", "Add the site"]);
    if (walk.look.js) await walk.page.locator(".live-change[data-state=verified]").waitFor();
    await said(walk.page, name);
    // The plan's room is for the other tests too.
    const site = new URL(walk.page.url()).pathname;
    assert.ok((await api(walk.page, stage.admin, "DELETE", `/api/v1${site}`)).status < 300);
  },
  "see why a site is not in place": async (walk) => {
    await walk.home();
    await walk.click([broken.name, broken.name]);
    await said(walk.page, walk.say([/modifié à la main/, /edited by hand/]));
  },
  "undo a change": async (walk) => {
    const name = `retour-${tag(walk.look)}.asso.example`;
    const made = await api(walk.page, stage.admin, "POST", `${account}/sites`, { name });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await verified(walk.page, made.body.id);
    await walk.home();
    await walk.click(["Modifications", "Changes"]);
    await walk.page.getByRole("link", { name }).first().waitFor();
    await walk.click([`Site ajouté`, `Site added`]);
    await walk.unfold(["Supprimer ce site…", "Delete this site…"]);
    await walk.click(["Supprimer ce site", "Delete this site"]);
    await walk.page.waitForURL(/done=undone/);
  },
  "invite a webmaster": async (walk) => {
    const email = `toile-${tag(walk.look)}@asso.example`;
    await walk.home();
    await walk.click(["Personnes", "People"]);
    await walk.fill(["Adresse électronique", "E-mail address"], email);
    await walk.click(["Envoyer l’invitation", "Send the invitation"]);
    await said(walk.page, email);
  },
  "change one's password": async (walk) => {
    await walk.home();
    await walk.click(["Mon profil", "My profile"]);
    await walk.fill(["Mot de passe actuel", "Current password"], password);
    await walk.fill(["Nouveau mot de passe", "New password"], `${password}, encore`);
    await walk.fill(["Encore une fois", "Once more"], `${password}, encore`);
    await walk.click(["Changer le mot de passe", "Change the password"]);
    await walk.page.waitForURL(/done=password_saved/);
  },
  "add a second factor": async (walk) => {
    await walk.home();
    await walk.click(["Mon profil", "My profile"]);
    await walk.click(["Mettre en place la double authentification", "Set up two-step sign-in"]);
    await walk.click(["Mettre en place l’application", "Set the app up"]);
    const secret = (await walk.page.locator(".copies output").innerText()).trim();
    await walk.fill(["Le code que l’application montre", "The code the app shows"], code(secret));
    await walk.click(["Confirmer", "Confirm"]);
    assert.equal(await walk.page.locator(".codes code").count(), 10);
  },
};

const ofAdmins = {
  "find a member and open it": async (walk) => {
    await walk.home();
    await walk.search("amis miel");
    await walk.click(["Association des amis du miel", "Association des amis du miel"]);
    await walk.page.waitForURL(/\/members\/[0-9a-f-]{36}/);
  },
  "create an account for a member": async (walk) => {
    const name = `acte-${tag(walk.look)}`;
    await walk.home();
    await walk.search("amis miel");
    await walk.click(["Association des amis du miel", "Association des amis du miel"]);
    await walk.click(["Lui créer un compte", "Create an account for it"]);
    await walk.fill(["Nom du compte", "Name of the account"], name);
    await walk.click(["Créer un compte", "Create an account"]);
    await walk.page.waitForURL(/\/accounts\/[0-9a-f-]{36}/);
    assert.equal((await walk.page.locator("h1").innerText()).trim(), name);
  },
  "suspend an account for unpaid dues": async (walk) => {
    const name = `impaye-${tag(walk.look)}`;
    const { member, plan } = (await api(walk.page, stage.admin, "GET", account)).body;
    const made = await api(walk.page, stage.admin, "POST", "/api/v1/accounts", { member: member.id, plan: plan.id, name });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await walk.home();
    await walk.search(name);
    await walk.click(["Administration", "Administration"]);
    await walk.unfold(["Suspendre…", "Suspend…"]);
    await walk.field(["Impayé", "Unpaid"]).check();
    await walk.fill(["Raison", "Reason"], walk.say(["Cotisation de 2026", "Dues of 2026"]));
    await walk.click(["Suspendre le compte", "Suspend the account"]);
    await walk.page.waitForURL(/done=account_suspended/);
  },
  "send somebody a link for a new password": async (walk) => {
    await walk.home();
    await walk.search(stage.member.email);
    await walk.click([stage.member.email, stage.member.email]);
    await walk.click(["Envoyer un lien", "Send a link"]);
    await walk.page.waitForURL(/done=link_sent/);
  },
};

async function verified(page, site) {
  for (let tries = 0; tries < 100; tries++) {
    const { state } = (await api(page, stage.admin, "GET", `/api/v1/sites/${site}`)).body;
    if (state === "verified") return;
    await page.waitForTimeout(100);
  }
  assert.fail("the site never reached verified");
}

/** A site whose file somebody has edited on the host: it waits for a person, and says so. */
const broken = { name: `touche-${run}.asso.example` };
async function breakOne() {
  const page = await open();
  const made = (await api(page, stage.admin, "POST", `${account}/sites`, { name: broken.name })).body;
  await verified(page, made.id);
  const { host } = (await api(page, stage.admin, "GET", account)).body;
  const { shell } = stage.hosts.find((known) => known.name === host.name);
  const file = `/var/lib/alveole/cells/miel/sites/${made.id.replaceAll("-", "")}.conf`;
  const edit = spawnSync("sh", ["-c", `${shell} sh -c 'echo "# by hand" >> ${file}'`]);
  assert.equal(edit.status, 0, String(edit.stderr));
  for (let tries = 0; ; tries++) {
    const { state } = (await api(page, stage.admin, "GET", `/api/v1/sites/${made.id}`)).body;
    if (state === "held") break;
    assert.ok(tries < 100, `the edit was never seen: ${state}`);
    await page.waitForTimeout(100);
  }
  broken.id = made.id;
  await close(page);
}

const withHosts = { skip: stage.hosts.length === 0 && "the stage has no host" };

test("the ten commonest acts take four clicks at most", withHosts, async (t) => {
  assert.equal(Object.keys({ ...ofMembers, ...ofAdmins }).length, 10);
  await breakOne();
  for (const look of looks) {
    for (const [who, acts] of [["member", ofMembers], ["admin", ofAdmins]]) {
      await t.test(`${who}, ${look.lang}, ${look.width} wide${look.js ? "" : ", without JavaScript"}`, async () => {
        await withPage(look, async (page) => {
          if (who === "member") await owner(page, look);
          else await signIn(page, stage.admin);
          await page.context().addCookies([{ name: "lang", value: look.lang, url: stage.panel_url }]);
          for (const [name, act] of Object.entries(acts)) {
            const walk = new Walk(page, look, name);
            await act(walk);
            await walk.done();
          }
        });
      });
    }
  }
  console.log(counted.join("\n"));
});
