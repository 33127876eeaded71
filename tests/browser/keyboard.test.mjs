// The main acts by keyboard alone, and on the way: whatever takes the focus shows it. With JavaScript "/" leads into the search, and what
// was done is said and goes away; without, the same by Tab, and it stays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, api, fits, picture, run, signIn, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser();

const account = `/accounts/${stage.member.account}`;

/** What of the focus cannot be seen; empty when all is well. */
function unseen() {
  const node = document.activeElement;
  if (!node || node === document.body) return "";
  const { boxShadow, outlineStyle, outlineColor } = getComputedStyle(node);
  const { width, height } = node.getBoundingClientRect();
  const ringed = boxShadow !== "none" || (outlineStyle !== "none" && !/, 0\)$/.test(outlineColor));
  return ringed && width > 1 && height > 1 ? "" : node.outerHTML.slice(0, 160);
}

/** Presses Tab until `wanted` has the focus; every stop on the way shows that it has it. */
async function tabTo(page, wanted) {
  await wanted.waitFor();
  for (let stops = 0; stops < 150; stops++) {
    if (await wanted.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(unseen), "", `the focus is seen on ${page.url()}`);
  }
  assert.fail(`${wanted} is not reached on ${page.url()}`);
}

async function press(page, key, there) {
  await Promise.all([page.waitForURL(there), page.keyboard.press(key)]);
}

async function enter(page, person) {
  await page.goto("/sign-in");
  await tabTo(page, page.locator("#f-email"));
  await page.keyboard.type(person.email);
  await tabTo(page, page.locator("#f-password"));
  await page.keyboard.type(person.password);
  await press(page, "Enter", (url) => url.pathname !== "/sign-in");
}

for (const { js, width, lang } of [{ js: true, width: 1440, lang: "en" }, { js: true, width: 360, lang: "fr" }, { js: false, width: 360, lang: "fr" }]) {
  test(`sign in, find an account, add a site, open its changes, sign out: ${width} wide${js ? "" : ", without JavaScript"}`, { skip: !stage.member.account }, async () => {
    await withPage({ js, width, lang }, async (page) => {
      const { name } = (await api(page, stage.member, "GET", `/api/v1${account}`)).body;
      await enter(page, stage.member);

      // The first stop leads past the navigation.
      await page.goto("/profile");
      await page.keyboard.press("Tab");
      const skip = page.locator(".skip");
      assert.equal(await skip.evaluate((node) => node === document.activeElement && node.getBoundingClientRect().top >= 0), true);
      await page.keyboard.press("Enter");
      await page.waitForURL(/#main$/);
      await page.goto("/profile");

      if (js) {
        await page.locator("main").focus();
        await page.keyboard.press("/");
        assert.equal(await page.evaluate(() => document.activeElement.id), "find");
        assert.equal(await page.locator("#find").inputValue(), "");
        // It can be switched off, and stays so.
        await tabTo(page, page.locator(".keys"));
        await page.keyboard.press("Space");
        await page.reload();
        await page.locator(".keys[aria-pressed=false]").waitFor();
        await page.keyboard.press("/");
        assert.equal(await page.evaluate(() => document.activeElement.id), "");
        await page.locator(".keys").focus();
        await page.keyboard.press("Space");
        await page.keyboard.press("/");
        assert.equal(await page.evaluate(() => document.activeElement.id), "find");
      } else {
        await tabTo(page, page.locator("#find"));
      }
      await page.keyboard.type(name.slice(0, -1).toUpperCase());
      await press(page, "Enter", /\/search\?q=/);
      await fits(page);
      if (js) await accessible(page);
      await picture(page, `search-${lang}-${width}${js ? "" : "-no-js"}`);
      const found = page.locator("[data-kind=account] a.item-name", { hasText: new RegExp(`^${name}$`) });
      await tabTo(page, found);
      await press(page, "Enter", new RegExp(`${account}$`));

      const site = `clavier-${run}-${width}${js ? "" : "-x"}.asso.example`;
      await tabTo(page, page.locator("#f-name"));
      // While one types, the sign that leads into the search is a sign.
      await page.keyboard.type("/");
      assert.equal(await page.locator("#f-name").inputValue(), "/");
      await page.keyboard.press("Backspace");
      await page.keyboard.type(site);
      await press(page, "Enter", /\/sites\/[0-9a-f-]{36}\?done=site_added/);
      const said = page.locator(".notices [role=status]");
      await said.locator("h2").waitFor();
      if (!js) assert.equal(await page.locator(".notice-close:visible").count(), 0);
      await picture(page, `said-${lang}-${width}${js ? "" : "-no-js"}`);

      const change = page.locator("main a[href^='/changes/']").first();
      await tabTo(page, change);
      await press(page, "Enter", /\/changes\/[0-9a-f-]{36}/);
      assert.ok((await page.locator("main").innerText()).includes(site));

      // What was just added is found by a part of its name.
      await tabTo(page, page.locator("#find"));
      await page.keyboard.type(`${run}-${width}`);
      await press(page, "Enter", /\/search\?q=/);
      assert.ok(await page.locator("[data-kind=site] a.item-name", { hasText: site }).count() > 0);

      if (width < 1024) {
        await tabTo(page, page.locator(".menu-open"));
        await page.keyboard.press("Enter");
        await accessible(page);
        await picture(page, `menu-${lang}-${width}${js ? "" : "-no-js"}`);
      }
      await tabTo(page, page.locator(".who button"));
      await press(page, "Enter", /\/sign-in/);
    });
  });
}

test("what was done is said, moves nothing, waits under the pointer and the focus, and goes", async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.admin);
    await page.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shifts += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
    });
    await page.clock.install();
    await page.goto("/members?done=member_saved");
    const box = page.locator(".page > .notices");
    await page.clock.runFor(1000);
    await box.locator("[role=status] h2").waitFor();
    await accessible(page);
    await box.hover();
    await page.clock.runFor(20_000);
    assert.equal(await box.count(), 1, "under the pointer it stays");
    await page.mouse.move(5, 5);
    await page.locator(".notice-close").focus();
    await page.clock.runFor(20_000);
    assert.equal(await box.count(), 1, "with the focus in it, it stays");
    await page.locator("#find").focus();
    await page.clock.runFor(9000);
    assert.equal(await box.count(), 0);
    assert.equal(await page.evaluate(() => window.shifts), 0, "nothing moved");
    await page.goto("/members?done=member_saved");
    await tabTo(page, page.locator(".notice-close"));
    await page.keyboard.press("Enter");
    assert.equal(await box.count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  });
});

test("lists are put in order from their heads, on a phone too", async () => {
  await withPage({ lang: "en", width: 360 }, async (page) => {
    await signIn(page, stage.admin);
    await page.goto("/users?q=example");
    const names = () => page.locator("td.main").allInnerTexts();
    const up = await names();
    await tabTo(page, page.locator("th.sorts a").first());
    await press(page, "Enter", /sort=-name/);
    assert.equal(new URL(page.url()).searchParams.get("q"), "example");
    assert.equal(await page.locator("th[aria-sort=descending]").count(), 1);
    if (up.length < 50) assert.deepEqual(await names(), up.toReversed());
    await fits(page);
    await accessible(page);
    await picture(page, "users-sorted-360");
  });
});
