// The search suggests while one types: by keyboard, by pointer, without moving anything; without JavaScript it is a field as any other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, api, fits, hydrated, picture, run, sent, signIn, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser();

const names = ["un", "deux"].map((nth) => `Essaim ${run} ${nth}`);

test("there are members to be found", async () => {
  await withPage({ js: false }, async (page) => {
    for (const name of names) assert.equal((await api(page, stage.admin, "POST", "/api/v1/members", { name })).status, 201);
  });
});

for (const { width, lang, scheme } of [{ width: 1440, lang: "en" }, { width: 360, lang: "fr", scheme: "dark" }]) {
  test(`arrows, Enter, Escape: ${width} wide`, async () => {
    await withPage({ width, lang, scheme }, async (page) => {
      await signIn(page, stage.admin);
      await page.addInitScript(() => {
        window.shifts = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shifts += entry.value; }))
          .observe({ type: "layout-shift", buffered: true });
      });
      await page.goto("/profile");
      await hydrated(page);
      const field = page.getByRole("combobox", { name: lang === "fr" ? "Chercher partout" : "Search everywhere" });
      assert.equal(await field.getAttribute("aria-expanded"), "false");
      await field.pressSequentially(`essaim ${run}`);
      const options = page.locator("#find-list").getByRole("option");
      await options.nth(1).waitFor();
      assert.equal(await options.count(), 2);
      assert.equal(await field.getAttribute("aria-expanded"), "true");
      assert.equal(await page.getByRole("group", { name: lang === "fr" ? "Membres" : "Members" }).count(), 1);
      await accessible(page);
      await fits(page);
      await picture(page, `suggest-${lang}-${width}`);

      // Round through the field: down, down, down is where one began; what is chosen is told by the field.
      for (const wanted of ["find-list-0", "find-list-1", null, "find-list-0"]) {
        await page.keyboard.press("ArrowDown");
        assert.equal(await field.getAttribute("aria-activedescendant"), wanted);
        assert.equal(await page.locator("#find-list [aria-selected=true]").count(), wanted ? 1 : 0);
      }
      // Escape closes the list and keeps the word; a further key opens it again.
      await page.keyboard.press("Escape");
      assert.equal(await options.first().isVisible(), false);
      assert.equal(await field.inputValue(), `essaim ${run}`);
      await page.keyboard.press("ArrowUp");
      assert.equal(await field.getAttribute("aria-activedescendant"), "find-list-1");
      assert.equal(await page.evaluate(() => window.shifts), 0, "nothing moved");
      const wanted = await options.nth(1).getAttribute("href");
      await Promise.all([page.waitForURL((url) => url.pathname === wanted), page.keyboard.press("Enter")]);
      assert.ok(names.includes(await page.locator("h1").innerText()));

      // A click opens too; with nothing chosen, Enter searches.
      await hydrated(page);
      await field.pressSequentially(names[0]);
      await Promise.all([page.waitForURL(/\/members\/[0-9a-f-]{36}$/), options.filter({ hasText: names[0] }).click()]);
      await hydrated(page);
      await field.pressSequentially(run);
      await options.first().waitFor();
      await Promise.all([page.waitForURL(/\/search\?q=/), page.keyboard.press("Enter")]);

      // Away from the field, away with the list; what nobody has suggests nothing.
      await hydrated(page);
      await field.fill("");
      await field.pressSequentially(`essaim ${run}`);
      await options.first().waitFor();
      await page.keyboard.press("Tab");
      await options.first().waitFor({ state: "hidden" });
      await field.fill(`rien ${run}`);
      await page.waitForResponse((answer) => answer.url().includes("/api/v1/search/first"));
      assert.equal(await field.getAttribute("aria-expanded"), "false");
    });
  });
}

test("without JavaScript the same field searches", async () => {
  await withPage({ js: false, width: 360 }, async (page) => {
    await signIn(page, stage.admin);
    await page.goto("/profile");
    assert.equal(await page.locator("#find").getAttribute("role"), null);
    assert.equal(await page.locator(".suggest").isVisible(), false);
    await page.locator("#find").fill(`essaim ${run}`);
    await sent(page, page.locator(".find button"));
    assert.equal(await page.locator("[data-kind=member] a.item-name").count(), 2);
  });
});
