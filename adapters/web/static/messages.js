// A list of messages, kept in step with what is known: only what changed is drawn anew, and focus stays where it is.

import { card, named, subject } from "./cards.js";
import { count, el, say, words } from "./dom.js";
import { openMenu } from "./menu.js";

const narrow = matchMedia("(max-width: 44rem)"); // as in chat.css

const NEAR = 80; // px from the end that still counts as at the end

export class MessageList {
  /**
   * `hands`: me(), today(), press(message, button, element), menu(message) → items, save(message, text),
   * openThread(message), older().
   */
  constructor(container, hands, { inThread = false, newer = null } = {}) {
    Object.assign(this, {
      container, hands, inThread, newer, drawn: new Map(), days: new Map(), open: new Set(), editing: null,
    });
    if (inThread) narrow.addEventListener("change", () => this.refill());
    container.addEventListener("scroll", () => { if (newer && this.atEnd) newer.hidden = true; }, { passive: true });
  }

  clear() {
    this.first = this.last = undefined;
    if (this.newer) this.newer.hidden = true;
    this.drawn.clear();
    this.editing = null;
    this.container.replaceChildren();
  }

  goToEnd() {
    this.container.scrollTop = this.container.scrollHeight;
    if (this.newer) this.newer.hidden = true;
  }

  /** Draw again all that is there, for a window of another width. */
  refill() {
    for (const [id, { node, message }] of this.drawn) if (id !== this.editing) this.fill(node, message);
  }

  /** Whether a message is being edited, and is changed. */
  get dirty() {
    return Boolean(this.editing && this.unsaved());
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.container;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Draw these messages, in this order. `empty` stands where there are none. */
  draw(messages, { more = false, empty = null, toEnd = false } = {}) {
    const stay = toEnd || this.atEnd;
    const before = { height: this.container.scrollHeight, top: this.container.scrollTop, first: this.first };
    const nodes = this.nodes(messages, more);
    if (!messages.length && empty) nodes.push(empty);
    this.arrange(nodes);
    this.first = messages[0]?.id;
    const last = messages.at(-1)?.id;
    if (this.newer && !stay && this.last && last !== this.last) this.newer.hidden = false;
    this.last = last;
    if (stay) this.goToEnd();
    else if (before.first && before.first !== this.first) {
      this.container.scrollTop = before.top + this.container.scrollHeight - before.height;
    }
  }

  nodes(messages, more) {
    const nodes = more ? [this.olderButton()] : [];
    let day = "";
    for (const message of messages) {
      if (message.day !== day && !this.inThread) nodes.push(this.dayLine(message));
      day = message.day;
      nodes.push(this.article(message));
    }
    const kept = new Set(messages.map((message) => message.id));
    for (const id of this.drawn.keys()) if (!kept.has(id)) this.drawn.delete(id);
    return nodes;
  }

  arrange(nodes) {
    let cursor = this.container.firstChild;
    for (const node of nodes) {
      if (node === cursor) cursor = cursor.nextSibling;
      else this.container.insertBefore(node, cursor);
    }
    while (cursor) {
      const next = cursor.nextSibling;
      cursor.remove();
      cursor = next;
    }
  }

  olderButton() {
    this.older ??= el("button", { type: "button", class: "small older", onclick: () => this.hands.older() }, words.older);
    return this.older;
  }

  dayLine(message) {
    const name = message.day === this.hands.today() ? words.today : message.day_name;
    // The same element each time: one that is put in anew would be read out anew.
    if (!this.days.has(name)) this.days.set(name, el("p", { class: "day" }, el("span", {}, name)));
    return this.days.get(name);
  }

  article(message) {
    const known = this.drawn.get(message.id);
    if (known && (known.changed === message.changed || this.editing === message.id)) return known.node;
    const node = known?.node ?? el("article", { tabindex: "-1", "data-id": message.id, "aria-labelledby": `${this.container.id}-${message.id}` });
    this.fill(node, message);
    this.drawn.set(message.id, { changed: message.changed, node, message });
    return node;
  }

  /** New content in the same article; the button that had focus has it still. */
  fill(node, message) {
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "" : null;
    const kind = { bot: message.bot, private: message.private, deleted: !message.said, own: message.own };
    node.className = ["message", ...Object.keys(kind).filter((name) => kind[name])].join(" ");
    node.replaceChildren(face(message), el("div", { class: "body" }, this.head(message), ...this.content(message), this.foot(message)));
    if (focused === null) return;
    const again = [...node.querySelectorAll("[data-focus]")].find((each) => each.dataset.focus === focused);
    (again ?? node).focus({ preventScroll: true });
  }

  head(message) {
    const menu = message.said ? this.menuButton(message) : null;
    return el("header", {},
      el("span", { class: "writer", id: `${this.container.id}-${message.id}` }, message.name),
      message.bot ? el("span", { class: "tag" }, words.bot) : null,
      el("time", { class: "muted", title: message.moment }, message.time),
      message.subtitle ? el("span", { class: "muted subtitle" }, message.subtitle) : null,
      message.edited ? el("span", { class: "muted" }, `(${words.edited})`) : null,
      message.private ? el("span", { class: "tag only-you" }, words.private) : null,
      menu);
  }

  menuButton(message) {
    const items = () => this.hands.menu(message, () => this.edit(message));
    if (!items().length) return null;
    return el("button", { type: "button", class: "plain more", "aria-label": say("menu_of", message), title: words.menu, "aria-haspopup": "menu",
      "aria-expanded": "false", "data-focus": "menu", onclick: (event) => openMenu(event.currentTarget, items()) },
      el("span", { "aria-hidden": "true" }, "⋯"));
  }

  content(message) {
    if (!message.said) return [el("p", { class: "muted gone" }, words.deleted)];
    const hands = {
      me: this.hands.me(),
      open: this.open,
      press: (button, element) => this.hands.press(message, button, element),
      download: (part, element) => this.hands.download(message, part, element),
    };
    if (this.inThread && !message.thread && narrow.matches) return this.root(message, hands);
    return card(message.said, message.id, hands);
  }

  /** What a thread is about, in a few lines, so that a small window has room for the answers. */
  root(message, hands) {
    const key = `root ${message.id}`;
    const open = this.open.has(key);
    const { title, parts } = message.said;
    const texts = parts.filter((part) => part.text);
    if (parts.length === 1 && texts[0]?.text.length < 160) return card(message.said, message.id, hands);
    const toggle = el("button", { type: "button", class: "link", "data-focus": key, "aria-expanded": String(open),
      onclick: () => { open ? this.open.delete(key) : this.open.add(key); this.fill(this.articleOf(message.id), this.hands.latest(message)); } },
      open ? words.less_text : words.whole);
    if (open) return [...card(message.said, message.id, hands), toggle];
    return [el("div", { class: "brief" }, ...card({ title, parts: texts.slice(0, 1) }, message.id, { ...hands, open: null })), toggle];
  }

  foot(message) {
    if (this.inThread || message.thread) return null;
    if (!message.replies && !(message.threads && message.bot && message.said)) return null;
    const label = message.replies ? count("replies", message.replies) : words.reply;
    return el("button", { type: "button", class: "link replies", "aria-label": named(label, message.said ? subject(message.said) : ""),
      "data-focus": "thread", onclick: () => this.hands.openThread(message) }, label);
  }

  /** The message's own text in a box in its place. It is kept until it is saved or put away. */
  edit(message) {
    const node = this.drawn.get(message.id).node;
    const text = message.said.parts.map((part) => part.text).join("\n");
    const box = el("textarea", { rows: "3", "aria-label": words.edit_label }, text);
    const error = el("p", { class: "error", role: "alert", hidden: true });
    const done = () => { this.editing = null; this.fill(node, this.hands.latest(message)); node.focus(); };
    const save = async () => {
      try {
        await this.hands.save(message, box.value);
        done();
      } catch (problem) {
        error.textContent = problem.message;
        error.hidden = false;
        box.focus();
      }
    };
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(); }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); if (box.value === text) done(); }
    });
    this.editing = message.id;
    this.unsaved = () => box.value !== text;
    node.querySelector(".body").replaceChildren(this.head({ ...message, said: null }), el("div", { class: "editor" }, box, error,
      el("div", { class: "buttons" },
        el("button", { type: "button", class: "small primary", onclick: save }, words.save),
        el("button", { type: "button", class: "small", onclick: done }, words.cancel))));
    box.focus();
    box.setSelectionRange(text.length, text.length);
  }

  reveal(id) {
    const node = this.drawn.get(id)?.node;
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.add("found");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("found"), 3000);
  }

  articleOf(id) {
    return this.drawn.get(id)?.node;
  }
}

function face(message) {
  if (message.bot) return el("span", { class: "face bot-face", "aria-hidden": "true" }, el("img", { src: "/static/icon.svg", alt: "" }));
  const names = message.name.split(/\s+/);
  const initials = names.length > 1 ? names[0][0] + names.at(-1)[0] : names[0].slice(0, 2);
  const tint = [...message.name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return el("span", { class: `face tint-${tint}`, "aria-hidden": "true" }, initials.toUpperCase());
}
