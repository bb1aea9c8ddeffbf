// What is said → elements. One function a kind of part.

import { el, say, shortened, words } from "./dom.js";

const LONG = { characters: 1100, lines: 16 };

/** `hands`: press(button), download(part, number), and `open`, the set of long texts that were unfolded (kept over a new rendering). */
export function card(said, key, hands) {
  const title = said.title ? [el("h3", { class: "card-title" }, said.title)] : [];
  const what = subjects(said);
  said.parts.filter((part) => part.kind === "file").forEach((part, number) => { part.number = number; });
  return [...title, ...said.parts.map((part, index) => parts[part.kind](part, `${key}:${index}`, hands, what[index]))];
}

/** What a card is about, in a few words: its code where its title begins with one. */
export function subject(said) {
  const code = /^\p{L}+(-\d+)+(?=\W|$)/u.exec(said.title);
  return code ? code[0] : shortened(said.title);
}

/** What the buttons of each part concern. In a list with the same buttons at every line, it is the line. */
function subjects(said) {
  const labels = said.parts.flatMap((part) => (part.kind === "buttons" ? part.buttons.map((button) => button.label) : []));
  const repeated = new Set(labels).size < labels.length;
  let line = "";
  return said.parts.map((part) => {
    if (part.kind === "text") line = shortened(part.text);
    return (repeated && line) || subject(said);
  });
}

/** A name that can be told from the same button elsewhere; what one sees stands first in it. */
export const named = (label, what) => (what && !label.includes(what) ? say("about", { label, what }) : null);

const parts = {
  text: (part, key, hands) => longText("p", `said tone-${part.tone}`, part.text, key, hands),

  quote: (part, key, hands) =>
    el("figure", { class: "quote" },
      el("figcaption", {}, part.label),
      longText("blockquote", "said", part.text, key, hands)),

  facts: (part) =>
    el("dl", { class: "facts" },
      ...part.facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),

  mentions: (part, _key, hands) =>
    el("p", { class: "said mentions" }, `${part.lead} `,
      ...part.accounts.flatMap(([id, name], index) =>
        [index ? ", " : "", el("span", { class: id === hands.me ? "mention me" : "mention" }, name)])),

  copy: (part, key, hands) => copyText(part, key, hands),

  file: (part, key, hands) =>
    el("p", { class: "file" },
      el("button", { type: "button", class: "small", "data-focus": `file ${key}`, "aria-label": say("download_name", part),
        onclick: (event) => hands.download?.(part, event.currentTarget) }, words.download),
      el("span", { class: "said" }, part.name), el("span", { class: "muted" }, part.size)),

  buttons: (part, _key, hands, what) =>
    el("div", { class: "buttons" }, ...part.buttons.map((button) => pressable(button, hands, what))),
};

function pressable(button, hands, what) {
  return el("button", {
    type: "button",
    class: `small tone-${button.tone}`,
    "aria-label": named(button.label, what),
    "data-focus": `${button.does} ${button.carries}`,
    onclick: (event) => hands.press?.(button, event.currentTarget),
  }, button.label);
}

function copyText(part, key, hands) {
  const done = el("span", { class: "copied", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(part.text);
      done.textContent = words.copied;
    } catch {
      done.textContent = words.copy_failed;
    }
    setTimeout(() => { done.textContent = ""; }, 4000);
  };
  return el("figure", { class: "quote copy" },
    el("figcaption", {}, part.label),
    longText("blockquote", "said", part.text, key, hands),
    el("div", { class: "buttons" },
      el("button", { type: "button", class: "small", "aria-label": named(words.copy, part.label), "data-focus": `copy ${key}`, onclick: copy }, words.copy), done));
}

function longText(tag, classes, text, key, hands) {
  const node = el(tag, { class: classes }, text);
  const long = text.length > LONG.characters || text.split("\n").length > LONG.lines;
  if (!long || !hands.open) return node;
  const button = el("button", { type: "button", class: "link", "data-focus": `more ${key}` });
  const show = (open) => {
    node.classList.toggle("folded", !open);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? words.less_text : words.more_text;
  };
  button.onclick = () => {
    hands.open.has(key) ? hands.open.delete(key) : hands.open.add(key);
    show(hands.open.has(key));
  };
  show(hands.open.has(key));
  return el("div", { class: "long" }, node, button);
}
