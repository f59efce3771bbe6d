// An order from the court's paper to a live case, by keyboard alone, and what changes it; part of look.mjs.

/** Presses Tab until that is in focus. @param {import("puppeteer-core").Page} page @param {string} selector */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${selector} is not reached with Tab on ${page.url()}`);
}

/** Enter on a button or link, and the page that follows. */
async function enter(page, selector) {
  await tabTo(page, selector);
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
}

/** What is typed replaces what stands there. */
async function type(page, selector, text) {
  await tabTo(page, selector);
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type(text);
}

/** A choice among radios: Space takes the first, arrows go on. */
async function choose(page, name, value) {
  await tabTo(page, `input[name="${name}"]`);
  await page.keyboard.press("Space");
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.$eval(`input[name="${name}"]:checked`, (radio) => radio.value) === value) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`${value} is not among ${name}`);
}

/** A day in a date field: its parts as the browser's locale has them, month first. */
async function day(page, selector, [month, date, year]) {
  await tabTo(page, selector);
  await page.keyboard.type(`${month}${date}${year}`);
}

/** @typedef {{page: import("puppeteer-core").Page, look: (name: string) => Promise<void>, go: (path: string) => Promise<void>, press: (selector: string) => Promise<void>,
 *   says: (words: string) => Promise<void>}} With */

/** By keyboard alone, without scripts. @param {With} with_ @returns {Promise<string>} its page */
async function enterOrder({ page, look, go, says }) {
  await go("/orders");
  await look("orders-none");
  await enter(page, 'form[action="/orders"] button');
  await look("order-form");
  await type(page, "#reference", "T2026-0199");
  await enter(page, 'button[value="on"]');
  await look("order-form-wrong");
  await says("What you typed is saved");
  await choose(page, "kind", "shpo-conviction");
  await day(page, "#made_on", ["11", "02", "2026"]);
  await day(page, "#expires_on", ["11", "01", "2031"]);
  await type(page, "#person_name", "Test Person 199");
  await choose(page, "basis", "paragraph");
  await type(page, "#authority_paragraph", "2");
  await type(page, "#legal_basis", "Paragraph 2 of the order; the force's policy on monitoring, section 3.");
  await enter(page, 'button[value="on"]');
  const draft = new URL(page.url()).pathname;
  for (const [number, text, kind] of [
    ["1", "Not to use or display the words listed in the schedule, by whatever means of electronic communication.", "specified-words"],
    ["2", "To have monitoring software installed and operational on every device capable of accessing the internet.", "monitoring-software"],
    ["3", "Not to enter the public baths named in the schedule.", "not-watched"],
  ]) {
    await enter(page, 'a[href$="/paragraphs/new/words"]');
    if (number === "1") await look("order-words");
    await type(page, "#paragraph", number);
    await type(page, "#text", text);
    await enter(page, 'button[value="on"]');
    if (number === "1") await look("order-kind");
    if (number === "3") await look("order-kind-none");
    await choose(page, "kind", kind);
    await enter(page, 'button[value="on"]');
    if (page.url().endsWith("/details")) {
      await enter(page, 'button[value="on"]');
      await look("order-details-wrong");
      await type(page, "#words", "copper kettle\nharbour lantern");
      await enter(page, 'button[value="on"]');
    }
  }
  await look("order-draft");
  return draft;
}

/** What is watched is looked at ahead, and it is handed in. @param {With} with_ @param {string} draft */
async function handIn({ page, look, go }, draft) {
  await enter(page, 'a[href$="/preview"]');
  await look("order-preview");
  await go(draft);
  await enter(page, 'button[value="hand-in"]');
  await look("order-hand-in-wrong");
  const checker = await page.$$eval("#checker option", (options) => options.map((option) => [option.value, option.textContent]));
  await page.select("#checker", checker.find(([, name]) => name.startsWith("Chris"))[0]);
  await enter(page, 'button[value="hand-in"]');
  await look("order-waiting");
}

/** The second officer. @param {With} with_ @param {string} draft */
async function checkOrder({ page, look, go, says }, draft) {
  await go("/people");
  await look("people-to-check");
  await go("/orders");
  await look("orders");
  await go(draft);
  await look("order-check");
  await enter(page, 'button[value="approve"]');
  await look("order-check-wrong");
  for (const name of ["same-order", "same-0", "same-1", "same-2"]) {
    await tabTo(page, `#${name}`);
    await page.keyboard.press("Space");
  }
  await enter(page, 'button[value="approve"]');
  await look("order-live");
  await says("Live since");
}

/** A change and a suspension, and the notice on paper. @param {With} with_ */
async function changeOrder({ page, look, go, press, says }) {
  await go("/people");
  await says("Test Person 199");
  const person = await page.$$eval(".pv-row a", (links) => links.find((link) => link.textContent === "Test Person 199")?.getAttribute("href"));
  await go(person);
  await page.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
  await look("person-entered");
  await press('form[action$="/order-change"] button');
  await look("order-change");
  await day(page, "#from", ["11", "20", "2026"]);
  await type(page, "#reason", "Crown Court, invented; letter of 19 November.");
  await enter(page, 'button[value="on"]');
  await press("#paragraph-2 form button");
  await look("order-changed");
  await go(person);
  await press('form[action$="/order-end"] button');
  await look("order-end");
  await choose(page, "kind", "paused");
  await enter(page, 'button[value="on"]');
  await look("order-end-wrong");
  await day(page, "#from", ["11", "23", "2026"]);
  await day(page, "#until", ["12", "23", "2026"]);
  await type(page, "#reason", "Until the appeal is heard; told by the court.");
  await enter(page, 'button[value="on"]');
  await look("order-ended");
  await go(`${person}/notice?language=pl`);
  await look("notice-pl");
  await page.emulateMediaType("print");
  await look("notice-print");
  await page.emulateMediaType(null);
}

/**
 * @param {{page: import("puppeteer-core").Page, look: (name: string) => Promise<void>, go: (path: string) => Promise<void>, signIn: (name: string) => Promise<void>,
 *   press: (selector: string) => Promise<void>, user: string, supervisor: string, faults: string[]}} with_
 */
export async function orders({ page, look, go, signIn, press, user, supervisor, faults }) {
  const says = async (words) => {
    if (!(await page.evaluate(() => document.body.innerText)).includes(words)) faults.push(`${page.url()} does not say "${words}"`);
  };
  const as = async (name) => {
    await go("/account");
    await press('form[action="/sign-out"] button');
    await signIn(name);
  };
  // Pages are filled in without scripts; axe needs them.
  const seen = async (name) => {
    await page.setJavaScriptEnabled(true);
    await look(name);
    await page.setJavaScriptEnabled(false);
  };
  const with_ = { page, look: seen, go, press, says };
  await page.setJavaScriptEnabled(false);
  const draft = await enterOrder(with_);
  await handIn(with_, draft);
  await as(supervisor);
  await checkOrder(with_, draft);
  await as(user);
  await changeOrder(with_);
  await page.setJavaScriptEnabled(true);
  faults.splice(0, faults.length, ...faults.filter((fault) => !/orders\/.*: Failed.*422/.test(fault)));
}
