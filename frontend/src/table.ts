// Lists: j/k walk the rows, Enter opens one beside the list, x ticks it; ticked rows bring up the batch bar.
import { all, closest, isTyping, one } from "./dom";
import * as panel from "./panel";

const DOUBLE_CLICK_MS = 300;
let opening = 0;
let last: HTMLInputElement | null = null;

export function start(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("change", (event) => {
    const box = closest<HTMLInputElement>(event, "#table input[type=checkbox]");
    if (!box) return;
    if (box.dataset.ticks === "all") for (const each of boxes()) each.checked = box.checked;
    count();
  });
  // What was typed has been asked for already; asking again when the field is left would draw the table anew under a menu
  // that was opened in the meantime.
  document.addEventListener("change", (event) => { if (closest(event, ".search input[type=search]")) event.stopPropagation(); }, true);
  document.addEventListener("submit", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-form=columns]");
    if (form) writeColumns(form);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:afterSettle", count);
}

function onClick(event: MouseEvent): void {
  const none = closest(event, "[data-ticks=none]");
  if (none) {
    for (const box of boxes()) box.checked = false;
    count();
    return;
  }
  const takes = closest<HTMLElement>(event, "[data-takes]")?.dataset.takes;
  if (takes) {
    const ticked = boxes().filter((each) => each.checked);
    window.location.assign(takes + ticked.map((each) => `&row=${encodeURIComponent(each.value)}`).join(""));
    return;
  }
  const box = closest<HTMLInputElement>(event, "td.tick input");
  if (box) {
    if (event.shiftKey && last) tickBetween(last, box);
    last = box;
    return;
  }
  const row = closest<HTMLElement>(event, "tbody tr[data-url]");
  if (!row || closest(event, "a, button, input, label, summary, select, textarea, form, .cell-stale")) return;
  // Selecting text to copy it is not a wish to open the row.
  if (window.getSelection()?.toString()) return;
  mark(row);
  window.clearTimeout(opening);
  // A second click within a cell that is typed in means the cell, not the row.
  if (!closest(event, "td[data-edit]")) void panel.openRow(row);
  else if (event.detail < 2) opening = window.setTimeout(() => void panel.openRow(row), DOUBLE_CLICK_MS);
}

function rows(): HTMLElement[] {
  return all("#table tbody tr");
}

function boxes(): HTMLInputElement[] {
  return all<HTMLInputElement>("#table td.tick input");
}

function mark(row: HTMLElement): void {
  for (const other of all("tr.current")) other.classList.remove("current");
  row.classList.add("current");
  row.scrollIntoView({ block: "nearest" });
}

function onKey(event: KeyboardEvent): void {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const lines = rows();
  if (!lines.length) return;
  const at = lines.findIndex((line) => line.classList.contains("current"));
  const current = lines[at];
  if (event.key === "j" || event.key === "k") {
    const next = lines[Math.min(Math.max(event.key === "j" ? at + 1 : at - 1, 0), lines.length - 1)];
    if (!next) return;
    mark(next);
    if (panel.isOpen()) void panel.openRow(next);
  } else if (event.key === "Enter" && current && !closest(event, "a, button, summary, input")) {
    if (current.dataset.url) void panel.openRow(current);
    else one<HTMLAnchorElement>("a", current)?.click();
  } else if (event.key === "x" && current) {
    one<HTMLInputElement>("td.tick input", current)?.click();
  }
}

function tickBetween(from: HTMLInputElement, to: HTMLInputElement): void {
  const every = boxes();
  const ends = [every.indexOf(from), every.indexOf(to)].sort((a, b) => a - b);
  for (const box of every.slice(ends[0], (ends[1] ?? 0) + 1)) box.checked = to.checked;
  count();
}

function count(): void {
  const every = boxes();
  const ticked = every.filter((box) => box.checked);
  for (const box of every) box.closest("tr")?.classList.toggle("ticked", box.checked);
  const whole = one<HTMLInputElement>("#table [data-ticks=all]");
  if (whole) {
    whole.checked = ticked.length > 0 && ticked.length === every.length;
    whole.indeterminate = ticked.length > 0 && ticked.length < every.length;
  }
  const bar = one("#batch");
  if (!bar) return;
  bar.hidden = ticked.length === 0;
  const figure = one("[data-says=ticked]", bar);
  if (figure) figure.textContent = String(ticked.length);
}

function writeColumns(form: HTMLFormElement): void {
  const chosen = all<HTMLInputElement>("input[type=checkbox]:checked", form).map((box) => box.value);
  const field = one<HTMLInputElement>("input[name=columns]", form);
  if (field) field.value = chosen.join(",");
}
