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
  version: string;
}

let editing: HTMLFormElement | null = null;
let done: Change | null = null;

export function start(): void {
  draw();
  document.addEventListener("htmx:afterSettle", draw);
  document.addEventListener("click", (event) => {
    const cell = closest(event, ".cell-pencil")?.closest<HTMLElement>("td[data-edit]");
    if (cell) open(cell);
    if (closest(event, "[data-undoes]")) void undo();
    if (closest(event, "[data-closes=edited]")) tell("");
  });
  document.addEventListener("dblclick", (event) => {
    const cell = closest<HTMLElement>(event, "td[data-edit]");
    if (!cell || closest(event, "a, button, form, .cell-stale")) return;
    window.getSelection()?.removeAllRanges();
    open(cell);
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
    open(cell);
  } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && done) {
    event.preventDefault();
    void undo();
  }
}

function open(cell: HTMLElement): void {
  if (editing?.isConnected) {
    const typed = one<HTMLInputElement>("input", editing);
    // What is half typed elsewhere is neither lost nor saved unasked.
    if (typed && typed.value !== typed.defaultValue) return typed.focus();
    editing.dispatchEvent(new Event("leave"));
  }
  const value = cell.dataset.value ?? "";
  const kept = [...cell.childNodes].filter((node) => !(node instanceof Element && node.matches(".cell-stale")));
  const form = make("form", { class: "cell-edit", "data-guards": "" });
  const type = cell.dataset.kind === "date" ? "date" : "text";
  const heading = cell.parentElement ? one("th", cell.parentElement)?.textContent?.trim() : "";
  const label = `${heading ?? ""} ${cell.dataset.label ?? ""}`.trim();
  const input = make("input", { type, value, autocomplete: "off", "aria-label": label });
  const save = make("button", { class: "btn btn-primary" }, word("save"));
  const cancel = make("button", { type: "button", class: "btn" }, word("cancel"));
  const wrong = make("p", { class: "cell-wrong", role: "alert" });
  form.append(input, save, cancel, wrong);
  const leave = (): void => {
    cell.replaceChildren(...kept);
    editing = null;
    one(".cell-pencil", cell)?.focus();
  };
  form.addEventListener("leave", leave);
  cancel.addEventListener("click", leave);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    leave();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value === value) return leave();
    save.disabled = true;
    void send(changeOf(cell, input.value)).then((reason) => {
      save.disabled = false;
      wrong.textContent = reason;
      if (reason) input.focus();
    });
  });
  cell.replaceChildren(form);
  editing = form;
  form.scrollIntoView({ block: "nearest", inline: "nearest" });
  input.focus({ preventScroll: true });
  if (type === "text") input.select();
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
    value,
  };
}

// Writes the change; the answer is what to say beside the input where it was refused, else nothing.
async function send(change: Change, isUndo = false): Promise<string> {
  const { url, table, field, value, version } = change;
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") as Record<string, string>;
  const body = new URLSearchParams({ table, field, value, version });
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
  tell(`${word(isUndo ? "undone" : "saved")}${change.label} ${shown(value)}`);
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
  draw();
  return one(`td[data-edit="${CSS.escape(change.field)}"]`, fresh);
}

// Another editor was first: what stands now, what was typed, and the choice between them, at the cell itself.
function disagree(change: Change, cell: HTMLElement | null): void {
  done = null;
  tell("");
  const text = `${word("stale")}${shown(cell?.dataset.value ?? "")}${word("yours")}${shown(change.value)}`;
  if (!cell) return say(text);
  const note = make("div", { class: "cell-stale" });
  const insist = make("button", { type: "button", class: "btn" }, `${word("insist")}${shown(change.value)}`);
  const leave = make("button", { type: "button", class: "btn" }, word("leave"));
  leave.addEventListener("click", () => {
    note.remove();
    one(".cell-pencil", cell)?.focus();
  });
  insist.addEventListener("click", () => {
    void send(changeOf(cell, change.value)).then((reason) => say(reason));
  });
  note.append(make("p", { role: "alert" }, text), insist, leave);
  cell.append(note);
  insist.focus();
}

async function undo(): Promise<void> {
  if (!done) return;
  say(await send({ ...done, value: done.was, was: done.value }, true));
}

function tell(text: string): void {
  const place = one("#edited");
  const words = place && one("[data-says=edited]", place);
  const button = place && one("[data-undoes]", place);
  if (words) words.textContent = text;
  if (button) button.hidden = !done || !text;
}
