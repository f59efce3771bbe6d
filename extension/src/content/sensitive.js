// Fields that are never captured (invariant 4): passwords, payment, one-time codes. Where in doubt a field is left out.

import { asWords } from "../lib/text.js";

const SECRET_AUTOCOMPLETE = /^(one-time-code|current-password|new-password)$/;
const PAYMENT_AUTOCOMPLETE = /^(cc|transaction)-/;
/** In names, ids and labels, as words: see `asWords`. */
const PAYMENT = new RegExp([
  "card ?(number|num|no|nr|holder|expiry|exp|code|security|verification)", "\\b(credit|debit|payment) ?card", "\\bcc ?(number|num|no|nr|exp|csc|cvc|cvv|name)",
  "\\bpan\\b", "\\bcvv ?2?\\b", "\\bcvc ?2?\\b", "\\bcsc\\b", "\\bcid\\b", "\\bexpir(y|ation|es)\\b", "\\bexp ?(date|month|year|mm|yy)\\b", "\\bmm ?(yy|yyyy)\\b",
  "\\biban\\b", "\\bbic\\b", "\\bswift\\b", "sort ?code", "account ?(number|num|no)\\b", "routing ?(number|num|no)\\b", "\\bkartennummer\\b", "num[eé]ro de carte",
].join("|"), "u");
const SECRET = new RegExp([
  "pass ?(word|wd|phrase|code|key)", "\\bpwd?\\b", "\\bpin\\b", "\\bpin ?(code|number|no)\\b", "\\botp\\b", "\\btotp\\b", "\\b2 ?fa\\b", "\\bmfa\\b", "one ?time",
  "two ?(factor|step)", "(security|verification|verify|confirmation|auth|authentication|authenticator|access|login|sign in|sms|backup|recovery) ?(code|pin|key|token)",
  "\\b(recovery|seed|secret) ?(phrase|words|answer|key)\\b", "^(code|token|secret)$", "passwor[td]", "\\bkennwort\\b", "mot ?de ?passe", "contrase[nñ]a", "\\bsenha\\b", "\\bwachtwoord\\b",
].join("|"), "u");
const HINT_LENGTH_MAX = 200;
const SHORT_CODE_LENGTH_MAX = 8;
/** Attributes whose words say what a field is for. */
const HINT_ATTRIBUTES = ["name", "id", "aria-label", "placeholder", "title"];

/** Fields found to be secret once; a page that shows a password as plain text does not make it capturable. @type {WeakSet<Element>} */
const never = new WeakSet();
/** Names and ids of password fields of this page. @type {Set<string>} */
const secretNames = new Set();

/**
 * Follows password fields through what pages do with them: another type, or another element in their place.
 * @param {Node} root a document or an open shadow tree
 */
export function watchPasswords(root) {
  const observer = new MutationObserver((records) => {
    for (const { type, target, oldValue } of records) {
      if (type === "attributes" && target instanceof Element && oldValue?.toLowerCase() === "password") remember(target);
    }
    if (!records.some(({ removedNodes }) => [...removedNodes].some(hadPassword))) return;
    for (const { addedNodes } of records) for (const node of addedNodes) inputsIn(node).forEach((input) => never.add(input));
  });
  const types = { subtree: true, attributes: true, attributeFilter: ["type"], attributeOldValue: true };
  observer.observe(root, types);
  const all = () => observer.observe(root, { ...types, childList: true });
  if (!(root instanceof Document) || root.readyState !== "loading") return all();
  // Nothing takes a field's place while the page comes in, and each of its elements would be looked at.
  root.addEventListener("DOMContentLoaded", all, { once: true });
  for (const name of ["focusin", "pointerdown", "keydown"]) window.addEventListener(name, all, { once: true, capture: true, passive: true });
}

/**
 * Whether what is typed into this field is never captured. Once true it stays true.
 * @param {Element} field an input, a textarea or an editing host
 * @returns {boolean}
 */
export function isNeverCaptured(field) {
  if (!never.has(field) && (isSecret(field) || isPayment(field) || isInPaymentForm(field))) never.add(field);
  return never.has(field);
}

/** @param {Element} field */
function isSecret(field) {
  if (isPassword(field)) {
    remember(field);
    return true;
  }
  const root = field.getRootNode();
  if (root instanceof Document || root instanceof ShadowRoot) {
    root.querySelectorAll('input[type="password" i]').forEach(rememberName);
  }
  if ([field.getAttribute("name"), field.id].some((name) => name && secretNames.has(name))) return true;
  return autocompleteIs(field, SECRET_AUTOCOMPLETE) || hints(field).some((words) => SECRET.test(words)) || isShortCode(field) || isMasked(field);
}

/** @param {Element} field */
function isPayment(field) {
  return autocompleteIs(field, PAYMENT_AUTOCOMPLETE) || hints(field).some((words) => PAYMENT.test(words));
}

/** @param {Element} field @param {RegExp} kind */
function autocompleteIs(field, kind) {
  return (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/).some((token) => kind.test(token));
}

/** The whole form around a card field is left out: names and addresses in it are payment details. @param {Element} field */
function isInPaymentForm(field) {
  const form = field.closest("form, [role=form], dialog, [role=dialog]");
  if (form) return [...form.querySelectorAll("input, iframe")].some((other) => other !== field && isPayment(other));
  if (field.closest("[role=search], search")) return false;
  const root = field.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return false;
  return [...root.querySelectorAll("input")].some((other) => other !== field && !other.closest("form") && isPayment(other));
}

/** A few digits, or one character of a code that is divided over several fields. @param {Element} field */
function isShortCode(field) {
  const lengthMax = Number(field.getAttribute("maxlength") ?? Infinity);
  const numeric = /^(numeric|decimal|tel)$/i.test(field.getAttribute("inputmode") ?? "") || /\\d|\[0-9\]/.test(field.getAttribute("pattern") ?? "");
  return field.localName === "input" && (lengthMax === 1 || (numeric && lengthMax <= SHORT_CODE_LENGTH_MAX));
}

/** A text field drawn as dots is a password field by another name. @param {Element} field */
function isMasked(field) {
  const masked = getComputedStyle(field).getPropertyValue("-webkit-text-security");
  return masked !== "" && masked !== "none";
}

/** @param {Element} field */
function isPassword(field) {
  return field instanceof HTMLInputElement && field.type === "password";
}

/** @param {Element} field */
function remember(field) {
  never.add(field);
  rememberName(field);
}

/** @param {Element} field */
function rememberName(field) {
  for (const name of [field.getAttribute("name"), field.id]) if (name) secretNames.add(name);
}

/** @param {Node} node */
function hadPassword(node) {
  return inputsIn(node).some((input) => isPassword(input) || never.has(input));
}

/** @param {Node} node @returns {Element[]} */
function inputsIn(node) {
  if (!(node instanceof Element)) return [];
  return node.localName === "input" ? [node] : [...node.querySelectorAll("input")];
}

/** What the page calls a field, as words. @param {Element} field @returns {string[]} */
export function hints(field) {
  const texts = HINT_ATTRIBUTES.map((name) => field.getAttribute(name) ?? "");
  for (const id of (field.getAttribute("aria-labelledby") ?? "").split(/\s+/)) {
    if (id) texts.push(field.ownerDocument.getElementById(id)?.textContent ?? "");
  }
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    for (const label of field.labels ?? []) texts.push(label.textContent ?? "");
  }
  return texts.filter((text) => text !== "").map((text) => asWords(text.slice(0, HINT_LENGTH_MAX)));
}
