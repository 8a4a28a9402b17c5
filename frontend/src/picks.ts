// A field over very many records: what matches is offered while somebody types. The server offers only what they may see.
// The list is our own and not a <datalist>: that one hides whatever does not contain the letters typed, so pinyin found nothing.
import { all, make, one, word } from "./dom";

const WAIT_MS = 150;
const SLOW_MS = 300;
let timer = 0;
let asked = 0;

export function start(): void {
  document.addEventListener("focusin", (event) => {
    if (isPick(event.target)) dress(event.target);
  });
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!isPick(field)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void offer(field), WAIT_MS);
  });
  document.addEventListener("keydown", (event) => {
    if (isPick(event.target)) onKey(event, event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (isPick(event.target)) close(event.target);
  });
}

function isPick(target: EventTarget | null): target is HTMLInputElement {
  return target instanceof HTMLInputElement && target.dataset.picks !== undefined;
}

// Without scripts the field is a plain line; with them it is a combobox with its list below.
function dress(field: HTMLInputElement): HTMLElement {
  const known = one(`#${CSS.escape(field.id)}-list`);
  if (known) return known;
  const list = make("ul", { id: `${field.id}-list`, role: "listbox", class: "pick-list", hidden: "" });
  const label = field.labels?.[0]?.textContent?.trim();
  if (label) list.setAttribute("aria-label", label);
  const status = make("p", { role: "status", class: "pick-status" });
  field.after(list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" }))
    field.setAttribute(name, value);
  // The press must not take the focus away before the click has chosen.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>("[role=option]") : null;
    if (line) take(field, line);
  });
  return list;
}

async function offer(field: HTMLInputElement): Promise<void> {
  const wanted = field.value.trim();
  const turn = ++asked;
  if (!wanted) return close(field);
  const slow = window.setTimeout(() => tell(field, word("loading")), SLOW_MS);
  try {
    const answer = await fetch(`${field.dataset.picks}&q=${encodeURIComponent(wanted)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { options } = (await answer.json()) as { options: string[] };
    // A slow answer to an earlier letter must not replace the answer to a later one.
    if (turn === asked && document.activeElement === field) show(field, options);
  } catch {
    if (turn === asked) tell(field, word("offline"));
  } finally {
    window.clearTimeout(slow);
  }
}

function show(field: HTMLInputElement, options: string[]): void {
  const list = dress(field);
  list.replaceChildren(...options.map((text, index) => make("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false" }, text)));
  list.hidden = options.length === 0;
  field.setAttribute("aria-expanded", String(options.length > 0));
  field.removeAttribute("aria-activedescendant");
  tell(field, options.length ? "" : word("none"));
}

function tell(field: HTMLInputElement, text: string): void {
  const status = dress(field).nextElementSibling;
  if (status) status.textContent = text;
}

function close(field: HTMLInputElement): void {
  asked++;
  window.clearTimeout(timer);
  show(field, []);
  tell(field, "");
}

function take(field: HTMLInputElement, line: HTMLElement): void {
  field.value = line.textContent ?? "";
  close(field);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function onKey(event: KeyboardEvent, field: HTMLInputElement): void {
  const list = dress(field);
  const lines = list.hidden || event.isComposing ? [] : all("[role=option]", list);
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const chosen = lines[at];
  if (!lines.length) return;
  if (event.key === "ArrowDown") choose(field, lines, at + 1);
  else if (event.key === "ArrowUp") choose(field, lines, at < 0 ? lines.length - 1 : at - 1);
  else if (event.key === "Enter" && chosen) take(field, chosen);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(field: HTMLInputElement, lines: HTMLElement[], index: number): void {
  const at = (index + lines.length) % lines.length;
  lines.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
  field.setAttribute("aria-activedescendant", lines[at]?.id ?? "");
  lines[at]?.scrollIntoView({ block: "nearest" });
}
