// What every page has: keys, the dialog that lists them, colours, times, and requests.
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
  if (byId("keys").open) return;
  const field = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || (field && event.key !== "Escape")) return;
  if (event.key.length === 1 && !letters.checked) return;
  const action = keys.get(event.key);
  if (action && action(event) !== false) event.preventDefault();
});

onKey("?", () => byId("keys").showModal());
onKey("/", () => (byId("q") ? (byId("q").focus(), byId("q").select()) : location.assign("/")));
byId("show-keys").hidden = false;
byId("show-keys").addEventListener("click", () => byId("keys").showModal());

const colours = byId("colours");
colours.value = localStorage.getItem("colours") ?? "";
const paint = () => (document.documentElement.dataset.colours = colours.value);
colours.addEventListener("change", () => (localStorage.setItem("colours", colours.value), paint()));
paint();

/** Put times into words of the reader. */
export function showTimes() {
  for (const time of document.querySelectorAll("time[data-seconds]")) {
    time.textContent = new Date(time.dataset.seconds * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
}
showTimes();

/** Say where a picture would stand why there is none; the strip of the same photo says nothing more. */
async function explain(image) {
  if (!image.alt || image.dataset.failed) return;
  image.dataset.failed = "yes";
  const answer = await fetch(image.src).catch(() => null);
  const problem = answer && !answer.ok ? await answer.json().catch(() => null) : null;
  if (!problem) return;
  const badge = image.parentElement.querySelector(".badge") ?? document.createElement("span");
  image.after(Object.assign(badge, { className: "badge", textContent: `no picture: ${problem.detail}` }));
}
document.addEventListener("error", ({ target }) => target instanceof HTMLImageElement && explain(target), true);
[...document.images].filter((image) => image.complete && !image.naturalWidth).forEach(explain);

const pause = (seconds) => new Promise((again) => setTimeout(again, seconds * 1000));

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
      await pause(5);
    }
  }
}

/** A page of ours with other parameters, to take parts from; leaves for the pairing if it must. */
export async function askPage(address, options) {
  const answer = await ask(address, options);
  if (answer.redirected && new URL(answer.url).pathname === "/pair") location.assign(answer.url);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
