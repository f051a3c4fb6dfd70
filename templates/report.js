// The long tables and the cards, shown from the data island: sorted, filtered, searched, a window at a time.
// Without this script the page is whole, only shorter. Texts are set as text, never as markup.
(() => {
"use strict";

const WINDOW = 200; // rows in the page at a time
const PRINTED = 500; // rows on paper, as many as are written out without a script
const data = JSON.parse(document.getElementById("data").textContent);
const {strings, words, subjects, controls} = data;
const SVG = "http://www.w3.org/2000/svg";
const collator = new Intl.Collator("en", {numeric: true, sensitivity: "base"});
const grouped = new Intl.NumberFormat("en-US");

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const shape = (id) => {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  use.setAttribute("href", `#${id}`);
  svg.append(use);
  return svg;
};

const severity = (rank) => {
  const [id, label] = words.severities[rank];
  return make("span", {class: `badge ${id}`}, shape(`s-${id}`), label);
};

const verdict = (number) => {
  const [group, label] = words.verdicts[number];
  return make("span", {class: `badge ${group}`}, shape(`g-${group}`), label);
};

const text = (number) => make("bdi", {}, strings[number]);

const name = (number) => {
  if (number === null) return make("span", {class: "none"}, "–");
  return strings[number] === "" ? make("span", {class: "none"}, words["empty name"]) : text(number);
};

const count = (number) => grouped.format(number);

const endpoint = (host, port) => [name(host), make("span", {class: "port"}, `:${port}`)];

const CELLS = {
  severity: (value) => [severity(value)],
  verdict: (value) => [verdict(value)],
  finding: (value, key) => [make("a", {href: `#finding-${key}`}, text(value))],
  endpoint: (host, port, product) => [...endpoint(host, port), ...(product === undefined ? [] : [make("small", {}, strings[product])])],
  number: (value) => [value === null ? make("span", {class: "none"}, "–") : count(value)],
  percent: (value) => [`${value} %`],
};

const WORDED = {
  severity: (value) => words.severities[value][1],
  verdict: (value) => words.verdicts[value][1],
};

const NUMERIC = new Set(["severity", "verdict", "number", "percent"]);

// Texts are put in order once, the first time that anybody sorts by one; after that only numbers are compared.
let ranks = null;
const rank = (number) => {
  if (ranks === null) {
    const order = [...strings.keys()].sort((a, b) => collator.compare(strings[a], strings[b]));
    ranks = new Uint32Array(strings.length);
    order.forEach((index, place) => { ranks[index] = place; });
  }
  return ranks[number];
};

// What is far away is laid out only when it comes near, and that moves what stands below it: aim until the target stays.
const aim = (element, tries = 12) => {
  element.scrollIntoView({behavior: "instant"});
  const {top} = element.getBoundingClientRect();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (tries > 0 && Math.abs(element.getBoundingClientRect().top - top) > 1) aim(element, tries - 1);
  }));
};

let lowered = null;
const containing = (needle) => {
  lowered ??= strings.map((each) => each.toLowerCase());
  const hits = new Uint8Array(strings.length);
  lowered.forEach((each, index) => { if (each.includes(needle)) hits[index] = 1; });
  return hits;
};

class Column {
  constructor(head) {
    this.head = head;
    this.label = head.textContent;
    this.kind = head.dataset.kind;
    this.parts = head.dataset.parts.split(" ").map(Number);
    this.facet = "facet" in head.dataset ? Number(head.dataset.facet) : null;
    this.filter = head.dataset.filter;
    this.via = "via" in head.dataset;
    this.numeric = NUMERIC.has(this.kind);
  }

  source(row) {
    return this.via ? data.tables.objects[row[0]] : row;
  }

  value(row) {
    return this.source(row)[this.parts[0]];
  }

  cell(row) {
    const values = this.parts.map((part) => this.source(row)[part]);
    const cell = make("td", {class: `k-${this.kind}`});
    cell.append(...(CELLS[this.kind] ?? ((value) => [name(value)]))(...values));
    return cell;
  }

  worded(value) {
    return WORDED[this.kind] ? WORDED[this.kind](value) : value === null ? `(${words.none})` : strings[value];
  }

  // A number by which rows are put in order; what is not there comes last either way.
  weight(row) {
    const value = this.value(row);
    if (value === null) return null;
    if (this.numeric) return value;
    return this.kind === "endpoint" ? rank(value) * 65536 + this.source(row)[this.parts[1]] : rank(value);
  }

  matches(row, hits, needle) {
    const value = this.value(row);
    if (value === null) return false;
    if (this.kind === "endpoint") {
      const port = String(this.source(row)[this.parts[1]]);
      const product = this.parts[2] === undefined ? 0 : hits[this.source(row)[this.parts[2]]];
      return hits[value] === 1 || product === 1 || `${strings[value]}:${port}`.toLowerCase().includes(needle);
    }
    if (WORDED[this.kind]) return this.worded(value).toLowerCase().includes(needle);
    return this.numeric ? false : hits[value] === 1;
  }
}

class LongTable {
  constructor(root) {
    this.root = root;
    this.id = root.dataset.table;
    this.rows = data.tables[this.id];
    this.columns = [...root.querySelectorAll("th")].map((head) => new Column(head));
    this.body = root.querySelector("tbody");
    this.chosen = this.rows;
    this.start = 0;
    this.needle = "";
    this.filters = new Map();
    this.sorted = null;
    this.descending = false;
    root.classList.add("scripted");
    if (this.rows.length > 1) {
      this.tools();
      this.columns.forEach((column) => this.sortable(column));
    }
  }

  tools() {
    const bar = make("div", {class: "tools"});
    const search = make("input", {type: "search", autocomplete: "off", spellcheck: "false"});
    search.addEventListener("input", () => { this.needle = search.value.trim().toLowerCase(); this.choose(); });
    this.control(bar, words.Search, search);
    this.columns.filter((column) => column.facet !== null).forEach((column) => this.facet(bar, column));
    const clear = make("button", {type: "button", class: "clear", hidden: ""}, words["Clear filters"]);
    clear.addEventListener("click", () => {
      search.value = "";
      this.needle = "";
      this.filters.clear();
      bar.querySelectorAll("select").forEach((select) => { select.value = ""; });
      this.choose();
      search.focus();
    });
    this.clear = clear;
    bar.append(clear);
    this.root.prepend(bar);
    const pager = make("div", {class: "pager"});
    this.status = make("p", {role: "status"});
    this.back = make("button", {type: "button"}, words.Previous);
    this.forth = make("button", {type: "button"}, words.Next);
    this.back.addEventListener("click", () => this.turn(-WINDOW));
    this.forth.addEventListener("click", () => this.turn(WINDOW));
    pager.append(this.status, this.back, this.forth);
    this.root.append(pager);
    this.tell();
  }

  control(bar, label, element) {
    element.id = `${this.id}-control-${bar.childElementCount}`;
    bar.append(make("div", {}, make("label", {for: element.id}, label), element));
  }

  facet(bar, column) {
    const tally = new Map();
    for (const row of this.rows) {
      const value = column.source(row)[column.facet];
      tally.set(value, (tally.get(value) ?? 0) + 1);
    }
    if (tally.size < 2 || tally.size > 500) return;
    const select = make("select");
    select.append(make("option", {value: ""}, words.All));
    const compare = (a, b) => (column.numeric ? a - b : collator.compare(strings[a], strings[b]));
    for (const value of [...tally.keys()].sort((a, b) => (a === null) - (b === null) || compare(a, b))) {
      select.append(make("option", {value: String(value)}, `${column.worded(value).slice(0, 60)} (${count(tally.get(value))})`));
    }
    select.addEventListener("change", () => {
      if (select.value === "") this.filters.delete(column);
      else this.filters.set(column, select.value === "null" ? null : Number(select.value));
      this.choose();
    });
    this.control(bar, column.filter, select);
  }

  sortable(column) {
    const button = make("button", {type: "button"}, column.label);
    column.head.replaceChildren(button);
    button.addEventListener("click", () => {
      this.descending = this.sorted === column ? !this.descending : column.kind === "number" || column.kind === "percent";
      this.sorted = column;
      this.columns.forEach((each) => each.head.removeAttribute("aria-sort"));
      column.head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
      this.choose();
    });
  }

  choose() {
    let rows = this.rows;
    for (const [column, wanted] of this.filters) rows = rows.filter((row) => column.source(row)[column.facet] === wanted);
    if (this.needle) {
      const hits = containing(this.needle);
      rows = rows.filter((row) => this.columns.some((column) => column.matches(row, hits, this.needle)));
    }
    if (this.sorted) {
      const sign = this.descending ? -1 : 1;
      const weighed = rows.map((row, place) => [this.sorted.weight(row), place, row]);
      weighed.sort((a, b) => {
        if (a[0] === b[0]) return a[1] - b[1];
        if (a[0] === null) return 1;
        if (b[0] === null) return -1;
        return sign * (a[0] - b[0]);
      });
      rows = weighed.map((each) => each[2]);
    }
    this.chosen = rows;
    this.start = 0;
    this.show();
  }

  turn(step) {
    this.start += step;
    this.show();
    aim(this.root);
  }

  show(size = WINDOW) {
    const part = this.chosen.slice(this.start, this.start + size);
    this.body.replaceChildren(...part.map((row) => make("tr", {}, ...this.columns.map((column) => column.cell(row)))));
    if (part.length === 0) this.body.append(make("tr", {}, make("td", {colspan: this.columns.length, class: "none"}, words["No row matches."])));
    if (this.status) this.tell(part.length);
  }

  tell(shown = Math.min(this.rows.length, WINDOW)) {
    const all = this.chosen.length;
    const lost = all < this.rows.length ? ` ${fill(words["Filtered from {n}."], {n: count(this.rows.length)})}` : "";
    this.status.textContent = all === 0 ? words["No row matches."] + lost
      : fill(words["Rows {a}–{b} of {n}"], {a: count(this.start + 1), b: count(this.start + shown), n: count(all)}) + lost;
    this.back.disabled = this.start === 0;
    this.forth.disabled = this.start + shown >= all;
    const paged = all > WINDOW;
    this.back.hidden = !paged;
    this.forth.hidden = !paged;
    this.clear.hidden = !this.needle && this.filters.size === 0;
  }

  paper(printing) {
    if (this.rows.length <= WINDOW) return;
    if (printing) {
      this.kept = this.start;
      this.start = 0;
      this.show(PRINTED);
    } else {
      this.start = this.kept;
      this.show();
    }
  }
}

// The places of a finding's row, in the order of the class FindingRow.
const [KEY, SEVERITY, TITLE, HOST, PORT, PRODUCT, OBJECT, OWNER, ENVIRONMENT, RECORDS, CATEGORIES, WHY, FIX, VERIFY, CONTROLS, SUBJECT, ALTERED] = Array(17).keys();

const card = (row) => {
  const article = document.getElementById("card").content.firstElementChild.cloneNode(true);
  const part = (id) => article.querySelector(`[data-f=${id}]`);
  const subject = row[SUBJECT] === null ? null : subjects[row[SUBJECT]];
  const [number, service, , , notes, evidence, objects, more] = subject ?? [null, null, null, null, [], [], [], 0];
  const key = row[KEY];
  article.classList.add(words.severities[row[SEVERITY]][0]);
  article.id = `finding-${key}`;
  article.setAttribute("aria-labelledby", `name-${key}`);
  part("title").id = `name-${key}`;
  part("title").append(text(row[TITLE]));
  part("severity").append(severity(row[SEVERITY]));
  if (subject) part("verdict").append(verdict(number));
  part("link").href = `#finding-${key}`;
  part("link").append(`#${key.slice(0, 8)}`);
  part("endpoint").append(...endpoint(row[HOST], row[PORT]));
  part("service").append(text(subject && strings[service] ? service : row[PRODUCT]));
  part("object").append(row[OBJECT] === null ? words["the whole service"] : name(row[OBJECT]));
  part("records").append(row[RECORDS] === null ? words["not told"] : count(row[RECORDS]));
  part("owner").append(name(row[OWNER]));
  part("environment").append(name(row[ENVIRONMENT]));
  if (row[CATEGORIES] === null) part("categories").replaceChildren();
  else part("categories").firstElementChild.append(text(row[CATEGORIES]));
  part("why").append(text(row[WHY]));
  part("fix").append(text(row[FIX]));
  part("verify").append(text(row[VERIFY]));
  part("altered").hidden = !row[ALTERED];
  for (const [request, status, why] of evidence) {
    part("evidence").append(make("li", {}, make("code", {}, text(request)), " ",
      make("span", {class: "status"}, status === null ? "–" : String(status)), " ", text(why)));
  }
  for (const note of notes) part("notes").append(make("li", {}, text(note)));
  if (objects.length) {
    const list = make("li", {}, `${words["A stranger can list:"]} `);
    objects.forEach(([object, records], place) => {
      list.append(name(object), records === null ? "" : ` (${count(records)})`, place < objects.length - 1 ? ", " : "");
    });
    if (more > 0) list.append(` ${fill(words["and {n} more"], {n: count(more)})}`);
    part("notes").append(list);
  }
  for (const [framework, id, why] of controls[row[CONTROLS]]) {
    part("controls").append(make("li", {}, make("b", {}, text(framework), " ", text(id)), " ", text(why)));
  }
  if (controls[row[CONTROLS]].length === 0) part("controls").append(make("li", {class: "none"}, words.none));
  return article;
};

const follow = () => {
  const id = location.hash.slice(1);
  let target = document.getElementById(id);
  if (!target && id.startsWith("finding-")) {
    const row = data.tables.findings.find((each) => `finding-${each[KEY]}` === id);
    if (!row) return;
    target = card(row);
    document.getElementById("opened").prepend(target);
  }
  if (!target) return;
  if (target.matches("article")) target.focus({preventScroll: true});
  aim(target);
};

const watch = () => {
  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      links.forEach((link, id) => link.toggleAttribute("aria-current", id === entry.target.id));
    }
  }, {rootMargin: "-10% 0px -80% 0px"});
  for (const id of links.keys()) seen.observe(document.getElementById(id));
};

const long = [...document.querySelectorAll("[data-table]")].map((root) => new LongTable(root));
addEventListener("beforeprint", () => long.forEach((table) => table.paper(true)));
addEventListener("afterprint", () => long.forEach((table) => table.paper(false)));
addEventListener("hashchange", follow);
watch();
follow();
})();
