// Logs and statistics in a browser: a visit appears while one follows, filters stand in the address, all of it fits a phone.
import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import { accessible, api, fits, picture, run, signIn, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser();

const withHosts = { skip: stage.hosts.length === 0 && "the stage has no host" };
const name = `journal-${run}.example`;
const person = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
let site, host;

/** Somebody visits the site; the status of the answer. */
const visit = (path) => new Promise((done, fail) => {
  get({ host: host.address, path, headers: { host: name, "user-agent": person } }, (answer) => {
    answer.resume().on("end", () => done(answer.statusCode));
  }).on("error", fail);
});

test("the member has a site", withHosts, async () => {
  await withPage({ js: false }, async (page) => {
    const made = await api(page, stage.admin, "POST", `/api/v1/accounts/${stage.member.account}/sites`, { name });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    site = `/sites/${made.body.id}`;
    host = stage.hosts.find((known) => known.name === made.body.host.name);
    for (const end = Date.now() + 20_000; ; ) {
      if (await visit("/") === 200) break;
      assert.ok(Date.now() < end, "the site answers");
    }
  });
});

test("a visit appears while one follows", withHosts, async () => {
  await withPage({ lang: "en" }, async (page) => {
    await signIn(page, stage.member, site);
    await page.goto(site);
    await page.getByRole("link", { name: "Log of visits" }).click();
    await page.locator("#log .table").waitFor();
    const follow = page.getByRole("button", { name: "Follow live" });
    await follow.click();
    assert.equal(await visit(`/followed-${run}`), 404);
    await page.getByText(`GET /followed-${run}`).waitFor();
    assert.equal(await page.getByRole("button", { name: "Stop following" }).getAttribute("aria-pressed"), "true");
    await page.getByRole("button", { name: "Stop following" }).click();
    await accessible(page);
    await fits(page);
    await picture(page, "logs-en-1440");
  });
});

for (const { width, lang, scheme } of [{ width: 360, lang: "fr", scheme: "dark" }, { width: 768, lang: "en" }]) {
  test(`without JavaScript, ${width} wide`, withHosts, async () => {
    await withPage({ js: false, width, lang, scheme }, async (page) => {
      await signIn(page, stage.member, `${site}/logs`);
      for (const path of ["logs", "logs?log=errors", `logs?q=followed&status=4`, "statistics", "statistics?time=year"]) {
        await page.goto(`${site}/${path}`);
        await fits(page);
        await picture(page, `${path.replace(/\W/g, "-")}-${lang}-${width}`);
      }
      await page.goto(`${site}/logs?q=followed&status=4`);
      assert.equal(await page.locator("#f-status").inputValue(), "4");
      assert.equal(await page.locator("#log tbody tr").count(), 1);
      await page.goto(`/accounts/${stage.member.account}/space`);
      await fits(page);
      await picture(page, `space-${lang}-${width}`);
      await page.goto(`/accounts/${stage.member.account}`);
      await fits(page);
    });
  });
}
