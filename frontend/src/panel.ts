// The side panel: a row opens beside its list. The address keeps `open=<row id>`, so the state can be sent and reloaded.
import htmx from "htmx.org";

import { all, closest, isPlainClick, one } from "./dom";

const PARAMETER = "open";
let opener: HTMLElement | null = null;

export function start(): void {
  document.addEventListener("click", (event) => {
    if (closest(event, "[data-closes=panel]")) close();
    const link = closest<HTMLAnchorElement>(event, "a[data-panel]");
    if (link && isPlainClick(event)) {
      event.preventDefault();
      if (link.dataset.key) remember(link.dataset.key);
      // Opened by key, it is read by key: the focus goes along and comes back when the panel closes.
      const isByKey = event.detail === 0;
      void open(link.href).then(() => isByKey && one("#panel")?.focus({ preventScroll: true }));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen() && !document.querySelector("dialog[open]")) close();
  });
  const wanted = new URL(window.location.href).searchParams.get(PARAMETER);
  const row = wanted ? all("tr[data-url]").find((line) => line.dataset.id === wanted) : undefined;
  if (row) void openRow(row);
  const chip = wanted ? all<HTMLAnchorElement>("a[data-panel]").find((link) => link.dataset.key === wanted) : undefined;
  if (chip) {
    chip.focus({ preventScroll: true });
    void open(chip.href);
  }
}

export function isOpen(): boolean {
  return one("#side")?.hidden === false;
}

export async function openRow(row: HTMLElement): Promise<void> {
  if (!row.dataset.url) return;
  for (const other of all("tr.opened")) other.classList.remove("opened");
  row.classList.add("opened");
  remember(row.dataset.id ?? "");
  await open(row.dataset.url);
}

export async function open(url: string): Promise<void> {
  const side = one("#side");
  if (!side) {
    window.location.assign(url);
    return;
  }
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && !side.contains(focused)) opener = focused;
  side.hidden = false;
  document.body.classList.add("panel-open");
  one<HTMLAnchorElement>("[data-says=full]", side)?.setAttribute("href", url);
  await htmx.ajax("get", url, { target: "#panel", swap: "innerHTML" });
  one("#panel")?.scrollTo(0, 0);
}

export function close(): void {
  const side = one("#side");
  if (!side || side.hidden) return;
  side.hidden = true;
  one("#panel")?.replaceChildren(); // what was read is no part of the page any more, nor is its heading
  document.body.classList.remove("panel-open");
  const row = one("tr.opened");
  row?.classList.remove("opened");
  const back = row ? one<HTMLElement>("a", row) : opener;
  if (back?.isConnected) back.focus({ preventScroll: true });
  remember("");
}

function remember(id: string): void {
  const here = new URL(window.location.href);
  if (id) here.searchParams.set(PARAMETER, id);
  else here.searchParams.delete(PARAMETER);
  window.history.replaceState(window.history.state, "", here);
}
