// A button that puts a text of the page into the clipboard: what is to be pasted into a chat.
import { closest, one } from "./dom";

export function start(): void {
  document.addEventListener("click", (event) => {
    const button = closest<HTMLElement>(event, "[data-copies]");
    const source = button && one<HTMLTextAreaElement>(button.dataset.copies ?? "");
    if (!button || !source) return;
    void copy(source).then(() => { button.textContent = button.dataset.done ?? button.textContent; });
  });
}

async function copy(source: HTMLTextAreaElement): Promise<void> {
  // On an intranet without a certificate the browser has no clipboard to give: the old way still works there.
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    source.select();
    document.execCommand("copy");
  }
}
