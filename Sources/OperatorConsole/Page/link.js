// The stream of states from the server, and whether it can be believed.
//
// What is older than `unknownAfterMs` is not shown as a value any more (R29). The page judges that
// by its own clock: a server that freezes, or a network that swallows everything, sends no notice.

export const unknownAfterMs = 250;
const lookEveryMs = 40;

export class Link extends EventTarget {
  /** The newest state, as the contract has it; null before the first. */
  state = null;
  /** `performance.now()` at which it came. */
  receivedAt = -Infinity;
  isLive = false;
  #source = null;
  #silentSince = performance.now();

  /** Events: `state` (detail: the state), `log` (detail: the entry), `live`, `lost`. */
  open() {
    this.#connect();
    setInterval(() => this.#look(), lookEveryMs);
  }

  /** Milliseconds since the newest state came. */
  get age() { return performance.now() - this.receivedAt; }

  #connect() {
    this.#source?.close();
    this.#silentSince = performance.now();
    const source = new EventSource("/api/v1/events");
    source.addEventListener("state", (event) => this.#take(event.data));
    source.addEventListener("log", (event) => {
      const entry = parsed(event.data);
      if (entry) this.#tell("log", { id: event.lastEventId, ...entry });
    });
    this.#source = source;
  }

  #take(text) {
    const state = parsed(text);
    if (!state) return;
    // An older state than the one shown is late news of another connection, or of a server that
    // began anew: only the latter may take its place.
    if (this.isLive && this.state && state.sequence <= this.state.sequence) return;
    this.state = state;
    this.receivedAt = performance.now();
    this.#silentSince = this.receivedAt;
    if (!this.isLive) {
      this.isLive = true;
      this.#tell("live");
    }
    this.#tell("state", state);
  }

  #look() {
    if (this.isLive && this.age > unknownAfterMs) {
      this.isLive = false;
      this.#tell("lost");
    }
    // A connection can hang open for minutes without a word; the browser would wait for ever.
    if (!this.isLive && performance.now() - this.#silentSince > 2000) this.#connect();
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

/** The JSON in `text`, or null: what cannot be read is no news. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
