// A question before something that cannot be taken back.

import { el, words } from "./dom.js";

let numbers = 0;

/** Asks, and resolves to whether the answer was yes. Escape is no. Focus goes back where it was. */
export function confirm({ title = words.confirm_title, text = "", yes = words.confirm, no = words.cancel, danger = false }) {
  return new Promise((resolve) => {
    const id = `confirm-${++numbers}`;
    const before = document.activeElement;
    const answer = (value) => { dialog.close(); dialog.remove(); before?.focus?.(); resolve(value); };
    const refuse = el("button", { type: "button", onclick: () => answer(false) }, no);
    const dialog = el("dialog", {
      class: "ask",
      role: "alertdialog",
      "aria-labelledby": `${id}-title`,
      "aria-describedby": text ? `${id}-text` : null,
      oncancel: (event) => { event.preventDefault(); answer(false); },
    },
      el("h2", { id: `${id}-title` }, title),
      text ? el("p", { id: `${id}-text` }, text) : null,
      el("div", { class: "buttons end" }, refuse,
        el("button", { type: "button", class: danger ? "danger" : "primary", onclick: () => answer(true) }, yes)));
    document.body.append(dialog);
    dialog.showModal();
    refuse.focus();
  });
}
