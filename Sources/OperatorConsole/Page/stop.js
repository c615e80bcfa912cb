// The stop: one action, always enabled, from anywhere; the reset is guarded.

import { post } from "./server.js";
import { write } from "./figures.js";

const again = 150;

export class Stop extends EventTarget {
  #isAsked = false;
  #banner = document.getElementById("stop-banner");
  #text = document.getElementById("stop-text");
  #ready = document.getElementById("reset-ready");
  #reset = document.getElementById("reset");
  #current = null;

  /** Events: `refused` (detail: the answer), `asked`. */
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
    let answer;
    do {
      answer = await post("stop", { by: `page, ${by}` });
      if (!answer.ok) await new Promise((resume) => setTimeout(resume, again));
    } while (!answer.ok);
    this.#isAsked = false;
    write(this.#text, "Stopped");
  }

  /** @param stop `{isActive, id, by}` of a state that is live. */
  show(stop) {
    this.#current = stop;
    if (this.#isAsked) return;
    this.#banner.hidden = !stop.isActive;
    if (stop.isActive) {
      write(this.#text, `Stopped${stop.by ? ` (by ${stop.by})` : ""}: the drive is off`);
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
