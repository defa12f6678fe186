"use strict";
// The gallery: all portraits, by filter, search and order, and one at a time in full.
// Text from the scrape only ever becomes text; addresses are made of a folder the page knows and a path in it.
(() => {
  const { portraits, pictures } = JSON.parse(document.getElementById("gallery-data").textContent);
  const { top } = document.getElementById("gallery-data").dataset;
  const byId = (id) => document.getElementById(id);
  const [COLUMNS, ROWS, WIDTH, HEIGHT, OVERLAY] = pictures.layout;
  const SVG = "http://www.w3.org/2000/svg";
  const AT_ONCE = 24;
  const count = portraits.id.length;
  const form = byId("gallery-filters");
  const grid = byId("gallery-tiles");
  const dialog = byId("portrait");
  const number = (value) => value.toLocaleString("en");

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // What moves or hides text, or turns its direction, is shown as its number.
  const visible = (text) =>
    text.replace(/[\0-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (found) => {
      const code = found.charCodeAt(0).toString(16);
      return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
    });
  const isolated = (text) => element("bdi", { textContent: visible(text) });
  const words = (text) => text.replaceAll("_", " ");

  // --- the columns -------------------------------------------------------------------------------

  const coded = portraits.coded;
  const columns = new Map();
  function addColumn(key, label, { values, codes }, order = null) {
    const sorted = values.map((_, code) => code);
    if (order) sorted.sort((one, other) => order.indexOf(values[one]) - order.indexOf(values[other]));
    columns.set(key, { key, label, values, codes: Int16Array.from(codes), order: sorted });
  }
  addColumn("hair_color", "Colour", coded.hair_color, portraits.colors);
  addColumn("group", "Quality", coded.group, ["good", "so_so", "ugly"]);
  addColumn("status", "Status", coded.status);
  addColumn("hair_length", "Length", coded.hair_length, ["short", "medium", "long"]);
  addColumn("hair_pattern", "Pattern", coded.hair_pattern);
  addColumn("change", "Last change", coded.change);
  addColumn("label", "Judged", coded.label);
  addColumn("source", "Source", coded.source);
  for (const attribute of portraits.attributes) addColumn(`is-${attribute.attribute}`, attribute.attribute, attribute);
  const value = (key, row) => columns.get(key).values[columns.get(key).codes[row]] ?? null;
  const plain = (key, row) => coded[key].values[coded[key].codes[row]] ?? null;
  const hundredth = (key, row) => (portraits.hundredths[key][row] < 0 ? null : portraits.hundredths[key][row] / 100);
  // The modifier is of the method's name.
  const colorOf = (row) => {
    if (plain("label", row) === "no_hair") return "no hair";
    const modifier = plain("corrected_color", row) ? null : plain("hair_modifier", row);
    return [modifier, plain("hair_color", row) ?? "no name"].filter(Boolean).join(" ");
  };
  const title = (row) => portraits.name[row] || portraits.id[row];

  function tonesOf(row) {
    const text = portraits.tones[row];
    const named = (letter) => portraits.colors[letter.charCodeAt(0) - 97] ?? null;
    return Array.from({ length: text.length / 10 }, (_, place) => {
      const part = text.slice(10 * place, 10 * place + 10);
      return { hex: `#${part.slice(0, 6)}`, name: named(part[6]), second: named(part[7]), share: Number(part.slice(8)) };
    });
  }

  // --- filter, search, sort ----------------------------------------------------------------------

  function fillFilters() {
    for (const { key, label, values, codes, order } of columns.values()) {
      const counts = new Map();
      for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
      if (counts.size < 2) continue;
      const select = element("select", { name: key });
      select.append(element("option", { value: "", textContent: "any" }));
      for (const code of [...order, -1]) {
        if (!counts.has(code)) continue;
        const text = code < 0 ? "none" : visible(key.startsWith("is-") ? values[code] : words(values[code]));
        select.append(element("option", { value: code, textContent: `${text} (${number(counts.get(code))})` }));
      }
      form.insertBefore(element("label", {}, visible(label), select), byId("gallery-sort"));
    }
  }

  const ascending = (keys) => (one, other) => (keys[one] < keys[other] ? -1 : Number(keys[one] > keys[other]));
  const numbersPadded = (text) => text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0"));
  // Those without the number come last, whatever the direction.
  const quality = (direction) => portraits.hundredths.quality.map((part) => (part < 0 ? 1000 : direction * part));
  const SORTS = {
    best: () => quality(-1),
    worst: () => quality(1),
    name: () => portraits.name.map((name) => (name ? numbersPadded(name) : "\uffff")),
    id: () => portraits.id.map(numbersPadded),
    color: () => {
      const rank = coded.hair_color.values.map((name) => portraits.colors.indexOf(name));
      return coded.hair_color.codes.map((code, row) => (code < 0 ? 1e4 : 100 * rank[code] - portraits.hundredths.quality[row]));
    },
  };
  const orders = new Map();
  function orderBy(name) {
    if (!orders.has(name)) {
      const keys = (SORTS[name] ?? SORTS.best)();
      orders.set(name, Uint32Array.from({ length: count }, (_, row) => row).sort(ascending(keys)));
    }
    return orders.get(name);
  }

  let searched = null;
  let found = [];
  let shown = 0;

  function matching(fields) {
    const tests = [...columns.values()]
      .filter(({ key }) => fields.get(key))
      .map(({ key, codes }) => ({ codes, wanted: Number(fields.get(key)) }));
    const text = (fields.get("search") ?? "").trim().toLowerCase();
    if (text) searched ??= portraits.id.map((id, row) => `${portraits.name[row]}\n${id}`.toLowerCase());
    return Array.from(orderBy(fields.get("sort"))).filter(
      (row) => tests.every(({ codes, wanted }) => codes[row] === wanted) && (!text || searched[row].includes(text)),
    );
  }

  function update() {
    const fields = new FormData(form);
    found = matching(fields);
    shown = 0;
    grid.replaceChildren();
    showMore();
    const of = count < portraits.total ? `${number(count)} in this page, of ${number(portraits.total)} portraits` : `${number(count)} portraits`;
    byId("gallery-count").textContent = `${number(found.length)} of ${of}`;
    const set = [...fields].filter(([key, text]) => text && !(key === "sort" && text === "best"));
    // A value by its name: its number is another one in the next report.
    const named = set.map(([key, text]) => [key, columns.has(key) ? columns.get(key).values[text] ?? "none" : text]);
    history.replaceState(null, "", named.length ? `#${new URLSearchParams(named)}` : location.pathname + location.search);
  }

  function readAddress() {
    const fields = new URLSearchParams(location.hash.slice(1));
    if (![...fields.keys()].some((key) => form.elements[key])) return false;
    form.reset();
    for (const [key, text] of fields) {
      const control = form.elements[key];
      if (control && columns.has(key)) control.value = text === "none" ? -1 : columns.get(key).values.indexOf(text);
      else if (control) control.value = text;
    }
    return true;
  }

  // --- pictures ----------------------------------------------------------------------------------

  // A part of a sheet, as large as the room it is given.
  function sprite(address, whole, part, missing) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", part.join(" "));
    svg.setAttribute("aria-hidden", "true");
    svg.style.setProperty("--shape", part[2] / part[3]);
    const image = document.createElementNS(SVG, "image");
    image.setAttribute("width", whole[0]);
    image.setAttribute("height", whole[1]);
    if (missing) image.addEventListener("error", missing);
    image.setAttribute("href", address);
    svg.append(image);
    return svg;
  }

  const sheetOf = (row, ending) =>
    `${top}${pictures.sheets[pictures.run[row]]}/${String(Math.floor(pictures.place[row] / (COLUMNS * ROWS))).padStart(4, "0")}.${ending}`;
  function cellOf(row) {
    const cell = pictures.place[row] % (COLUMNS * ROWS);
    return [cell % COLUMNS, Math.floor(cell / COLUMNS)];
  }

  function thumbnailPart(row, isHair, missing) {
    const [across, down] = cellOf(row);
    const part = [(2 * across + Number(isHair)) * WIDTH, down * HEIGHT, pictures.width[row], pictures.height[row]];
    return sprite(sheetOf(row, "jpg"), [2 * COLUMNS * WIDTH, ROWS * HEIGHT], part, missing);
  }

  function thumbnail(row) {
    const box = element("span", { className: "pictures" });
    const missing = () => box.replaceChildren(inlinePicture(row) ?? element("span", { className: "nothing", textContent: "no picture" }));
    if (pictures.place[row] < 0) missing();
    else {
      box.append(thumbnailPart(row, false, missing));
      if (portraits.tones[row]) box.append(thumbnailPart(row, true, missing));
    }
    return box;
  }

  // Where the folder of thumbnails was left behind, those of the page itself are there still.
  function inlinePicture(row) {
    const picture = document.querySelector(`figure[data-row="${row}"] img`);
    return picture && element("img", { src: picture.src, alt: "" });
  }

  function original(row) {
    const folder = pictures.originals[pictures.run[row]];
    const parts = portraits.image[row].split("/");
    if (!folder || !portraits.image[row] || parts.some((part) => part === ".." || part === "")) return null;
    return folder + parts.map(encodeURIComponent).join("/");
  }

  // --- tiles -------------------------------------------------------------------------------------

  function palette(row) {
    const bar = element("span", { className: "palette" });
    for (const tone of tonesOf(row)) {
      const part = element("span");
      part.style.background = tone.hex;
      part.style.flex = tone.share || 1;
      bar.append(part);
    }
    return bar;
  }

  function outcome(row) {
    if (value("status", row) !== "ok") return words(value("status", row));
    const rated = hundredth("quality", row);
    return rated === null ? colorOf(row) : `${colorOf(row)}, ${rated.toFixed(2)}`;
  }

  function tile(row) {
    const button = element("button", { type: "button", className: "tile" }, thumbnail(row), palette(row));
    button.append(element("b", {}, isolated(title(row))), element("span", { textContent: outcome(row) }));
    button.dataset.row = row;
    button.addEventListener("click", () => open(row));
    return element("li", {}, button);
  }

  function showMore() {
    const next = found.slice(shown, shown + AT_ONCE);
    grid.append(...next.map(tile));
    shown += next.length;
    const more = byId("gallery-more");
    more.hidden = shown >= found.length;
    more.textContent = `Show ${number(Math.min(AT_ONCE, found.length - shown))} more`;
  }

  // --- one portrait ------------------------------------------------------------------------------

  const quoted = (text) => {
    if (/^[\w./:@%+=,-]+$/.test(text)) return text;
    const inner = visible(text);
    return inner === text ? `'${text.replaceAll("'", "'\\''")}'` : `$'${visible(text.replace(/[\\']/g, "\\$&"))}'`;
  };

  function command(row) {
    const several = coded.source.values.length > 1 ? ["--source", quoted(value("source", row))] : [];
    const dashed = portraits.id[row].startsWith("-") || portraits.output.startsWith("-") ? ["--"] : [];
    return ["hairpipe", "explain", ...several, ...dashed, quoted(portraits.output), quoted(portraits.id[row])].join(" ");
  }

  function stage(row) {
    const box = element("div", { className: "stage" });
    const small = () => box.replaceChildren(pictures.place[row] < 0 ? inlinePicture(row) ?? "no picture" : thumbnailPart(row, false));
    const address = original(row);
    if (!address?.startsWith("file:") || pictures.place[row] < 0) {
      small();
      return box;
    }
    const picture = element("img", { alt: `portrait of ${visible(title(row))}` });
    picture.addEventListener("error", small);
    picture.addEventListener("load", () => {
      const scale = OVERLAY / Math.max(picture.naturalWidth, picture.naturalHeight);
      const [across, down] = cellOf(row);
      const size = [picture.naturalWidth, picture.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
      const lines = sprite(sheetOf(row, "webp"), [COLUMNS * OVERLAY, ROWS * OVERLAY], [across * OVERLAY, down * OVERLAY, ...size]);
      lines.setAttribute("preserveAspectRatio", "none");
      lines.classList.add("lines");
      box.append(lines);
    });
    picture.src = address;
    box.append(picture);
    return box;
  }

  function facts(row) {
    const list = element("dl");
    const tell = (term, ...told) => {
      if (told.every((part) => part === null || part === "")) return;
      list.append(element("dt", { textContent: visible(term) }), element("dd", {}, ...told.filter((part) => part !== null)));
    };
    const tones = tonesOf(row);
    const rated = (key) => hundredth(key, row)?.toFixed(2) ?? null;
    const group = value("group", row);
    tell("id", isolated(portraits.id[row]));
    if (coded.source.values.length > 1) tell("source", isolated(value("source", row)));
    tell("status", words(value("status", row)), plain("error", row) && `: ${visible(plain("error", row))}`);
    if (value("status", row) === "ok") {
      tell("colour", colorOf(row));
      tell("second name", tones[0]?.second ?? null);
      tell("quality", rated("quality"), group && ` (${words(group)})`);
      tell("mask right", rated("mask_quality"));
      tell("name right", rated("name_probability"));
      tell("length", value("hair_length", row));
      tell("pattern", value("hair_pattern", row) && words(value("hair_pattern", row)));
    }
    tell("judged by a person", value("label", row) && words(value("label", row)), plain("corrected_color", row) && ` colour: ${plain("corrected_color", row)}`);
    tell("method", plain("method", row));
    for (const { attribute } of portraits.attributes) tell(attribute, value(`is-${attribute}`, row) === null ? null : isolated(value(`is-${attribute}`, row)));
    const address = original(row);
    tell("file", address ? element("a", { href: address, target: "_blank", rel: "noreferrer" }, isolated(portraits.image[row])) : portraits.image[row] && isolated(portraits.image[row]));
    return list;
  }

  function swatches(row) {
    const list = element("ul", { className: "swatches" });
    for (const { hex, name, second, share } of tonesOf(row)) {
      const swatch = element("span");
      swatch.style.background = hex;
      list.append(element("li", {}, swatch, element("code", { textContent: hex }), ` ${name ?? "no name"}${second ? ` or ${second}` : ""}, ${share}%`));
    }
    return list;
  }

  let current = -1;
  let openedBy = null;
  function show(row) {
    current = row;
    byId("portrait-title").replaceChildren(isolated(title(row)));
    const hair = portraits.tones[row] && pictures.place[row] >= 0 ? [thumbnailPart(row, true)] : [];
    byId("portrait-pictures").replaceChildren(stage(row), ...hair);
    byId("portrait-facts").replaceChildren(swatches(row), facts(row));
    byId("portrait-command").textContent = command(row);
    const place = found.indexOf(row);
    byId("portrait-before").disabled = place <= 0;
    byId("portrait-next").disabled = place < 0 || place + 1 >= found.length;
  }
  function open(row) {
    openedBy = document.activeElement;
    show(row);
    dialog.showModal();
    byId("portrait-close").focus();
  }
  function step(by) {
    const place = found.indexOf(current) + by;
    if (found.includes(current) && place >= 0 && place < found.length) show(found[place]);
  }

  // --- keys and buttons --------------------------------------------------------------------------

  function moveInGrid(event) {
    const tiles = [...grid.querySelectorAll(".tile")];
    const place = tiles.indexOf(document.activeElement);
    if (place < 0) return;
    const across = tiles.filter((each) => each.offsetTop === tiles[0].offsetTop).length;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    tiles[place + by]?.focus();
  }

  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  byId("gallery-more").addEventListener("click", () => {
    const next = shown;
    showMore();
    grid.querySelectorAll(".tile")[next]?.focus();
  });
  grid.addEventListener("keydown", moveInGrid);
  byId("portrait-before").addEventListener("click", () => step(-1));
  byId("portrait-next").addEventListener("click", () => step(1));
  byId("portrait-close").addEventListener("click", () => dialog.close());
  byId("portrait-lines").addEventListener("change", (event) => dialog.classList.toggle("plain", !event.target.checked));
  byId("portrait-copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("portrait-command").textContent);
      byId("portrait-copy").textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(byId("portrait-command"));
    }
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    byId("portrait-copy").textContent = "Copy";
    (grid.querySelector(`[data-row="${current}"]`) ?? openedBy)?.focus();
  });
  for (const figure of document.querySelectorAll("figure[data-row]")) {
    const row = Number(figure.dataset.row);
    Object.assign(figure, { tabIndex: 0, role: "button" });
    figure.addEventListener("click", () => open(row));
    figure.addEventListener("keydown", (event) => event.key === "Enter" && open(row));
  }
  addEventListener("hashchange", () => {
    if (!readAddress()) return;
    update();
    byId("gallery").scrollIntoView();
  });

  fillFilters();
  byId("gallery-missing").hidden = true;
  byId("samples").parentElement.open = false;
  for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
  readAddress();
  update();
})();
