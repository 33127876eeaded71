// SPIP in a member's site by its own installer, as on any other host: a database made in the panel, the files put there as the account's
// user, then clicks alone. A section, an article with an image, published, read by a visitor, found by the search. (By one click:
// tests/system/apps.rs.)
import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, isTheTenants, newDatabase, newSite, recipe } from "./apps.mjs";
import { picture, run, stage, useBrowser, withPage } from "./lib.mjs";

useBrowser(stage.hosts.map((host) => `MAP *.${host.name}.example ${host.address}`));

/** The button of SPIP's installer that leads to its next step. */
const next = async (page) => {
  // Making all tables takes a while.
  await page.locator("form input[type=submit], form button[type=submit]").last().click({ timeout: 60_000 });
  await page.waitForLoadState();
};

test("SPIP by its own installer", { skip: stage.hosts.length === 0 && "the stage has no host" }, async () => {
  await withPage({ lang: "fr" }, async (page) => {
    const made = await newSite(page, "spip");
    const { account, host, name } = made;
    const database = await newDatabase(page, made, "spip");
    recipe(host, "spip.sh", name, account.name);
    // SPIP asks itself, by its name, whether its folders are closed to visitors.
    inside(host, "sh", "-c", `echo '${host.address} ${name}' >> /etc/hosts`);

    const site = `http://${name}`;
    await page.goto(`${site}/ecrire/`);
    await next(page);
    await page.locator("[name=adresse_db]").waitFor();
    await page.locator("[name=adresse_db]").fill("localhost");
    await page.locator("[name=login_db]").fill(database.user);
    await page.locator("[name=pass_db]").fill(database.password);
    await next(page);
    await page.locator(`[name=choix_db][value="${database.name}"]`).check();
    await next(page);
    await page.locator("[name=nom]").waitFor();
    const secret = `four words of honey ${run}`;
    await page.locator("[name=nom]").fill("Ana");
    await page.locator("[name=email]").fill("ana@asso.example");
    await page.locator("[name=login]").fill("anabelle");
    await page.locator("[name=pass]").fill(secret);
    await page.locator("[name=pass_verif]").fill(secret);
    await next(page);
    await next(page);
    await page.getByText("Configuration").first().waitFor();
    await picture(page, "spip-installed");

    await page.goto(`${site}/ecrire/?exec=rubrique_edit&new=oui`);
    await page.locator("form [name=titre]").fill("Le rucher");
    await page.locator("form.formulaire_editer button[type=submit], .formulaire_editer_rubrique [type=submit]").last().click();
    await page.waitForURL(/exec=rubrique&id_rubrique=\d+/);
    const section = new URL(page.url()).searchParams.get("id_rubrique");
    await page.goto(`${site}/ecrire/?exec=article_edit&new=oui&id_rubrique=${section}`);
    const word = `essaim${run}`;
    await page.locator("form [name=titre]").fill("Une ruche");
    await page.locator("form [name=texte]").fill(`Un ${word} bourdonne : été, œuf.`);
    await page.locator(".formulaire_editer_article [type=submit]").last().click();
    await page.waitForURL(/exec=article&id_article=\d+/);
    const article = new URL(page.url()).searchParams.get("id_article");
    await page.getByRole("button", { name: "Changer" }).first().click();
    await page.locator("label[for$=_choix_publie]").click();
    await page.locator(".formulaire_instituer [name=changer]").click();
    await page.getByText("publié en ligne").first().waitFor();
    await page.waitForLoadState("networkidle");

    await page.goto(`${site}/spip.php?article${article}`);
    await page.getByText(`Un ${word} bourdonne`).waitFor();
    await picture(page, "spip-article");
    await page.goto(`${site}/spip.php?page=recherche&recherche=${word}`);
    await page.getByRole("link", { name: "Une ruche" }).first().waitFor();
    const closed = inside(host, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Host: ${name}`, "http://127.0.0.1/config/connect.php");
    assert.equal(closed, "403");
    isTheTenants(made);
  });
});
