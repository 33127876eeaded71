// Mails to people, as a new user meets them: the invitation, and later a forgotten password. The stage keeps mails as files.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { accessible, api, fits, picture, run, sent, signOut, stage, useBrowser, widths, withPage } from "./lib.mjs";

useBrowser();

const folder = `${stage.folder}/mail`;

/** The link in the newest mail to somebody; quoted-printable's line breaks (RFC 2045 §6.7) are undone. */
function linkTo(email, kind) {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(`-${kind}.eml`)).sort() : [];
  const mails = names.map((name) => readFileSync(`${folder}/${name}`, "utf8").replace(/=\r?\n/g, ""));
  const mail = mails.findLast((mail) => mail.includes(`To: ${email}`));
  return mail?.match(/https:\/\/[^\s"]+\/link\/[\w-]{43}/)?.[0];
}

/** Waits until the panel has written it. */
async function link(page, email, kind) {
  for (let tries = 0; tries < 100; tries++) {
    const found = linkTo(email, kind);
    if (found) return found;
    await page.waitForTimeout(100);
  }
  throw new Error(`no ${kind} for ${email} in ${folder}`);
}

async function choose(page, password) {
  await page.locator("#f-password").fill(password);
  await page.locator("#f-again").fill(password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/link/")), page.locator("form.form button[type=submit]").click()]);
}

for (const js of [true, false]) {
  test(`an invitation and a forgotten password come by mail${js ? "" : ", without JavaScript"}`, async () => {
    const email = `guest-${js ? "js" : "plain"}-${run}@asso.example`;
    await withPage({ js, lang: "en", width: 360 }, async (page) => {
      const grants = `/api/v1/accounts/${stage.member.account}/grants`;
      const given = await api(page, stage.admin, "POST", grants, { email, role: "manager" });
      assert.deepEqual([given.status, given.body.link], [201, null], "the link goes by mail alone");
      await page.goto(await link(page, email, "invitation"));
      await choose(page, "four words at random");
      await signOut(page);
      // Forgotten.
      await page.locator("a[href='/forgotten']").click();
      await page.waitForURL(/\/forgotten/);
      await page.locator("#f-email").fill("guest@");
      await sent(page, page.locator("form.form button[type=submit]"));
      await page.locator("#f-email-error").waitFor();
      assert.equal(await page.locator("#f-email").inputValue(), "guest@");
      await page.locator("#f-email").fill(email);
      await sent(page, page.locator("form.form button[type=submit]"));
      await page.locator(".notice-good").waitFor();
      const reset = await link(page, email, "reset");
      await page.goto(reset);
      await choose(page, "four other words at random");
      assert.equal((await page.goto(reset)).status(), 404, "it worked once");
    });
  });
}

test("the pages of a forgotten password are accessible and fit", async () => {
  for (const width of widths) {
    for (const [lang, scheme] of [["fr", "light"], ["en", "dark"]]) {
      await withPage({ lang, width, scheme }, async (page) => {
        await page.goto("/forgotten");
        await accessible(page);
        await fits(page);
        await picture(page, `forgotten-${lang}-${width}-${scheme}`);
        await page.locator("#f-email").fill(`nobody-${width}-${lang}-${run}@asso.example`);
        await sent(page, page.locator("form.form button[type=submit]"));
        await page.locator(".notice-good").waitFor();
        await accessible(page);
        await fits(page);
        await picture(page, `forgotten-asked-${lang}-${width}-${scheme}`);
      });
    }
  }
});
