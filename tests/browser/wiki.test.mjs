// A real application in the member's site: DokuWiki from Debian's package, put there as the account's user. Signed in, a page with an
// image written, saved, read at its pretty address and found by its search, in Chromium, through nginx, Apache and PHP-FPM of the cell.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { isTheTenants, newSite, recipe } from "./apps.mjs";
import { picture, run, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser(stage.hosts.map((host) => `MAP *.${host.name}.example ${host.address}`));

/** A PNG of one colour, made here. */
function png(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(checksum(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([0xf3, 0xb0, 0x2e]))]);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk("IHDR", header),
    chunk("IDAT", zlib.deflateSync(Buffer.concat(Array(height).fill(row)))), chunk("IEND", Buffer.alloc(0))]);
}
// Older Node has no zlib.crc32.
const checksum = zlib.crc32 ?? ((bytes) => {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
});

test("DokuWiki in a member's site", { skip: stage.hosts.length === 0 && "the stage has no host" }, async () => {
  await withPage({ lang: "en" }, async (page) => {
    const made = await newSite(page, "wiki");
    const { account, host, name } = made;
    recipe(host, "wiki.sh", name, account.name, "four words of honey");

    const wiki = `http://${name}`;
    await page.goto(`${wiki}/start?do=login`);
    await page.locator("input[name=u]").fill("ana");
    await page.locator("input[name=p]").fill("four words of honey");
    await page.locator("#dw__login button[type=submit]").click();
    await page.getByText("Log Out").first().waitFor();

    await page.goto(`${wiki}/lib/exe/mediamanager.php?ns=`);
    await page.locator("input[type=file]").first().setInputFiles({ name: "bee.png", mimeType: "image/png", buffer: png(240, 160) });
    await page.locator("#mediamanager__upload_button").click();
    await page.getByText("bee.png").first().waitFor();

    await page.goto(`${wiki}/honey?do=edit`);
    const word = `swarm${run}`;
    await page.locator("#wiki__text").fill(`====== Honey ======\n\n{{:bee.png?200|A bee}}\n\nThe ${word} hums: été, œuf, naïve.\n`);
    await page.locator("#edbtn__save").click();
    await page.waitForURL(`${wiki}/honey`);
    await page.getByText(`The ${word} hums: été, œuf, naïve.`).waitFor();
    const image = page.locator("#dokuwiki__content img[src*='bee.png']");
    assert.match(await image.getAttribute("src"), /^\/_media\/bee\.png/, "a pretty address, through .htaccess");
    await page.waitForFunction(() => document.querySelector("#dokuwiki__content img[src*='bee.png']").naturalWidth === 200);
    await picture(page, "wiki-page");

    // The index is made after a page was looked at; the search knows it a moment later.
    const result = page.locator("#dokuwiki__content a.wikilink1", { hasText: /honey/i });
    for (let tries = 0; ; tries++) {
      await page.goto(`${wiki}/start?do=search&q=${word}`);
      if (await result.count()) break;
      assert.ok(tries < 20, "the search never found the page");
      await page.goto(`${wiki}/honey`);
      await page.waitForLoadState("networkidle");
    }
    await result.first().click();
    await page.getByText(word).first().waitFor();
    await picture(page, "wiki-search");

    isTheTenants(made);
    const denied = await page.goto(`${wiki}/../conf/local.php`);
    assert.ok(!(await denied.text()).includes("superuser"));
  });
});
