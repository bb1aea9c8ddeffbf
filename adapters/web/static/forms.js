// Forms as dialogs. What was typed stays, whatever goes wrong: errors, a lost network, a second thought.

import { card } from "./cards.js";
import { confirm } from "./confirm.js";
import { announce, el, say, shortened, words } from "./dom.js";

const LONG = 90; // characters of a problem that the summary still repeats in full

let numbers = 0;
const shown = new Set();

/** Whether closing the page now would lose what somebody wrote in a form. */
export const unsaved = () => [...shown].some((dialog) => dialog.changed);

/** Show a form until it is sent or put away. `send(form, values, button, files)` gives the server's answer or throws. */
export function openForm(form, send) {
  new FormDialog(form, send).open();
}

class FormDialog {
  constructor(form, send) {
    this.send = send;
    this.sending = false;
    this.before = document.activeElement;
    this.id = `form-${++numbers}`;
    this.dialog = el("dialog", {
      class: "form",
      "aria-labelledby": `${this.id}-title`,
      oncancel: (event) => { event.preventDefault(); this.cancel(); },
      // Chromium closes a dialog on a second Escape without asking; taking the key itself prevents that.
      onkeydown: (event) => { if (event.key === "Escape" && event.target.closest("dialog") === this.dialog) { event.preventDefault(); this.cancel(); } },
    });
    this.show(form);
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    shown.add(this);
    (this.fields[0]?.control ?? this.dialog.querySelector("button")).focus();
  }

  close() {
    shown.delete(this);
    this.dialog.close();
    this.dialog.remove();
    if (this.before?.isConnected) this.before.focus();
    else document.getElementById("say").focus();
  }

  show(form, typed = {}) {
    this.form = form;
    this.fields = form.fields.map((field, index) => new Field(field, `${this.id}-${index}`, typed[field.name]));
    this.state = el("span", { class: "muted", role: "status" });
    this.summary = el("div", { class: "problems", tabindex: "-1", hidden: true });
    this.dialog.replaceChildren(
      el("form", { novalidate: true, autocomplete: "off", onsubmit: (event) => { event.preventDefault(); this.submit(""); } },
        el("header", {}, el("h2", { id: `${this.id}-title`, tabindex: "-1" }, form.title), this.state),
        el("div", { class: "form-body" },
          this.summary,
          ...card({ title: "", parts: form.intro }, this.id, {}),
          ...this.fields.map((field) => field.element)),
        this.footer(form)));
    this.untouched = JSON.stringify(this.values());
  }

  /** Extra buttons do not submit of themselves: Enter in a field means the ordinary one. */
  footer(form) {
    return el("footer", { class: "buttons end" },
      ...form.extra.map((button) =>
        el("button", { type: "button", class: "extra", onclick: () => this.submit(button.value) }, button.label)),
      el("button", { type: "button", class: "cancel", onclick: () => this.cancel() }, words.cancel),
      el("button", { type: "submit", class: "primary" }, form.submit));
  }

  values() {
    return Object.fromEntries(this.fields.map((field) => [field.name, field.value()]));
  }

  /** What was chosen, by field; null where there is no file. */
  async files() {
    const chosen = this.fields.filter((field) => field.file);
    const read = await Promise.all(chosen.map(async (field) => [field.name, await sendable(field.file)]));
    return read.length ? Object.fromEntries(read) : null;
  }

  get changed() {
    return this.touched || JSON.stringify(this.values()) !== this.untouched;
  }

  async cancel() {
    if (this.asking || this.sending) return;
    this.asking = true;
    const leave = !this.changed || await confirm({
      title: words.discard_title, yes: words.discard, no: words.keep_writing, danger: true,
    });
    this.asking = false;
    if (leave) this.close();
  }

  /** What is filled in is judged by the server alone: it knows which button needs what. */
  async submit(button) {
    if (this.sending) return;
    const large = this.fields.filter((field) => field.tooLarge);
    if (large.length) return this.explain(Object.fromEntries(large.map((field) => [field.name, field.tooLarge])));
    this.working(true);
    try {
      this.take(await this.send(this.form, this.values(), button, await this.files()));
    } catch (problem) {
      if (problem.status === 0) this.summarise(words.problem_offline);
      else this.explain({ "": problem.message });
    } finally {
      this.working(false);
    }
  }

  take(answer) {
    if (answer.done) {
      announce(words.sent);
      return this.close();
    }
    this.touched = true; // what follows rests on what was typed before
    const next = answer.next || answer.form;
    if (next) {
      this.show(next, this.kept(next));
      this.dialog.querySelector(".form-body").scrollTop = 0;
      this.dialog.querySelector("h2").focus();
    }
    if (answer.problems) this.explain(answer.problems);
  }

  /** What was typed while the answer was under way, in fields that the new page has and the server did not fill. */
  kept(next) {
    const values = this.values();
    const empty = (field) => !(field.value || field.values?.length || field.ticked);
    const typed = (field) => !["tick", "file"].includes(field.kind) && field.name in values;
    return Object.fromEntries(next.fields.filter((f) => empty(f) && typed(f))
      .map((f) => [f.name, values[f.name]]));
  }

  /** Say what must be mended: at each field, and at the top, where focus goes. */
  explain(problems) {
    for (const field of this.fields) field.explain(problems[field.name] || "");
    const wrong = this.fields.filter((field) => problems[field.name]); // in the order one meets them
    const known = new Set(wrong.map((field) => field.name));
    const others = Object.entries(problems).filter(([name, text]) => text && !known.has(name));
    this.summarise(wrong.length ? words.problem_title : words.problem_whole, [
      ...others.map(([, text]) => text),
      ...wrong.map((field) => field.pointer(problems[field.name])),
    ]);
  }

  summarise(title, lines = []) {
    this.summary.hidden = false;
    this.summary.replaceChildren(el("h3", {}, title), lines.length ? el("ul", {}, ...lines.map((line) => el("li", {}, line))) : "");
    this.summary.focus();
    this.summary.scrollIntoView({ block: "nearest" });
  }

  working(on) {
    this.sending = on;
    this.state.textContent = on ? words.sending : "";
    for (const button of this.dialog.querySelectorAll("footer button")) button.setAttribute("aria-disabled", String(on));
  }
}

/** A file as JSON carries it. */
async function sendable(file) {
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(say("unreadable", file)));
    reader.readAsDataURL(file);
  });
  return { name: file.name, content: address.slice(address.indexOf(",") + 1) };
}

class Field {
  constructor(field, id, typed) {
    this.field = field;
    this.id = id;
    this.name = field.name;
    this.label = field.label;
    this.error = el("p", { class: "error", id: `${id}-error`, hidden: true });
    const hint = field.hint ? el("p", { class: "hint", id: `${id}-hint` }, field.hint) : null;
    const notes = field.notes.length
      ? el("ul", { class: "notes", id: `${id}-notes` }, ...field.notes.map((note) => el("li", {}, note))) : null;
    this.described = { hint: hint?.id, notes: notes?.id };
    this.element = this.build(hint, notes, typed);
    this.explain("");
  }

  build(hint, notes, typed) {
    const { field, id } = this;
    if (field.kind === "choices") return this.choices(hint, notes, typed ?? field.values);
    if (field.kind === "tick") return this.tick(hint, notes, typed === undefined ? field.ticked : Boolean(typed));
    this.control = {
      text: () => (field.lines > 1 ? el("textarea", { id, rows: field.lines }) : el("input", { id, type: "text" })),
      date: () => el("input", { id, type: "date" }),
      choice: () => this.select(),
      file: () => el("input", { id, type: "file", accept: field.accept?.join(",") || null }),
    }[field.kind]();
    if (field.kind !== "file") this.control.value = typed ?? field.value; // a file is chosen by hand alone
    this.control.setAttribute("aria-required", String(field.required));
    return el("div", { class: "field" }, el("label", { for: id }, this.caption()), hint, this.error, notes, this.control,
      field.kind === "text" ? this.counter() : null);
  }

  caption() {
    const mark = this.field.required ? el("span", { class: "required", "aria-hidden": "true" }, words.required) : null;
    return el("span", { class: "caption" }, this.label, mark ? " " : null, mark);
  }

  select() {
    const known = this.field.options.some((option) => option.value === this.field.value);
    const none = known && this.field.required ? [] : [el("option", { value: "" }, words.choose)];
    const empty = this.field.options.some((option) => option.value === "") ? [] : none;
    return el("select", { id: this.id }, ...empty,
      ...this.field.options.map((option) => el("option", { value: option.value }, option.label)));
  }

  choices(hint, notes, chosen) {
    this.boxes = this.field.options.map((option) => {
      const box = el("input", { type: "checkbox", value: option.value });
      box.checked = chosen.includes(option.value);
      return box;
    });
    this.control = this.boxes[0] ?? el("input", { type: "checkbox", disabled: true });
    const list = el("div", { class: this.boxes.length > 6 ? "boxes many" : "boxes" },
      ...this.boxes.map((box, index) => el("label", { class: "box" }, box, el("span", {}, this.field.options[index].label))));
    this.group = el("fieldset", { class: "field" }, el("legend", {}, this.caption()), hint, this.error, notes, list);
    return this.group;
  }

  tick(hint, notes, ticked) {
    this.control = el("input", { id: this.id, type: "checkbox", "aria-required": String(this.field.required) });
    this.control.checked = ticked;
    return el("div", { class: "field tick" }, this.error, notes,
      el("label", { class: "box", for: this.id }, this.control, this.caption()), hint);
  }

  /** Shown near the limit only; nothing is cut off, since cutting would lose what was pasted. */
  counter() {
    const node = el("p", { class: "counter muted", role: "status" });
    const update = () => {
      const length = this.control.value.length;
      node.textContent = length > this.field.longest * 0.8 ? say("counter", { count: length, longest: this.field.longest }) : "";
    };
    this.control.addEventListener("input", update);
    update();
    return node;
  }

  get file() {
    return this.field.kind === "file" ? this.control.files[0] : null;
  }

  /** Said before it is sent: a whole file would be sent in vain. */
  get tooLarge() {
    return this.file && this.file.size > this.field.largest ? this.field.too_large : "";
  }

  value() {
    if (this.field.kind === "file") return this.file?.name ?? "";
    if (this.field.kind === "choices") return this.boxes.filter((box) => box.checked).map((box) => box.value);
    if (this.field.kind === "tick") return this.control.checked ? "on" : "";
    return this.control.value;
  }

  /** Leads from the summary to the field, where all of it stands. */
  pointer(problem) {
    const short = problem.length <= LONG && !problem.includes("\n");
    const label = shortened(this.label);
    const text = short ? say("problem_at", { label, problem }) : say("problem_long", { label });
    const go = () => {
      this.control.focus({ preventScroll: true });
      this.element.scrollIntoView({ block: "start" });
    };
    return el("button", { type: "button", class: "link", onclick: go }, text);
  }

  explain(problem) {
    this.error.textContent = problem;
    this.error.hidden = !problem;
    const target = this.group ?? this.control;
    const described = [this.described.hint, problem && this.error.id, this.described.notes].filter(Boolean).join(" ");
    described ? target.setAttribute("aria-describedby", described) : target.removeAttribute("aria-describedby");
    // A group cannot be invalid in ARIA 1.2; its first box carries it.
    problem ? this.control.setAttribute("aria-invalid", "true") : this.control.removeAttribute("aria-invalid");
    if (this.group && problem) this.control.setAttribute("aria-describedby", this.error.id);
    this.element.classList.toggle("wrong", Boolean(problem));
  }
}
