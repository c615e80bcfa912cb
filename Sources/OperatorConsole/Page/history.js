// The last half minute of peak and distance, for the strip chart: a ring that never grows.

const seconds = 30;
const perSecond = 40;

export class History {
  #at = new Float64Array(seconds * perSecond);
  #peak = new Float64Array(seconds * perSecond);
  #maximum = new Float64Array(seconds * perSecond);
  #distance = new Float64Array(seconds * perSecond);
  #count = 0;

  get seconds() { return seconds; }
  get isEmpty() { return this.#count === 0; }

  /** One point; `at` in seconds of the server's clock, NaN for what is unknown. */
  add(at, peakDB, maximumDB, distanceMM) {
    if (this.#count > 0 && at <= this.#at[(this.#count - 1) % this.#at.length]) {
      // The server's clock went back: it began anew, and so does the chart.
      if (this.#at[(this.#count - 1) % this.#at.length] - at > 1) this.#count = 0;
      else return;
    }
    const slot = this.#count % this.#at.length;
    this.#at[slot] = at;
    this.#peak[slot] = peakDB;
    this.#maximum[slot] = maximumDB;
    this.#distance[slot] = distanceMM;
    this.#count += 1;
  }

  /** Calls `take(secondsAgo, peak, maximum, distance)` from old to new. */
  forEach(now, take) {
    const length = this.#at.length;
    for (let index = Math.max(0, this.#count - length); index < this.#count; index += 1) {
      const slot = index % length;
      const ago = now - this.#at[slot];
      if (ago <= seconds) take(ago, this.#peak[slot], this.#maximum[slot], this.#distance[slot]);
    }
  }
}
