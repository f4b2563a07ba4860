// Pairing, devices, learning, and the state of the index.
import { ask, askPage, byId, showTimes } from "./base.js";

// a code in the address pairs this browser at once; it is taken out of the address
const code = location.hash.slice(1);
if (code && byId("pair")) {
  history.replaceState(null, "", "/pair");
  byId("code").value = code;
  byId("pair").submit();
}

/** Send what a button says, and tell what came of it. */
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-to]");
  if (!button) return;
  button.disabled = true;
  const { method, to, body } = button.dataset;
  const answer = await ask(to, { method, headers: { "Content-Type": "application/json" }, body });
  const said = answer.status === 204 ? {} : await answer.json();
  byId("said").textContent = answer.ok ? (said.due === undefined ? "" : `${said.due} to be tried again.`) : said.detail;
  button.disabled = false;
  if (answer.ok && method === "DELETE") button.closest("tr, section").remove();
  if (answer.ok) look();
});

function showButtons() {
  for (const button of document.querySelectorAll("button[data-to]")) button.hidden = false;
}
showButtons();

const MOVING = 2000;
const STILL = 15000;

/** Show the state as it is now. */
async function look() {
  const state = byId("state");
  if (!state) return;
  const open = [...state.querySelectorAll("details")].map((part) => part.open);
  const fresh = (await askPage(location.pathname)).getElementById("state");
  if (!fresh) return;
  [...fresh.querySelectorAll("details")].forEach((part, at) => (part.open = open[at] ?? part.open));
  if (state.contains(document.activeElement)) byId("said").focus(); // what had the focus is gone
  state.replaceWith(document.adoptNode(fresh));
  showButtons();
  showTimes();
}

/** Look again from time to time, while somebody looks. */
async function follow() {
  const state = byId("state");
  if (!state) return;
  await new Promise((again) => setTimeout(again, state.dataset.moving ? MOVING : STILL));
  const now = byId("state");
  if (!document.hidden && !now.contains(document.activeElement) && getSelection().isCollapsed) await look();
  follow();
}
follow();
