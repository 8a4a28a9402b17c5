// Ctrl/⌘-K: go to a page or a record by name, pinyin initials or code. The server answers only with what the person may see.
import { all, closest, make, one, say, word } from "./dom";

interface Hit {
  label: string;
  url: string;
  kind: string;
  note: string;
}

const WAIT_MS = 120;
let timer = 0;
let asked = 0;

export function start(): void {
  const dialog = one<HTMLDialogElement>("#palette");
  const input = one<HTMLInputElement>("#palette-input");
  if (!dialog || !input) return;
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-opens=palette]")) open();
    if (event.target === dialog) dialog.close();
  });
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void find(input.value), WAIT_MS);
  });
  input.addEventListener("keydown", onKey);
  one("#palette-list")?.addEventListener("click", (event) => go(closest(event, "[role=option]")));
}

export function open(): void {
  const dialog = one<HTMLDialogElement>("#palette");
  const input = one<HTMLInputElement>("#palette-input");
  if (!dialog || !input || dialog.open) return;
  dialog.showModal();
  input.select();
  void find(input.value);
}

async function find(text: string): Promise<void> {
  const address = document.body.dataset.palette;
  if (!address) return;
  const turn = ++asked;
  try {
    const answer = await fetch(`${address}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { results } = (await answer.json()) as { results: Hit[] };
    // A slow answer to an earlier letter must not replace the answer to a later one.
    if (turn === asked) show(results);
  } catch {
    if (turn === asked) say(word("offline"));
  }
}

function show(hits: Hit[]): void {
  const list = one("#palette-list");
  if (!list) return;
  list.replaceChildren(
    ...hits.map((hit, index) => {
      const line = make("li", { role: "option", id: `hit-${index}`, "data-url": hit.url });
      line.append(make("span", { class: "hit-kind" }, hit.kind), make("span", { class: "hit-label" }, hit.label));
      if (hit.note) line.append(make("span", { class: "hit-note" }, hit.note));
      return line;
    }),
  );
  choose(0);
  const status = one("[data-says=count]", one("#palette") ?? document);
  if (status) status.textContent = hits.length ? `${hits.length} ${status.dataset.some}` : (status.dataset.none ?? "");
  list.dataset.empty = hits.length ? "" : (status?.dataset.none ?? "");
}

function choose(index: number): void {
  const lines = all("[role=option]", one("#palette-list") ?? document);
  const at = lines.length ? (index + lines.length) % lines.length : -1;
  lines.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
  const input = one("#palette-input");
  const line = lines[at];
  if (line) {
    input?.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  } else {
    input?.removeAttribute("aria-activedescendant");
  }
}

function onKey(event: KeyboardEvent): void {
  const lines = all("[role=option]", one("#palette-list") ?? document);
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter" && !event.isComposing) go(lines[at] ?? null);
  else return;
  event.preventDefault();
}

function go(line: HTMLElement | null): void {
  const url = line?.dataset.url ?? "";
  if (url.startsWith("/") && !url.startsWith("//")) window.location.assign(url);
}
