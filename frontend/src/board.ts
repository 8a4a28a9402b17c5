// The chain map: draws the links beneath the chips, lights what a chip feeds and what feeds it, walks by arrow keys,
// and turns the server's SVG into a PNG. Without script the chips still stand, link and print.
const SVG = "http://www.w3.org/2000/svg";
const BOW = 26;

export function start(): void {
  document.querySelectorAll<HTMLElement>("[data-atlas]").forEach(board);
  document.querySelectorAll<HTMLButtonElement>("[data-board-png]").forEach((button) => {
    button.addEventListener("click", () => void picture(button));
  });
}

function board(atlas: HTMLElement): void {
  const chips = new Map<string, HTMLElement>();
  atlas.querySelectorAll<HTMLElement>(".chip").forEach((chip) => chips.set(chip.dataset.key ?? "", chip));
  const draw = (): void => links(atlas, chips);
  draw();
  new ResizeObserver(draw).observe(atlas);
  // Paper has its own width: the board takes that shape while it is measured and printed, or its links would miss.
  window.addEventListener("beforeprint", () => {
    atlas.classList.add("atlas-on-paper");
    draw();
  });
  window.addEventListener("afterprint", () => {
    atlas.classList.remove("atlas-on-paper");
    draw();
  });
  for (const type of ["focusin", "mouseover"] as const) {
    atlas.addEventListener(type, (event) => light(atlas, chips, (event.target as HTMLElement).closest(".chip")));
  }
  for (const type of ["focusout", "mouseleave"] as const) {
    atlas.addEventListener(type, () => light(atlas, chips, null));
  }
  atlas.addEventListener("keydown", (event) => walk(atlas, chips, event));
}

const words = (text: string | undefined): string[] => (text ?? "").split(" ").filter(Boolean);

interface Lane {
  left: number;
  right: number;
  // Where a line may cross this layer without touching a box: between two groups, and under the last.
  levels: number[];
  taken: number[];
}

function links(atlas: HTMLElement, chips: Map<string, HTMLElement>): void {
  const svg = atlas.querySelector("svg.atlas-links");
  if (!svg) return;
  const frame = atlas.getBoundingClientRect();
  svg.setAttribute("width", String(atlas.scrollWidth));
  svg.setAttribute("height", String(atlas.scrollHeight));
  const moved = (box: DOMRect): DOMRect =>
    new DOMRect(box.left - frame.left + atlas.scrollLeft, box.top - frame.top + atlas.scrollTop, box.width, box.height);
  const lanes = [...atlas.querySelectorAll<HTMLElement>(".atlas-column")].map((column) => lane(column, moved));
  const paths: SVGPathElement[] = [];
  chips.forEach((chip, key) => {
    for (const fed of words(chip.dataset.feeds)) {
      const other = chips.get(fed);
      if (!other) continue;
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", route(moved(chip.getBoundingClientRect()), moved(other.getBoundingClientRect()), lanes));
      path.dataset.from = key;
      path.dataset.to = fed;
      paths.push(path);
    }
  });
  svg.replaceChildren(...paths);
}

function lane(column: HTMLElement, moved: (box: DOMRect) => DOMRect): Lane {
  const boxes = [...column.querySelectorAll<HTMLElement>(".atlas-group")].map((one) => moved(one.getBoundingClientRect()));
  const whole = moved(column.getBoundingClientRect());
  const levels = boxes.map((box, n) => (boxes[n + 1] ? (box.bottom + (boxes[n + 1] as DOMRect).top) / 2 : box.bottom + 6));
  return { left: whole.left, right: whole.right, levels, taken: levels.map(() => 0) };
}

function route(start: DOMRect, end: DOMRect, lanes: Lane[]): string {
  const isForward = end.left >= start.right;
  // Within one layer a link leaves and enters on the right, in a bow beside the boxes: straight it would run under them.
  const isBeside = !isForward && end.right > start.left;
  const [x1, y1] = [isForward || isBeside ? start.right : start.left, start.top + start.height / 2];
  const [x2, y2] = [isForward ? end.left : end.right, end.top + end.height / 2];
  if (isBeside) {
    const out = Math.max(x1, x2) + BOW;
    return `M${x1},${y1} C${out},${y1} ${out},${y2} ${x2},${y2}`;
  }
  const between = lanes.filter((one) => one.left > Math.min(x1, x2) && one.right < Math.max(x1, x2) && one.levels.length);
  if (!isForward) between.reverse();
  let d = `M${x1},${y1}`;
  let [x, y] = [x1, y1];
  for (const one of between) {
    const level = crossing(one, y + ((y2 - y) * ((one.left + one.right) / 2 - x)) / (x2 - x || 1));
    const [enter, leave] = isForward ? [one.left, one.right] : [one.right, one.left];
    d += ` C${(x + enter) / 2},${y} ${(x + enter) / 2},${level} ${enter},${level} L${leave},${level}`;
    [x, y] = [leave, level];
  }
  return `${d} C${(x + x2) / 2},${y} ${(x + x2) / 2},${y2} ${x2},${y2}`;
}

// The free level nearest to where the line would have crossed; those who share one lie three points apart. Under the
// last box of a short layer all is free.
function crossing(one: Lane, wanted: number): number {
  if (wanted > Math.max(...one.levels)) return wanted;
  const away = one.levels.map((level) => Math.abs(level - wanted));
  const at = away.indexOf(Math.min(...away));
  const turn = one.taken[at] ?? 0;
  one.taken[at] = turn + 1;
  return (one.levels[at] ?? wanted) + ((turn + 1) % 3) * 3 - 3;
}

function light(atlas: HTMLElement, chips: Map<string, HTMLElement>, chip: Element | null): void {
  const key = chip instanceof HTMLElement ? (chip.dataset.key ?? "") : "";
  const feeds = chip instanceof HTMLElement ? words(chip.dataset.feeds) : [];
  const fedBy = chip instanceof HTMLElement ? words(chip.dataset.fedBy) : [];
  atlas.classList.toggle("atlas-lit", key !== "" && feeds.length + fedBy.length > 0);
  chips.forEach((one, name) => {
    one.classList.toggle("chip-here", name === key && key !== "");
    one.classList.toggle("chip-fed", feeds.includes(name));
    one.classList.toggle("chip-feeds", fedBy.includes(name));
  });
  atlas.querySelectorAll<SVGPathElement>(".atlas-links path").forEach((path) => {
    path.classList.toggle("lit", key !== "" && (path.dataset.from === key || path.dataset.to === key));
  });
}

// Arrow keys: up and down inside a layer, left and right to the neighbouring layer at the same height.
function walk(atlas: HTMLElement, chips: Map<string, HTMLElement>, event: KeyboardEvent): void {
  const here = (event.target as HTMLElement).closest<HTMLElement>(".chip");
  if (!here || !["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  const columns = [...atlas.querySelectorAll<HTMLElement>(".atlas-column")];
  const column = columns.findIndex((one) => one.contains(here));
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key] as [number, number];
  const target = step[0] === 0 ? beside(columns[column], here, step[1]) : nearest(columns[column + step[0]], here);
  target?.focus();
  if (!target) chips.get(here.dataset.key ?? "")?.focus();
}

function beside(column: HTMLElement | undefined, here: HTMLElement, by: number): HTMLElement | undefined {
  const inside = [...(column?.querySelectorAll<HTMLElement>(".chip") ?? [])];
  return inside[inside.indexOf(here) + by];
}

function nearest(column: HTMLElement | undefined, here: HTMLElement): HTMLElement | undefined {
  const top = here.getBoundingClientRect().top;
  const away = (chip: HTMLElement): number => Math.abs(chip.getBoundingClientRect().top - top);
  return [...(column?.querySelectorAll<HTMLElement>(".chip") ?? [])].sort((a, b) => away(a) - away(b))[0];
}

async function picture(button: HTMLButtonElement): Promise<void> {
  const answer = await fetch(button.dataset.boardPng ?? "", { credentials: "same-origin" });
  if (!answer.ok) return;
  const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await answer.text())}`;
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const link = document.createElement("a");
  link.download = button.dataset.name ?? "map.png";
  link.href = canvas.toDataURL("image/png");
  link.click();
}
