const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Further from a switch than clocks are ever put forward or back, but for the date line's sake. */
const nearMs = 3 * hourMs;

/**
 * What clocks of a place show, by the time zone database that Node brings along (ECMA-402, `Intl.DateTimeFormat`).
 * All moments are milliseconds since 1970; what clocks show is written as the moment at which they show it in UTC.
 */
export class TimeZone {
  private constructor(
    /** As the database writes it, e.g. `Europe/Berlin`. */
    readonly name: string,
    private readonly format: Intl.DateTimeFormat,
  ) {}

  /** Undefined where the database knows no such name. */
  static named(name: string): TimeZone | undefined {
    try {
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
      return new TimeZone(format.resolvedOptions().timeZone, format);
    } catch {
      return undefined;
    }
  }

  /** What clocks there show. */
  localMs(moment: number): number {
    const [month, day, year, hour, minute, second] = this.format
      .format(moment)
      .match(/\d+/g)!
      .map((digits) => Number(digits));
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) + (((moment % 1000) + 1000) % 1000);
  }

  /** How far clocks there are ahead of UTC, in milliseconds. */
  offsetMs(moment: number): number {
    return this.localMs(moment) - moment;
  }

  /** The first moment of a day there. Where midnight is passed over, it is when clocks were put forward; where it comes twice, the first. */
  startOfDay(localDay: number): number {
    const guess = localDay - this.offsetMs(localDay);
    const [before, after] = [this.offsetMs(guess - nearMs), this.offsetMs(guess + nearMs)];
    for (const offset of [before, after]) {
      if (this.localMs(localDay - offset) === localDay) return localDay - offset;
    }
    return this.#switchBetween(guess - nearMs, guess + nearMs);
  }

  /** As clocks there show it, with their offset: RFC 3339, to the second. */
  text(moment: number): string {
    const minutes = Math.round(this.offsetMs(moment) / minuteMs);
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    const offset = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
    return `${new Date(this.localMs(moment)).toISOString().slice(0, 19)}${offset}`;
  }

  #switchBetween(from: number, to: number): number {
    const old = this.offsetMs(from);
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetMs(middle) === old) low = middle;
      else high = middle;
    }
    return high;
  }
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Midnight of the day that clocks show. */
export const dayOf = (localMs: number): number => Math.floor(localMs / dayMs) * dayMs;

/** Midnight of the Monday of that week. */
export function mondayOf(localMs: number): number {
  const day = dayOf(localMs);
  return day - ((new Date(day).getUTCDay() + 6) % 7) * dayMs;
}

export const addDays = (localDay: number, days: number): number => localDay + days * dayMs;

/** From one full hour of clocks to the next. */
export const toNextHour = (localMs: number): number => hourMs - (((localMs % hourMs) + hourMs) % hourMs);
export const sinceFullHour = (localMs: number): number => ((localMs % hourMs) + hourMs) % hourMs;
