// A menu under a button (the ARIA menu button pattern): arrows, Home, End, Escape.

import { el } from "./dom.js";

let close = null;

/** Open a menu of {label, act, danger} at a button; a second press closes it. */
export function openMenu(button, items) {
  const mine = button.getAttribute("aria-expanded") === "true";
  close?.();
  if (mine) return;
  const entries = items.map((item) =>
    el("button", { type: "button", role: "menuitem", tabindex: "-1", class: item.danger ? "danger-text" : "",
      onclick: () => { close(true); item.act(); } }, item.label));
  const menu = el("div", { class: "menu", role: "menu", "aria-label": button.getAttribute("aria-label") }, ...entries);
  document.body.append(menu);
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  entries[0].focus();

  const outside = (event) => { if (!menu.contains(event.target) && !button.contains(event.target)) close(); };
  const scrolled = (event) => { if (event.target !== menu) close(); };
  close = (back = false) => {
    close = null;
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    document.removeEventListener("scroll", scrolled, true);
    removeEventListener("resize", scrolled);
    if (back) button.focus();
  };
  document.addEventListener("pointerdown", outside);
  document.addEventListener("scroll", scrolled, true);
  addEventListener("resize", scrolled);
  menu.addEventListener("keydown", (event) => {
    const at = entries.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) { event.preventDefault(); entries.at(to % entries.length).focus(); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
    if (event.key === "Tab") close(true);
  });
}

/** Below the button, or above it where there is no room; never outside the window. */
function place(menu, button) {
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - menu.offsetHeight - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
}
