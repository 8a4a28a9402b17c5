// A cell typed in where it stands in its list: pencil, double click or F2 opens it, Enter saves, Esc leaves it as it was.
// The last change can be taken back. Without this script the record's own form does the same.
import { all, closest, isTyping, make, one, say, word } from "./dom";

interface Change {
  row: string; // the row's id, so that it is found again after the table was drawn anew
  url: string;
  table: string;
  field: string;
  label: string;
  value: string;
  was: string;
  said: string; // the two in words, where what is stored is a key
  saidBefore: string;
  isReport: boolean; // a report as of today: undone whole, with its day
  version: string;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

// What an opened cell showed before.
const before = new WeakMap<HTMLElement, string>();
let editing: HTMLFormElement | null = null;
let done: Change | null = null;

export function start(): void {
  draw();
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("click", (event) => {
    const cell = closest(event, ".cell-pencil")?.closest<HTMLElement>("td[data-edit]");
    if (cell) void open(cell);
    if (closest(event, "[data-undoes]")) void undo();
    if (closest(event, "[data-closes=edited]")) tell("");
  });
  document.addEventListener("dblclick", (event) => {
    const cell = closest<HTMLElement>(event, "td[data-edit]");
    if (!cell || closest(event, "a, button, form, .cell-stale")) return;
    window.getSelection()?.removeAllRanges();
    void open(cell);
  });
  document.addEventListener("keydown", onKey);
}

function draw(): void {
  for (const cell of all("td[data-edit]")) {
    if (one(".cell-pencil, form", cell)) continue;
    const label = `${word("edit")}${cell.dataset.label ?? ""}`;
    const pencil = make("button", { type: "button", class: "cell-pencil", "aria-label": label, title: label });
    const icon = one<HTMLTemplateElement>("#pencil")?.content.cloneNode(true);
    if (icon) pencil.append(icon);
    cell.append(pencil);
  }
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "F2") {
    const row = closest<HTMLElement>(event, "tr") ?? one("tr.current");
    const cell = closest<HTMLElement>(event, "td[data-edit]") ?? (row && one("td[data-edit]", row));
    if (!cell) return;
    event.preventDefault();
    void open(cell);
  } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && done) {
    event.preventDefault();
    void undo();
  }
}

async function open(cell: HTMLElement): Promise<void> {
  if (editing?.isConnected) {
    const typed = control(editing);
    // What is half typed elsewhere is neither lost nor saved unasked.
    if (typed && typed.value !== editing.dataset.began) return typed.focus();
    editing.dispatchEvent(new Event("leave"));
  }
  const kept = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches(".cell-stale")));
  const form = make("form", { class: "cell-edit", "data-guards": "" });
  const heading = cell.parentElement ? one("th", cell.parentElement)?.textContent?.trim() : "";
  const label = `${heading ?? ""} ${cell.dataset.label ?? ""}`.trim();
  const field = await fieldOf(cell);
  const input = field && control(field);
  if (!field || !input) return say(word("offline"));
  input.setAttribute("aria-label", label);
  const began = input.value;
  form.dataset.began = began;
  const save = make("button", { class: "btn btn-primary" }, word("save"));
  const cancel = make("button", { type: "button", class: "btn" }, word("cancel"));
  const wrong = make("p", { class: "cell-wrong", role: "alert" });
  form.append(field, save, cancel, wrong);
  const leave = (): void => {
    cell.replaceChildren(...kept);
    editing = null;
    one(".cell-pencil", cell)?.focus();
  };
  form.addEventListener("leave", leave);
  cancel.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || input.getAttribute("aria-expanded") === "true") return;
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    } else if (event.key === "Enter" && event.target === input && !event.shiftKey) {
      // A list and a text of several lines do not send their form by themselves.
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value === began) return leave();
    save.disabled = true;
    void send({ ...changeOf(cell, input.value), said: textOf(input) }).then((reason) => {
      save.disabled = false;
      wrong.textContent = reason;
      if (reason) input.focus();
    });
  });
  before.set(cell, shownIn(cell));
  cell.replaceChildren(form);
  editing = form;
  form.scrollIntoView({ block: "nearest", inline: "nearest" });
  input.focus({ preventScroll: true });
  if (input instanceof HTMLInputElement && input.type === "text") input.select();
}

function control(root: ParentNode): Control | null {
  return root.querySelector<Control>("input, select, textarea");
}

// What a cell is typed in with; choices are asked of the server, which offers what this person may choose.
async function fieldOf(cell: HTMLElement): Promise<HTMLElement | null> {
  const holder = make("div", { class: "cell-field" });
  const { kind, value = "", unit } = cell.dataset;
  if (kind !== "choice") {
    const input = make(kind === "lines" ? "textarea" : "input", { autocomplete: "off" });
    if (kind === "date") input.setAttribute("type", "date");
    else if (input instanceof HTMLInputElement) input.type = "text";
    if (kind === "number") input.inputMode = "decimal";
    input.value = value;
    holder.append(input);
    if (unit) holder.append(make("span", { class: "unit" }, unit));
    return holder;
  }
  const { url, table, field } = changeOf(cell, "");
  try {
    const answer = await fetch(`${url}?${new URLSearchParams({ table, field })}`);
    if (!answer.ok || answer.redirected) return null;
    holder.innerHTML = await answer.text();
  } catch {
    return null;
  }
  return holder;
}

function textOf(input: Control): string {
  if (!(input instanceof HTMLSelectElement)) return input.value;
  return input.value ? (input.selectedOptions[0]?.text ?? "") : "";
}

// What a cell shows, as it would be typed: a choice by its words, all else as stored.
function shownIn(cell: HTMLElement | null): string {
  const value = cell?.dataset.value ?? "";
  if (!cell || !value || cell.dataset.kind !== "choice") return value;
  const said = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches(".cell-stale, .cell-pencil")));
  return said.map((node) => node.textContent ?? "").join("").trim();
}

function changeOf(cell: HTMLElement, value: string): Change {
  const row = cell.closest("tr");
  return {
    row: row?.dataset.id ?? "",
    url: row?.dataset.edits ?? "",
    version: row?.dataset.version ?? "",
    table: cell.closest<HTMLElement>("[data-table]")?.dataset.table ?? "",
    field: cell.dataset.edit ?? "",
    label: cell.dataset.label ?? "",
    was: cell.dataset.value ?? "",
    said: value,
    saidBefore: cell.querySelector("form") ? (before.get(cell) ?? "") : shownIn(cell),
    isReport: cell.dataset.reports === "true",
    value,
  };
}

// Writes the change; the answer is what to say beside the input where it was refused, else nothing.
async function send(change: Change, isUndo = false): Promise<string> {
  const { url, table, field, value, said, version } = change;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const body = new URLSearchParams({ table, field, value, version });
  if (isUndo && change.isReport) body.set("undo", "1");
  let answer: Response;
  try {
    answer = await fetch(url + window.location.search, { method: "POST", headers, body });
  } catch {
    return word("offline");
  }
  if (answer.status === 422) return answer.text();
  if (answer.redirected || (answer.status !== 200 && answer.status !== 409)) return word("failed");
  const fresh = parse(await answer.text());
  const cell = replace(change, fresh);
  if (answer.status === 409) {
    disagree(change, cell);
    return "";
  }
  done = isUndo ? null : { ...change, version: fresh?.dataset.version ?? "" };
  tell(`${word(isUndo ? "undone" : "saved")}${change.label} ${shown(said)}`);
  if (cell) one(".cell-pencil", cell)?.focus();
  return "";
}

function shown(value: string): string {
  return value ? `“${value}”` : word("blank");
}

function parse(html: string): HTMLElement | null {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("tr");
}

// The row as it now stands, in place of the old one; its tick stays as it was.
function replace(change: Change, fresh: HTMLElement | null): HTMLElement | null {
  const old = one(`[data-table="${CSS.escape(change.table)}"] tr[data-id="${CSS.escape(change.row)}"]`);
  if (!old || !fresh) return null;
  const tick = one("td.tick", old);
  if (tick) fresh.prepend(tick);
  fresh.className = old.className;
  old.replaceWith(fresh);
  // Rows under one version move on together.
  if (fresh.dataset.shares)
    for (const row of all(`[data-table="${CSS.escape(change.table)}"] tr[data-shares]`)) row.dataset.version = fresh.dataset.version;
  draw();
  return one(`td[data-edit="${CSS.escape(change.field)}"]`, fresh);
}

// Another editor was first: what stands now, what was typed, and the choice between them, at the cell itself.
function disagree(change: Change, cell: HTMLElement | null): void {
  done = null;
  tell("");
  const text = `${word("stale")}${shown(shownIn(cell))}${word("yours")}${shown(change.said)}`;
  if (!cell) return say(text);
  const note = make("div", { class: "cell-stale" });
  const insist = make("button", { type: "button", class: "btn" }, `${word("insist")}${shown(change.said)}`);
  const leave = make("button", { type: "button", class: "btn" }, word("leave"));
  leave.addEventListener("click", () => {
    note.remove();
    one(".cell-pencil", cell)?.focus();
  });
  insist.addEventListener("click", () => {
    void send({ ...changeOf(cell, change.value), said: change.said }).then((reason) => say(reason));
  });
  note.append(make("p", { role: "alert" }, text), insist, leave);
  cell.append(note);
  insist.focus();
}

async function undo(): Promise<void> {
  if (!done) return;
  const { value, was, said, saidBefore } = done;
  say(await send({ ...done, value: was, was: value, said: saidBefore, saidBefore: said }, true));
}

function tell(text: string): void {
  const place = one("#edited");
  const words = place && one("[data-says=edited]", place);
  const button = place && one("[data-undoes]", place);
  if (words) words.textContent = text;
  if (button) button.hidden = !done || !text;
}
