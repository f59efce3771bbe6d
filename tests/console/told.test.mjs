// The whole way of a notification: a search on the device, an e-mail through a real mail server, its link, the alert's page.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../browser/lib/browsers.mjs";
import { Site } from "../browser/lib/site.mjs";
import { Officer } from "../e2e/lib/officer.mjs";
import { ROOT } from "../e2e/lib/program.mjs";
import { PASSWORD, Stack } from "../e2e/lib/stack.mjs";
import { faults } from "./faults.mjs";
import { MailServer } from "./mail-server.mjs";

/** Keeps a picture of a page where somebody asks for pictures. @param {import("puppeteer-core").Page} tab @param {string} name */
async function picture(tab, name) {
  if (process.env.PROVISO_PICTURES) await tab.screenshot({ path: join(process.env.PROVISO_PICTURES, `${name}.png`), fullPage: true });
}

/** @param {import("puppeteer-core").Page} tab @param {string} button */
async function press(tab, button) {
  await Promise.all([tab.waitForNavigation(), tab.click(button)]);
}

test("an officer sets an address, is told of an alert by a link alone, and the page of the alert says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proviso-told-"));
  const mail = await new MailServer().start(folder);
  const settings = join(folder, "server.toml");
  writeFileSync(settings, `console_address = "https://proviso.force.example"\n[notify]\nturn_to = "the service desk, extension 4321"\nhold_minutes = 0\n
[notify.smtp]\nhost = "localhost"\nport = ${mail.port}\nfrom = "Proviso <proviso@police.example>"\nca_file = "${mail.authority}"\n`);
  // Four of its words in one search are a matter of today.
  const order = join(folder, "order.toml");
  const demo = readFileSync(join(ROOT, "testdata/demo/order.toml"), "utf8");
  writeFileSync(order, demo.replace('["tide bell", "tide bells"]', '["tide bell", "tide bells", "evening bell", "morning bell"]'));
  const stack = await new Stack({
    order,
    settings,
    prepare: async (stack) => {
      await stack.admin(["officer-add", "--username", "chris", "--name", "Officer 0007 (invented)", "--role", "supervisor"], `${PASSWORD}\n`);
    },
  }).start();
  const site = await new Site().start();
  const officer = await Officer.signIn(stack);
  const browser = await launch("chromium", { userDataDir: join(stack.folder, "chromium"), hostManifestPath: stack.hostManifest("chromium") });
  try {
    const own = await officer.read("/account/notifications");
    assert.deepEqual(await faults(own), [], "as it comes");
    await own.type("#email", "pat@police.example");
    await own.click("#by-email");
    await press(own, 'form[action="/account/notifications"] button');
    assert.match(await own.evaluate(() => document.body.innerText), /Your settings are kept/);
    assert.match(await own.evaluate(() => document.body.innerText), /Told last: Officer 0007/);
    assert.deepEqual(await faults(own), [], "with an address");
    await picture(own, "notifications");
    await press(own, 'form[action$="/trial"] button');
    const trial = await mail.until(1);
    assert.match(trial?.text ?? "", /^Subject: Proviso: this e-mail arrives/m);

    const [person = await browser.newPage()] = await browser.pages();
    await person.goto(site.url("/search"));
    await person.type("#q", "tide bells tide bell evening bell morning bell");
    await Promise.all([person.waitForNavigation(), person.keyboard.press("Enter")]);
    const id = await officer.newAlert();
    const told = await mail.until(2);
    assert.deepEqual([told?.to, told?.tls], [["pat@police.example"], true]);
    assert.match(told?.text ?? "", /^Subject: Proviso: an alert of high priority is waiting/m);
    assert.doesNotMatch(told?.text ?? "", /tide|bell|Test Person|T20269014|aragraph|search/i, "nothing of what it is about");
    const link = /https:\/\/proviso\.force\.example(\/alerts\/\S+)/.exec(told?.text ?? "")?.[1];
    assert.equal(link, `/alerts/${id}`);

    const tab = await officer.read(link);
    const words = await tab.evaluate(() => document.body.innerText);
    assert.match(words, /Who was told[^]*Officer 4412 \(invented\) was told by e-mail\./);
    assert.match(words, /Somebody opened the alert\./);
    assert.deepEqual(await faults(tab), [], "who was told");
    await picture(tab, "told");
    assert.equal(mail.taken.length, 2, "and no more");
  } finally {
    await browser.close();
    await officer.close();
    site.close();
    await stack.stop();
    mail.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
