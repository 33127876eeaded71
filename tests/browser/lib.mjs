// What every walk needs: the stage, a browser, eyes for errors, and axe.
import { chromium } from "playwright-core";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { after, before } from "node:test";

/** demo.json: panel_url, ca_file, admin, member, hosts. */
export const stage = JSON.parse(readFileSync(process.env.ALVEOLE_STAGE, "utf8"));

const screens = process.env.ALVEOLE_SCREENS;
if (screens) mkdirSync(screens, { recursive: true });

/** Distinguishes what this run makes from what earlier runs made. */
export const run = Date.now().toString(36);

export const widths = [360, 768, 1440];

let browser;

/** A home folder of the browser's own; `trusting`: the panel's authority stands in its profile, as a user would install it. */
function homeOf(trusting) {
  const home = mkdtempSync(`${tmpdir()}/alveole-browser-`);
  if (!trusting) return home;
  const base = `${home}/.pki/nssdb`;
  mkdirSync(base, { recursive: true });
  const certutil = (...words) => execFileSync("certutil", ["-d", `sql:${base}`, ...words]);
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "Alvéole", "-t", "C,,", "-i", stage.ca_file);
  return home;
}

/** No error of TLS is passed over. */
const launch = (home, rules = []) => chromium.launch({
  env: { ...process.env, HOME: home },
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-features=HttpsUpgrades",
    ...(rules.length ? [`--host-resolver-rules=${rules.join(",")}`] : [])],
});

/** Called once by each file: one browser for its tests. `rules`: names this browser looks up itself ("MAP a.example 10.0.0.1"). */
export function useBrowser(rules = []) {
  let home;
  before(async () => {
    home = homeOf(true);
    browser = await launch(home, rules);
  });
  after(async () => {
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });
}

/** What a browser says of the panel that knows nothing of its authority. */
export async function saidByStranger() {
  const home = homeOf(false);
  const browser = await launch(home);
  try {
    const page = await browser.newPage();
    return await page.goto(stage.panel_url).then(() => "", (error) => error.message);
  } finally {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * A page in a context of its own. `lang`: fr or en; `js: false` switches JavaScript off; `scheme`: light or dark.
 * What goes wrong in it is kept in `page.wrong`; `close(page)` fails when something did.
 */
export async function open({ lang = "fr", js = true, width = 1440, scheme = "light" } = {}) {
  const context = await browser.newContext({
    baseURL: stage.panel_url,
    javaScriptEnabled: js,
    locale: lang === "fr" ? "fr-FR" : "en-GB",
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const goto = page.goto.bind(page);
  page.goto = (...there) => goto(...there).catch((error) => {
    if (!/ERR_NETWORK_CHANGED/.test(error.message)) throw error;
    return goto(...there);
  });
  page.setDefaultTimeout(15_000);
  page.wrong = [];
  // A refused form is answered with 422, which the console reports for the page itself: that is no error of the page.
  page.on("console", (message) => {
    // ERR_NETWORK_CHANGED and the like: other labs' networks come and go on this machine, and one test cuts the page off.
    const expected = /Failed to load resource: (the server responded with a status of 4(04|09|22|29)|net::ERR_(NETWORK_CHANGED|INTERNET_DISCONNECTED))/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected) page.wrong.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.wrong.push(`${page.url()}: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500 || (response.url().includes("/assets/") && response.status() >= 400)) {
      page.wrong.push(`${response.status()} ${response.url()}`);
    }
  });
  return page;
}

export async function close(page) {
  const wrong = page.wrong;
  await page.context().close();
  assert.deepEqual(wrong, [], "errors in the browser");
}

/** Runs `walk(page)` and closes, also when it throws; a picture of the end is kept then. */
export async function withPage(options, walk) {
  const page = await open(options);
  try {
    await walk(page);
  } catch (error) {
    await picture(page, `failed-${Date.now()}`).catch(() => {});
    await page.context().close();
    if (page.wrong.length) error.message += `\nIn the browser:\n${page.wrong.join("\n")}`;
    throw error;
  }
  await close(page);
}

/** Types e-mail and password into the door, as a person does. */
export async function signIn(page, person, to = "/") {
  await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
  await page.locator("#f-email").fill(person.email);
  await page.locator("#f-password").fill(person.password);
  await Promise.all([page.waitForURL((url) => url.pathname !== "/sign-in"), page.locator("form.form button[type=submit]").click()]);
}

/** Clicks a form's button and waits until the answer has taken the page's place, be it the same form again. */
export async function sent(page, button) {
  await Promise.all([page.waitForEvent("domcontentloaded"), button.click()]);
}

/** The islands of the page are alive. */
export async function hydrated(page) {
  await page.locator("html[data-live]").waitFor({ state: "attached" });
}

/** Fails on any WCAG 2.2 A or AA violation axe can see. axe is put in past the page's policy, which would refuse it. */
export async function accessible(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  const said = found.violations.map((rule) => `${rule.id}: ${rule.help}\n` +
    rule.nodes.slice(0, 3).map((node) => `    ${node.html.slice(0, 160)} ${node.failureSummary.split("\n").slice(1, 2)}`).join("\n"));
  assert.deepEqual(said, [], `accessibility of ${page.url()}`);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Nothing sticks out at the right: the page itself never scrolls sideways. */
export async function fits(page) {
  const { wide, room } = await page.evaluate(() =>
    ({ wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth }));
  assert.ok(wide <= room, `${page.url()} is ${wide} wide in a window of ${room}`);
}

/** Nothing has moved by itself since the page came (Cumulative Layout Shift, all of it rather than the worst five seconds). */
export async function steady(page) {
  const moved = await page.evaluate(async () => {
    await document.fonts.ready;
    const shifts = [];
    const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    // What was seen before comes in a task of its own; two frames later it is here.
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(next))));
    shifts.push(...observer.takeRecords());
    return shifts.filter((shift) => !shift.hadRecentInput).map((shift) => ({
      value: shift.value,
      when: Math.round(shift.startTime),
      what: shift.sources.map(({ node, previousRect: was, currentRect: is }) =>
        `${(node?.outerHTML ?? node?.textContent ?? "").slice(0, 80)} from ${was.x},${was.y} ${was.width}×${was.height} to ${is.x},${is.y} ${is.width}×${is.height}`),
    }));
  });
  const sum = moved.reduce((sum, { value }) => sum + value, 0);
  assert.ok(sum < 0.01, `${page.url()} shifted by ${sum}: ${JSON.stringify(moved)}`);
}

/** A picture into ALVEOLE_SCREENS, if that is set. */
export async function picture(page, name) {
  if (screens) await page.screenshot({ path: `${screens}/${name}.png`, fullPage: true });
}

/** The API, as `person`. */
export async function api(page, person, method, path, data) {
  const answer = await page.request.fetch(`${stage.panel_url}${path}`, {
    method,
    data,
    headers: { authorization: `Bearer ${person.api_token}` },
  });
  return { status: answer.status(), body: await answer.json().catch(() => null) };
}

/** The code that an app shows `ahead` steps of thirty seconds from now. */
export function code(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/\s/g, "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
