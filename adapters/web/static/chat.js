// The page: who one is, which room is open, and what has come.

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { confirm } from "./confirm.js";
import { announce, count, el, find, newKey, say, speak, words } from "./dom.js";
import { openForm, unsaved } from "./forms.js";
import { Live } from "./live.js";
import { showMembers } from "./members.js";
import { openMenu } from "./menu.js";
import { MessageList } from "./messages.js";
import { askForRoom } from "./new_room.js";

const WHO = "fagtraad.account"; // in sessionStorage: in the demo each tab is somebody
const THERE = "fagtraad.there"; // the same: see entrance.js
const api = new Api();
const drafts = new Map(); // kept in memory alone: it may be about a patient

let home = null; // what the server said at the start
let rooms = [];
let seen = {}; // room → the last change we have
let stores = new Map(); // room → {messages, more}
let current = null;
let thread = null;
let clock = null;
let arriving = null; // until one is in a room
let away = false; // signed out, and with something unsent that is not to be lost
let leaving = false; // and it is meant

// ---------------------------------------------------------------- who one is

function become(account) {
  arriving = arrive(account);
}

async function arrive(account) {
  live.disconnect();
  keepDrafts();
  const back = away;
  away = false;
  api.account = account;
  if (who) sessionStorage.setItem(WHO, account);
  closeThread(false);
  current = null;
  stores = new Map();
  rooms = [];
  find("rooms").replaceChildren(); // the rooms of whoever one was before lead nowhere now
  composer.text = "";
  log.clear();
  try {
    home = await api.post("home");
  } catch (problem) {
    if (away) return;
    composer.complain(problem.message);
    setTimeout(() => api.account === account && become(account), 3000);
    return;
  }
  if (api.account !== account) return; // somebody else was chosen meanwhile
  if (back) note("");
  speak(home.language, home.words);
  me?.setAttribute("aria-label", say("me", { name: me.textContent.trim() }));
  seen = Object.fromEntries(home.rooms.map((room) => [room.id, room.seq]));
  showClock(home.clock);
  showRooms(home.rooms);
  showShortcuts();
  live.connect();
  await follow();
}

const who = find("who"); // in the demo
const me = find("me"); // in operation: whom the session is of
who?.addEventListener("change", () => become(who.value));

// ---------------------------------------------------------------- rooms

const room = () => rooms.find((each) => each.id === current);
const store = () => stores.get(current);

function showRooms(now) {
  rooms = now;
  const groups = [rooms.filter((each) => each.kind === "room"), rooms.filter((each) => each.kind === "direct")];
  const focused = document.activeElement?.closest?.("#rooms a")?.dataset.room;
  find("rooms").replaceChildren(...groups.flatMap(([first, ...rest]) => (first ? [roomList([first, ...rest])] : [])));
  if (!rooms.some((each) => each.kind === "room")) find("rooms").prepend(el("p", { class: "muted hint" }, words.no_rooms));
  if (home?.makes_rooms) find("rooms").append(el("button", { type: "button", class: "small new-room", onclick: () => newRoom() }, words.new_room));
  if (focused) find("rooms").querySelector(`[data-room="${CSS.escape(focused)}"]`)?.focus();
  const unread = rooms.reduce((sum, each) => sum + each.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${room()?.name ?? "Fagtråd"} – Fagtråd`;
  find("drawer").classList.toggle("has-unread", rooms.some((each) => each.unread && each.id !== current));
  if (current && !room()) leaveRoom();
  else if (room()) showHead();
}

function roomList(list) {
  const label = list[0].kind === "direct" ? el("h2", {}, words.direct) : null;
  return el("div", { class: "room-group" }, label, el("ul", {}, ...list.map((each) => el("li", {}, roomLink(each)))));
}

function roomLink(each) {
  const unread = each.unread && each.id !== current
    ? el("span", { class: "unread" }, el("span", { "aria-hidden": "true" }, each.unread > 99 ? "99+" : each.unread),
      el("span", { class: "visually-hidden" }, ` ${count("unread", each.unread)}`))
    : null;
  return el("a", { href: `#${encodeURIComponent(each.id)}`, "data-room": each.id, "aria-current": each.id === current ? "page" : null,
    class: unread ? "has-unread" : "" },
    el("span", { class: "hash", "aria-hidden": "true" },
      each.kind === "direct" ? el("img", { src: "/static/icon.svg", alt: "", width: 18, height: 18 }) : "#"),
    el("span", { class: "name" }, each.name), unread);
}

/** Go where the address says: #room or #room/message. */
async function follow() {
  const [name, message] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const there = rooms.find((each) => each.id === name) ?? rooms[0];
  if (!there) return leaveRoom();
  if (there.id !== current || message) await enter(there.id, message);
}

addEventListener("hashchange", () => follow());

async function enter(id, message = null) {
  tellRead();
  keepDrafts();
  if (id !== current) closeThread(false);
  const switched = id !== current;
  const typed = current ? "" : composer.text; // while one was on the way here
  current = id;
  openDrawer(false);
  showRooms(rooms);
  if (switched) composer.text = drafts.get(draftOf(id)) || typed;
  if (switched) log.clear();
  stores.set(id, stores.get(id) ?? { messages: new Map(), more: false });
  find("log").setAttribute("aria-busy", "true");
  try {
    await load(id, message ? { find: message } : {});
  } catch (problem) {
    composer.complain(problem.message);
    if (message) await load(id, {}).catch(() => {});
  }
  if (current !== id) return;
  drawRoom({ toEnd: true });
  find("log").removeAttribute("aria-busy");
  if (message) await showMessage(id, message);
}

async function showMessage(id, message) {
  const found = store()?.messages.get(message);
  if (found?.thread) await openThread(store().messages.get(found.thread), message);
  else if (found) log.reveal(message);
  else if (store()) await findInThread(id, message);
}

async function findInThread(id, message) {
  const roots = [...store().messages.values()].filter((each) => each.replies);
  for (const root of roots.reverse()) {
    await load(id, { thread: root.id });
    if (store()?.messages.has(message)) return openThread(root, message);
  }
}

function leaveRoom() {
  current = null;
  closeThread(false);
  log.clear();
  composer.text = "";
  if (rooms.length) location.hash = `#${encodeURIComponent(rooms[0].id)}`;
}

async function load(id, what) {
  const page = await api.post("messages", { room: id, ...what });
  const kept = stores.get(id);
  if (!kept) return;
  merge(kept, page.messages);
  if (!what.thread) {
    // A newer page than what is paged back to already says nothing of what is older than that.
    const oldest = page.messages[0]?.seq ?? 0;
    if (kept.oldest === undefined || oldest <= kept.oldest) Object.assign(kept, { more: page.more, oldest });
  }
}

/** The newest version of each message wins, in whatever order they come. */
function merge(kept, messages) {
  for (const message of messages) {
    const known = kept.messages.get(message.id);
    if (!known || known.changed <= message.changed) kept.messages.set(message.id, message);
  }
}

const inOrder = (messages) => messages.sort((a, b) => a.seq - b.seq);

function drawRoom({ toEnd = false } = {}) {
  const kept = store();
  if (!kept) return;
  // An old message that changed, but stands before what is loaded, waits until one pages back to it.
  const shown = inOrder([...kept.messages.values()].filter((each) => !each.thread && !(kept.more && each.seq < kept.oldest)));
  log.draw(shown, { more: kept.more, empty: emptyRoom(), toEnd });
  kept.drawn = true;
  markRead();
}

function emptyRoom() {
  const direct = room()?.kind === "direct";
  return el("div", { class: "empty" }, el("p", { class: "lead" }, direct ? words.empty_direct : words.empty_room),
    el("p", { class: "muted" }, direct ? words.empty_direct_hint : words.empty_room_hint));
}

function showHead() {
  find("room-name").textContent = room().kind === "direct" ? room().name : `# ${room().name}`;
  find("room-topic").textContent = room().topic;
  find("members").hidden = room().kind === "direct";
}

async function newRoom() {
  const made = await askForRoom(api);
  if (!made) return;
  showRooms((await api.post("home")).rooms); // the live stream may be a moment behind
  location.hash = `#${encodeURIComponent(made)}`;
}

let reading = 0;

/** What is on screen is read. Gathered, since messages come in bursts. */
function markRead() {
  clearTimeout(reading);
  reading = setTimeout(tellRead, 250);
}

function tellRead() {
  clearTimeout(reading);
  const kept = store();
  if (!kept?.drawn || document.visibilityState !== "visible" || !room()?.unread) return;
  const seq = Math.max(...[...kept.messages.values()].map((each) => each.changed));
  api.post("read", { room: current, seq }).catch(() => {}); // the next one says it too
}

document.addEventListener("visibilitychange", markRead);

async function older() {
  const id = current;
  const held = find("log").querySelector("article");
  try {
    await load(id, { before: store().oldest || 1 });
  } catch (problem) {
    return composer.complain(problem.message);
  }
  if (current !== id) return;
  drawRoom();
  held?.focus({ preventScroll: true });
}

find("members").addEventListener("click", () => {
  showMembers(api, room(), api.account).catch((problem) => composer.complain(problem.message));
});

function openDrawer(open) {
  document.body.classList.toggle("drawer-open", open);
  find("drawer").setAttribute("aria-expanded", String(open));
  if (open) find("rooms").querySelector("a")?.focus();
}

find("drawer").addEventListener("click", () => openDrawer(!document.body.classList.contains("drawer-open")));
find("rooms").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("drawer-open")) { openDrawer(false); find("drawer").focus(); }
});
find("rooms").addEventListener("click", (event) => { if (event.target.closest("a")) openDrawer(false); });
find("room").addEventListener("pointerdown", () => openDrawer(false));

// ---------------------------------------------------------------- writing

const draftOf = (id, root = "") => `${api.account} ${id} ${root}`;

function keepDrafts() {
  if (current) drafts.set(draftOf(current), composer.text);
  if (current && thread) drafts.set(draftOf(current, thread), replies.text);
}

/** Whether something that somebody wrote stands here alone, in whichever room. */
function unsent() {
  keepDrafts();
  return [...drafts.values(), composer.text].some((text) => text.trim()) || log.dirty || replyLog.dirty || unsaved();
}

addEventListener("beforeunload", (event) => {
  if (leaving || !unsent()) return;
  event.preventDefault();
  event.returnValue = true; // browsers before 2023
});

async function send(text, key, again, root = null) {
  await arriving;
  const id = current;
  let answer = await api.post("say", { room: id, thread: root, text, key });
  // A command whose first answer was lost is not carried out twice, but its form must come: ask once more.
  // What others see is not said twice for that.
  const lost = (again || answer.repeated) && answer.answered === false && !(answer.message && room()?.kind === "room");
  if (lost) answer = await api.post("say", { room: id, thread: root, text, key: newKey() });
  take(id, answer);
}

/** What the server answered to an act: a message to show, a form to open. */
function take(id, answer) {
  if (answer.message) {
    const kept = stores.get(id);
    if (kept) merge(kept, [answer.message]);
    draw({ toEnd: true });
  }
  if (answer.form) openForm(answer.form, submitForm);
}

async function submitForm(form, values, button, files) {
  const sent = { form: form.id, does: form.does, carries: form.carries, values, button };
  const answer = await api.post("submit", files ? { ...sent, files } : sent);
  if (answer.done) log.goToEnd(); // what it led to will be there
  return answer;
}

async function act(element, complain, work) {
  if (element?.getAttribute("aria-disabled") === "true") return;
  element?.setAttribute("aria-disabled", "true");
  const id = current;
  try {
    complain("");
    take(id, await work());
  } catch (problem) {
    complain(problem.message);
  } finally {
    element?.removeAttribute("aria-disabled");
  }
}

function showShortcuts() {
  find("shortcuts").replaceChildren(...home.shortcuts.map((shortcut) =>
    el("button", { type: "button", class: "small", onclick: (event) => act(event.currentTarget, (text) => composer.complain(text),
      () => api.post("shortcut", { room: current, does: shortcut.does, key: newKey() })) }, shortcut.label)));
}

// ---------------------------------------------------------------- messages

function handsFor(complain) {
  return {
    me: () => api.account,
    today: () => clock?.day,
    older,
    openThread: (message) => openThread(message),
    latest: (message) => store()?.messages.get(message.id) ?? message,
    press: async (message, button, element) => {
      if (button.confirm && !await confirm({ text: button.confirm, yes: button.label, danger: button.tone === "danger" })) return;
      await act(element, complain, () => api.post("press", { message: message.id, does: button.does, carries: button.carries, key: newKey() }));
    },
    download: (message, part, element) => act(element, complain, async () => {
      keep(part.name, await api.file({ message: message.id, number: part.number }));
      return {};
    }),
    save: async (message, text) => take(current, await api.post("edit", { message: message.id, text })),
    menu: (message, edit) => menuOf(message, edit, complain),
  };
}

/** Hand a file to the browser, to be put where it puts what one fetches. */
function keep(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function menuOf(message, edit, complain) {
  const items = [];
  if (!message.private) {
    if (!message.thread && message.threads) items.push({ label: words.reply, act: () => openThread(message) });
    for (const { label, does } of home?.on_message ?? []) {
      items.push({ label, act: () => act(null, complain, () => api.post("on-message", { message: message.id, does, key: newKey() })) });
    }
  }
  if (message.editable) items.push({ label: words.edit, act: edit });
  if (message.own) items.push({ label: words.delete, danger: true, act: () => removeMessage(message, complain) });
  return items;
}

async function removeMessage(message, complain) {
  if (!await confirm({ text: words.delete_ask, yes: words.delete, danger: true })) return;
  await act(null, complain, () => api.post("delete", { message: message.id }));
}

const log = new MessageList(find("log"), handsFor((text) => composer.complain(text)), { newer: find("newer") });
const replyLog = new MessageList(find("replies"), handsFor((text) => replies.complain(text)), { inThread: true });

find("newer").addEventListener("click", () => { log.goToEnd(); find("log").focus(); });

const composer = new Composer({
  form: find("composer"), input: find("say"), error: find("say-error"), list: find("commands"),
  commands: () => home?.commands ?? [], send,
});
const replies = new Composer({
  form: find("reply-composer"), input: find("reply"), error: find("reply-error"), list: find("reply-commands"),
  commands: () => home?.commands ?? [], send: (text, key, again) => send(text, key, again, thread),
});

function draw(options) {
  drawRoom(options);
  drawThread(options);
}

// ---------------------------------------------------------------- a thread

async function openThread(message, reveal = null) {
  keepDrafts();
  const id = current;
  thread = message.thread ?? message.id;
  replyLog.clear();
  replies.text = drafts.get(draftOf(id, thread)) ?? "";
  find("thread").hidden = false;
  document.body.classList.add("thread-open");
  drawThread({ toEnd: true });
  find("reply").focus();
  try {
    await load(id, { thread });
  } catch (problem) {
    return replies.complain(problem.message);
  }
  drawThread({ toEnd: true });
  if (reveal) replyLog.reveal(reveal);
}

function drawThread({ toEnd = false } = {}) {
  const kept = store();
  if (!thread || !kept) return;
  const messages = inOrder([...kept.messages.values()].filter((each) => each.id === thread || each.thread === thread));
  replyLog.draw(messages, { toEnd });
  find("replies").classList.toggle("alone", messages.length < 2);
  find("replies").dataset.empty = words.empty_thread;
}

function closeThread(back = true) {
  if (!thread) return;
  keepDrafts();
  const root = thread;
  thread = null;
  replyLog.clear();
  find("thread").hidden = true;
  document.body.classList.remove("thread-open");
  const from = log.articleOf(root);
  if (back) (from?.querySelector("[data-focus=thread]") ?? from?.querySelector("[data-focus=menu]") ?? find("say")).focus();
}

find("thread-close").addEventListener("click", () => closeThread());
find("thread").addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) closeThread(); });

// ---------------------------------------------------------------- live

let lost = 0;

const live = new Live({
  hello: () => ({ account: api.account, rooms: seen }),
  hear: (news) => heard[news.type]?.(news),
  refused: () => { if (me) signedOut(); return Boolean(me); },
  status: (connected) => {
    clearTimeout(lost);
    if (!connected) lost = setTimeout(note, 700, words.disconnected);
    else if (find("connection").textContent === words.disconnected) {
      note(words.connected);
      lost = setTimeout(note, 2500, "");
    }
  },
});

/** A line above the room. It takes its place from the log, so what one read at the end stays there. */
function note(text) {
  const [end, replyEnd] = [log.atEnd, replyLog.atEnd];
  find("connection").textContent = text;
  if (end) log.goToEnd();
  if (replyEnd) replyLog.goToEnd();
}

const heard = {
  rooms: (news) => {
    for (const each of stores.keys()) if (!news.rooms.some((now) => now.id === each)) stores.delete(each);
    const nowhere = !current;
    showRooms(news.rooms);
    markRead();
    if (nowhere) follow();
  },
  messages: (news) => {
    seen[news.room] = news.seq;
    const kept = stores.get(news.room);
    if (!kept) return;
    merge(kept, news.messages);
    if (news.room === current) draw();
  },
  clock: (news) => showClock(news.clock),
  reset: () => become(api.account),
};

// ---------------------------------------------------------------- the demo's clock

function showClock(now) {
  const another = clock && clock.day !== now.day;
  clock = now;
  if (who) find("clock").textContent = say("clock", { time: now.text });
  for (const each of document.querySelectorAll(".clock .short")) each.textContent = now.short;
  if (another) draw();
}

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => act(button, (text) => composer.complain(text), async () => {
    const answer = await api.post("clock", { step: button.dataset.step });
    showClock(answer.clock);
    announce(say("clock_moved", { time: answer.clock.text }));
    return {};
  }));
}

/** In a narrow window the clock's buttons are folded away under the clock. */
function unfoldClock(open) {
  document.body.classList.toggle("clock-open", open);
  find("clock-fold").setAttribute("aria-expanded", String(open));
}

if (who) {
  find("clock-fold").addEventListener("click", () => unfoldClock(!document.body.classList.contains("clock-open")));
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".clock")) unfoldClock(false); });
  document.querySelector(".clock").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("clock-open")) return;
    unfoldClock(false);
    find("clock-fold").focus();
  });
}

find("skip").addEventListener("click", (event) => { event.preventDefault(); find("say").focus(); });

// ---------------------------------------------------------------- signed in

/** Nobody's any more. What others wrote goes from the screen at once; what one was writing oneself stays. */
function signedOut() {
  if (leaving) return;
  live.disconnect();
  clearTimeout(lost);
  if (!unsent()) return location.replace(`/inn${location.hash}`);
  keepDrafts();
  away = true;
  log.clear();
  replyLog.clear();
  find("rooms").replaceChildren();
  find("connection").replaceChildren(`${words.signed_out} `, el("a", { href: "/inn", target: "_blank" }, words.sign_in));
}

async function signOut(path) {
  if (unsent() && !await confirm({ text: words.sign_out_ask, yes: words.sign_out, danger: true })) return;
  leaving = true; // the live stream may hear that it is over before we do
  try {
    location.replace((await api.once(path, {})).to);
  } catch (problem) {
    leaving = false;
    composer.complain(problem.message);
  }
}

if (me) {
  api.signedOut = signedOut;
  addEventListener("focus", () => away && become(api.account)); // signed in again in the other tab, perhaps
  me.addEventListener("click", () => openMenu(me, [
    { label: words.sign_out, act: () => signOut("/inn/ut") },
    { label: words.sign_out_everywhere, act: () => signOut("/inn/ut-overalt") },
  ]));
  const there = sessionStorage.getItem(THERE); // where one was going before one signed in
  sessionStorage.removeItem(THERE);
  if (there && !location.hash) history.replaceState(null, "", `#${there}`);
  become(me.dataset.account);
} else {
  const known = [...who.options].map((option) => option.value);
  const before = sessionStorage.getItem(WHO);
  who.value = known.includes(before) ? before : known[0] ?? "";
  if (who.value) become(who.value);
}
