// WordPress in a member's site by its own installer, as on any other host: a database made in the panel, the files put there as the
// account's user, then clicks alone. A post with an image, pretty addresses, a comment and a search, in Chromium, through nginx, Apache and
// PHP-FPM of the cell. (By one click: tests/system/apps.rs.)
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTheTenants, newDatabase, newSite, recipe } from "./apps.mjs";
import { picture, run, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser(stage.hosts.map((host) => `MAP *.${host.name}.example ${host.address}`));

// One yellow pixel, as GIF.
const bee = Buffer.from("R0lGODlhAQABAIAAAPOwLgAAACwAAAAAAQABAAACAkQBADs=", "base64");

test("WordPress by its own installer", { skip: stage.hosts.length === 0 && "the stage has no host" }, async () => {
  await withPage({ lang: "en" }, async (page) => {
    const made = await newSite(page, "press");
    const { account, host, name } = made;
    const database = await newDatabase(page, made, "press");
    recipe(host, "wordpress.sh", name, account.name);

    const site = `http://${name}`;
    await page.goto(`${site}/wp-admin/setup-config.php?step=1&language=en_US`);
    await page.locator("#dbname").fill(database.name);
    await page.locator("#uname").fill(database.user);
    await page.locator("#pwd").fill(database.password);
    await page.locator("#dbhost").fill("localhost");
    await page.locator("input[type=submit]").click();
    // What stands there instead says why.
    await page.locator("p.step, #error-page p, h1").first().waitFor();
    const said = await page.locator("body").innerText();
    assert.match(said, /Run the installation/, said);
    await page.getByText("Run the installation").click();
    const secret = `four words of honey ${run}`;
    await page.locator("#weblog_title").fill("The honey press");
    await page.locator("#user_login").fill("ana");
    await page.locator("#pass1").fill(secret);
    await page.locator("#admin_email").fill("ana@asso.example");
    await page.locator("#submit").click();
    await page.getByText("Success!").waitFor();
    await picture(page, "wordpress-installed");

    await page.goto(`${site}/wp-login.php`);
    await page.locator("#user_login").fill("ana");
    await page.locator("#user_pass").fill(secret);
    await page.locator("#wp-submit").click();
    await page.locator("#wpadminbar").waitFor();

    // The installer found mod_rewrite by itself, or pretty addresses are switched on.
    await page.goto(`${site}/wp-admin/options-permalink.php`);
    await page.locator("#permalink-input-post-name").check();
    await page.locator("#submit").click();
    await page.getByText("Permalink structure updated").first().waitFor();

    await page.goto(`${site}/wp-admin/media-new.php?browser-uploader`);
    await page.locator("#async-upload").setInputFiles({ name: "bee.gif", mimeType: "image/gif", buffer: bee });
    await page.locator("#html-upload").click();
    await page.waitForURL(/upload\.php/);

    const word = `swarm${run}`;
    const post = await page.evaluate(async ({ word }) => {
      const nonce = await (await fetch("/wp-admin/admin-ajax.php?action=rest-nonce")).text();
      const [image] = await (await fetch("/wp-json/wp/v2/media", { headers: { "X-WP-Nonce": nonce } })).json();
      const content = `<p>The ${word} hums: été, œuf.</p><img id="bee" src="${image.source_url}" alt="A bee">`;
      const answer = await fetch("/wp-json/wp/v2/posts", {
        method: "POST",
        headers: { "X-WP-Nonce": nonce, "Content-Type": "application/json" },
        body: JSON.stringify({ title: "Honey", content, status: "publish" }),
      });
      return { status: answer.status, ...(await answer.json()) };
    }, { word });
    assert.equal(post.status, "publish", JSON.stringify(post));
    assert.equal(post.link, `${site}/honey/`, "a pretty address, through .htaccess");
    await page.goto(post.link);
    await page.getByText(`The ${word} hums: été, œuf.`).waitFor();
    await page.waitForFunction(() => document.querySelector("#bee").naturalWidth === 1);
    await page.locator("#comment").fill("What a sound");
    await page.locator("#commentform input[type=submit]").click();
    await page.getByText("What a sound").first().waitFor();
    await picture(page, "wordpress-post");
    await page.goto(`${site}/?s=${word}`);
    await page.getByRole("link", { name: "Honey" }).first().waitFor();

    isTheTenants(made);
    // WordPress asks gravatar.com for people's pictures; there is no network here.
    page.wrong = page.wrong.filter((line) => !line.includes("net::ERR_NAME_NOT_RESOLVED"));
  });
});
