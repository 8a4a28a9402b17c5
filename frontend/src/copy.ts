// A button that puts a text of the page into the clipboard: what is to be pasted into a chat.
import { closest, one } from "./dom";

export function start(): void {
  document.addEventListener("click", (event) => {
    const button = closest<HTMLElement>(event, "[data-copies]");
    const source = button && one<HTMLTextAreaElement>(button.dataset.copies ?? "");
    if (!button || !source) return;
    void copy(source).then((done) => { if (done) button.textContent = button.dataset.done ?? button.textContent; });
  });
}

async function copy(source: HTMLTextAreaElement): Promise<boolean> {
  // On an intranet without a certificate the browser has no clipboard to give: the old way still works there. Where
  // that is forbidden too, the text is at least selected.
  try {
    await navigator.clipboard.writeText(source.value);
    return true;
  } catch {
    source.select();
    return document.execCommand("copy");
  }
}
