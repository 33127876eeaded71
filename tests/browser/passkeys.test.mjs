// Passkeys, on Chromium's own virtual authenticator (WebAuthn domain of the DevTools protocol): added, shown after the password, as a
// proof and alone; what the user reads when the device says no; and another way without JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, api, fits, picture, run, sent, signIn, stage, useBrowser, widths, withPage } from "./lib.mjs";

useBrowser();

/** A device that holds passkeys and confirms by itself, or does not (`confirms(false)`). */
async function device(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  const send = (command, more = {}) => cdp.send(`WebAuthn.${command}`, { authenticatorId, ...more });
  return {
    keys: async () => (await send("getCredentials")).credentials,
    put: (credential) => send("addCredential", { credential }),
    forget: () => send("clearCredentials"),
    confirms: (yes) => send("setUserVerified", { isUserVerified: yes }),
  };
}

async function look(page, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await fits(page);
    await picture(page, `${name}-${width}`);
  }
  await accessible(page);
}

/** A user of the stage's account, signed in. */
async function arrive(page, email, password) {
  const grants = `/api/v1/accounts/${stage.member.account}/grants`;
  const given = await api(page, stage.admin, "POST", grants, { email, role: "owner", mail: false });
  await page.goto(given.body.link);
  await page.locator("#f-password").fill(password);
  await page.locator("#f-again").fill(password);
  await sent(page, page.locator("form.form button[type=submit]"));
}

const where = (page) => new URL(page.url()).pathname;
const signedOut = (page) => page.context().clearCookies({ name: /^(?!lang)/ });
const button = (page, field = "passkey") => page.locator(`#f-${field}`);
const said = (page) => page.locator("[data-passkey] [role=alert]:not([hidden])");

for (const lang of ["fr", "en"]) {
  test(`a passkey is added, shown after the password, as a proof and alone (${lang})`, async () => {
    const person = { email: `passkey-${lang}-${run}@asso.example`, password: "quatre mots tout a fait au hasard" };
    await withPage({ lang }, async (page) => {
      const key = await device(page);
      await arrive(page, person.email, person.password);
      await page.goto("/second-factor");
      await look(page, `passkey-why-${lang}`);
      await sent(page, page.locator("form[action='/profile/factors/passkey'] button"));
      assert.equal(where(page), "/profile/factors/passkey");
      await look(page, `passkey-add-${lang}`);
      // The device says no: said at the button, and nothing is lost.
      await key.confirms(false);
      await button(page).click();
      await said(page).waitFor();
      assert.match(await said(page).innerText(), lang === "fr" ? /Aucune clé d’accès n’a été créée/ : /No passkey was created/);
      await look(page, `passkey-refused-${lang}`);
      await key.confirms(true);
      await page.locator("#f-name").fill("Ordinateur du bureau");
      await sent(page, button(page));
      const codes = await page.locator(".codes code").allInnerTexts();
      assert.equal(codes.length, 10, "recovery codes come with the first");
      await page.goto("/profile");
      assert.match(await page.locator("[aria-labelledby=factor]").innerText(), /Ordinateur du bureau/);
      await look(page, `passkey-profile-${lang}`);
      // Renamed.
      await sent(page, page.locator("[aria-labelledby=factor] .items a[href$='/name']"));
      await look(page, `passkey-name-${lang}`);
      await page.locator("#f-name").fill("Ordinateur de la salle");
      await sent(page, page.locator("form.form button[type=submit]"));
      assert.match(await page.locator("[aria-labelledby=factor]").innerText(), /Ordinateur de la salle/);
      // The same device again: the browser knows.
      await sent(page, page.locator("form[action='/profile/factors/passkey'] button"));
      await button(page).click();
      await said(page).waitFor();
      assert.match(await said(page).innerText(), lang === "fr" ? /a déjà une clé d’accès/ : /has a passkey for you already/);

      // After the password.
      await signedOut(page);
      await signIn(page, person, "/profile");
      assert.equal(where(page), "/sign-in/code");
      await look(page, `passkey-halfway-${lang}`);
      await sent(page, button(page));
      await page.waitForURL((url) => url.pathname === "/profile");

      // Alone.
      await signedOut(page);
      await page.goto("/sign-in?to=%2Fprofile");
      await look(page, `passkey-door-${lang}`);
      await sent(page, button(page));
      await page.waitForURL((url) => url.pathname === "/profile");

      // As a proof: a wrong one asks again, and the form goes on to where it was going.
      await page.goto("/tokens");
      await page.evaluate(() => {
        const form = document.querySelector("form[action='/tokens']");
        const wrong = Object.assign(document.createElement("input"), { type: "hidden", name: "prove_password", value: "devine" });
        form.append(wrong);
      });
      await page.locator("form[action='/tokens'] [name=name]").fill("sauvegarde");
      await page.locator("form[action='/tokens'] [name=scopes]").first().check();
      await sent(page, page.locator("form[action='/tokens'] button[type=submit]"));
      await look(page, `passkey-proof-${lang}`);
      await sent(page, button(page, "prove_passkey"));
      assert.match(await page.locator(".copies output").innerText(), /^alv_/);

      // A copy that counts by itself: refused in words, and said on the profile.
      const [made] = await key.keys();
      await key.forget();
      await key.put({ ...made, signCount: 0 });
      await signedOut(page);
      await page.goto("/sign-in");
      await sent(page, button(page));
      assert.equal(where(page), "/sign-in/passkey");
      assert.match(await page.locator("#f-passkey-error").innerText(), lang === "fr" ? /une copie/ : /a copy/);
      await accessible(page);
      await key.forget();
      await key.put({ ...made, signCount: 100 });
      await page.goto("/sign-in?to=%2Fprofile");
      await sent(page, button(page));
      await page.waitForURL((url) => url.pathname === "/profile");
      assert.match(await page.locator("[aria-labelledby=factor]").innerText(), lang === "fr" ? /compté à rebours/ : /ounted backwards/);

      // The device says no: words, and the code beside it still does.
      await signedOut(page);
      await signIn(page, person, "/profile");
      await key.confirms(false);
      await button(page).click();
      await said(page).waitFor();
      assert.match(await said(page).innerText(), lang === "fr" ? /Rien n’a été confirmé/ : /Nothing was confirmed/);
      await page.locator("#f-code").fill(codes[0]);
      await sent(page, page.locator("form.form button[type=submit]"));
      assert.equal(where(page), "/profile");
      // Removing the last one: the password alone opens again.
      await sent(page, page.locator("[aria-labelledby=factor] .items form[action$='/remove'] button"));
      await signedOut(page);
      await signIn(page, person, "/profile");
      assert.equal(where(page), "/profile");
    });
  });
}

test("a browser without passkeys shows no button at the door, and nothing is in the way", async () => {
  await withPage({ lang: "fr", width: 360 }, async (page) => {
    await page.addInitScript(() => { delete window.PublicKeyCredential; });
    await page.goto("/sign-in");
    await page.locator("[data-passkey]").waitFor({ state: "hidden" });
    assert.equal(await page.locator("[role=alert]:visible").count(), 0);
    await accessible(page);
    await fits(page);
    await signIn(page, stage.admin, "/profile");
    assert.equal(where(page), "/profile");
  });
});

test("without JavaScript a sentence stands in the button's place, and a recovery code does", async () => {
  const person = { email: `passkey-plain-${run}@asso.example`, password: "quatre mots tout a fait au hasard" };
  let codes;
  await withPage({ lang: "en" }, async (page) => {
    await device(page);
    await arrive(page, person.email, person.password);
    await page.goto("/second-factor");
    await sent(page, page.locator("form[action='/profile/factors/passkey'] button"));
    await sent(page, button(page));
    codes = await page.locator(".codes code").allInnerTexts();
  });
  await withPage({ js: false, lang: "en", width: 360 }, async (page) => {
    await signIn(page, person, "/profile");
    assert.equal(where(page), "/sign-in/code");
    assert.ok(!(await button(page).isVisible()));
    assert.ok(await page.getByText("A passkey needs JavaScript").isVisible());
    await fits(page);
    await picture(page, "passkey-plain");
    await page.locator("#f-code").fill(codes[0]);
    await sent(page, page.locator("form.form button[type=submit]"));
    assert.equal(where(page), "/profile");
  });
});
