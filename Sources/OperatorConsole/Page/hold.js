// Hold to enable: pressed as long as a pointer or the key is down, and not a moment longer.

import { post } from "./server.js";

const key = "e";

export class Hold extends EventTarget {
  #button;
  #isHeld = false;
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
    operator.addEventListener("letgo", () => this.release());
    this.#listenToPointer();
    this.#listenToKeys(takesLetters);
    window.addEventListener("blur", () => this.release());
    // A menu under a long touch takes the pointer's end away.
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get isHeld() { return this.#isHeld; }

  async press() {
    if (this.#isHeld) return;
    this.#set(true);
    const answer = await post("commands/enable");
    // The release may have overtaken the press on its way; the last word is said once more.
    if (!this.#isHeld) post("commands/release");
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
    post("commands/release");
  }

  #set(isHeld) {
    this.#isHeld = isHeld;
    this.#button.setAttribute("aria-pressed", String(isHeld));
    this.#button.textContent = isHeld ? "Enabled while you hold" : "Hold to enable";
    this.dispatchEvent(new Event("change"));
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
