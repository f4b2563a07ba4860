// The search page: searches while one types, goes through the photos found by keys.
import { askPage, byId, onKey } from "./base.js";

const form = document.querySelector("form.ask");
const box = byId("q");
const results = byId("results");
const REST = 250;
const LEAST = 3;
let timer;
let running;

function address() {
  const fields = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...fields]) if (!value) fields.delete(name);
  return `/?${fields}`;
}

async function search() {
  running?.abort();
  running = new AbortController();
  const wanted = address();
  const slow = setTimeout(() => results.setAttribute("aria-busy", "true"), 300);
  try {
    const page = await askPage(wanted, { signal: running.signal });
    const found = page.getElementById("results");
    if (!found) return location.assign(wanted);
    results.replaceChildren(...found.childNodes);
    document.title = page.title;
    history.replaceState(null, "", wanted);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return;
  } finally {
    clearTimeout(slow);
  }
  results.setAttribute("aria-busy", "false");
}

function soon() {
  clearTimeout(timer);
  const length = box.value.trim().length;
  if (!length || length >= LEAST) timer = setTimeout(search, REST);
}

box.addEventListener("input", soon);
form.querySelector(".filters").addEventListener("change", soon);
form.addEventListener("submit", () => clearTimeout(timer));
if (!new URLSearchParams(location.search).get("q")) box.focus();

function step(by) {
  const cards = [...document.querySelectorAll(".card .open")];
  const at = cards.indexOf(document.activeElement);
  cards[Math.min(cards.length - 1, Math.max(0, at + by))]?.focus();
}

onKey("Escape", () => box.blur());
onKey("j", () => step(1));
onKey("k", () => step(-1));
onKey("ArrowDown", () => (document.activeElement.closest(".card") ? step(1) : false));
onKey("ArrowUp", () => (document.activeElement.closest(".card") ? step(-1) : false));
