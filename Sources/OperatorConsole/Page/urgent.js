// What must be heard at once by who cannot see the page: link lost, stop, fault, refusal. One voice
// for all of it, each thing once: what is said again and again is not listened to.

import { write } from "./figures.js";

export class Urgent {
  #region = document.getElementById("urgent");
  #followed = "";

  /** Hears at every drawing what is wrong, and says it when it is something else; "" is nothing. */
  follow(words) {
    if (words === this.#followed) return;
    this.#followed = words;
    this.say(words);
  }

  /** Says something once. */
  say(words) { write(this.#region, words); }
}
