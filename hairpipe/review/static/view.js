// Draws the page's parts. Text from the scrape only ever becomes text.

import { pictureAddress } from "./api.js";

const byId = (id) => document.getElementById(id);
const STRIP_BEFORE = 3;
const STRIP_LENGTH = 27;
const LABEL_NAMES = { good: "good", so_so: "so-so", ugly: "ugly" };
const percent = (share) => `${Math.round(share * 100)}%`;

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function fillChoices(select, choices) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", { value, textContent: text })));
}

export function showProgress({ labelled, estimate }) {
  const counts = Object.entries(LABEL_NAMES).map(([label, name]) => `${labelled[label]} ${name}`);
  const range = `${percent(estimate.low)} to ${percent(estimate.high)}`;
  const fair = estimate.judged ? ` · good overall: ${percent(estimate.share)} (${range}) by ${estimate.judged} random pick${estimate.judged === 1 ? "" : "s"}` : "";
  byId("progress").textContent = counts.join(", ") + fair;
}

export function showPortrait(item, view) {
  byId("stage").hidden = item === null;
  byId("empty").hidden = item !== null;
  if (item === null) return;
  showPicture(item, view);
  byId("name").textContent = item.name ?? "(no name)";
  byId("identifier").textContent = item.portrait_id;
  byId("identifier").title = `of source ${item.source}`;
  byId("outcome").textContent = outcome(item);
  byId("palette").replaceChildren(...item.tones.map(tone));
  byId("corrected").value = item.judged?.corrected_color ?? "";
  byId("picked").textContent = { uncertain: "Shown because its quality is uncertain.", random: "A random pick." }[item.picked] ?? "";
  for (const button of byId("judge").children) {
    button.setAttribute("aria-pressed", String(button.dataset.label === item.judged?.label));
  }
  for (const button of byId("views").children) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function showPicture(item, view) {
  const picture = byId("portrait");
  const wanted = pictureAddress(item, view, 800);
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
  const place = listing.total ? `${(listing.current + 1).toLocaleString()} of ${listing.total.toLocaleString()}` : "";
  byId("strip-title").textContent = place;
  byId("strip").replaceChildren(...shown.map((item, offset) => thumbnail(item, start + offset, listing, select)));
}

function thumbnail(item, index, listing, select) {
  const picture = element("img", { loading: "lazy", alt: "", src: pictureAddress(item, "original", 120) });
  const mark = element("span", { className: `mark ${item.judged?.label ?? ""}` });
  const button = element("button", { type: "button", title: item.name ?? item.portrait_id }, picture, mark);
  button.setAttribute("aria-current", String(index === listing.current));
  button.addEventListener("click", () => select(index));
  return element("li", {}, button);
}

export function showMessage(text) {
  byId("message").textContent = text;
  byId("message").hidden = !text;
}
