// Names in forms that a person sends: the user name of a form for signing in or registering, and the sender beside a message. Nothing is
// looked at before a form is sent, and the password never.

import { asWords } from "../lib/text.js";
import { hints, isNeverCaptured } from "./sensitive.js";

/** @typedef {import("../protocol.js").NameHow} NameHow */

/** A form that is sent without human input this long before was sent by the page. */
const HUMAN_MS_MAX = 10_000;
const NAME_LENGTH_MAX = 200;
/** A field may hold several people. */
const PARTY_LENGTH_MAX = 4_000;
const RECIPIENTS_MAX = 50;
const NAME_AUTOCOMPLETE = /^(username|email|nickname)$/;
/** A person's own name is no account. */
const OWN_NAME_AUTOCOMPLETE = /^(name|given-name|family-name|additional-name|honorific-prefix|honorific-suffix|organization)$/;
/** In names, ids and labels, as words: see `asWords`. */
const NAME_WORDS = new RegExp([
  "\\buser ?(name|id)?\\b", "\\blog ?in( ?(name|id))?\\b", "\\baccount( ?(name|id))?\\b", "\\bnick( ?name)?\\b", "\\balias\\b", "\\bhandle\\b", "\\b(screen|display|profile) ?name\\b",
  "\\be ?mail( ?address)?\\b", "\\bbenutzer ?name\\b", "\\bidentifiant\\b", "\\busuario\\b", "\\butilizador\\b", "\\bnazwa użytkownika\\b",
].join("|"), "u");
const SIGN_IN_WORDS = /\b(sign|log) ?(in|on|up)\b|\bregister\b|\bregistration\b|\bcreate( an?)? account\b|\banmelden\b|\bregistrieren\b|\bconnexion\b|\binscription\b/u;
/** To sign up for letters is no account. */
const LETTERS_WORDS = /\bnews\b|\bnews ?letters?\b|\bsubscri\w*|\bmailing list\b/u;
const RECIPIENT_WORDS = /^(to|cc|bcc)$|\b(recipients?|send to|empf[aä]nger|destinataires?|destinatarios?)\b/u;
const SENDER_WORDS = /^(from|sender|absender|exp[eé]diteur|remitente)$|\b(sender|from) (address|e ?mail)\b/u;

/**
 * @param {() => {names?: boolean, recipients?: boolean}} wanted what may be captured now
 * @param {(how: NameHow, name: string, typed: boolean) => void} send
 * @param {() => number | null} sinceInputMs time since the last human input in this frame
 * @param {(field: Element) => boolean} wasTypedInto
 */
export function watchNames(wanted, send, sinceInputMs, wasTypedInto) {
  window.addEventListener("submit", (event) => {
    const since = sinceInputMs();
    const { names, recipients } = wanted();
    if (!event.isTrusted || since === null || since > HUMAN_MS_MAX || !(names || recipients)) return;
    const form = event.composedPath()[0];
    if (!(form instanceof HTMLFormElement)) return;
    const isLetter = form.querySelector("textarea, [contenteditable]") !== null;
    for (const { field, name } of isLetter && recipients ? partiesIn(form, RECIPIENT_WORDS) : []) {
      for (const one of name.split(/[,;]/).slice(0, RECIPIENTS_MAX)) if (one.trim() !== "") send("recipient", one.trim(), wasTypedInto(field));
    }
    if (!names) return;
    for (const { field, name } of isLetter ? partiesIn(form, SENDER_WORDS) : []) send("sender", name, wasTypedInto(field));
    const told = new Set();
    for (const field of isForSignIn(form, event) ? nameFields(form) : []) {
      const name = field.value.trim();
      if (!told.has(name)) send("sign-in", name, wasTypedInto(field));
      told.add(name);
    }
  }, { capture: true, passive: true });
}

/** @param {HTMLFormElement} form @param {SubmitEvent} event */
function isForSignIn(form, event) {
  if (form.querySelector('input[type="password" i]')) return true;
  if ([...form.querySelectorAll("input[autocomplete]")].some((field) => tokens(field).includes("username"))) return true;
  const said = [form.name, form.id, form.getAttribute("aria-label"), form.getAttribute("action"), event.submitter?.textContent, event.submitter?.getAttribute("value")];
  const words = said.map((text) => asWords((text ?? "").slice(0, NAME_LENGTH_MAX)));
  return words.some((text) => SIGN_IN_WORDS.test(text)) && !words.some((text) => LETTERS_WORDS.test(text));
}

/** Fields of a form that hold a name of an account. @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
function nameFields(form) {
  const inputs = [...form.querySelectorAll("input")];
  const isOfName = (/** @type {HTMLInputElement} */ field) => isFilled(field) && !tokens(field).some((token) => OWN_NAME_AUTOCOMPLETE.test(token));
  const named = inputs.filter((field) => isOfName(field) && (field.type === "email" || tokens(field).some((token) => NAME_AUTOCOMPLETE.test(token)) || hints(field).some((words) => NAME_WORDS.test(words))));
  // Where no field says what it is for, it is the one before the password.
  const password = inputs.findIndex(({ type }) => type === "password");
  const before = inputs.slice(0, Math.max(0, password)).filter(isOfName).at(-1);
  const fields = named.length === 0 && before ? [before] : named;
  return fields.filter((field) => !isNeverCaptured(field));
}

/** What stands in fields of a form that say whom it is from or for. @param {HTMLFormElement} form @param {RegExp} words */
function partiesIn(form, words) {
  return [...form.querySelectorAll("input, select")].flatMap((field) => {
    if (!hints(field).some((hint) => words.test(hint)) || isNeverCaptured(field)) return [];
    const said = field instanceof HTMLSelectElement ? field.selectedOptions[0]?.text : field instanceof HTMLInputElement && /^(text|email|tel)$/.test(field.type) ? field.value : "";
    const name = (said ?? "").trim();
    return name === "" || name.length > PARTY_LENGTH_MAX ? [] : [{ field, name }];
  });
}

/** @param {HTMLInputElement} field */
function isFilled(field) {
  const name = field.value.trim();
  return (field.type === "text" || field.type === "email") && name !== "" && name.length <= NAME_LENGTH_MAX;
}

/** @param {Element} field */
function tokens(field) {
  return (field.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
}
