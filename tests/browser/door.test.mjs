// The door: TLS under the panel's own authority, its headers, signing in and out, languages, what a form keeps.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { test } from "node:test";
import { accessible, hydrated, picture, run, saidByStranger, signIn, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser();

function fetchWithAuthority(path, headers = {}) {
  return new Promise((resolve, reject) => {
    get(stage.panel_url + path, { ca: readFileSync(stage.ca_file), headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, status: answer.statusCode, body: Buffer.concat(parts).toString() }));
    }).on("error", reject);
  });
}

test("the certificate is of the panel's own authority, and pages allow no script but their own", async () => {
  const { headers, status } = await fetchWithAuthority("/sign-in");
  assert.equal(status, 200);
  const policy = headers["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'nonce-[^']{16,}' 'wasm-unsafe-eval'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
  assert.equal(headers["x-content-type-options"], "nosniff");
});

test("a browser that knows nothing of the authority shows no page of the panel", async () => {
  assert.match(await saidByStranger(), /ERR_CERT_AUTHORITY_INVALID/);
});

test("assets are kept for good and named after their content", async () => {
  const { body } = await fetchWithAuthority("/sign-in");
  const addresses = [...body.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  assert.ok(addresses.some((address) => address.endsWith(".wasm")), `no wasm among ${addresses}`);
  for (const address of addresses) {
    const asset = await fetchWithAuthority(address, { "accept-encoding": "br, gzip" });
    assert.equal(asset.status, 200, address);
    assert.equal(asset.headers["cache-control"], "public, max-age=31536000, immutable");
    const again = await fetchWithAuthority(address, { "accept-encoding": "br, gzip", "if-none-match": asset.headers.etag });
    assert.equal(again.status, 304, address);
  }
  assert.equal((await fetchWithAuthority("/assets/none.js")).status, 404);
  assert.equal((await fetchWithAuthority("/assets/..%2f..%2f..%2fetc%2fpasswd")).status, 404);
});

test("the door is accessible in both languages", async () => {
  for (const lang of ["fr", "en"]) {
    await withPage({ lang, width: 360 }, async (page) => {
      await page.goto("/sign-in");
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      await accessible(page);
      await picture(page, `door-${lang}`);
    });
  }
});

for (const js of [true, false]) {
  test(`a wrong password keeps the address and says so at once${js ? "" : ", without JavaScript"}`, async () => {
    await withPage({ js, lang: "en" }, async (page) => {
      await page.goto("/sign-in");
      // An address nobody has: the attempts of the stage's people stay untouched.
      const email = `nobody-${run}@asso.example`;
      await page.locator("#f-email").fill(email);
      await page.locator("#f-password").fill("not the password");
      await page.locator("form.form button[type=submit]").click();
      await page.locator(".notice-bad, .error").first().waitFor();
      assert.equal(await page.locator("#f-email").inputValue(), email);
      assert.equal(await page.locator("#f-password").inputValue(), "");
    });
  });

  test(`one comes back to where one wanted to go, switches language and signs out${js ? "" : ", without JavaScript"}`, async () => {
    await withPage({ js, lang: "en" }, async (page) => {
      await page.goto("/profile");
      assert.equal(new URL(page.url()).pathname, "/sign-in");
      await signIn(page, stage.member, "/profile");
      assert.equal(new URL(page.url()).pathname, "/profile");
      if (js) await hydrated(page);
      const before = await page.locator("html").getAttribute("lang");
      await page.locator("footer form button[name=lang]").click();
      await page.locator(`html:not([lang=${before}])`).waitFor();
      assert.equal(new URL(page.url()).pathname, "/profile");
      await page.locator("footer form button[name=lang]").click();
      await page.locator(`html[lang=${before}]`).waitFor();
      await page.locator("form[action='/sign-out'] button").click();
      await page.waitForURL(/\/sign-in/);
      await page.goto("/profile");
      assert.equal(new URL(page.url()).pathname, "/sign-in");
    });
  });
}
