// Commands completed while one types "/": arrows choose, Enter or Tab takes, Escape puts the list away.

import { announce, count, el, words } from "./dom.js";

// The core folds words in the same way (bot/chat/grammar.py), so that «møte», «mote» and «moete» meet.
const fold = (word) => word.toLowerCase().replaceAll("ø", "o").replaceAll("æ", "ae").replaceAll("å", "a")
  .normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("oe", "o").replaceAll("aa", "a");

export class Completion {
  /** `commands()` gives what may be completed now. */
  constructor(input, list, commands) {
    Object.assign(this, { input, list, commands, active: -1, found: [], dismissed: false });
    input.addEventListener("input", () => { this.dismissed = false; this.update(); });
    input.addEventListener("blur", () => this.hide());
    input.addEventListener("focus", () => this.update());
  }

  get open() {
    return !this.list.hidden;
  }

  update() {
    const typed = /^\/(\S*)$/.exec(this.input.value);
    if (!typed || this.dismissed || document.activeElement !== this.input) return this.hide();
    const start = fold(typed[1]);
    this.found = this.commands().filter(({ word, also }) => [word, ...also].some((each) => fold(each).startsWith(start)));
    // A whole command is sent by Enter, not completed once more.
    const whole = this.found.some(({ word, also }) => [word, ...also].some((each) => fold(each) === start));
    this.active = this.found.length && !whole ? 0 : -1;
    this.show();
  }

  show() {
    this.list.replaceChildren(...this.found.map((command, index) =>
      el("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.active),
        onpointerdown: (event) => { event.preventDefault(); this.take(index); } },
        el("span", { class: "usage" }, command.usage), el("span", { class: "muted" }, command.help))));
    this.list.hidden = !this.found.length;
    const told = this.found.length ? count("commands", this.found.length) : words.no_commands;
    if (told !== this.told) announce(told);
    this.told = told;
    this.point();
  }

  point() {
    const option = this.open && this.active >= 0 ? this.list.children[this.active] : null;
    for (const each of this.list.children) each.setAttribute("aria-selected", String(each === option));
    option ? this.input.setAttribute("aria-activedescendant", option.id) : this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.list.hidden = true;
    this.told = "";
    this.input.removeAttribute("aria-activedescendant");
  }

  take(index) {
    this.input.value = `/${this.found[index].word} `;
    this.hide();
    this.input.focus();
    this.input.dispatchEvent(new Event("input"));
  }

  /** Returns whether the key was the list's. */
  key(event) {
    if (!this.open) return false;
    const many = this.found.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = this.active < 0 ? (step > 0 ? 0 : many - 1) : (this.active + step + many) % many;
      this.point();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.active >= 0) {
      this.take(this.active);
    } else if (event.key === "Escape") {
      this.dismissed = true;
      this.hide();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
