// Who is in a room; who may come and go.

import { confirm } from "./confirm.js";
import { el, newKey, say, words } from "./dom.js";

/** Show the members of a room. Resolves when the dialog is closed. */
export async function showMembers(api, room, me) {
  const answer = await api.post("members", { room: room.id });
  const before = document.activeElement;
  const error = el("p", { class: "error", role: "alert", hidden: true });
  const list = el("ul", { class: "people" });
  // Who reads it and presses the button has confirmed it.
  const warning = el("p", { class: "error", role: "status", id: "newcomer-warning", hidden: true });
  const choice = el("select", { id: "newcomer", "aria-describedby": "newcomer-warning", onchange: () => warn() });
  let outsiders = [];
  const warn = () => {
    const outsider = outsiders.find((person) => person.id === choice.value);
    warning.hidden = !outsider;
    warning.textContent = outsider ? say("stops_cases", outsider) : "";
  };
  const dialog = el("dialog", { class: "form people-dialog", "aria-labelledby": "members-title" },
    el("header", {}, el("h2", { id: "members-title" }, say("members_in", { room: room.name }))),
    el("div", { class: "form-body" }, error, list,
      el("div", { class: "field add" }, el("label", { for: "newcomer" }, words.add_label),
        el("div", { class: "row" }, choice,
          el("button", { type: "button", onclick: () => choice.value && change("add", choice.value) }, words.add)),
        warning)),
    el("footer", { class: "buttons end" },
      el("button", { type: "button", class: "danger-text", onclick: () => leave() }, words.leave),
      el("button", { type: "button", class: "primary", onclick: () => dialog.close() }, words.close)));

  const change = async (act, account) => {
    error.hidden = true;
    try {
      const now = await api.post(act, { room: room.id, account, key: newKey(), confirmed: !warning.hidden });
      now.members ? fill(now) : dialog.close();
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  };
  const leave = async () => {
    if (await confirm({ text: say("leave_ask", { room: room.name }), yes: words.leave, danger: true })) await change("remove", me);
  };
  const remove = async (person) => {
    if (await confirm({ text: say("remove_ask", { name: person.name, room: room.name }), yes: words.remove, danger: true })) {
      await change("remove", person.id);
    }
  };
  const fill = ({ members, others }) => {
    list.replaceChildren(...members.map((person) =>
      el("li", {},
        el("span", {}, el("strong", {}, person.name), person.id === me ? ` (${words.you})` : "",
          el("span", { class: "muted subtitle" }, [person.subtitle, person.guest ? words.guest : ""].filter(Boolean).join(", "))),
        person.id === me || !person.removable ? null
          : el("button", { type: "button", class: "small", "aria-label": say("remove_name", person), onclick: () => remove(person) }, words.remove))));
    outsiders = others.filter((person) => person.stops_cases);
    choice.replaceChildren(el("option", { value: "" }, words.choose_member),
      ...others.map((person) => el("option", { value: person.id }, [person.name, person.subtitle].filter(Boolean).join(" – "))));
    warn();
  };
  fill(answer);
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); });
  dialog.showModal();
}
