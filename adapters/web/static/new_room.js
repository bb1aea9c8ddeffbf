// A new room: its name. Members are added in its members' panel.

import { el, newKey, words } from "./dom.js";

/** Asks for a name and makes the room. Resolves to its id, or to null where it was put away. */
export function askForRoom(api) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const key = newKey(); // pressed twice, it is one room
    let made = null;
    const error = el("p", { class: "error", role: "alert", id: "new-room-error", hidden: true });
    const name = el("input", { type: "text", id: "new-room-name", maxlength: "80", required: true, autocomplete: "off",
      "aria-describedby": "new-room-hint new-room-error" });
    const dialog = el("dialog", { class: "ask", "aria-labelledby": "new-room-title" },
      el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); make(); } },
        el("h2", { id: "new-room-title" }, words.new_room),
        el("div", { class: "field" }, el("label", { for: "new-room-name" }, words.room_name), name,
          el("p", { class: "hint", id: "new-room-hint" }, words.room_hint), error),
        el("div", { class: "buttons end" },
          el("button", { type: "button", onclick: () => dialog.close() }, words.cancel),
          el("button", { type: "submit", class: "primary" }, words.make_room))));
    const complain = (text) => {
      error.textContent = text;
      error.hidden = false;
      name.setAttribute("aria-invalid", "true");
      name.focus();
    };
    const make = async () => {
      if (!name.value.trim()) return complain(words.room_name_missing);
      try {
        made = (await api.post("new-room", { key, text: name.value })).room;
        dialog.close();
      } catch (problem) {
        complain(problem.message);
      }
    };
    dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); resolve(made); });
    document.body.append(dialog);
    dialog.showModal();
    name.focus();
  });
}
