import { ago, element } from './card.js';

const mostShown = 150;

/** The list of cards, the newest on top. What comes in one frame is drawn in one go. */
export class Feed {
  #waiting: HTMLElement[] = [];
  #isAsked = false;
  #isHeld = false;

  constructor(
    private readonly list: HTMLElement,
    private readonly onWaiting: (count: number) => void,
  ) {}

  add(item: HTMLElement): void {
    this.#waiting.push(item);
    if (this.#waiting.length > mostShown) this.#waiting.shift();
    if (this.#isHeld) this.onWaiting(this.#waiting.length);
    else this.#ask();
  }

  /** A line across the list. */
  mark(kind: 'cut' | 'back', text: string): void {
    this.add(element('li', `mark ${kind}`, element('span', '', text)));
  }

  clear(): void {
    this.#waiting = [];
    this.list.replaceChildren();
  }

  /** An entry is gone: so is what was shown of it. */
  remove(id: string): void {
    const shown = [...this.#waiting, ...(this.list.children as Iterable<Element> as HTMLElement[])];
    const gone = shown.find((item) => item.dataset.id === id);
    gone?.classList.add('removed');
    gone?.replaceChildren(element('p', 'card-text', 'This entry was removed.'));
  }

  /** Holds the list still, for reading. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.onWaiting(0);
    if (!isHeld) this.#ask();
  }

  refreshTimes(nowMs: number): void {
    for (const time of this.list.querySelectorAll('time')) time.textContent = ago(time.dateTime, nowMs);
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      if (this.#isHeld) return;
      this.list.prepend(...this.#waiting.reverse());
      this.#waiting = [];
      while (this.list.children.length > mostShown) this.list.lastElementChild!.remove();
    });
  }
}
