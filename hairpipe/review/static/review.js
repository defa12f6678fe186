// The review page: which portrait is shown, and what the reviewer's keys and buttons do to it.

import { getChanges, getStart, pictureAddress, postLabel } from "./api.js";
import { isSame, Listing } from "./listing.js";
import { fillChoices, showMessage, showPortrait, showProgress, showStrip } from "./view.js";

const byId = (id) => document.getElementById(id);
const form = byId("filter-form");
const DEFAULTS = { search: "", status: "ok", color: "", label: "none", quality_from: "", quality_to: "", sorting: "teaching" };
const UNDO_KEY = "hairpipe-undo";
const CHANGES_EVERY_MS = 3000;
const SEARCH_WAIT_MS = 250;

let listing = new Listing(DEFAULTS);
let view = "mask";
let seen = 0;
let tables = 0;

// One action at a time, in the order of the keys, so that none lands on the wrong portrait.
let busy = Promise.resolve();
function inTurn(action) {
  busy = busy.then(action).then(
    () => showMessage(""),
    (error) => showMessage(error.message),
  );
  return busy;
}

function draw() {
  showPortrait(listing.item, view);
  showStrip(listing, (index) => inTurn(() => move(index - listing.current)));
  byId("undo").disabled = undoable().length === 0;
  byId("back").disabled = listing.current === 0;
  for (const next of listing.items.slice(listing.current + 1, listing.current + 4)) {
    new Image().src = pictureAddress(next, view, 800);
  }
}

async function move(step) {
  await listing.move(step);
  draw();
}

async function list() {
  const filters = Object.fromEntries(new FormData(form));
  const changed = Object.entries(filters).filter(([key, value]) => value !== DEFAULTS[key]);
  history.replaceState(null, "", changed.length ? `?${new URLSearchParams(changed)}` : location.pathname);
  const fresh = new Listing(filters);
  await fresh.fill();
  listing = fresh;
  draw();
}

// --- judging -----------------------------------------------------------------------------------

const undoable = () => JSON.parse(sessionStorage.getItem(UNDO_KEY) ?? "[]");
const keepUndoable = (stack) => sessionStorage.setItem(UNDO_KEY, JSON.stringify(stack.slice(-500)));

async function save(item, label, correctedColor) {
  const { portrait_id, source, version, picked } = item;
  try {
    const judgement = { portrait_id, source, version, label, corrected_color: correctedColor, picked };
    showProgress(await postLabel(judgement));
  } catch (error) {
    if (error.status === 409) {
      // An earlier judgement was of other results: it can't be brought back either.
      keepUndoable(undoable().filter((done) => !isSame(done, item)));
      await list();
    }
    throw error;
  }
  item.judged = label || correctedColor ? { label, corrected_color: correctedColor } : null;
}

async function judge(label, correctedColor) {
  const item = listing.item;
  if (item === null) return;
  const { portrait_id, source, version, picked, judged } = item;
  await save(item, label, correctedColor);
  keepUndoable([...undoable(), { portrait_id, source, version, picked, judged }]);
}

async function judgeMask(label) {
  await judge(label, listing.item?.judged?.corrected_color ?? null);
  await move(1);
}

async function correctColor(name) {
  await judge(listing.item?.judged?.label ?? null, name || null);
  draw();
}

async function undo() {
  const stack = undoable();
  const last = stack.pop();
  if (!last) return;
  const index = listing.find(last);
  const item = listing.items[index] ?? { ...last };
  await save(item, last.judged?.label ?? null, last.judged?.corrected_color ?? null);
  keepUndoable(stack);
  await move(index < 0 ? 0 : index - listing.current);
}

// What other windows judged in the meantime, and whether the server had to open newer tables.
async function follow() {
  if (document.hidden) return;
  const changes = await getChanges(seen);
  if (changes.tables !== tables) {
    tables = changes.tables;
    await inTurn(list);
  }
  if (changes.count === seen) return;
  seen = changes.count;
  for (const item of listing.items) {
    const change = changes.labels.find((label) => isSame(label, item));
    if (change) item.judged = change.judged;
  }
  showProgress(changes);
  draw();
}

// --- keys and buttons --------------------------------------------------------------------------

function show(chosen) {
  view = chosen;
  draw();
}

const KEYS = {
  1: () => judgeMask("good"),
  2: () => judgeMask("so_so"),
  3: () => judgeMask("ugly"),
  u: undo,
  s: () => move(1),
  " ": () => move(1),
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  o: () => show("original"),
  m: () => show("mask"),
  h: () => show("hair"),
  r: () => show("reduced"),
  c: () => byId("corrected").focus(),
  "/": () => form.elements.search.focus(),
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (byId("help").open) return;
  if (event.key === "Escape") document.activeElement?.blur();
  const typing = event.target.closest("input, select");
  const pressing = event.key === " " && event.target.closest("button, summary");
  if (typing || pressing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  inTurn(KEYS[event.key]);
});

byId("judge").addEventListener("click", (event) => {
  const label = event.target.closest("button")?.dataset.label;
  if (label) inTurn(() => judgeMask(label));
});
byId("views").addEventListener("click", (event) => {
  const chosen = event.target.closest("button")?.dataset.view;
  if (chosen) inTurn(() => show(chosen));
});
byId("portrait").addEventListener("error", () => follow().catch(() => {}));
byId("back").addEventListener("click", () => inTurn(() => move(-1)));
byId("skip").addEventListener("click", () => inTurn(() => move(1)));
byId("undo").addEventListener("click", () => inTurn(undo));
byId("corrected").addEventListener("change", (event) => inTurn(() => correctColor(event.target.value)));
byId("corrected").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());
byId("show-help").addEventListener("click", () => byId("help").showModal());
let waiting;
form.addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => inTurn(list), event.target.type === "search" ? SEARCH_WAIT_MS : 0);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  fillForm(DEFAULTS);
  inTurn(list);
});

function fillForm(values) {
  for (const [name, value] of Object.entries(values)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
}

const counted = (counts) => Object.entries(counts).map(([name, count]) => [name, `${name.replaceAll("_", " ")} (${count.toLocaleString()})`]);

inTurn(async () => {
  const start = await getStart();
  seen = start.count;
  tables = start.tables;
  byId("output").textContent = `${start.output} · ${start.portraits.toLocaleString()} portraits · as ${start.reviewer}`;
  byId("order-note").textContent =
    `“Teaches most” shows what the quality is least sure of; ${Math.round(start.random_share * 100)}% are random picks, ` +
    "from which the share of good ones is estimated.";
  fillChoices(form.elements.status, [["", "any"], ...counted(start.statuses)]);
  fillChoices(form.elements.color, [["", "any"], ...counted(start.found_colors)]);
  fillChoices(byId("corrected"), [["", "as found"], ...start.color_names.map((name) => [name, name])]);
  showProgress(start);
  if (matchMedia("(max-width: 46rem)").matches) byId("filters").open = false;
  fillForm({ ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.search)) });
  await list();
  // An unreachable server is told when the next key is pressed.
  setInterval(() => follow().catch(() => {}), CHANGES_EVERY_MS);
});
