// Hold to enable: pressed as long as a pointer or the key is down, and not a moment longer.

import { write } from "./figures.js";
import { post } from "./server.js";

const key = "e";
const enableWithinMs = 1000;
const releaseWithinMs = 400;
const againMs = 150;

export class Hold extends EventTarget {
  #button;
  #operator;
  #isHeld = false;
  /** A release is on its way; the server may still hold the switch. */
  #isTelling = false;
  #isUnheard = false;
  #tellsAgain = false;
  #pointer = null;
  /** The physical key that holds; null when none does. */
  #code = null;

  /**
   * Events: `refused` (detail: the answer), `change`.
   * @param {HTMLButtonElement} button
   * @param {import("./operator.js").Operator} operator
   * @param {() => boolean} takesLetters whether letter keys are on
   */
  constructor(button, operator, takesLetters) {
    super();
    this.#button = button;
    this.#operator = operator;
    operator.addEventListener("letgo", () => this.release());
    this.#listenToPointer();
    this.#listenToKeys(takesLetters);
    window.addEventListener("blur", () => this.release());
    // A menu under a long touch takes the pointer's end away.
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get isHeld() { return this.#isHeld; }

  async press() {
    if (this.#isHeld || this.#isTelling) return;
    this.#set(true);
    const answer = await post("commands/enable", undefined, enableWithinMs);
    // The release may have overtaken the press on its way; the last word is said once more.
    if (!this.#isHeld) this.#tellRelease();
    if (!answer.ok) {
      this.release();
      this.dispatchEvent(new CustomEvent("refused", { detail: answer }));
    }
  }

  release() {
    this.#pointer = null;
    this.#code = null;
    if (!this.#isHeld) return;
    this.#set(false);
    this.#tellRelease();
  }

  // Until the server answers: to a release that was lost on the way it would hold on. Meanwhile no
  // beat goes out, so that the dead man ends what no word can.
  async #tellRelease() {
    this.#tellsAgain = this.#isTelling;
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#operator.hush(true);
    do {
      this.#tellsAgain = false;
      // Refused is heard: who may not let go holds nothing.
      while (!isHeard(await post("commands/release", undefined, releaseWithinMs))) {
        this.#isUnheard = true;
        this.#show();
        await new Promise((resume) => setTimeout(resume, againMs));
      }
    } while (this.#tellsAgain);
    this.#isTelling = false;
    this.#isUnheard = false;
    this.#operator.hush(false);
    this.#show();
  }

  #set(isHeld) {
    this.#isHeld = isHeld;
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.#isHeld));
    write(this.#button, this.#isHeld ? "Enabled while you hold"
      : this.#isUnheard ? "Let go; the server has not answered" : "Hold to enable");
  }

  #listenToPointer() {
    const button = this.#button;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#pointer !== null) return;
      this.#pointer = event.pointerId;
      button.setPointerCapture(event.pointerId);
      this.press();
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      button.addEventListener(end, (event) => {
        if (event.pointerId === this.#pointer) this.release();
      });
    }
  }

  #listenToKeys(takesLetters) {
    const isOurs = (event) => {
      // On a real bench the switch is under a hand there: there is no button, and no key for it.
      if (this.#button.hidden) return false;
      const onButton = event.target === this.#button;
      if (onButton && (event.key === " " || event.key === "Enter")) return true;
      const isText = event.target instanceof HTMLInputElement && event.target.type === "number";
      return event.key.toLowerCase() === key && !isText && takesLetters();
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !isOurs(event)) return;
      event.preventDefault();
      if (event.repeat || this.#code !== null) return;
      this.#code = event.code;
      this.press();
    });
    // By the physical key: a modifier pressed meanwhile changes what the key is called. Wherever
    // the focus is by then; once the window has lost it no key is seen to come up: blur releases.
    document.addEventListener("keyup", (event) => {
      if (event.code === this.#code) this.release();
    });
  }
}

/** Whether the server said anything of its own: a failure on its side is no answer. */
function isHeard(answer) { return answer.status !== 0 && answer.status < 500; }
