// The review page: which portrait is shown, and what the reviewer's keys and buttons do to it.

import { getChanges, getRegions, getStart, pictureAddress, postLabel } from "./api.js";
import { isSame, Listing } from "./listing.js";
import { Painter } from "./painter.js";
import { fillChoices, NAME_KEYS, REASONS, showJudging, showMessage, showPortrait, showProgress, showStrip, VIEWS } from "./view.js";

const byId = (id) => document.getElementById(id);
const form = byId("filter-form");
const DEFAULTS = { search: "", status: "judgeable", color: "", label: "none", quality_from: "", quality_to: "", sorting: "teaching" };
const UNDO_KEY = "hairpipe-undo";
const CHANGES_EVERY_MS = 3000;
const SEARCH_WAIT_MS = 250;
const PICTURE_SIZE = 1600;
// From this overlap with what a person made of it on, a mask that nobody judged was so-so.
const SO_SO_FROM = 0.75;

const painter = new Painter(byId("portrait"), byId("overlay"));
let listing = new Listing(DEFAULTS);
let view = "outline";
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
  showPortrait(listing, view);
  showStrip(listing, select);
  byId("undo").disabled = undoable().length === 0;
  byId("back").disabled = listing.current === 0;
  painter.outlined = view === "outline";
  const { item } = listing;
  painter.show(item, item?.map ?? null);
  if (item?.judgeable) fetchMap(item);
  for (const next of listing.items.slice(listing.current + 1, listing.current + 4)) {
    new Image().src = address(next);
    if (next.judgeable) fetchMap(next);
  }
}

const address = (item) => pictureAddress(item, view === "outline" ? "original" : view, PICTURE_SIZE);

// The regions come a moment after the picture; where they don't, the next action tells why.
async function fetchMap(item) {
  item.fetching ??= getRegions(item);
  try {
    item.map = await item.fetching;
  } catch {
    item.fetching = null;
    return;
  }
  if (item === listing.item && !painter.editing) painter.show(item, item.map);
}

function select(index, event) {
  inTurn(async () => {
    leaveEditing();
    const { current, selected } = listing;
    if (event.ctrlKey || event.metaKey) {
      if (!selected.size) selected.add(current);
      if (!selected.delete(index)) selected.add(index);
    } else if (event.shiftKey) {
      for (let each = Math.min(current, index); each <= Math.max(current, index); each++) selected.add(each);
    } else {
      selected.clear();
    }
    await listing.move(index - current);
    draw();
  });
}

async function move(step, selecting = false) {
  if (selecting) listing.selected.add(listing.current);
  else listing.selected.clear();
  await listing.move(step);
  if (selecting && listing.item) listing.selected.add(listing.current);
  draw();
}

async function list() {
  const filters = Object.fromEntries(new FormData(form));
  const changed = Object.entries(filters).filter(([key, value]) => value !== DEFAULTS[key]);
  history.replaceState(null, "", changed.length ? `?${new URLSearchParams(changed)}` : location.pathname);
  const fresh = new Listing(filters);
  await fresh.fill();
  leaveEditing();
  listing = fresh;
  draw();
}

// --- judging -----------------------------------------------------------------------------------

const undoable = () => JSON.parse(sessionStorage.getItem(UNDO_KEY) ?? "[]");
const keepUndoable = (stack) => sessionStorage.setItem(UNDO_KEY, JSON.stringify(stack.slice(-500)));
const NOTHING = { label: null, names: [], reasons: [] };

async function save(item, said, hair = "keep") {
  const { portrait_id, source, version, picked } = item;
  const { label, names, reasons } = said;
  try {
    const answer = await postLabel({ portrait_id, source, version, label, names, reasons, hair, picked });
    listing.take(answer.labels);
    showProgress(answer);
  } catch (error) {
    if (error.status === 409) {
      // An earlier judgement was of other results: it can't be brought back either.
      keepUndoable(undoable().map((group) => group.filter((done) => !isSame(done, item))).filter((group) => group.length));
      await list();
    }
    throw error;
  }
}

// Changes what is said of the portrait, or of each of those selected; one undo takes all of it back.
async function judge(change) {
  const targets = listing.targets.filter((item) => item.judgeable);
  const group = [];
  for (const item of targets) {
    const { portrait_id, source, version, picked, judged } = item;
    await save(item, change({ ...NOTHING, ...judged }, item));
    group.push({ portrait_id, source, version, picked, judged });
  }
  if (group.length) keepUndoable([...undoable(), group]);
  return targets;
}

const isComplete = (item) => item.judged && (item.judged.label === "no_hair" || (item.judged.label && item.judged.names.length));

async function moveOn() {
  const last = listing.selected.size ? Math.max(...listing.selected) : listing.current;
  await move(last - listing.current + 1);
}

async function judgeMask(label) {
  const targets = await judge((said) => ({ ...said, label, names: label === "no_hair" ? [] : said.names, reasons: label === "good" || label === "no_hair" ? [] : said.reasons }));
  if (targets.length && targets.every(isComplete)) await moveOn();
  else draw();
}

async function toggle(list, value) {
  const isOn = listing.targets[0]?.judged?.[list]?.includes(value);
  await judge((said) => ({ ...said, [list]: isOn ? said[list].filter((each) => each !== value) : [...said[list].filter((each) => each !== value), value] }));
  draw();
}

// Whatever is not marked is right: the mask, or that none was found, and the name.
async function accept() {
  if (!listing.targets.some((item) => item.judgeable)) return move(1);
  await judge((said, item) => {
    const label = said.label ?? (item.status === "ok" ? "good" : "no_hair");
    const names = label === "no_hair" || said.names.length || !item.color ? said.names : [item.color];
    return { ...said, label, names };
  });
  await moveOn();
}

async function undo() {
  const stack = undoable();
  const group = stack.pop();
  if (!group) return;
  for (const done of group) {
    const hair = done.hair === undefined ? "keep" : done.hair;
    await save(listing.items[listing.find(done)] ?? { ...done }, { ...NOTHING, ...done.judged }, done.judged?.painted ? hair : null);
  }
  keepUndoable(stack);
  const index = listing.find(group[0]);
  const item = listing.items[index];
  if (item) [item.fetching, item.map] = [null, null];
  listing.selected.clear();
  await move(index < 0 ? 0 : index - listing.current);
}

// --- correcting the mask -----------------------------------------------------------------------

async function edit() {
  const { item } = listing;
  if (!item?.judgeable) return;
  await fetchMap(item);
  if (!item.map) throw new Error("This portrait's picture can't be read.");
  view = "outline";
  listing.selected.clear();
  draw();
  painter.edit(true);
  showEditing();
}

function leaveEditing() {
  if (painter.editing) painter.edit(false);
  showEditing();
}

function showEditing() {
  byId("tools").hidden = !painter.editing;
  byId("views").hidden = painter.editing;
  byId("panel").inert = painter.editing;
  for (const button of byId("tools").querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", String(button.dataset.tool === painter.tool));
  }
}

function take(tool) {
  painter.tool = tool;
  showEditing();
  painter.draw();
}

async function saveMask() {
  const { item } = listing;
  const { portrait_id, source, version, picked, judged } = item;
  const said = { ...NOTHING, ...judged };
  const label = said.label ?? (painter.overlap >= SO_SO_FROM ? "so_so" : "ugly");
  const before = item.map.painted === null ? null : { width: item.map.width, height: item.map.height, counts: item.map.painted };
  const { encoded } = painter;
  await save(item, { ...said, label }, encoded);
  keepUndoable([...undoable(), [{ portrait_id, source, version, picked, judged, hair: before }]]);
  painter.keep();
  item.map.painted = encoded.counts;
  leaveEditing();
  if (isComplete(item)) await moveOn();
  else draw();
}

const EDITING = { undo: () => painter.undo(), clear: () => painter.clear(), save: saveMask, cancel: leaveEditing };
const EDITING_KEYS = {
  b: () => take(painter.tool === "brush" ? "regions" : "brush"),
  e: () => take(painter.tool === "eraser" ? "regions" : "eraser"),
  "[": () => painter.resize(1 / 1.25),
  "]": () => painter.resize(1.25),
  x: EDITING.clear,
  z: EDITING.undo,
  u: EDITING.undo,
  Enter: EDITING.save,
  Escape: EDITING.cancel,
  c: EDITING.cancel,
};

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
  listing.take(changes.labels);
  showProgress(changes);
  if (!painter.editing) draw();
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
  0: () => judgeMask("no_hair"),
  ...Object.fromEntries(REASONS.map(([reason, , key]) => [key, () => toggle("reasons", reason)])),
  ...Object.fromEntries(NAME_KEYS.map(([name, key]) => [key, () => toggle("names", name)])),
  Enter: accept,
  c: edit,
  z: undo,
  u: undo,
  " ": () => move(1),
  ArrowRight: (event) => move(1, event.shiftKey),
  ArrowLeft: (event) => move(-1, event.shiftKey),
  v: () => show(VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length]),
  o: () => show("outline"),
  "/": () => form.elements.search.focus(),
  "?": () => byId("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (byId("help").open) return;
  if (event.key === "Escape") document.activeElement?.blur();
  const typing = event.target.closest("input, select");
  const pressing = [" ", "Enter"].includes(event.key) && event.target.closest("button, summary");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = (painter.editing ? EDITING_KEYS : KEYS)[key];
  const isUndo = (event.ctrlKey || event.metaKey) && key === "z";
  if (typing || pressing || ((event.ctrlKey || event.metaKey) && !isUndo) || event.altKey || !action) return;
  event.preventDefault();
  inTurn(() => action(event));
});

// A pressed button must not catch the next Enter.
const onButtons = (id, action) =>
  byId(id).addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    button.blur();
    inTurn(() => action(button));
  });
onButtons("judge", (button) => judgeMask(button.dataset.label));
onButtons("reasons", (button) => toggle("reasons", button.dataset.reason));
onButtons("names", (button) => toggle("names", button.dataset.name));
onButtons("views", (button) => show(button.dataset.view));
onButtons("tools", (button) => (button.dataset.tool ? take(button.dataset.tool) : EDITING[button.dataset.do]()));
const onButton = (id, action) =>
  byId(id).addEventListener("click", (event) => {
    event.currentTarget.blur();
    inTurn(action);
  });
onButton("correct", edit);
onButton("accept", accept);
onButton("back", () => move(-1));
onButton("skip", () => move(1));
onButton("undo", undo);
byId("portrait").addEventListener("error", () => follow().catch(() => {}));
byId("show-help").addEventListener("click", () => byId("help").showModal());
let waiting;
form.addEventListener("input", (event) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => inTurn(list), event.target.type === "search" ? SEARCH_WAIT_MS : 0);
});
form.addEventListener("change", (event) => event.target.tagName === "SELECT" && event.target.blur());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  document.activeElement?.blur();
});
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
  fillChoices(form.elements.status, [["judgeable", "can be judged"], ["", "any"], ...counted(start.statuses)]);
  fillChoices(form.elements.color, [["", "any"], ...counted(start.found_colors)]);
  showJudging();
  showProgress(start);
  if (matchMedia("(max-width: 62rem)").matches) byId("filters").open = false;
  fillForm({ ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.search)) });
  await list();
  // An unreachable server is told when the next key is pressed.
  setInterval(() => follow().catch(() => {}), CHANGES_EVERY_MS);
});
