// A field over very many records: what matches is offered while somebody types. The server offers only what they may see.
import { make } from "./dom";

const WAIT_MS = 150;
let timer = 0;

export function start(): void {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.dataset.picks || !field.list) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void offer(field), WAIT_MS);
  });
}

async function offer(field: HTMLInputElement): Promise<void> {
  const asked = field.value.trim();
  // A line of the list was taken: nothing more to find.
  if (!asked || [...(field.list?.children ?? [])].some((line) => line.getAttribute("value") === asked)) return;
  const answer = await fetch(`${field.dataset.picks}&q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || field.value.trim() !== asked) return;
  const { options } = (await answer.json()) as { options: string[] };
  field.list?.replaceChildren(...options.map((value) => make("option", { value })));
}
