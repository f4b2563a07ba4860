// The photo page: text over the ink, zoom, and the way through hits and matching words.
import { byId, onKey, showTimes } from "./base.js";

export const stage = byId("stage");
export const sheet = byId("sheet");
export const layer = byId("layer");
export const width = Number(sheet.dataset.width);
const HEIGHT = 0.85; // of the window, as the style sheet has it for the stage
let words = [];
let hits = [];
let zoom = 1;
let at = -1;

/** Take the words of the page, or of another one of the same photo. */
export function show(page) {
  if (page) {
    layer.replaceChildren(...page.getElementById("layer").childNodes);
    for (const part of ["facts", "text", "corrections"]) byId(part).replaceWith(page.getElementById(part));
    showTimes();
  }
  words = [...layer.querySelectorAll(".word")];
  hits = words.filter((word) => word.classList.contains("hit"));
  place();
}

/** Put each word over its ink, turned as its line is; the layer has the pixels of the photo. */
function place() {
  layer.style.transform = "none"; // words are measured in pixels of the photo
  for (const word of words) {
    const [a, b, , d] = word.dataset.corners.split(" ").map((pair) => pair.split(",").map(Number));
    const [right, down] = [[b[0] - a[0], b[1] - a[1]], [d[0] - a[0], d[1] - a[1]]];
    const [long, high] = [Math.hypot(...right), Math.hypot(...down)];
    word.style.fontSize = `${high}px`;
    const set = word.getBoundingClientRect();
    const [stretch, tall] = [long / Math.max(1, set.width), high / Math.max(1, set.height)];
    const turn = [right[0] / long, right[1] / long, down[0] / high, down[1] / high];
    word.style.transform = `matrix(${turn[0] * stretch}, ${turn[1] * stretch}, ${turn[2] * tall}, ${turn[3] * tall}, ${a[0]}, ${a[1]})`;
  }
  layer.style.width = `${width}px`;
  layer.style.height = `${sheet.dataset.height}px`;
  layer.style.transformOrigin = "0 0";
  fit();
  layer.classList.add("placed");
}

/** The width at which the whole photo can be seen. */
function whole() {
  return Math.min(stage.clientWidth, innerHeight * HEIGHT * (width / sheet.dataset.height));
}

function fit() {
  sheet.style.width = `${whole() * zoom}px`;
  const scale = (whole() * zoom) / width;
  layer.style.transform = `scale(${scale})`;
  layer.style.setProperty("--pixel", `${1 / scale}px`);
}

function enlarge(to) {
  const middle = [(stage.scrollLeft + stage.clientWidth / 2) / zoom, (stage.scrollTop + stage.clientHeight / 2) / zoom];
  zoom = Math.min(8, Math.max(1, to));
  fit();
  stage.scrollTo(middle[0] * zoom - stage.clientWidth / 2, middle[1] * zoom - stage.clientHeight / 2);
  const picture = byId("picture");
  if (zoom > 1.5 && !picture.src.endsWith("4096")) picture.src = `/api/v1/photos/${sheet.dataset.id}/image?size=4096`;
}

function step(by) {
  if (!hits.length) return false;
  hits[at]?.classList.remove("current");
  at = (at + by + hits.length) % hits.length;
  hits[at].classList.add("current");
  hits[at].focus({ preventScroll: true });
  hits[at].scrollIntoView({ block: "center", inline: "center" });
}

function frames(which) {
  stage.dataset.frames = which;
  byId("frames").value = which;
}

async function copy() {
  const text = [...document.querySelectorAll("#text p")].map((line) => line.textContent).join("\n");
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy"); // navigator.clipboard is missing where there is no TLS
  field.remove();
  byId("copied").textContent = "Copied.";
}

/** Lines one below the other, words with spaces, whatever the layer looks like. */
layer.addEventListener("copy", (event) => {
  const chosen = getSelection().getRangeAt(0);
  const own = document.createRange();
  const isChosen = (word) => {
    own.selectNodeContents(word.firstChild ?? word);
    return chosen.compareBoundaryPoints(Range.START_TO_END, own) > 0 && chosen.compareBoundaryPoints(Range.END_TO_START, own) < 0;
  };
  const lines = [...layer.querySelectorAll(".line")].map((line) =>
    [...line.querySelectorAll(".word")].filter(isChosen).map((word) => word.textContent).join(" "));
  event.clipboardData.setData("text/plain", lines.filter(Boolean).join("\n"));
  event.preventDefault();
});

const go = (link) => (byId(link) ? byId(link).click() : false);
onKey("Escape", () => go("back"));
onKey("ArrowLeft", () => (zoom > 1 ? false : go("former")));
onKey("ArrowRight", () => (zoom > 1 ? false : go("next")));
onKey("n", () => step(1));
onKey("N", () => step(-1));
onKey("o", () => frames("all"));
onKey("h", () => frames({ hits: "all", all: "none", none: "hits" }[stage.dataset.frames]));
onKey("H", () => frames("none"));
onKey("+", () => enlarge(zoom * 1.4));
onKey("-", () => enlarge(zoom / 1.4));
onKey("0", () => enlarge(1));
onKey("c", copy);
byId("larger").addEventListener("click", () => enlarge(zoom * 1.4));
byId("smaller").addEventListener("click", () => enlarge(zoom / 1.4));
byId("whole").addEventListener("click", () => enlarge(1));
byId("frames").addEventListener("change", (event) => frames(event.target.value));
byId("copy").addEventListener("click", copy);
for (const hidden of document.querySelectorAll(".bar [hidden], #copy")) hidden.hidden = false;
frames(stage.dataset.frames);
show();
new ResizeObserver(fit).observe(stage);
