// The console works without this file. With it, the inbox follows the server: one stream per page, closed when the
// page is left, and the fragment is morphed in place so that focus, selection and scroll stay where they are.
// A stream that breaks says so: an inbox that stands still must not look like an inbox with nothing new.
"use strict";
// An unveiled picture does not outlive its page: a browser that keeps pages for its Back button keeps this one without it.
window.addEventListener("pagehide", () => {
  for (const picture of document.querySelectorAll("[data-unveiled]")) picture.remove();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector(".pv-picture--clear")) location.reload();
});

// Text that is ready to be pasted elsewhere: the button is there only where it works.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-copied]");
  if (!text || !said || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Copied.";
    } catch {
      text.focus();
      text.select();
      said.textContent = "The browser did not copy it. It is selected: copy it with the keyboard.";
    }
  });
}

(() => {
  const inbox = document.querySelector("[data-inbox]");
  const live = document.querySelector("[data-live]");
  if (!inbox || !live || !window.EventSource || !window.htmx) return;
  const RETRY_MS = 10_000;
  const title = document.title;
  let stream = null;
  let broken = false;
  let fresh = 0;

  const ids = () => new Set([...document.querySelectorAll("[data-alerts]")].flatMap((row) => row.dataset.alerts.split(",")));
  const ticks = () => [...document.querySelectorAll("[data-alerts] input[type=checkbox]")];
  const say = (words) => { live.textContent = words; };
  const signIn = () => { close(); location.assign("/sign-in"); };

  // One refresh at a time: what is told meanwhile makes one more, however many alerts come at once.
  let refreshing = false;
  let again = false;
  async function refresh() {
    again = true;
    if (refreshing) return;
    refreshing = true;
    try {
      while (again) {
        again = false;
        await swap();
      }
    } finally {
      refreshing = false;
    }
  }

  async function swap() {
    const before = ids();
    // What is filled in, ticked and opened stays so.
    const fields = [...document.querySelectorAll("[data-inbox] input[id], [data-inbox] select[id]")].map((field) => [field.id, field.value]);
    const ticked = ticks().filter((box) => box.checked).map((box) => box.value);
    const opened = [...document.querySelectorAll("[data-inbox] details[id][open]")].map((part) => part.id);
    const row = document.activeElement?.closest?.("[data-alert]")?.id;
    await window.htmx.ajax("GET", inbox.dataset.fragment, { target: "[data-inbox]", swap: "innerMorph" });
    for (const [id, value] of fields) { const field = document.getElementById(id); if (field && field.value !== value) field.value = value; }
    for (const box of ticks()) box.checked = ticked.includes(box.value);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (row && !document.activeElement?.closest("[data-alert]")) document.getElementById(row)?.querySelector("[data-open]")?.focus();
    const added = [...ids()].filter((id) => !before.has(id)).length;
    if (added === 0) return;
    fresh += added;
    say(added === 1 ? "1 new alert" : `${added} new alerts`);
    if (document.hidden) document.title = `(${fresh}) ${title}`;
  }

  function open() {
    if (stream) return;
    stream = new EventSource(`/events?after=${encodeURIComponent(inbox.dataset.after)}`);
    stream.addEventListener("open", () => {
      if (!broken) return;
      broken = false;
      say("Live again");
      refresh();
    });
    stream.addEventListener("inbox", (event) => {
      if (event.lastEventId) inbox.dataset.after = event.lastEventId;
      refresh();
    });
    stream.addEventListener("signed-out", signIn);
    stream.addEventListener("error", () => {
      broken = true;
      say("Not live at the moment; trying again");
      if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      close();
      refresh(); // finds out whether the session has ended
      setTimeout(open, RETRY_MS);
    });
  }
  function close() {
    if (stream) stream.close();
    stream = null;
  }

  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status === 401) signIn();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { fresh = 0; document.title = title; }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();

// Single keys, which an officer can turn off (WCAG 2.1.4). Each does what a link or a button of the page does.
(() => {
  const main = document.getElementById("main");
  // What the officer chose comes with the inbox, and holds for the pages that are opened from it in this tab.
  const chosen = document.querySelector("[data-keys]")?.dataset.keys;
  if (chosen) sessionStorage.setItem("keys", chosen);
  if (!main || sessionStorage.getItem("keys") !== "on") return;
  const rows = () => [...document.querySelectorAll("[data-alert]")];
  const current = () => document.activeElement?.closest("[data-alert]");
  const go = (step) => {
    const all = rows();
    const now = all.indexOf(current());
    const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
    all[next]?.querySelector("[data-open]")?.focus();
  };
  const click = (found) => { found?.click(); return Boolean(found); };
  const onPage = (mark) => click(main.querySelector(mark));
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    e: () => click(current()?.querySelector("[data-take]")),
    s: () => click(current()?.querySelector("[data-rest]")),
    x: () => click(current()?.querySelector("input[type=checkbox]")),
    "/": () => {
      document.getElementById("filter")?.setAttribute("open", "");
      document.getElementById("inbox-filter")?.focus();
    },
    o: () => onPage("[data-content]"),
    d: () => document.getElementById("outcome")?.focus(),
    u: () => onPage("[data-back]"),
    "?": () => location.assign("/inbox/help"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
