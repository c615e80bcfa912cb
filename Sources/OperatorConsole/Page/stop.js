// The stop: one action, always enabled, from anywhere; the reset is guarded.

import { post } from "./server.js";
import { write } from "./figures.js";

const againMs = 150;
/** The first try is given up after so long, each further one after twice that, up to the last. */
const withinMs = [400, 1600];

export class Stop extends EventTarget {
  #isAsked = false;
  #banner = document.getElementById("stop-banner");
  #text = document.getElementById("stop-text");
  #ready = document.getElementById("reset-ready");
  #reset = document.getElementById("reset");
  #current = null;

  /** Events: `refused` (detail: the answer), `asked`, `unheard`, `heard`. */
  constructor() {
    super();
    const button = document.getElementById("stop");
    // On the way down: who is in a hurry does not wait for the finger to come up.
    button.addEventListener("pointerdown", () => this.ask("button"));
    button.addEventListener("click", () => this.ask("button"));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.ask("key");
    }, { capture: true });
    this.#ready.addEventListener("change", () => { this.#reset.disabled = !this.#ready.checked; });
    this.#reset.addEventListener("click", () => this.#askReset());
  }

  /** Asks until the server says yes: a stop that is lost on the way is no stop. */
  async ask(by) {
    this.dispatchEvent(new Event("asked"));
    if (this.#isAsked) return;
    this.#isAsked = true;
    write(this.#text, "Stop asked for; no answer yet");
    this.#banner.hidden = false;
    let [within, longest] = withinMs;
    for (;;) {
      const answer = await post("stop", { by: `page, ${by}` }, within);
      if (answer.ok) break;
      if (answer.status === 0) this.dispatchEvent(new Event("unheard"));
      within = Math.min(2 * within, longest);
      await new Promise((resume) => setTimeout(resume, againMs));
    }
    this.#isAsked = false;
    write(this.#text, "Stopped");
    this.dispatchEvent(new Event("heard"));
  }

  /** @param {import("./bench.js").Bench} bench */
  show(bench) {
    const { stop } = bench;
    if (bench.isLive) this.#current = stop;
    if (this.#isAsked) return;
    // Without a link it is not known whether the stop is still pressed.
    this.#banner.hidden = !bench.isLive || !stop.isActive;
    if (!bench.isLive) return;
    if (stop.isActive) {
      write(this.#text, `Stopped${stop.by ? ` (by ${stop.by})` : ""}. ${bench.driveText}`);
    } else {
      this.#ready.checked = false;
      this.#reset.disabled = true;
    }
  }

  async #askReset() {
    const answer = await post("stop/reset", { stop: this.#current?.id });
    this.#ready.checked = false;
    this.#reset.disabled = true;
    if (!answer.ok) this.dispatchEvent(new CustomEvent("refused", { detail: answer }));
  }
}
