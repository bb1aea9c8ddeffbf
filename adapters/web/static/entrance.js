// The entrance. A link's token stands in the fragment, which no browser sends; it is read once and taken away.

import { find, say, words } from "./dom.js";

const TOKEN = /^[\w-]{43}$/;
const THERE = "fagtraad.there"; // in sessionStorage: where one was going in the chat

let token = "";

/** Neither a bookmark nor the history keeps the token. */
function arrive() {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  history.replaceState(null, "", location.pathname);
  if (!TOKEN.test(fragment)) return sessionStorage.setItem(THERE, fragment);
  token = fragment;
  look();
}

/** What the server answers; an error has its own words. */
async function post(path, body = {}) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error(words.network_down);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message || words.network_down);
  return answer;
}

function complain(text) {
  find("looking").textContent = "";
  find("error").textContent = text;
  find("error").hidden = false;
  find("link").hidden = true;
  find("ways").hidden = false;
}

/** One thing at a time; where it leads is the server's to say. */
async function go(button, path, body) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  find("error").hidden = true;
  try {
    location.assign((await post(path, body)).to);
  } catch (problem) {
    complain(problem.message);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

async function look() {
  find("ways").hidden = find("error").hidden = true;
  find("looking").textContent = words.checking;
  try {
    const { name } = await post("/inn/se", { token });
    find("title").textContent = document.title = say("signing_in_as", { name });
    find("looking").textContent = "";
    find("link").hidden = false;
    find("enter").focus();
  } catch (problem) {
    complain(problem.message);
  }
}

find("enter").addEventListener("click", (event) => go(event.currentTarget, "/inn/lenke", { token }));
find("provider")?.addEventListener("click", (event) => go(event.currentTarget, "/inn/oidc"));
addEventListener("hashchange", arrive); // a link pasted while the page is open
if (find("error").textContent) find("title").focus();
arrive();
