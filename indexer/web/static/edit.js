// Correcting words on the photo page: the editor at a word, undo and redo.
import { ask, askPage, byId, onKey } from "./base.js";
import { endDrawing, onDrawn } from "./draw.js";
import { layer, sheet, show, stage } from "./photo.js";

const address = `/api/v1/photos/${sheet.dataset.id}`;
const [editor, form, text, choices] = ["editor", "form", "said", "choices"].map(byId);
const BY = { person: "corrected by a person", import: "imported", teacher: "by a teacher" };
const done = []; // what undo takes back, the last one last
const undone = [];
const NONE = { text: "" };
const UNREADABLE = { unreadable: true };
let photo = await ask(address).then((answer) => answer.json()); // as the server told it last
let current; // the word or the drawn box that the editor is about
let at = 0; // its number among the words
let renewing;
let saving = false;

async function send(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(path, { method, headers, body: body && JSON.stringify(body) });
  const said = await answer.json().catch(() => ({ detail: `the server answers ${answer.status}` }));
  if (said.photo) photo = said.photo;
  return { ok: answer.ok, status: answer.status, said };
}

const tell = (said) => (byId("told").textContent = said);
const elementOf = (word) => layer.querySelector(`[data-box="${word?.box.join(",")}"]`);
const wordOf = (element) => photo.words.findIndex((word) => word.box.join(",") === element.dataset.box);

/** Show the words as they are now. */
async function renew() {
  renewing?.abort();
  renewing = new AbortController();
  try {
    const page = await askPage(location.href, { signal: renewing.signal });
    if (!page.getElementById("layer")) return location.reload();
    const inside = layer.contains(document.activeElement);
    show(page);
    adorn();
    if (inside) elementOf(photo.words[at])?.focus();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** Words are one stop of the tab key; arrows lead from one to the next. */
function adorn() {
  for (const word of layer.querySelectorAll(".word")) {
    const by = BY[[...word.classList].find((name) => name.startsWith("by-")).slice(3)];
    word.setAttribute("role", "button");
    word.setAttribute("aria-haspopup", "dialog");
    if (by) word.setAttribute("aria-label", `${word.textContent}, ${by}`);
    word.tabIndex = -1;
  }
  rove();
  if (editor.open) mark();
}

function rove() {
  at = Math.max(0, Math.min(at, photo.words.length - 1));
  const before = layer.querySelector('[tabindex="0"]');
  if (before) before.tabIndex = -1;
  const word = elementOf(photo.words[at]);
  if (word) word.tabIndex = 0;
  return word;
}

function mark() {
  layer.querySelector(".editing")?.classList.remove("editing");
  elementOf(current)?.classList.add("editing");
  beside();
}

const own = (part) => part.getBoundingClientRect();

/** Stand below the word, above it, or beside it, where there is room; a narrow window has it at its end. */
function beside() {
  const word = elementOf(current) ?? layer.querySelector(".band");
  if (!editor.open || !word) return;
  const [around, { width, height }] = [own(word), own(editor)];
  const right = around.right + 8;
  let [left, top] = [around.left, around.bottom + 8];
  if (top + height > innerHeight) top = around.top - height - 8;
  if (top < 0) [left, top] = [right + width < innerWidth ? right : around.left - width - 8, innerHeight - height - 8];
  editor.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  editor.style.top = `${Math.max(8, top)}px`;
}

/** Bring the word into view, and not below the editor. */
function reveal(word) {
  word?.scrollIntoView({ block: "center", inline: "nearest" });
  beside();
  const covered = word && own(word).bottom + 16 - own(editor).top;
  if (covered > 0 && own(editor).left < own(word).right && own(editor).top < own(word).bottom) scrollBy(0, covered);
}

/** Ask what a word is; `readings` are texts with their probabilities, if they have any. */
function edit(word, readings = word.alternatives) {
  current = word;
  byId("answer").textContent = "";
  byId("ink").src = `${address}/ink?box=${word.box.join(",")}&height=96`;
  text.value = word.text;
  choices.replaceChildren(...readings.slice(0, 9).map(([reading, probability], number) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(Object.assign(document.createElement("kbd"), { textContent: number + 1 }), ` ${reading}`);
    if (probability !== undefined && !word.correction) button.append(` ${probability < 0.01 ? "<1" : Math.round(probability * 100)} %`);
    button.addEventListener("click", () => save(reading));
    return button;
  }));
  byId("as-read").hidden = !word.correction;
  for (const name of ["no-word", "unreadable"]) byId(name).hidden = Boolean(word.drawn);
  byId("join").hidden = Boolean(word.drawn) || at + 1 >= photo.words.length;
  blanks();
  if (!editor.open) editor.show();
  mark();
  reveal(elementOf(word));
  (choices.firstChild ?? text).focus({ preventScroll: true });
}

function open(number) {
  at = number;
  rove();
  if (photo.words[at]) edit(photo.words[at]);
}

function close() {
  if (!editor.open) return;
  const here = at;
  editor.close(); // gives the focus back to the word that it was opened at
  at = here;
  layer.querySelector(".editing")?.classList.remove("editing");
  endDrawing();
  (rove() ?? stage).focus({ preventScroll: true });
}

const blanks = () => (byId("split").disabled = !/\S\s+\S/.test(text.value));

/** Keep what was said, and go on to the next word; NONE and UNREADABLE are no texts. */
async function save(said) {
  const word = current;
  if (saving) return; // a key that is held down
  if (!said) return (byId("answer").textContent = "Type what stands there, or say that there is no word.");
  const seen = word.drawn ? { drawn: true } : { version: photo.version, was: word.text };
  const body = { box: word.box, ...(typeof said === "string" ? { text: said } : said), ...seen };
  text.value = body.text || word.text;
  saving = true;
  const answer = await send("POST", `${address}/corrections`, body);
  saving = false;
  if (current !== word || !editor.open) return remember(answer, [answer.said.correction?.uid]);
  if (answer.status === 409) return conflict(word, body.text ?? "");
  if (!answer.ok) return (byId("answer").textContent = `Not saved: ${answer.said.detail} Save again.`);
  remember(answer, [answer.said.correction.uid]);
  goOn(word);
}

function remember(answer, uids) {
  if (!answer.ok) return tell(`Not saved: ${answer.said.detail}`);
  done.push({ uids });
  undone.length = 0;
  buttons();
  renew();
}

function goOn(word) {
  const here = photo.words.findIndex((other) => other.box.join() === word.box.join());
  if (word.drawn) {
    at = Math.max(0, here);
    return close();
  }
  const next = here < 0 ? at : here + 1;
  if (next < photo.words.length) return open(next);
  close();
  tell("That was the last word.");
}

/** Somebody else has changed the word: show both texts, and let the person decide. */
function conflict(word, said) {
  const box = word.box.join();
  const now = photo.words.find((other) => other.box.join() === box);
  renew();
  byId("answer").textContent = now
    ? `Meanwhile it says “${now.text}”; you say “${said || "no word"}”. Save yours, or close to keep the other.`
    : `Meanwhile that word is gone; you say “${said || "no word"}”. Save yours, or close.`;
  current = now ?? { ...word, drawn: true };
  text.value = said;
  text.focus();
}

/** Several words that were taken for one: each gets its share of the box. */
async function split() {
  const [word, parts] = [current, text.value.trim().split(/\s+/)];
  const [left, top, right, bottom] = word.box;
  const letter = (right - left) / parts.join(" ").length;
  const uids = [];
  let from = left;
  for (const part of parts) {
    const to = Math.min(right, from + part.length * letter);
    const box = [Math.round(from), top, Math.max(Math.round(from) + 1, Math.round(to)), bottom];
    const answer = await send("POST", `${address}/corrections`, { box, text: part, drawn: true });
    if (!answer.ok) {
      if (uids.length) remember({ ok: true }, uids);
      return (byId("answer").textContent = `Not saved: ${answer.said.detail}`);
    }
    uids.push(answer.said.correction.uid);
    from = to + letter;
  }
  remember({ ok: true }, uids);
  close();
  tell(`Split into ${parts.length} words.`);
}

/** A box around a word and the next one. */
function join() {
  const [one, other] = [photo.words[at], photo.words[at + 1]];
  if (!other) return false;
  const box = [0, 1, 2, 3].map((edge) => Math[edge < 2 ? "min" : "max"](one.box[edge], other.box[edge]));
  edit({ box, text: one.text + other.text, drawn: true }, [[one.text + other.text], [`${one.text} ${other.text}`]]);
}

function buttons() {
  byId("undo").disabled = !done.length;
  byId("redo").disabled = !undone.length;
}

/** Take back what was done last, or do it again. */
async function step(from, to, back) {
  const last = from.pop();
  if (!last) return;
  const asked = last.checked
    ? [[back ? "DELETE" : "POST", `${address}/checked`]]
    : last.uids.map((uid) => (back ? ["DELETE", `/api/v1/corrections/${uid}`] : ["POST", `/api/v1/corrections/${uid}/redo`]));
  for (const [method, path] of asked) {
    const answer = await send(method, path, method === "POST" ? {} : undefined);
    if (!answer.ok) return tell(answer.said.detail);
  }
  to.push(last);
  buttons();
  tell(back ? "Undone." : "Done again.");
  renew();
  if (editor.open && !current.drawn) open(at);
}
const undo = () => step(done, undone, true);
const redo = () => step(undone, done, false);

const acts = {
  async check() {
    const answer = await send("POST", `${address}/checked`, { version: photo.version });
    if (answer.ok) {
      done.push({ checked: true });
      undone.length = 0;
      buttons();
    }
    tell(answer.ok ? `All words are right; ${answer.said.confirmed} were confirmed.` : `${answer.said.detail}.`);
  },
  async former({ take }) {
    const answer = await send("POST", `${address}/former`, { take: Boolean(take) });
    if (answer.ok && take) remember(answer, answer.said.taken.map(({ uid }) => uid));
  },
  uncheck: () => send("DELETE", `${address}/checked`),
  undo: ({ uid }) => send("DELETE", `/api/v1/corrections/${uid}`),
  redo: ({ uid }) => send("POST", `/api/v1/corrections/${uid}/redo`, {}),
  look({ box }) {
    const edges = box.split(",").map(Number);
    const middle = [(edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2];
    const far = ({ box: [l, t, r, b] }) => Math.hypot((l + r) / 2 - middle[0], (t + b) / 2 - middle[1]);
    open(photo.words.reduce((best, word, number) => (far(word) < far(photo.words[best]) ? number : best), 0));
  },
};

document.querySelector(".panel").addEventListener("click", async ({ target }) => {
  const { does, ...more } = target.closest("button")?.dataset ?? {};
  if (!does) return;
  await acts[does](more);
  if (does !== "look") renew();
});

layer.addEventListener("click", ({ target }) => {
  const word = target.closest(".word");
  if (word && getSelection().isCollapsed) open(wordOf(word));
});

/** The number of the word above or below. */
function upright(by) {
  const { box, line } = photo.words[at];
  const beside = photo.words.map((word, number) => [word, number]).filter(([word]) => word.line === line + by);
  const far = ([word]) => Math.abs(word.box[0] + word.box[2] - box[0] - box[2]);
  return beside.sort((one, other) => far(one) - far(other))[0]?.[1] ?? at;
}

const walk = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, ArrowUp: () => upright(-1), ArrowDown: () => upright(1) };
layer.addEventListener("keydown", (event) => {
  if (!walk[event.key] || event.ctrlKey || event.altKey || !event.target.closest(".word")) return;
  event.preventDefault();
  event.stopPropagation();
  at = walk[event.key]();
  const word = rove();
  word?.focus({ preventScroll: true });
  word?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
layer.addEventListener("focusin", ({ target }) => {
  const number = target.closest(".word") ? wordOf(target) : -1;
  if (number >= 0) (at = number), rove();
});

editor.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.stopPropagation();
  if (event.key === "Escape") return event.preventDefault(), close();
  if (event.altKey && event.key === "u" && !current.drawn) return event.preventDefault(), save(UNREADABLE);
  if (event.altKey) return;
  const list = [...choices.children, text];
  const here = list.indexOf(document.activeElement);
  const to = { ArrowDown: list[here + 1], ArrowUp: list[here - 1], F2: text }[event.key];
  if (to) {
    event.preventDefault();
    to.focus();
    if (to === text) text.select();
  } else if (document.activeElement !== text) {
    const chosen = choices.children[event.key - 1];
    if (chosen) chosen.click();
    else if (event.key === "Delete" && !current.drawn) save(NONE);
    else if (event.key === "ArrowRight" && !current.drawn) open(Math.min(at + 1, photo.words.length - 1));
    else if (event.key === "ArrowLeft" && !current.drawn) open(Math.max(at - 1, 0));
    else if (event.key.length === 1 && event.key !== " ") text.focus(), text.select(); // the letter goes there
  }
});
text.addEventListener("input", blanks);
form.addEventListener("submit", (event) => (event.preventDefault(), save(text.value.trim())));
byId("no-word").addEventListener("click", () => save(NONE));
byId("unreadable").addEventListener("click", () => save(UNREADABLE));
byId("as-read").addEventListener("click", async () => {
  const answer = await send("DELETE", `/api/v1/corrections/${current.correction}`);
  remember(answer, [current.correction]);
  if (answer.ok) open(at);
});
byId("join").addEventListener("click", join);
byId("split").addEventListener("click", split);
byId("close").addEventListener("click", close);
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
addEventListener("scroll", beside, true);
addEventListener("resize", beside);
byId("ink").addEventListener("load", beside);

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea")) return;
  const key = event.key.toLowerCase();
  if (key === "z" || key === "y") event.preventDefault(), key === "y" || event.shiftKey ? redo() : undo();
});
const onWord = (event, act) => (event.target.closest("a, button, select, summary") ? false : act());
onKey("Enter", (event) => onWord(event, () => open(at)));
onKey("F2", () => open(at));
onKey("m", join);
onKey("Delete", (event) => (event.target.closest(".word") ? editAndSay(NONE) : false));
onKey("u", (event) => (event.target.closest(".word") ? editAndSay(UNREADABLE) : false));
onKey("Escape", () => (editor.open ? close() : stage.dataset.drawing ? endDrawing() : byId("back").click()));

/** Say at once what a word is, as the editor would, and go on to the next. */
function editAndSay(said) {
  open(at);
  save(said);
}

onDrawn((box) => edit({ box, text: "", drawn: true }, []));
adorn();
