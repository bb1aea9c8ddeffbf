// Elements from data. Every text is set as text, so markup that somebody wrote stays words.

/** An element with attributes and children; strings become text. `false` and `null` attributes are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const find = (id) => document.getElementById(id);

export const words = JSON.parse(find("words").textContent);

/** A text of ours with `{name}`s filled in. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export const count = (name, number) => say(number === 1 ? `${name}_one` : `${name}_many`, { count: number });

export const shortened = (text, most = 48) => (text.length > most ? `${text.slice(0, most - 3).trimEnd()} …` : text);

/** Speak another language from now on. The page's own words change where they stand. */
export function speak(language, now) {
  document.documentElement.lang = language;
  Object.assign(words, now);
  for (const each of document.querySelectorAll("[data-say]")) each.textContent = words[each.dataset.say];
  for (const each of document.querySelectorAll("[data-say-label]")) each.setAttribute("aria-label", words[each.dataset.sayLabel]);
  for (const each of document.querySelectorAll("[data-say-placeholder]")) each.placeholder = words[each.dataset.sayPlaceholder];
}

let spoken = 0;

/** Tell screen readers, politely. The same words twice are told twice. */
export function announce(text) {
  const status = find("status");
  status.textContent = "";
  clearTimeout(spoken);
  spoken = setTimeout(() => { status.textContent = text; }, 60);
}

/** An id of one act, so that trying again does not do it twice. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // randomUUID is there in secure contexts alone; this is RFC 9562, version 4.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
