// Every page there is, by role: complete, accessible, without errors, in both languages, light and dark, from phone to wide screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, close, fits, hydrated, open, picture, signIn, stage, steady, useBrowser, widths } from "./lib.mjs";

useBrowser();

// ALVEOLE_LOOKS=all: every width in every language and scheme, for people to look at (with ALVEOLE_SCREENS).
const all = widths.flatMap((width) => ["fr", "en"].flatMap((lang) => ["light", "dark"].map((scheme) => ({ lang, width, scheme }))));
const looks = process.env.ALVEOLE_LOOKS === "all" ? all : [
  ...widths.map((width) => ({ lang: "fr", width, scheme: "light" })),
  { lang: "en", width: 1440, scheme: "light" },
  { lang: "fr", width: 1440, scheme: "dark" },
  { lang: "en", width: 360, scheme: "dark" },
];

// The pages of an admin and of a member: those in the navigation and what their first links lead to.
const seeds = {
  admin: ["/", "/accounts", "/accounts/new", "/members", "/members/new", "/members/import", "/members/invitations", "/plans", "/plans/new", "/hosts", "/hosts/new", "/changes",
    "/users", "/staff", "/mails", "/tokens", "/profile", "/search", "/search?q=e", "/styleguide", "/nowhere"],
  member: ["/", "/accounts", "/members/mine", "/search", "/search?q=asso", "/tokens", "/profile", "/second-factor", "/members"],
};
// What they are told does not exist.
const absent = { admin: ["/nowhere"], member: ["/members"] };
const kinds = [/^\/accounts\/[^/]+$/, /^\/accounts\/[^/]+\/changes$/, /^\/accounts\/[^/]+\/people$/, /^\/members\/[^/]+\/people$/, /^\/members\/[^/]+\/about$/, /^\/grants\/[^/]+\/leave$/, /^\/accounts\/[^/]+\/manage$/, /^\/sites\/[^/]+$/,
  /^\/changes\/[^/]+$/, /^\/members\/[0-9a-f-]{36}$/, /^\/members\/[^/]+\/edit$/, /^\/users\/[^/]+$/, /^\/plans\/[^/]+$/, /^\/hosts\/[^/]+$/, /^\/hosts\/[^/]+\/resources$/,
  /^\/accounts\/[^/]+\/databases$/, /^\/accounts\/[^/]+\/files$/, /^\/accounts\/[^/]+\/files\/trash$/, /^\/accounts\/[^/]+\/ssh-keys$/, /^\/accounts\/[^/]+\/sftp-logins$/, /^\/accounts\/[^/]+\/files\/works$/, /^\/accounts\/[^/]+\/use$/, /^\/accounts\/[^/]+\/space$/, /^\/accounts\/[^/]+\/outbox$/, /^\/sites\/[^/]+\/(logs|statistics)$/, /^\/sites\/[^/]+\/apps\/new$/, /^\/apps\/[^/]+$/,
   /^\/databases\/[^/]+$/, /^\/accounts\/[^/]+\/cron-jobs$/, /^\/cron-jobs\/[^/]+$/,
  ...["php", "redirects", "maintenance", "visitors", "errors", "root", "certificate", "program"].map((part) => new RegExp(`^/sites/[^/]+/${part}$`))];

/** One page of each kind that can be reached by links. */
async function pagesOf(page, role) {
  const found = [...seeds[role]];
  for (const path of found) {
    // Its links are samples, and lead nowhere.
    if (path === "/styleguide") continue;
    await page.goto(path);
    const links = await page.locator("main a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href").split(/[?#]/)[0]));
    for (const kind of kinds) {
      if (found.some((known) => kind.test(known) && !seeds[role].includes(known))) continue;
      const link = links.find((link) => kind.test(link) && (!link.endsWith("/new") || link.endsWith("/apps/new")));
      if (link) found.push(link);
    }
  }
  return found;
}

const nameOf = (path) => path.replace(/[0-9a-f-]{36}/g, "one").replaceAll(/[/?=]/g, "-").replace(/^-$/, "-home");

for (const role of ["admin", "member"]) {
  test(`the pages of the ${role}`, async (t) => {
    const finder = await open();
    await signIn(finder, stage[role]);
    const paths = await pagesOf(finder, role);
    const cookies = (await finder.context().cookies()).filter((cookie) => cookie.name !== "lang");
    await close(finder);
    assert.ok(paths.length > seeds[role].length, `links lead somewhere: ${paths}`);
    for (const look of looks) {
      const { lang, width, scheme } = look;
      await t.test(`${lang}, ${width} wide, ${scheme}`, async () => {
        const page = await open(look);
        await page.context().addCookies([...cookies, { name: "lang", value: lang, url: stage.panel_url }]);
        for (const path of paths) {
          const answer = await page.goto(path);
          assert.equal(answer.status(), absent[role].includes(path) ? 404 : 200, path);
          assert.equal(await page.locator("html").getAttribute("lang"), lang, path);
          assert.equal(await page.locator("h1").count(), 1, `one heading on ${path}`);
          await hydrated(page);
          await steady(page);
          await fits(page);
          await accessible(page);
          await picture(page, `${role}${nameOf(path)}-${lang}-${width}-${scheme}`);
        }
        await close(page);
      });
    }
  });
}
