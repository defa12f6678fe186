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
  }

  get item() {
    return this.items[this.current] ?? null;
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

  async move(step) {
    const last = this.items.length - 1;
    this.current = Math.max(0, Math.min(last, this.current + step));
    await this.fill();
  }

  find(portrait) {
    return this.items.findIndex((item) => isSame(item, portrait));
  }
}
