// The stream of states from the server, and whether it can be believed.
//
// What is older than `unknownAfterMs` is not shown as a value any more (R29). The page judges that
// by its own clock: a server that freezes, or a network that swallows everything, sends no notice.
// How long a state was on its way is told by two clocks that have nothing in common but their pace:
// the least that lay between a state's making and its coming is taken for no delay at all, and what
// lies above it is age.

export const unknownAfterMs = 250;
const lookEveryMs = 40;
/** Without news for so long, what is shown is looked at again: parts of it may have grown old. */
const quietAfterMs = 100;
/** A connection without a state that can be believed is given up after so long. */
const giveUpAfterMs = 2000;
const againAfterMs = 500;
/** How far two clocks may drift apart, of the time that passes; twice what crystals do. */
const drift = 2e-4;

export class Link extends EventTarget {
  /** The newest state, as the contract has it; null before the first. */
  state = null;
  isLive = false;
  #receivedAt = -Infinity;
  #source = null;
  #askedAt = -Infinity;
  #againAt = -Infinity;
  #isFirst = true;
  #hasMadeRoom = false;
  /** The page's clock less the server's, for a state without delay; nothing is believed without. */
  #base = -Infinity;

  /** Events: `state` (detail: the state), `log` (detail: the entry), `live`, `quiet`, `lost`. */
  open() {
    document.addEventListener("visibilitychange", () => this.#turn());
    this.#turn();
    setInterval(() => this.#look(), lookEveryMs);
  }

  /** Milliseconds since the newest state was made; more than is believed while nothing is. */
  get age() { return this.isLive ? this.#age : Math.max(this.#age, unknownAfterMs + 1); }

  get #age() {
    return this.state ? performance.now() - this.#base - this.state.time.madeMs : Infinity;
  }

  /**
   * Lets the stream go, so that a request gets through: a browser has six connections for all its
   * pages of one server, and streams of other pages may have taken the rest.
   */
  makeRoom() {
    this.#hasMadeRoom = true;
    this.#turn();
  }

  /** The stream is wanted again. */
  resume() {
    if (!this.#hasMadeRoom) return;
    this.#hasMadeRoom = false;
    this.#turn();
  }

  // Nobody sees a hidden page: it takes no connection from those that are seen.
  get #isWanted() { return document.visibilityState !== "hidden" && !this.#hasMadeRoom; }

  #turn() {
    if (this.#isWanted) return this.#connect();
    this.#source?.close();
    this.#lose();
  }

  #connect() {
    this.#source?.close();
    this.#askedAt = performance.now();
    this.#againAt = this.#askedAt + giveUpAfterMs;
    this.#isFirst = true;
    const source = new EventSource("/api/v1/events");
    source.addEventListener("state", (event) => this.#take(event.data));
    source.addEventListener("log", (event) => {
      const entry = parsed(event.data);
      if (entry) this.#tell("log", { id: event.lastEventId, ...entry });
    });
    // Not left to the browser: it would not say when it asked.
    source.addEventListener("error", () => {
      source.close();
      if (source === this.#source) this.#againAt = performance.now() + againAfterMs;
    });
    this.#source = source;
  }

  #take(text) {
    const state = parsed(text);
    if (!Number.isFinite(state?.time?.madeMs)) return;
    // The same again is no news: a server whose bench stands still has nothing else to send.
    if (state.sequence === this.state?.sequence) return;
    const now = performance.now();
    this.#learn(now, state.time.madeMs);
    // An older state than the one shown is late news of another connection, or of a server that
    // began anew: only the latter may take its place.
    if (this.isLive && this.state && state.sequence <= this.state.sequence) return;
    this.state = state;
    this.#receivedAt = now;
    if (this.#age > unknownAfterMs) {
      this.#lose();
    } else {
      this.#againAt = now + giveUpAfterMs;
      if (!this.isLive) {
        this.isLive = true;
        this.#tell("live");
      }
    }
    this.#tell("state", state);
  }

  /** What a state that was made at `madeMs` tells of the clocks. */
  #learn(now, madeMs) {
    const offset = now - madeMs;
    const isProof = this.#isFirst && now - this.#askedAt <= unknownAfterMs;
    // The first of a connection was made after it was asked for, or a view earlier: one that came
    // soon is not old, whatever was believed of the clocks before.
    if (isProof) this.#base = offset;
    else if (this.#isFirst && this.#base === -Infinity) this.#againAt = now + againAfterMs;
    else this.#base = Math.min(this.#base + drift * (now - this.#receivedAt), offset);
    this.#isFirst = false;
  }

  #look() {
    const now = performance.now();
    if (this.isLive && this.age > unknownAfterMs) this.#lose();
    else if (this.isLive && now - this.#receivedAt > quietAfterMs) this.#tell("quiet");
    // A connection can hang open for minutes without a word; the browser would wait for ever.
    if (!this.isLive && this.#isWanted && now >= this.#againAt) this.#connect();
  }

  #lose() {
    if (!this.isLive) return;
    this.isLive = false;
    this.#tell("lost");
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
