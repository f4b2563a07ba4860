// Lessons: one word after the other, each answered by a key.
import { ask, byId, onKey } from "./base.js";

const [form, text, choices, count] = ["form", "said", "choices", "count"].map(byId);
const BATCH = 20;
const SEEDS = 5; // further words by chance are tried before nothing is left to ask about
const queue = []; // the first one is asked
const done = []; // lessons with the corrections that answered them, the last one last
let learned;
let enough = false;
let seed = 0;
let asking; // a request for more that is under way
let unsaved = 0;

const key = ({ id, box }) => `${id} ${box}`;
const ink = ({ id }, box, height) => `/api/v1/photos/${id}/ink?box=${box}&height=${height}`;

async function send(method, path, body) {
  const answer = await ask(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  const said = answer.status === 204 ? {} : await answer.json().catch(() => ({ detail: `the server answers ${answer.status}` }));
  return { ok: answer.ok, status: answer.status, said };
}

/** Get more lessons, before the last one is reached; what was asked already is left out. */
async function more() {
  for (; seed < SEEDS; seed += 1) {
    const { ok, said } = await send("GET", `/api/v1/lessons?limit=${BATCH}&seed=${seed}`);
    if (!ok) return (byId("answer").textContent = said.detail);
    [learned, enough] = [Math.max(learned ?? 0, said.learned), said.enough_for_a_run];
    const asked = new Set([...queue, ...done.map(({ lesson }) => lesson)].map(key));
    const fresh = said.lessons.filter((lesson) => !asked.has(key(lesson)));
    queue.push(...fresh);
    if (fresh.length) return;
  }
}

const preload = (lesson) => {
  if (!lesson) return;
  for (const [box, height] of [[around(lesson), 96], [lesson.box, 192]]) new Image().src = ink(lesson, box, height);
};

/** The line of a word, a little more than its letters. */
function around({ context: [left, top, right, bottom] }) {
  const rim = Math.round((bottom - top) / 4);
  return [Math.max(0, left - rim), Math.max(0, top - rim), right + rim, bottom + rim];
}

function tally() {
  const { good } = count.dataset;
  count.textContent = learned < good ? `${learned} of about ${good} words to learn from${enough ? ": enough for a first run." : "."}` : `${learned} words to learn from.`;
}

/** Ask about the first lesson of the queue. */
async function show() {
  if (!queue.length) await (asking ??= more().finally(() => (asking = undefined)));
  const [lesson, next] = queue;
  tally();
  form.hidden = !lesson;
  byId("former").disabled = !done.length;
  if (!lesson) return (byId("answer").textContent ||= "There are no more words to ask about.");
  const box = around(lesson);
  picture("line", ink(lesson, box, 96));
  picture("ink", ink(lesson, lesson.box, 192));
  byId("photo").href = `/photo/${lesson.id}`;
  frame(lesson.box, box);
  text.value = lesson.text;
  choices.replaceChildren(...lesson.alternatives.slice(0, 9).map(([reading, probability], number) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const percent = ` ${probability < 0.01 ? "<1" : Math.round(probability * 100)} %`;
    button.append(Object.assign(document.createElement("kbd"), { textContent: number + 1 }), ` ${reading}`, percent);
    button.addEventListener("click", () => say({ text: reading }));
    return button;
  }));
  (choices.firstChild ?? text).focus({ preventScroll: true });
  preload(next);
  if (queue.length < BATCH / 4) asking ??= more().finally(() => ((asking = undefined), preload(queue[1])));
}

/** Show a picture, and until it is there none: the former one is of another word. */
function picture(name, source) {
  const fresh = byId(name).cloneNode();
  delete fresh.dataset.failed;
  byId(name).parentElement.querySelector(".badge")?.remove();
  byId(name).replaceWith(Object.assign(fresh, { src: source }));
}

/** A frame around the word in the picture of its line. */
function frame([left, top, right, bottom], [x, y, end, low]) {
  const rectangle = byId("mark").firstElementChild;
  byId("mark").setAttribute("viewBox", `0 0 ${end - x} ${low - y}`);
  const places = { x: left - x, y: top - y, width: right - left, height: bottom - top };
  for (const [name, value] of Object.entries(places)) rectangle.setAttribute(name, value);
}

/** Wait for what is being saved. */
async function kept(sent) {
  form.setAttribute("aria-busy", Boolean((unsaved += 1)));
  const answer = await sent;
  form.setAttribute("aria-busy", Boolean((unsaved -= 1)));
  return answer;
}

/** Go on at once; what cannot be saved is asked about again. */
async function answer(request) {
  const lesson = queue.shift();
  if (!lesson) return;
  const entry = { lesson };
  done.push(entry);
  byId("answer").textContent = "";
  show();
  entry.sent = kept(request(lesson));
  const { ok, said } = await entry.sent;
  if (ok && said.correction) {
    entry.uid = said.correction.uid;
    if (said.correction.part === "learn") (learned += 1), tally();
    entry.counted = said.correction.part === "learn";
  } else if (!ok) {
    done.splice(done.indexOf(entry), 1);
    if (said.photo) return; // its words are others by now
    queue.unshift(lesson);
    await show();
    byId("answer").textContent = `Not saved: ${said.detail}`;
  }
}

const say = (what) => answer(({ id, box, version, text: was }) => send("POST", `/api/v1/photos/${id}/corrections`, { box, version, was, ...what }));
const skip = () => answer(({ id, box }) => send("POST", "/api/v1/lessons/skip", { id, box }));

/** Ask about the former word again, and take back what was said of it. */
async function former() {
  const entry = done.pop();
  if (!entry) return;
  await entry.sent;
  if (entry.uid) await kept(send("DELETE", `/api/v1/corrections/${entry.uid}`));
  if (entry.counted) learned -= 1;
  queue.unshift(entry.lesson);
  show();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim()) say({ text: text.value.trim() });
  else byId("answer").textContent = "Type what stands there, or say that there is no word.";
});
byId("no-word").addEventListener("click", () => say({ text: "" }));
byId("unreadable").addEventListener("click", () => say({ unreadable: true }));
byId("skip").addEventListener("click", skip);
byId("former").addEventListener("click", former);

form.addEventListener("keydown", (event) => {
  if (event.repeat) return event.preventDefault(); // a key that is held down says it once
  if (event.altKey && event.key === "u") return event.preventDefault(), say({ unreadable: true });
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === text) return;
  const chosen = choices.children[event.key - 1];
  if (chosen) event.preventDefault(), chosen.click();
  else if (event.key === "F2") event.preventDefault(), text.focus(), text.select();
  else if (event.key.length === 1 && event.key !== " " && event.key !== "?") text.focus(), text.select(); // the letter goes there
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "z" || event.target === text) return;
  event.preventDefault();
  former();
});
const open = (act) => () => (form.hidden ? false : act());
onKey("Delete", open(() => say({ text: "" })));
onKey("ArrowRight", open(skip));
onKey("ArrowLeft", former);
onKey("Escape", open(() => (choices.firstChild ?? text).focus()));
show();
