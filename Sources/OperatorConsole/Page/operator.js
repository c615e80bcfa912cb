// The operator's side of the control lease, and the dead man's part in it.
//
// The server ends what this page holds when it has heard nothing for a second. The page gives up at
// once, and does not wait for that, when the person may be gone: the page is hidden, frozen, left,
// offline, or has lost the link. Heartbeats come from the page's own thread on purpose: a page that
// hangs must fall silent, so no worker may speak for it.

import { post, send } from "./server.js";

const heartbeatEveryMs = 200;
/** A beat that hangs is given up while there is still time for another. */
const beatWithinMs = 400;
/** The server ends what is held when it was not heard for so long; so does the page. */
const lapsesAfterMs = 1000;

export class Operator extends EventTarget {
  /** Whether the server gave this page the control lease, and has not taken it back. */
  hasControl = false;
  #timer = null;
  #isBeating = false;
  #isHushed = false;
  #heardAt = -Infinity;
  #session = null;

  /** @param {import("./link.js").Link} link */
  constructor(link) {
    super();
    link.addEventListener("lost", () => this.letGo("link lost"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#leave("page hidden");
    });
    document.addEventListener("freeze", () => this.#leave("page frozen"));
    window.addEventListener("pagehide", () => this.#leave("page left"));
    window.addEventListener("offline", () => this.#leave("offline"));
  }

  /** Asks for control. @returns {Promise<import("./server.js").Answer>} */
  async take() {
    const session = await (this.#session ??= post("session", { role: "operator" }));
    if (!session.ok) {
      this.#session = null;
      return session;
    }
    let answer = await post("control");
    // The server began anew and knows this session no more.
    if (answer.status === 401) {
      this.#session = null;
      const again = await (this.#session = post("session", { role: "operator" }));
      if (again.ok) answer = await post("control");
    }
    if (answer.ok) this.#begin();
    return answer;
  }

  /** Gives control back. */
  async give() {
    this.#end("given back");
    return send("DELETE", "control");
  }

  /** Releases everything that is held, but keeps control. */
  letGo(reason) { this.dispatchEvent(new CustomEvent("letgo", { detail: reason })); }

  /** Silences the beats while something must end that the server may not have heard of. */
  hush(isHushed) { this.#isHushed = isHushed; }

  #leave(reason) {
    this.letGo(reason);
    if (!this.hasControl) return;
    this.#end(reason);
    // Goes out even when the page is being torn down.
    send("DELETE", "control");
  }

  #begin() {
    this.hasControl = true;
    this.#heardAt = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#beat(), heartbeatEveryMs);
    this.dispatchEvent(new Event("change"));
  }

  #end(reason) {
    clearInterval(this.#timer);
    this.letGo(reason);
    if (!this.hasControl) return;
    this.hasControl = false;
    this.dispatchEvent(new Event("change"));
  }

  async #beat() {
    // Silent from the moment control ends, whatever was still under way then.
    if (!this.hasControl) return;
    const now = performance.now();
    if (now - this.#heardAt > lapsesAfterMs) return this.#end("not heard");
    // One at a time: beats that pile up in a stuck network would tell of a page long gone.
    if (this.#isBeating || this.#isHushed || document.visibilityState === "hidden") return;
    this.#isBeating = true;
    const answer = await send("PUT", "control", undefined, beatWithinMs);
    this.#isBeating = false;
    if (answer.ok) this.#heardAt = now;
    // One that hung has used up the time of two: the next goes at once, and not at the next tick.
    else if (answer.status === 0 && performance.now() - now >= heartbeatEveryMs) return this.#beat();
    else if (answer.status !== 0 && this.hasControl) this.#end(answer.title);
  }
}
