// The board of projects: arrows walk the cards, down a column and across; Enter opens one beside the board.
import { all, closest } from "./dom";

export function start(): void {
  document.addEventListener("keydown", (event) => {
    const card = closest<HTMLElement>(event, ".board-card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(card, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

function neighbour(card: HTMLElement, key: string): HTMLElement | null {
  const columns = all(".board-column").map((column) => all(".board-card", column));
  const at = columns.findIndex((cards) => cards.includes(card));
  const row = columns[at]?.indexOf(card) ?? 0;
  if (key === "ArrowDown") return columns[at]?.[row + 1] ?? null;
  if (key === "ArrowUp") return columns[at]?.[row - 1] ?? null;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
  const beside = key === "ArrowLeft" ? columns.slice(0, at).reverse() : columns.slice(at + 1);
  const cards = beside.find((each) => each.length > 0) ?? [];
  return cards[Math.min(row, cards.length - 1)] ?? null;
}
