// A site comes to life while one looks: provisioned by an admin, added by the member, requested → checked → in place → verified on the
// open page; the same without JavaScript by reloading; and names that are refused, with the reason at the field.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { accessible, api, hydrated, picture, run, sent, signIn, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser();

const account = `/accounts/${stage.member.account}`;
const withHosts = { skip: stage.hosts.length === 0 && "the stage has no host" };

/** Types a name into the account's page and sends it. */
async function addSite(page, name) {
  await page.locator("#f-name").fill(name);
  await sent(page, page.locator("form[action$='/sites'] button"));
}

test("an admin provisions an account; a refused form keeps what was typed", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.admin);
    await page.goto("/members/new");
    await page.locator("#f-name").fill(`Friends of honey ${run}`);
    await page.locator("form.form button.button-main").click();
    await page.waitForURL(/\/members\/[0-9a-f-]{36}/);
    const member = page.url().match(/members\/([0-9a-f-]{36})/)[1];

    await page.goto(`/accounts/new?member=${member}`);
    const owner = `queen-${run}@asso.example`;
    await page.locator("#f-name").fill("Not A Name");
    await page.locator("#f-owner").fill(owner);
    await sent(page, page.locator("form.form button[type=submit]"));
    await page.locator("#f-name-error").waitFor();
    assert.equal(await page.locator("#f-name").inputValue(), "Not A Name");
    assert.equal(await page.locator("#f-name").getAttribute("aria-invalid"), "true");
    assert.match(await page.locator("#f-name").getAttribute("aria-describedby"), /f-name-error/);
    assert.equal(await page.locator("#f-owner").inputValue(), owner);
    assert.equal(await page.locator("#f-member").inputValue(), member);
    await accessible(page);
    await picture(page, "account-refused");

    assert.equal(await page.locator("#f-mail").isChecked(), true, "what was ticked stays ticked");
    await page.locator("#f-mail").uncheck();
    await page.locator("#f-name").fill(`bee-${run}`);
    await page.locator("form.form button[type=submit]").click();
    await page.locator(".copies output").waitFor();
    assert.match(await page.locator(".copies output").innerText(), /\/link\//);
    await hydrated(page);
    await page.locator(".copies button.copy").click();
    await page.locator(".copies button.copy", { hasText: "Copied" }).waitFor();
    await page.locator("main a.button-main").click();
    await page.locator(".live-state [data-state=verified], .live-state [data-state=applied]").first().waitFor();
    await picture(page, "account-created");
  });
});

test("a member adds a site and sees it reach verified without a reload", withHosts, async () => {
  await withPage({}, async (page) => {
    await signIn(page, stage.member, account);
    const name = `vif-${run}.asso.example`;
    await addSite(page, name);
    await page.waitForURL(/\/sites\//);
    await hydrated(page);
    // A reload would lose this.
    await page.evaluate(() => { window.sameDocument = true; });
    await page.locator(".live-change[data-state=verified]").waitFor();
    assert.equal(await page.locator(".steps .step-done").count(), 4);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    assert.match(await page.locator(".live-change [role=status]").innerText(), /vérifié de l’extérieur/);
    await accessible(page);
    await picture(page, "site-verified");
    await page.goto(account);
    await page.locator("li", { hasText: name }).locator("[data-state=verified]").waitFor();
  });
});

test("what another does shows on the open page, step by step", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    const name = `loin-${run}.asso.example`;
    const made = await api(page, stage.member, "POST", `/api/v1${account}/sites`, { name });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await signIn(page, stage.member, account);
    await hydrated(page);
    const badge = page.locator("li", { hasText: name }).locator(".live-state");
    await badge.locator("[data-state=verified]").waitFor();
    await badge.evaluate((node) => {
      window.seen = [];
      new MutationObserver(() => window.seen.push(node.querySelector("[data-state]")?.dataset.state))
        .observe(node, { childList: true, subtree: true, attributes: true });
    });
    const named = await api(page, stage.member, "PATCH", `/api/v1/sites/${made.body.id}`, { names: [name, `www.${name}`] });
    assert.ok(named.status < 300, JSON.stringify(named));
    await page.waitForFunction(() => window.seen.at(-1) === "verified" && window.seen.some((state) => state !== "verified"));
    await picture(page, "account-live");
  });
});

test("a host that is away is said to be, and the page comes back to life with it, also when the page was cut off", {
  skip: withHosts.skip || (spawnSync("sh", ["-c", `${stage.hosts[0]?.shell} true`]).status !== 0 && "no shell on the hosts"),
}, async () => {
  await withPage({}, async (page) => {
    const { host } = (await api(page, stage.member, "GET", `/api/v1${account}`)).body;
    const { shell } = stage.hosts.find((known) => known.name === host.name);
    const agent = (verb) => assert.equal(spawnSync("sh", ["-c", `${shell} systemctl ${verb} alveole-agent`]).status, 0, verb);
    await signIn(page, stage.member, account);
    agent("stop");
    try {
      await addSite(page, `patience-${run}.asso.example`);
      await page.locator(".live-change[data-state=waiting]").waitFor();
      await accessible(page);
      await picture(page, "site-waiting");
      await page.evaluate(() => { window.sameDocument = true; });
      await page.context().setOffline(true);
    } finally {
      agent("start");
    }
    await page.waitForTimeout(3000);
    await page.context().setOffline(false);
    await page.locator(".live-change[data-state=verified]").waitFor({ timeout: 60_000 });
    assert.equal(await page.evaluate(() => window.sameDocument), true);
  });
});

test("without JavaScript the same, by reloading", withHosts, async () => {
  await withPage({ js: false, lang: "en" }, async (page) => {
    await signIn(page, stage.member, account);
    const name = `calme-${run}.asso.example`;
    await addSite(page, name);
    await page.waitForURL(/\/sites\//);
    for (let tries = 0; (await page.locator(".live-change").getAttribute("data-state")) !== "verified"; tries++) {
      assert.ok(tries < 50, "the site never reached verified");
      await page.waitForTimeout(200);
      await page.reload();
    }
    assert.equal(await page.locator("button.copy:visible").count(), 0, "nothing is offered that cannot work");
    await picture(page, "site-verified-no-js");
    await page.locator("form[action$='/names'] #f-name").fill(`www.${name}`);
    await sent(page, page.locator("form[action$='/names'] button"));
    assert.ok((await page.locator("main").innerText()).includes(`www.${name}`));
  });
});

const long = "a".repeat(63);
const refused = {
  "a leading hyphen": "-a.example",
  "an empty label": "a..example",
  "a label of 64": `${"a".repeat(64)}.example`,
  "254 octets": `${long}.${long}.${long}.${"b".repeat(54)}.example`,
  "xn-- garbage": "xn--zzzzzzzz-.example",
  "a mixed-script homograph": "p\u0430ypal.example",
  localhost: "localhost",
  "a star": "*",
  "an IPv4 address": "192.0.2.1",
  "an IPv6 address": "2001:db8::1",
  "a single label": "asso",
  nothing: "",
  "the panel's own name": new URL(stage.panel_url).hostname,
};

for (const js of [true, false]) {
  test(`names are refused with the reason at the field${js ? "" : ", without JavaScript"}`, { skip: !stage.member.account }, async () => {
    await withPage({ js, lang: js ? "fr" : "en" }, async (page) => {
      await signIn(page, stage.member, account);
      for (const [what, name] of Object.entries(refused)) {
        await addSite(page, name);
        await page.locator("#f-name-error").waitFor();
        assert.equal(await page.locator("#f-name").inputValue(), name, `${what}: what was typed is kept`);
        const reason = (await page.locator("#f-name-error").innerText()).trim();
        assert.ok(reason.length > 15, `${what}: a reason in words, not “${reason}”`);
      }
      if (js) await accessible(page);
      await picture(page, `name-refused-${js ? "js" : "no-js"}`);
    });
  });
}

test("a newline and a NUL in a name are refused", { skip: !stage.member.account }, async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.member, account);
    for (const name of ["a\n.example", "a\r\nb.example", "a\0.example", "evil.example\n"]) {
      const answer = await page.evaluate(async ([path, name]) => {
        const answer = await fetch(`${path}/sites`, { method: "POST", body: new URLSearchParams({ name }) });
        return { status: answer.status, body: await answer.text(), moved: answer.redirected };
      }, [account, name]);
      assert.equal(answer.status, 422, JSON.stringify(name));
      assert.match(answer.body, /f-name-error/);
    }
  });
});

test("capitals and a trailing dot are understood", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.member, account);
    await addSite(page, `Grand-${run}.ASSO.example.`);
    await page.waitForURL(/\/sites\//);
    assert.equal((await page.locator("h1").innerText()).trim(), `grand-${run}.asso.example`);
  });
});

test("a name that another account holds is refused, without saying whose", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    const other = await api(page, stage.admin, "GET", "/api/v1/accounts?limit=50");
    const neighbour = (other.body?.items ?? []).find((item) => item.id !== stage.member.account && item.state === "active");
    assert.ok(neighbour, "the account provisioned above");
    const name = `taken-${run}.example`;
    const made = await api(page, stage.admin, "POST", `/api/v1/accounts/${neighbour.id}/sites`, { name });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    await signIn(page, stage.member, account);
    await addSite(page, name);
    await page.locator("#f-name-error").waitFor();
    const text = await page.locator("main").innerText();
    assert.ok(!text.includes(neighbour.name) && !text.includes(neighbour.id), "whose it is stays unsaid");
  });
});

test("a change says who, when and what, and is undone", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.member, account);
    const name = `retour-${run}.asso.example`;
    await addSite(page, name);
    await page.waitForURL(/\/sites\//);
    await page.locator("main a[href^='/changes/']").first().click();
    await page.locator(".live-change[data-state=verified]").waitFor();
    await accessible(page);
    await picture(page, "change");
    const fold = page.locator("#undo details:not([open])");
    if (await fold.count()) await fold.locator("summary").click();
    await page.locator("#undo form button").click();
    await page.waitForURL(/done=undone/);
    await page.locator(".live-change[data-state=verified], .live-change[data-state=applied]").waitFor();
    await page.goto(account);
    assert.equal(await page.locator("li a.item-name", { hasText: name }).count(), 0, "the site is gone again");
  });
});
