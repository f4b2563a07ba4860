// Drawing a box on the photo, by pointer or by keys; boxes of words let both through meanwhile.
import { byId, onKey } from "./base.js";
import { layer, sheet, stage, width } from "./photo.js";

const height = Number(sheet.dataset.height);
const LEAST = 4; // pixels of the photo
const band = Object.assign(document.createElement("div"), { className: "band" });
let take; // gets the box that was drawn
let start;
let box;

export const onDrawn = (action) => (take = action);

function toggle(on = !stage.dataset.drawing) {
  if (on) stage.dataset.drawing = "yes";
  else delete stage.dataset.drawing;
  byId("draw").setAttribute("aria-pressed", on);
  byId("told").textContent = on ? "Drag over the missed word, or move a box by the arrows and press Enter." : "";
  box = undefined;
  band.remove();
  if (on) stage.focus({ preventScroll: true });
}

/** Take the box away that stands for a word. */
export function endDrawing() {
  toggle(false);
}

const point = (event) => {
  const around = sheet.getBoundingClientRect();
  const inside = (at, size) => Math.round(Math.max(0, Math.min(1, at)) * size);
  return [inside((event.clientX - around.left) / around.width, width), inside((event.clientY - around.top) / around.height, height)];
};

function show(to) {
  box = to;
  const [left, top, right, bottom] = box;
  Object.assign(band.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  if (!band.isConnected) layer.append(band);
}

function finish() {
  if (!box || box[2] - box[0] < LEAST || box[3] - box[1] < LEAST) {
    byId("told").textContent = "That box is too small; drag over the whole word.";
    return band.remove();
  }
  const drawn = box;
  delete stage.dataset.drawing;
  byId("draw").setAttribute("aria-pressed", false);
  byId("told").textContent = "";
  take(drawn);
}

stage.addEventListener("pointerdown", (event) => {
  if (!stage.dataset.drawing || event.button) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  start = point(event);
});
stage.addEventListener("pointermove", (event) => {
  if (!start) return;
  const now = point(event);
  show([Math.min(start[0], now[0]), Math.min(start[1], now[1]), Math.max(start[0], now[0]), Math.max(start[1], now[1])]);
});
stage.addEventListener("pointerup", () => start && ((start = undefined), finish()));
stage.addEventListener("pointercancel", () => ((start = undefined), band.remove()));

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
stage.addEventListener("keydown", (event) => {
  if (!stage.dataset.drawing) return;
  const move = MOVES[event.key];
  if (!move && event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Escape") return toggle(false);
  if (event.key === "Enter") return finish();
  const [x, y] = [move[0] * Math.ceil(width / 100), move[1] * Math.ceil(height / 100)];
  const [left, top, right, bottom] = box ?? [width * 0.4, height * 0.45, width * 0.6, height * 0.55].map(Math.round);
  const clip = (edge, size) => Math.max(0, Math.min(size, edge));
  if (!box) show([left, top, right, bottom]);
  else if (event.shiftKey) show([left, top, clip(Math.max(left + LEAST, right + x), width), clip(Math.max(top + LEAST, bottom + y), height)]);
  else {
    const [dx, dy] = [Math.max(-left, Math.min(width - right, x)), Math.max(-top, Math.min(height - bottom, y))];
    show([left + dx, top + dy, right + dx, bottom + dy]);
  }
});
byId("draw").addEventListener("click", () => toggle());
onKey("b", () => toggle());
