// The event log, newest first, and what was refused with its reasons.

import { write } from "./figures.js";

const kept = 200;
const marks = { info: "· info", warning: "▲ warning", fault: "■ fault" };

export class EventsPanel {
  #rows = document.getElementById("event-rows");
  #seen = new Set();

  /** @param entry `{id, at, level, text}` of the server's log. */
  add(entry) {
    // A stream that resumes may tell the newest again.
    if (entry.id !== "" && this.#seen.has(entry.id)) return;
    this.#seen.add(entry.id);
    const row = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = clock(entry);
    const level = document.createElement("span");
    level.className = "level";
    level.textContent = marks[entry.level] ?? entry.level ?? "";
    row.append(time, " ", level, " ", entry.text ?? "");
    row.dataset.level = entry.level ?? "";
    this.#rows.prepend(row);
    while (this.#rows.childElementCount > kept) this.#rows.lastElementChild.remove();
    if (this.#seen.size > 4 * kept) this.#seen = new Set([...this.#seen].slice(-kept));
  }
}

function clock(entry) {
  const at = new Date(entry.time ?? entry.at ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? `#${entry.id}` : at.toISOString().slice(11, 23);
}

export class RefusalPanel {
  #banner = document.getElementById("refusal");
  #title = document.getElementById("refusal-title");
  #list = document.getElementById("refusal-list");

  /**
   * Shows why something was refused until the next thing is asked for.
   * @returns the same in one sentence, to be heard.
   */
  show(what, answer) {
    write(this.#title, `${what}: ${answer.title || "refused"}`);
    this.#list.replaceChildren(...answer.reasons.map((reason) => {
      const row = document.createElement("li");
      const measured = reason.value === "" ? "" : ` ${reason.value}, limit ${reason.limit}`;
      row.textContent = `${reason.id}${measured}${reason.remedy ? ` → ${reason.remedy}` : ""}`;
      return row;
    }));
    this.#banner.hidden = false;
    const [first, ...others] = answer.reasons;
    const said = [this.#title.textContent];
    if (first && first.title !== answer.title) said.push(first.title);
    if (first?.remedy) said.push(first.remedy);
    if (others.length > 0) said.push(`and ${others.length} more`);
    return said.join(". ");
  }

  clear() { this.#banner.hidden = true; }
}
