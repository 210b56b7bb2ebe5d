/**
 * Browsers limit the height of elements to 17 to 33 million pixels (web L4). Therefore the log does
 * not use @tanstack/react-virtual, which gives the list its full height.
 */
export const tallest = 8_000_000

/** The position in the browser's scroll area and in the rows, both in pixels from the top. */
export interface ScrollPlace {
  readonly dom: number
  readonly rows: number
}

/** Heights of all rows and of the view, in pixels. */
export interface ScrollSizes {
  readonly total: number
  readonly view: number
}

/** Returns the height of the scroll area. */
export function areaHeight(total: number): number {
  return Math.min(total, tallest)
}

/** A jump of more screens than this comes from the scroll bar; wheel and keys move less. */
const jumpScreens = 3

/** Applies a scroll to `dom`. Short moves are exact, long ones proportional (web L4). */
export function scrolled(place: ScrollPlace, dom: number, sizes: ScrollSizes): ScrollPlace {
  if (sizes.total <= tallest) return { dom, rows: clampRows(dom, sizes) }
  const moved = dom - place.dom
  if (Math.abs(moved) > jumpScreens * sizes.view)
    return { dom, rows: clampRows(convert(dom, lastDom(sizes), lastRows(sizes), sizes), sizes) }
  return { dom, rows: clampRows(place.rows + moved, sizes) }
}

/** Near the ends, pixels of both scales match, so that no move stops short. */
const endScreens = 10

/** Returns the scroll position for a position in the rows. */
export function placeOf(rows: number, sizes: ScrollSizes): ScrollPlace {
  const at = clampRows(rows, sizes)
  return { dom: Math.round(convert(at, lastRows(sizes), lastDom(sizes), sizes)), rows: at }
}

/** Whether the scroll area must be corrected, because it is nearer to an end than the rows are. */
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

/** Converts a position from a scale that ends at `last` to one that ends at `otherLast`. */
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
