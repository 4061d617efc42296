"use strict";
// Search, sort and filter for each table with data-tools. Without this script everything is there
// to read. It builds no row anew on a key press, and lets the browser lay out only the first rows
// that fit until more are asked for: laying out thousands is what would be slow.
const AT_ONCE = 100;
const unlimited = [];
for (const table of document.querySelectorAll("table[data-tools]")) {
  const body = table.tBodies[0];
  let rows = Array.from(body.rows, (row) => ({
    row,
    text: null,
    labels: (row.dataset.labels || "").split(" "),
  }));
  let limit = AT_ONCE;
  const fold = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const search = document.querySelector(`[data-search="${table.id}"]`);
  const filter = document.querySelector(`[data-filter="${table.id}"]`);
  const status = document.querySelector(`[data-status="${table.id}"]`);
  const more = document.querySelector(`[data-more="${table.id}"]`);
  search.closest(".tools").hidden = false;

  const show = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const label = filter ? filter.value : "";
    let found = 0;
    for (const each of rows) {
      each.text ??= fold(each.row.textContent);
      const fits = words.every((word) => each.text.includes(word)) &&
        (!label || each.labels.includes(label));
      found += fits;
      const hide = !fits || found > limit;
      if (each.row.hidden !== hide) each.row.hidden = hide;
    }
    const listed = Math.min(found, limit);
    const count = `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
    const all = found === rows.length ? count : `${found} of ${count} found`;
    status.textContent = listed < found ? `${all}, the first ${listed} listed` : all;
    more.hidden = listed === found;
  };
  const restart = () => {
    limit = AT_ONCE;
    show();
  };
  search.addEventListener("input", restart);
  if (filter) filter.addEventListener("change", restart);
  more.addEventListener("click", () => {
    limit = Infinity;
    show();
  });
  unlimited.push((on) => {
    limit = on ? Infinity : AT_ONCE;
    show();
  });
  show();

  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, at) => {
    if (!("sort" in head.dataset)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const number = head.classList.contains("num");
      const first = number ? "descending" : "ascending";
      const second = number ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      for (const other of heads) {
        if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      }
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const key = ({ row }) => {
        const cell = row.cells[at];
        const value = cell.dataset.by ?? cell.textContent;
        if (!number) return value;
        const parsed = parseFloat(value.replace(/,/g, ""));
        return Number.isNaN(parsed) ? -Infinity : parsed;
      };
      const keyed = rows.map((each) => [key(each), each]);
      keyed.sort(([one], [other]) =>
        sign * (number ? (one === other ? 0 : one < other ? -1 : 1) : compare(one, other)));
      rows = keyed.map(([, each]) => each);
      body.append(...rows.map(({ row }) => row));
      show();
    });
  });
}

// What is folded or not listed on the screen is there on paper.
let opened = [];
addEventListener("beforeprint", () => {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  for (const each of opened) each.open = true;
  for (const set of unlimited) set(true);
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
  for (const set of unlimited) set(false);
});
