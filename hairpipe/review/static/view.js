// Draws the page's parts. Text from the scrape only ever becomes text.

import { pictureAddress } from "./api.js";

const byId = (id) => document.getElementById(id);
const STRIP_BEFORE = 5;
const STRIP_LENGTH = 30;
const LABEL_NAMES = { good: "good", so_so: "so-so", ugly: "ugly", no_hair: "no hair" };
const percent = (share) => `${Math.round(share * 100)}%`;

export const VIEWS = ["outline", "original", "mask", "hair", "reduced"];
export const REASONS = [
  ["missing", "part is missing", "4"],
  ["background", "background", "5"],
  ["clothes", "clothes", "6"],
  ["skin", "skin, face", "7"],
  ["headwear", "hat, ribbon", "8"],
  ["other", "other figure", "9"],
];
// Laid out as the keys are.
export const NAME_KEYS = [
  ["black", "q", "#26242a"],
  ["brown", "w", "#7a4a2b"],
  ["blonde", "e", "#ecd07a"],
  ["orange", "r", "#f08a34"],
  ["red", "t", "#c9283a"],
  ["pink", "y", "#f49ac0"],
  ["gray", "a", "#8f929a"],
  ["white", "s", "#ffffff"],
  ["blue", "d", "#3566d6"],
  ["aqua", "f", "#4fd6d6"],
  ["green", "g", "#3f9d4f"],
  ["purple", "h", "#8a4fc0"],
];

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const key = (text) => element("kbd", { textContent: text });

export function fillChoices(select, choices) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", { value, textContent: text })));
}

export function showJudging() {
  byId("reasons").replaceChildren(
    ...REASONS.map(([reason, text, letter]) => {
      const button = element("button", { type: "button" }, key(letter), " ", text);
      button.dataset.reason = reason;
      return button;
    }),
  );
  byId("names").replaceChildren(
    ...NAME_KEYS.map(([name, letter, color]) => {
      const swatch = element("span", { className: "swatch" });
      swatch.style.background = color;
      const button = element("button", { type: "button" }, key(letter), swatch, element("span", { textContent: name }));
      button.dataset.name = name;
      return button;
    }),
  );
}

export function showProgress({ labelled, estimate }) {
  const counts = Object.entries(LABEL_NAMES).map(([label, name]) => `${labelled[label]} ${name}`);
  const shares = Object.entries({ "masks good": estimate.mask, "names right": estimate.name })
    .filter(([, share]) => share.judged)
    .map(([what, { judged, share, low, high }]) => `${what}: ${percent(share)} (${percent(low)} to ${percent(high)}, ${judged} random)`);
  byId("progress").textContent = [counts.join(", "), ...shares].join(" · ");
}

export function showPortrait(listing, view) {
  const { item } = listing;
  byId("stage").hidden = item === null;
  byId("empty").hidden = item !== null;
  if (item === null) {
    const all = listing.isOfUnjudged && (listing.items.length > 0 || listing.total === 0);
    byId("empty").textContent = all && !isNarrow(listing.filters) ? "All judged. The next run brings it into the tables; hairpipe review OUT --publish does so now." : all && listing.items.length ? "All of these judged." : "No portrait matches these filters.";
    return;
  }
  showPicture(item, view);
  byId("name").textContent = item.name ?? "(no name)";
  byId("identifier").textContent = item.portrait_id;
  byId("identifier").title = `of source ${item.source}`;
  byId("outcome").textContent = outcome(item);
  byId("palette").replaceChildren(...item.tones.map(tone));
  showJudged(listing);
  for (const button of byId("views").children) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

const isNarrow = ({ search, status, color, quality_from, quality_to }) =>
  Boolean(search || color || quality_from || quality_to || status !== "judgeable");

function showJudged(listing) {
  const { item, selected } = listing;
  const judged = item.judged ?? { label: null, names: [], reasons: [] };
  byId("judging").hidden = !item.judgeable;
  byId("correct").textContent = "";
  byId("correct").append(key("c"), judged.painted ? " Corrected" : " Correct it");
  byId("found").textContent = item.color ? `found: ${item.color}` : "none was found";
  for (const [group, values, attribute] of [
    ["judge", [judged.label], "label"],
    ["reasons", judged.reasons, "reason"],
    ["names", judged.names, "name"],
  ]) {
    for (const button of byId(group).children) {
      button.setAttribute("aria-pressed", String(values.includes(button.dataset[attribute])));
      button.classList.toggle("found", attribute === "name" && button.dataset.name === item.color);
    }
  }
  byId("accept").lastElementChild.textContent = acceptance(item, judged, selected.size);
  const notes = [
    { uncertain: "Shown because its quality is uncertain.", random: "A random pick." }[item.picked],
    item.same > 1 ? `The same picture ${item.same} times: one answer for all.` : null,
    selected.size > 1 ? `${selected.size} selected: what you say is of all of them.` : null,
    item.judgeable ? null : "There is no picture to judge.",
  ];
  byId("picked").textContent = notes.filter(Boolean).join(" ");
}

// What Enter will say.
function acceptance(item, judged, selected) {
  if (selected > 1) return `The rest of ${selected} is right`;
  const mask = judged.label ? null : item.status === "ok" ? "mask is good" : "no hair to be seen";
  const isBare = judged.label === "no_hair" || (!judged.label && item.status !== "ok");
  const name = isBare || judged.names.length || !item.color ? null : `${item.color} is right`;
  return [mask, name].filter(Boolean).join(", ") || "Next";
}

function showPicture(item, view) {
  const picture = byId("portrait");
  const wanted = pictureAddress(item, view === "outline" ? "original" : view, 1600);
  if (picture.getAttribute("src") === wanted) return;
  picture.alt = `${view} of ${item.name ?? item.portrait_id}`;
  picture.src = wanted;
}

function outcome(item) {
  if (item.status !== "ok") return [item.status.replaceAll("_", " "), item.error].filter(Boolean).join(": ");
  const color = [item.modifier, item.color ?? "no colour name"].filter(Boolean).join(" ");
  const quality = item.quality === null ? "quality not rated" : `quality ${item.quality.toFixed(2)}`;
  return `${color} · ${quality} · ${item.method}`;
}

function tone({ name, hex, share }) {
  const bar = element("span", { className: "bar", title: hex });
  bar.style.background = hex;
  bar.style.width = percent(share);
  const row = element("div", { className: "tone" }, element("span", { textContent: name ?? "–" }), bar, percent(share));
  row.setAttribute("role", "listitem");
  return row;
}

export function showStrip(listing, select) {
  const start = Math.max(0, listing.current - STRIP_BEFORE);
  const shown = listing.items.slice(start, start + STRIP_LENGTH);
  const place = listing.item ? `${(listing.current + 1).toLocaleString()} of ${listing.total.toLocaleString()}` : "";
  byId("strip-title").textContent = place;
  byId("strip").replaceChildren(...shown.map((item, offset) => thumbnail(item, start + offset, listing, select)));
}

function thumbnail(item, index, listing, select) {
  const picture = element("img", { loading: "lazy", alt: "", draggable: false, src: pictureAddress(item, "original", 120) });
  const mark = element("span", { className: `mark ${item.judged?.label ?? (item.judged ? "named" : "")}` });
  const button = element("button", { type: "button", title: item.name ?? item.portrait_id }, picture, mark);
  button.setAttribute("aria-current", String(index === listing.current));
  button.setAttribute("aria-pressed", String(listing.selected.has(index)));
  button.addEventListener("click", (event) => select(index, event));
  return element("li", {}, button);
}

export function showMessage(text) {
  byId("message").textContent = text;
  byId("message").hidden = !text;
}
