// A second factor, as a user sets it up and signs in with it, by an app of a few lines (RFC 6238).
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, api, code, fits, picture, run, sent, signIn, stage, useBrowser, widths, withPage } from "./lib.mjs";

useBrowser();

/** Accessible (axe itself needs JavaScript), nothing sticking out at any width. */
async function look(page, js, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await fits(page);
    await picture(page, `${name}-${width}`);
  }
  if (js) await accessible(page);
}

for (const js of [true, false]) {
  const how = js ? "js" : "plain";
  test(`a second factor is set up and asked for${js ? "" : ", without JavaScript"}`, async () => {
    const person = { email: `factor-${how}-${run}@asso.example`, password: "quatre mots tout a fait au hasard" };
    await withPage({ js, lang: js ? "fr" : "en", width: 360 }, async (page) => {
      const grants = `/api/v1/accounts/${stage.member.account}/grants`;
      const given = await api(page, stage.admin, "POST", grants, { email: person.email, role: "owner", mail: false });
      await page.goto(given.body.link);
      await page.locator("#f-password").fill(person.password);
      await page.locator("#f-again").fill(person.password);
      await sent(page, page.locator("form.form button[type=submit]"));

      await page.goto("/second-factor");
      await look(page, js, `factor-why-${how}`);
      await sent(page, page.locator("form[action='/profile/factors/totp'] button"));
      const secret = (await page.locator(".copies output").innerText()).trim();
      await look(page, js, `factor-set-up-${how}`);
      // A wrong code: the same app is still being set up, and the field says what is wrong.
      await page.locator("#f-code").fill("000000");
      await sent(page, page.locator("form[action$='/confirm'] button"));
      assert.equal((await page.locator(".copies output").innerText()).trim(), secret);
      assert.equal(await page.locator("#f-code").getAttribute("aria-invalid"), "true");
      await page.locator("#f-code").fill(code(secret));
      await sent(page, page.locator("form[action$='/confirm'] button"));
      const codes = await page.locator(".codes code").allInnerTexts();
      assert.equal(codes.length, 10);
      await look(page, js, `factor-codes-${how}`);
      await page.goto("/profile");
      await look(page, js, `factor-profile-${how}`);

      for (const [answer, works] of [["123", false], [code(secret, 1), true], [codes[0], true], [codes[0], false]]) {
        await page.context().clearCookies({ name: /^(?!lang)/ });
        await signIn(page, person, "/profile");
        assert.equal(new URL(page.url()).pathname, "/sign-in/code", "the password alone opens nothing");
        const shut = await page.request.get("/profile", { maxRedirects: 0 });
        assert.notEqual(shut.status(), 200);
        await page.locator("#f-code").fill(answer);
        await sent(page, page.locator("form.form button[type=submit]"));
        assert.equal(new URL(page.url()).pathname, works ? "/profile" : "/sign-in/code", answer);
      }
      await look(page, js, `factor-asked-${how}`);
    });
  });
}
