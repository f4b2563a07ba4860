// What every page has: keys, the dialog that lists them, forgetting of devices, dates.
export const byId = (name) => document.getElementById(name);

const keys = new Map();
const letters = byId("letters");
letters.checked = localStorage.getItem("letters") !== "off";
letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));

/** Let a key do something, outside of fields; keys that are letters can be switched off. */
export function onKey(key, action) {
  keys.set(key, action);
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea, dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || (field && event.key !== "Escape")) return;
  if (event.key.length === 1 && !letters.checked) return;
  const action = keys.get(event.key);
  if (action && action(event) !== false) event.preventDefault();
});

onKey("?", () => byId("keys").showModal());
onKey("/", () => (byId("q") ? (byId("q").focus(), byId("q").select()) : location.assign("/")));

for (const time of document.querySelectorAll("time[data-seconds]")) {
  time.textContent = new Date(time.dataset.seconds * 1000).toLocaleString();
}

for (const button of document.querySelectorAll("button.forget")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const answer = await fetch(`/api/v1/devices/${button.dataset.number}`, { method: "DELETE" });
    if (answer.ok) button.closest("tr").remove();
    else location.reload();
  });
}

/** Fetch, and say so while the server does not answer. */
export async function ask(address, options) {
  for (;;) {
    try {
      const answer = await fetch(address, options);
      byId("gone").hidden = true;
      return answer;
    } catch (error) {
      if (error.name === "AbortError") throw error;
      byId("gone").hidden = false;
      await new Promise((again) => setTimeout(again, 5000));
    }
  }
}
