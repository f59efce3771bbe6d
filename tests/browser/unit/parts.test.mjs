import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fits, messagesFor } from "../../../extension/src/background/parts.js";
import { typedPart } from "../../../extension/src/content/typing.js";
import { asWords, cutToBytes } from "../../../extension/src/lib/text.js";
import * as protocol from "../../../extension/src/protocol.js";

/** @typedef {import("../../../extension/src/protocol.js").Part} Part */

test("limits are those of crates/model", () => {
  const limits = readFileSync(new URL("../../../crates/model/src/limits.rs", import.meta.url), "utf8");
  for (const name of /** @type {const} */ (["PAGE_TEXT_BYTES_MAX", "TYPED_TEXT_BYTES_MAX", "TITLE_BYTES_MAX", "URL_BYTES_MAX", "NATIVE_MESSAGE_BYTES_MAX", "NATIVE_PART_BYTES_MAX", "NATIVE_PARTS_MAX", "PICTURE_SENT_BYTES_MAX"])) {
    const [, product] = new RegExp(`const ${name}: \\w+ = ([\\d_* ]+);`).exec(limits) ?? [];
    assert.ok(product, `limits.rs has no ${name}`);
    const value = product.split("*").reduce((all, factor) => all * Number(factor.replaceAll("_", "")), 1);
    assert.equal(protocol[name], value, name);
  }
  const native = readFileSync(new URL("../../../crates/model/src/native.rs", import.meta.url), "utf8");
  assert.match(native, new RegExp(`NATIVE_PROTOCOL: u32 = ${protocol.PROTOCOL_MAX};`));
});

test("an observation that is too long goes in parts that together are its text", () => {
  const texts = { plain: "a".repeat(2 ** 21), quotes: '"'.repeat(2 ** 21), backslashes: "\\".repeat(2 ** 20), pairs: `x${"🏮".repeat(2 ** 19)}`, short: "lantern" };
  for (const [title, text] of Object.entries(texts)) {
    const json = JSON.stringify({ type: "observation", n: 7, fact: { text } });
    const messages = /** @type {Part[]} */ (messagesFor(7, json));
    for (const message of messages) assert.ok(Buffer.byteLength(JSON.stringify(message)) <= protocol.NATIVE_MESSAGE_BYTES_MAX, title);
    if (title === "short") {
      assert.deepEqual(messages, [JSON.parse(json)]);
      continue;
    }
    assert.equal(messages.map(({ data }) => data).join(""), json, title);
    assert.ok(messages.every((message, at) => message.n === 7 && message.index === at && message.count === messages.length), title);
    assert.ok(messages.every(({ data }) => Buffer.byteLength(data) <= protocol.NATIVE_PART_BYTES_MAX && Buffer.from(data).toString() === data), title);
    assert.equal(fits(json), messages.length <= protocol.NATIVE_PARTS_MAX, title);
  }
});

test("what was typed is told from what stood there before", () => {
  const cases = [
    ["", "harbour lantern", "harbour lantern"],
    ["Dear friend,", "Dear friend, come tonight", "come tonight"],
    ["> an older letter", "yes\n> an older letter", "yes"],
    ["red lamp", "red lantern", "lantern"],
    ["one two three", "one 2wo three", "2wo"],
    ["unchanged", "unchanged", ""],
    ["removed words", "removed", ""],
    ["aa", "aaa", "aaa"],
  ];
  for (const [before = "", after = "", typed] of cases) assert.equal(typedPart(before, after), typed, `${before} -> ${after}`);
});

test("text is cut at a character, and names become words", () => {
  assert.deepEqual(cutToBytes("é".repeat(5), 7), { text: "ééé", cut: true });
  assert.deepEqual(cutToBytes("🏮🏮", 7), { text: "🏮", cut: true });
  assert.deepEqual(cutToBytes("short", 5), { text: "short", cut: false });
  assert.equal(asWords("billing_cardNumber-2"), "billing card number 2");
});
