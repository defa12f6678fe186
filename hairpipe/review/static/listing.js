// The portraits that match the filters, fetched page by page as they are needed.

import { getPortraits } from "./api.js";

const AHEAD = 30;

export const isSame = (one, other) => one.portrait_id === other.portrait_id && one.source === other.source;

export class Listing {
  constructor(filters) {
    this.filters = filters;
    this.items = [];
    this.total = 0;
    this.current = 0;
    this.nextPlace = 0;
    this.fetching = null;
    this.selected = new Set();
  }

  get item() {
    return this.items[this.current] ?? null;
  }

  // What a judgement is of: the selected portraits, or else the one that is shown.
  get targets() {
    if (this.selected.size) return [...this.selected].sort((one, other) => one - other).map((index) => this.items[index]);
    return this.item ? [this.item] : [];
  }

  get isOfUnjudged() {
    return this.filters.label === "none";
  }

  // Fetches until there are some portraits after the current one, or no more.
  async fill() {
    while (this.nextPlace !== null && this.items.length - this.current <= AHEAD) {
      this.fetching ??= this.#fetchPage().finally(() => (this.fetching = null));
      await this.fetching;
    }
  }

  async #fetchPage() {
    const first = this.items.length === 0;
    const page = await getPortraits({ ...this.filters, place: this.nextPlace });
    this.items.push(...page.items);
    this.nextPlace = page.next_place;
    if (first) this.total = page.total;
  }

  // Past the last of those to be judged there is nothing to show.
  async move(step) {
    const last = this.items.length - (this.isOfUnjudged ? 0 : 1);
    this.current = Math.max(0, Math.min(last, this.current + step));
    while (step > 0 && this.isOfUnjudged && this.item?.judgedElsewhere) this.current++;
    await this.fill();
  }

  find(portrait) {
    return this.items.findIndex((item) => isSame(item, portrait));
  }

  // What was said of portraits in other windows, or of others with the same picture.
  take(labels) {
    for (const { judged, ...portrait } of labels) {
      const index = this.find(portrait);
      if (index < 0) continue;
      this.items[index].judged = judged;
      this.items[index].judgedElsewhere = judged !== null && index !== this.current && !this.selected.has(index);
    }
  }
}
