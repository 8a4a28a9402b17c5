// A group of ticks with one for all of them: `data-ticks-group` in a fieldset ticks the rest, and shows how many are.
import { all, closest, one } from "./dom";

const WHOLE = "[data-ticks-group]";

export function start(): void {
  for (const whole of all<HTMLInputElement>(WHOLE)) tell(whole.closest("fieldset"));
  document.addEventListener("change", (event) => {
    const box = closest<HTMLInputElement>(event, "input[type=checkbox]");
    const group = box?.closest("fieldset");
    if (!box || !group || !one(WHOLE, group)) return;
    if (box.matches(WHOLE)) for (const each of eachOf(group)) each.checked = box.checked;
    tell(group);
  });
}

function eachOf(group: ParentNode): HTMLInputElement[] {
  return all<HTMLInputElement>(`input[type=checkbox]:not(${WHOLE})`, group);
}

function tell(group: Element | null): void {
  const whole = group && one<HTMLInputElement>(WHOLE, group);
  if (!group || !whole) return;
  const every = eachOf(group);
  const ticked = every.filter((box) => box.checked).length;
  whole.checked = ticked > 0 && ticked === every.length;
  whole.indeterminate = ticked > 0 && ticked < every.length;
  const figure = one("[data-says=ticked]", group);
  if (figure) figure.textContent = `${ticked}/${every.length}`;
}
