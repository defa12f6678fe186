// The canvas over the picture: the mask's outline and the face's box, and correcting the mask by its regions.

import { decodeMask, encodeMask } from "./rle.js";

const MOST_UNDO = 100;
const OUTLINE = "#ff3df0";
const FACE = "#3fd0ff";
const SHADE = [12, 14, 24, 120];
const ADDS = [70, 220, 120, 150];
const TAKES = [255, 70, 70, 150];

export class Painter {
  constructor(picture, canvas) {
    this.picture = picture;
    this.canvas = canvas;
    this.map = null;
    this.item = null;
    this.outlined = false;
    this.editing = false;
    this.tool = "regions";
    this.brush = 0.03;
    this.hover = null;
    this.stroke = null;
    this.undoable = [];
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => this.#release());
    canvas.addEventListener("pointerleave", () => this.#point(null));
    canvas.addEventListener("contextmenu", (event) => this.editing && event.preventDefault());
    picture.addEventListener("load", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(picture.parentElement);
  }

  // What the server knows of a portrait's regions and masks; null while it is not here yet.
  show(item, map) {
    if (this.item !== item || map?.parsed !== this.map) {
      this.item = item;
      this.map = map === null ? null : parsed(map);
      this.mask = this.map?.mask.slice() ?? null;
      this.undoable = [];
      this.hover = null;
    }
    this.draw();
  }

  edit(editing) {
    this.editing = editing;
    if (editing) this.undoable = [];
    else if (this.map) this.mask = this.map.mask.slice();
    this.tool = "regions";
    this.hover = null;
    this.stroke = null;
    this.canvas.classList.toggle("editing", editing);
    this.draw();
  }

  get encoded() {
    const { width, height } = this.map;
    return { width, height, counts: encodeMask(this.map, this.mask) };
  }

  // How much of the method's mask and the corrected one is in both.
  get overlap() {
    let both = 0;
    let either = 0;
    for (let pixel = 0; pixel < this.mask.length; pixel++) {
      both += this.mask[pixel] & this.map.found[pixel];
      either += this.mask[pixel] | this.map.found[pixel];
    }
    return either ? both / either : 1;
  }

  keep() {
    this.map.mask = this.mask.slice();
  }

  undo() {
    const before = this.undoable.pop();
    if (before) this.mask = before;
    this.draw();
  }

  clear() {
    this.#remember();
    this.mask = new Uint8Array(this.mask.length);
    this.draw();
  }

  resize(factor) {
    this.brush = Math.min(0.2, Math.max(0.005, this.brush * factor));
    this.draw();
  }

  #remember() {
    this.undoable = [...this.undoable.slice(1 - MOST_UNDO), this.mask.slice()];
  }

  // --- the pointer -----------------------------------------------------------------------------

  #pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.map.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.map.height);
    return { x, y };
  }

  #isInside({ x, y }) {
    return x >= 0 && y >= 0 && x < this.map.width && y < this.map.height;
  }

  #point(pixel) {
    this.hover = pixel;
    this.draw();
  }

  #press(event) {
    if (!this.editing || !this.map) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const pixel = this.#pixel(event);
    if (!this.#isInside(pixel)) return;
    this.#remember();
    const takes = event.shiftKey || event.button === 2;
    const value = this.tool === "regions" ? (this.#isMostlyHair(this.#region(pixel)) ? 0 : 1) : this.tool === "brush" && !takes ? 1 : 0;
    this.stroke = { value, last: pixel };
    this.#apply(pixel);
    this.#point(pixel);
  }

  #move(event) {
    if (!this.editing || !this.map) return;
    const pixel = this.#pixel(event);
    if (this.stroke) {
      const { last } = this.stroke;
      const steps = Math.max(1, Math.abs(pixel.x - last.x), Math.abs(pixel.y - last.y));
      for (let step = 1; step <= steps; step++) {
        this.#apply({
          x: Math.round(last.x + ((pixel.x - last.x) * step) / steps),
          y: Math.round(last.y + ((pixel.y - last.y) * step) / steps),
        });
      }
      this.stroke.last = pixel;
    }
    this.#point(pixel);
  }

  #release() {
    this.stroke = null;
    this.draw();
  }

  #apply(pixel) {
    if (!this.#isInside(pixel)) return;
    if (this.tool === "regions") {
      for (const each of this.map.pixels(this.#region(pixel))) this.mask[each] = this.stroke.value;
      return;
    }
    const radius = this.#radius();
    for (let y = Math.max(0, Math.ceil(pixel.y - radius)); y <= Math.min(this.map.height - 1, pixel.y + radius); y++) {
      for (let x = Math.max(0, Math.ceil(pixel.x - radius)); x <= Math.min(this.map.width - 1, pixel.x + radius); x++) {
        if (Math.hypot(x - pixel.x, y - pixel.y) <= radius) this.mask[y * this.map.width + x] = this.stroke.value;
      }
    }
  }

  #radius() {
    return Math.max(0.5, (this.brush * (this.map.width + this.map.height)) / 2);
  }

  #region({ x, y }) {
    return this.map.regions[y * this.map.width + x];
  }

  #isMostlyHair(region) {
    const pixels = this.map.pixels(region);
    let hair = 0;
    for (const pixel of pixels) hair += this.mask[pixel];
    return hair * 2 > pixels.length;
  }

  // --- drawing ---------------------------------------------------------------------------------

  draw() {
    const frame = this.picture.parentElement;
    const { naturalWidth, naturalHeight } = this.picture;
    if (!naturalWidth) return;
    const scale = Math.min(frame.clientWidth / naturalWidth, frame.clientHeight / naturalHeight);
    const [width, height] = [naturalWidth * scale, naturalHeight * scale];
    const sharp = window.devicePixelRatio || 1;
    const { canvas } = this;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    const context = canvas.getContext("2d");
    if (this.editing && this.map) this.#drawEditing(context);
    if (!this.outlined && !this.editing) return;
    if (this.map) this.#drawOutline(context, sharp);
    if (this.item?.face && !this.editing) this.#drawFace(context, sharp);
    if (this.editing && this.map && this.tool !== "regions" && this.hover) this.#drawBrush(context, sharp);
  }

  #drawEditing(context) {
    const { width, height } = this.map;
    const layer = new ImageData(width, height);
    const cells = new Uint32Array(layer.data.buffer);
    const shade = packed(SHADE);
    for (let pixel = 0; pixel < cells.length; pixel++) if (!this.mask[pixel]) cells[pixel] = shade;
    if (this.hover && this.tool === "regions" && this.#isInside(this.hover)) {
      const region = this.#region(this.hover);
      const adds = this.stroke ? this.stroke.value : !this.#isMostlyHair(region);
      const color = packed(adds ? ADDS : TAKES);
      for (const pixel of this.map.pixels(region)) cells[pixel] = color;
    }
    const small = new OffscreenCanvas(width, height);
    small.getContext("2d").putImageData(layer, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
  }

  #drawOutline(context, sharp) {
    const { width, height } = this.map;
    const [across, down] = [context.canvas.width / width, context.canvas.height / height];
    const path = new Path2D();
    const isHair = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : this.mask[y * width + x]);
    for (let y = 0; y <= height; y++) {
      for (let x = 0; x <= width; x++) {
        const here = isHair(x, y);
        if (here !== isHair(x - 1, y)) {
          path.moveTo(x * across, y * down);
          path.lineTo(x * across, (y + 1) * down);
        }
        if (here !== isHair(x, y - 1)) {
          path.moveTo(x * across, y * down);
          path.lineTo((x + 1) * across, y * down);
        }
      }
    }
    context.lineCap = "round";
    context.strokeStyle = "rgb(0 0 0 / 0.65)";
    context.lineWidth = 4 * sharp;
    context.stroke(path);
    context.strokeStyle = OUTLINE;
    context.lineWidth = 1.8 * sharp;
    context.stroke(path);
  }

  #drawFace(context, sharp) {
    const [x, y, width, height] = this.item.face;
    const across = context.canvas.width / this.item.width;
    const down = context.canvas.height / this.item.height;
    context.lineWidth = 3.5 * sharp;
    context.strokeStyle = "rgb(0 0 0 / 0.5)";
    context.strokeRect(x * across, y * down, width * across, height * down);
    context.setLineDash([6 * sharp, 4 * sharp]);
    context.lineWidth = 1.8 * sharp;
    context.strokeStyle = FACE;
    context.strokeRect(x * across, y * down, width * across, height * down);
    context.setLineDash([]);
  }

  #drawBrush(context, sharp) {
    const across = context.canvas.width / this.map.width;
    context.beginPath();
    context.arc((this.hover.x + 0.5) * across, (this.hover.y + 0.5) * across, this.#radius() * across, 0, 2 * Math.PI);
    context.lineWidth = 2 * sharp;
    context.strokeStyle = this.tool === "brush" ? "#46dc78" : "#ff4646";
    context.stroke();
  }
}

function packed([red, green, blue, alpha]) {
  return new Uint32Array(Uint8Array.of(red, green, blue, alpha).buffer)[0];
}

// The server's answer as arrays, made once.
function parsed(answer) {
  if (answer.parsed) return answer.parsed;
  const { width, height } = answer;
  const bytes = Uint8Array.from(atob(answer.regions), (letter) => letter.charCodeAt(0));
  const regions = Uint16Array.from({ length: width * height }, (_, pixel) => bytes[2 * pixel] | (bytes[2 * pixel + 1] << 8));
  const none = new Uint8Array(width * height);
  const found = answer.hair === null ? none : decodeMask(answer, answer.hair);
  const mask = answer.painted === null ? found : decodeMask(answer, answer.painted);
  let byRegion = null;
  const pixels = (region) => {
    byRegion ??= grouped(regions);
    return byRegion[region];
  };
  answer.parsed = { width, height, regions, found, mask, pixels };
  return answer.parsed;
}

function grouped(regions) {
  const groups = [];
  regions.forEach((region, pixel) => (groups[region] ??= []).push(pixel));
  return groups;
}
