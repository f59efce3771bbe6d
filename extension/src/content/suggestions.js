// That an entry of a list of suggestions was chosen, with the pointer or with the keys. Which one, the address will say.

import { fieldOf, kindOf } from "./fields.js";

const LISTS = "[role=option], [role=listbox]";

/** @param {() => void} chosen */
export function watchSuggestions(chosen) {
  // The press, not the click: some pages go on at once.
  window.addEventListener("pointerdown", (event) => {
    const target = event.composedPath()[0];
    if (event.isTrusted && target instanceof Element && target.closest(LISTS)) chosen();
  }, { capture: true, passive: true });
  window.addEventListener("keydown", (event) => {
    const field = event.isTrusted && event.key === "Enter" ? fieldOf(event) : null;
    if (field?.getAttribute("aria-activedescendant") && kindOf(field) === "search") chosen();
  }, { capture: true, passive: true });
}
