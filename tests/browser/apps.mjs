// What the walks through applications share: a site of the member's on its host, and programs run inside it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { api, run, stage } from "./lib.mjs";

/** Runs a program inside a host. */
export function inside(host, ...command) {
  const [program, ...prefix] = host.shell.split(" ");
  const done = spawnSync(program, [...prefix, ...command], { encoding: "utf8" });
  assert.equal(done.status, 0, `${command[0]}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

/** Runs a script of this folder inside a host. */
export function recipe(host, file, ...words) {
  inside(host, "sh", "-c", readFileSync(new URL(file, import.meta.url), "utf8"), "-", ...words);
}

/** Waits until something of the API's is verified. */
async function verified(page, path) {
  for (let tries = 0; ; tries++) {
    const thing = (await api(page, stage.member, "GET", path)).body;
    if (thing.state === "verified") return thing;
    assert.ok(tries < 150, `${path} is ${thing.state}: ${JSON.stringify(thing.text)}`);
    await page.waitForTimeout(200);
  }
}

/** A site of the member's account, on its host. */
export async function newSite(page, label) {
  const account = (await api(page, stage.member, "GET", `/api/v1/accounts/${stage.member.account}`)).body;
  const host = stage.hosts.find((known) => known.name === account.host.name);
  const name = `${label}-${run}.${host.name}.example`;
  const made = await api(page, stage.member, "POST", `/api/v1/accounts/${account.id}/sites`, { name });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  await verified(page, `/api/v1/sites/${made.body.id}`);
  return { account, host, name, id: made.body.id };
}

/** A database of that account, with the password of its first user; MariaDB comes to the host if it is not there. */
export async function newDatabase(page, { account, host }, label) {
  inside(host, "sh", "-c", "command -v mariadbd >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server");
  for (let tries = 0; ; tries++) {
    const made = await api(page, stage.member, "POST", `/api/v1/accounts/${account.id}/databases`, { name: `${label}${run}` });
    if (made.status === 201) {
      await verified(page, `/api/v1/databases/${made.body.id}`);
      return { name: made.body.name, user: made.body.users[0].name, password: made.body.password };
    }
    // The agent tells of MariaDB a moment after it was installed.
    assert.ok(made.body.code === "no_engine" && tries < 100, JSON.stringify(made.body));
    await page.waitForTimeout(200);
  }
}

/** All that is in a site's folder is the tenant's. */
export function isTheTenants({ account, host, name }) {
  const others = inside(host, "sh", "-c", `find /home/${account.name}/sites/${name} ! -user ${account.name} | head -3`);
  assert.equal(others.trim(), "", "all of it is the tenant's");
}
