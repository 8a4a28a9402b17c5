// Finding elements, and the few words that scripts say (kept in the page, so that they are translated with it).

export function one<T extends HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

export function closest<T extends HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

export function word(key: string): string {
  return one("#words")?.dataset[key] ?? "";
}

export function isTyping(event: Event): boolean {
  return closest(event, "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

export function say(text: string, level: "info" | "error" = "error"): void {
  const place = one("#messages");
  if (!place || !text) return;
  for (const old of all("[data-said]", place)) old.remove();
  place.append(make("p", { class: `notice notice-${level}`, "data-said": "" }, text));
}
