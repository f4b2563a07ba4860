// Pairing, devices, and the state of the index.
import { ask, askPage, byId, showTimes } from "./base.js";

// a code in the address pairs this browser at once; it is taken out of the address
const code = location.hash.slice(1);
if (code && byId("pair")) {
  history.replaceState(null, "", "/pair");
  byId("code").value = code;
  byId("pair").submit();
}

async function change(address, method, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await ask(address, { method, headers, body: body && JSON.stringify(body) });
  const said = answer.status === 204 ? {} : await answer.json();
  byId("said").textContent = answer.ok ? (said.due === undefined ? "" : `${said.due} to be tried again.`) : said.detail;
  return answer.ok;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  if (!button?.dataset.does) return;
  button.disabled = true;
  if (button.dataset.does === "forget") {
    if (await change(`/api/v1/devices/${button.dataset.number}`, "DELETE")) button.closest("tr").remove();
  } else {
    await change("/api/v1/failures/retry", "POST", JSON.parse(button.dataset.body));
  }
  button.disabled = false;
});

function showButtons() {
  for (const button of document.querySelectorAll("button[data-does]")) button.hidden = false;
}
showButtons();

const MOVING = 2000;
const STILL = 15000;

/** Look again from time to time, while somebody looks. */
async function follow() {
  const state = byId("state");
  if (!state) return;
  await new Promise((again) => setTimeout(again, state.dataset.moving ? MOVING : STILL));
  const busy = document.hidden || state.contains(document.activeElement) || !getSelection().isCollapsed;
  if (!busy) {
    const open = [...state.querySelectorAll("details")].map((part) => part.open);
    const fresh = (await askPage("/status")).getElementById("state");
    if (fresh) {
      [...fresh.querySelectorAll("details")].forEach((part, at) => (part.open = open[at] ?? part.open));
      state.replaceWith(document.adoptNode(fresh));
      showButtons();
      showTimes();
    }
  }
  follow();
}
follow();
