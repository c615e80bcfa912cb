// Every check with value, limit, verdict and remedy, before anyone presses anything.

import { unknown, write } from "./figures.js";

const marks = { pass: "✓ pass", fail: "✗ fail", latched: "■ latched", unknown: "? unknown" };

export class ChecksPanel {
  #body = document.getElementById("checks-rows");
  #count = document.getElementById("checks-count");
  #rows = new Map();

  /** @param {import("./bench.js").Bench} bench */
  show(bench) {
    let open = 0;
    for (const check of bench.checks) {
      const verdict = bench.isLive ? check.verdict : "unknown";
      if (verdict !== "pass") open += 1;
      this.#write(this.#rows.get(check.id) ?? this.#add(check), check, verdict, bench.isLive);
    }
    const total = bench.checks.length;
    write(this.#count, total === 0 || !bench.isLive ? `(${unknown})` :
      open === 0 ? `(all ${total} pass)` : `(${open} of ${total} do not pass)`);
  }

  #add(check) {
    const row = document.createElement("tr");
    row.dataset.check = check.id;
    const verdict = cell(row, "td", "verdict");
    const name = cell(row, "th", "name");
    name.scope = "row";
    const title = part(name, "div", "");
    const id = part(name, "div", "check-id");
    const remedy = part(name, "div", "remedy");
    const value = cell(row, "td", "number");
    const limit = cell(row, "td", "number");
    this.#body.append(row);
    const parts = { row, verdict, title, id, remedy, value, limit };
    this.#rows.set(check.id, parts);
    return parts;
  }

  #write(parts, check, verdict, isLive) {
    if (parts.row.dataset.verdict !== verdict) parts.row.dataset.verdict = verdict;
    write(parts.verdict, marks[verdict] ?? marks.unknown);
    write(parts.title, check.title);
    write(parts.id, check.title === check.id ? check.kind : `${check.id} · ${check.kind}`);
    write(parts.remedy, check.remedy === "" || !isLive ? "" : `→ ${check.remedy}`);
    write(parts.value, isLive ? check.value : unknown);
    write(parts.limit, check.limit);
  }
}

function cell(row, kind, name) { return part(row, kind, name); }

function part(parent, kind, name) {
  const element = document.createElement(kind);
  if (name !== "") element.className = name;
  parent.append(element);
  return element;
}
