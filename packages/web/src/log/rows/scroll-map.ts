/** Browsers clamp what is taller than 17 to 33 million pixels (web L4). */
export const tallest = 8_000_000

/** Where the viewer is: in the browser's scroll area, and in the rows, both in pixels from the top. */
export interface ScrollPlace {
  readonly dom: number
  readonly rows: number
}

/** Heights in pixels: of all rows, and of what is seen of them. */
export interface ScrollSizes {
  readonly total: number
  readonly view: number
}

/** How tall the scroll area is. */
export function areaHeight(total: number): number {
  return Math.min(total, tallest)
}

/** A jump of more than this many screens is one of the bar; wheels and keys move less. */
const jumpScreens = 3

/** The browser scrolled to `dom`. What is near moves exactly, what is far in proportion (web L4). */
export function scrolled(place: ScrollPlace, dom: number, sizes: ScrollSizes): ScrollPlace {
  if (sizes.total <= tallest) return { dom, rows: clampRows(dom, sizes) }
  const moved = dom - place.dom
  if (Math.abs(moved) > jumpScreens * sizes.view)
    return { dom, rows: clampRows(convert(dom, lastDom(sizes), lastRows(sizes), sizes), sizes) }
  return { dom, rows: clampRows(place.rows + moved, sizes) }
}

/** Near the ends a pixel of the area is one of the rows, so that no move ends at an edge too early. */
const endScreens = 10

/** Where the scroll area should stand for a place in the rows: exact near the ends, in proportion between them. */
export function placeOf(rows: number, sizes: ScrollSizes): ScrollPlace {
  const at = clampRows(rows, sizes)
  return { dom: Math.round(convert(at, lastRows(sizes), lastDom(sizes), sizes)), rows: at }
}

/** Whether the scroll area must be moved to its place now: exact moves have brought it nearer to an end than the rows are. */
export function mustSettle({ dom, rows }: ScrollPlace, sizes: ScrollSizes): boolean {
  const near = jumpScreens * sizes.view
  const [domLeft, rowsLeft] = [lastDom(sizes) - dom, lastRows(sizes) - rows]
  return (dom < near && rows > dom) || (domLeft < near && rowsLeft > domLeft)
}

function lastRows({ total, view }: ScrollSizes): number {
  return Math.max(0, total - view)
}

function lastDom({ total, view }: ScrollSizes): number {
  return Math.max(0, areaHeight(total) - view)
}

/** A place on a scale that ends at `last` as one on a scale that ends at `otherLast`. */
function convert(place: number, last: number, otherLast: number, { view }: ScrollSizes): number {
  if (last === otherLast) return place
  const end = endScreens * view
  if (place <= end) return place
  if (place >= last - end) return place - last + otherLast
  return end + ((place - end) / (last - 2 * end)) * (otherLast - 2 * end)
}

function clampRows(rows: number, sizes: ScrollSizes): number {
  return Math.min(lastRows(sizes), Math.max(0, rows))
}
