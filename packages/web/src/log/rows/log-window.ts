import { BlockHeights, blockRows } from './heights.ts'
import { areaHeight, mustSettle, placeOf, type ScrollPlace, type ScrollSizes, scrolled, tallest } from './scroll-map.ts'

/** The mounted blocks and their positions. The object stays the same while nothing changes. */
export interface Shown {
  readonly first: number
  /** The last block; less than `first` if there is none. */
  readonly last: number
  /**
   * All mounted blocks in order, including the block in which a selection starts, with their tops
   * in the scroll area, in pixels.
   */
  readonly blocks: readonly { readonly block: number; readonly top: number }[]
}

/** The limit of mounted blocks (web L2), besides the pinned one. */
const mostBlocks = 5
/** Pixels mounted beyond the view; at first none, so that the view appears sooner. */
const beyond = 500
const beyondAfterMs = 1000
const idleMs = 150

/**
 * The view's position in its rows. It reads and scrolls one element; rows may be taller than a
 * browser can scroll (web L4).
 */
export class LogWindow {
  readonly #listeners = new Set<() => void>()
  /** Called when the reader has scrolled, not the program. */
  onMove: (move: { readonly isUp: boolean; readonly isAtEnd: boolean }) => void = () => {}
  #scroller: HTMLElement | null = null
  /** The scrolled element, as tall as needed. */
  #area: HTMLElement | null = null
  #heights = new BlockHeights(0, 20)
  #place: ScrollPlace = { dom: 0, rows: 0 }
  #shown: Shown = { first: 0, last: -1, blocks: [] }
  #pinned: number | null = null
  #idle: ReturnType<typeof setTimeout> | undefined
  #beyond = 0
  #view: number
  #rowHeight = 20
  /** The row to scroll to, until it is in place. */
  #aim: { readonly row: number; readonly at: number; tries: number } | null = null
  /** The first visible row at the last move or paint, and its hidden pixels. */
  anchor: { readonly row: number; readonly above: number } = { row: 0, above: 0 }

  /** `view`: its height, if known before it is attached. */
  constructor(view: number) {
    this.#view = view
  }

  /** Attaches to the scrolling element and its content; returns a function that detaches. */
  attach(scroller: HTMLElement, area: HTMLElement): () => void {
    this.#scroller = scroller
    this.#area = area
    this.#view = scroller.clientHeight
    const resized = new ResizeObserver(() => {
      const { isAtEnd } = this
      this.#view = scroller.clientHeight
      this.goTo(isAtEnd ? this.#heights.total : this.#place.rows)
    })
    const onScroll = () => this.#onScroll(scroller)
    scroller.addEventListener('scroll', onScroll, { passive: true })
    resized.observe(scroller)
    const widening = setTimeout(() => {
      this.#beyond = beyond
      this.#update()
    }, beyondAfterMs)
    this.#update()
    return () => {
      this.#scroller = null
      this.#area = null
      clearTimeout(this.#idle)
      clearTimeout(widening)
      resized.disconnect()
      scroller.removeEventListener('scroll', onScroll)
    }
  }

  /** Pixels above the view, in the view, and in total. */
  get top(): number {
    return this.#place.rows
  }

  get view(): number {
    return this.#view
  }

  get total(): number {
    return this.#heights.total
  }

  get isAtEnd(): boolean {
    return this.#place.rows >= this.#heights.total - this.#view - 2
  }

  /** Returns the top of a row in pixels: measured if it is mounted, otherwise estimated. */
  topOfRow(row: number): number {
    const block = Math.floor(row / blockRows)
    const place = row % blockRows
    const mounted = this.#scroller?.querySelector<HTMLElement>(`[data-block="${block}"] > :nth-child(${place + 1})`)
    return this.#heights.topOf(block) + (mounted?.offsetTop ?? place * this.#rowHeight)
  }

  /** Shows a row `at` pixels below the upper edge, once the row is measured. */
  showRow(row: number, at: number): void {
    this.#aim = { row, at, tries: 5 }
    this.goTo(this.topOfRow(row) - at)
  }

  /**
   * Measures drawn rows, and corrects the position of the row to show. Must be called after each
   * paint.
   */
  drawn(): void {
    for (const element of this.#scroller?.querySelectorAll<HTMLElement>('[data-block]') ?? [])
      this.measure(Number(element.dataset.block), element.offsetHeight)
    const aim = this.#aim
    if (aim !== null) {
      const { rows } = placeOf(this.topOfRow(aim.row) - aim.at, this.#sizes)
      if (Math.abs(rows - this.#place.rows) > 1 && aim.tries-- > 0) this.goTo(rows)
      else this.#aim = null
    }
    this.#noteRest()
  }

  /** Sets the number and height of rows. `isGrown`: the rows are the same, with more appended. */
  setRows(rows: number, rowHeight: number, isGrown: boolean): void {
    this.#rowHeight = rowHeight
    this.#heights = isGrown ? this.#heights.grown(rows) : new BlockHeights(rows, rowHeight)
    this.#update()
  }

  /** Records the height of a mounted block. The visible rows stay in place. */
  readonly measure = (block: number, height: number): void => {
    const isAbove = this.#heights.topOf(block + 1) <= this.#place.rows
    const change = this.#heights.measure(block, height)
    if (change === 0) return
    if (isAbove) this.goTo(this.#place.rows + change)
    else this.#update()
  }

  /** Keeps the block of a row mounted at any scroll position; null keeps none. */
  pin(row: number | null): void {
    this.#pinned = row === null ? null : Math.floor(row / blockRows)
    this.#update()
  }

  /** Scrolls to a position, in pixels from the top of all rows. */
  goTo(top: number): void {
    this.#resizeArea()
    const place = placeOf(top, this.#sizes)
    const scroller = this.#scroller
    if (scroller !== null && Math.abs(scroller.scrollTop - place.dom) >= 1) scroller.scrollTop = place.dom
    // The browser rounds it to whole pixels.
    const dom = scroller?.scrollTop ?? place.dom
    this.#place = { dom, rows: this.#heights.total <= tallest ? dom : place.rows }
    this.#update()
    this.#noteRest()
  }

  /** The height of the scrolled element. */
  get areaHeight(): number {
    return areaHeight(this.#heights.total)
  }

  goToEnd(): void {
    this.goTo(this.#heights.total)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly shown = (): Shown => this.#shown

  get #sizes(): ScrollSizes {
    return { total: this.#heights.total, view: this.#view }
  }

  #element(block: number): Element | null {
    return this.#scroller?.querySelector(`[data-block="${block}"]`) ?? null
  }

  #onScroll(scroller: HTMLElement): void {
    const dom = scroller.scrollTop
    if (Math.abs(dom - this.#place.dom) < 1) return
    this.#aim = null
    this.#beyond = beyond
    const before = this.#place.rows
    this.#place = scrolled(this.#place, dom, this.#sizes)
    if (mustSettle(this.#place, this.#sizes)) this.goTo(this.#place.rows)
    else this.#update()
    this.#noteRest()
    this.onMove({ isUp: this.#place.rows < before, isAtEnd: this.isAtEnd })
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.goTo(this.#place.rows), idleMs)
  }

  #noteRest(): void {
    const top = this.#place.rows
    const block = this.#heights.blockAt(top)
    const rows = this.#element(block)?.children
    const inBlock = top - this.#heights.topOf(block)
    let [low, high] = [0, (rows?.length ?? 0) - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const row = rows?.[middle]
      if (row instanceof HTMLElement && row.offsetTop <= inBlock) low = middle
      else high = middle - 1
    }
    const row = block * blockRows + (rows === undefined ? Math.floor(inBlock / this.#rowHeight) : low)
    this.anchor = { row, above: top - this.topOfRow(row) }
  }

  #resizeArea(): void {
    const height = `${areaHeight(this.#heights.total)}px`
    if (this.#area !== null && this.#area.style.height !== height) this.#area.style.height = height
  }

  #update(): void {
    this.#resizeArea()
    const top = this.#place.rows
    const first = this.#heights.blockAt(Math.max(0, top - this.#beyond))
    const seen = this.#heights.blockAt(top + this.#view + this.#beyond)
    const last = Math.min(this.#heights.blocks - 1, seen, first + mostBlocks - 1)
    const mounted = new Set(Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at))
    if (this.#pinned !== null && this.#pinned < this.#heights.blocks) mounted.add(this.#pinned)
    const blocks = [...mounted]
      .sort((one, other) => one - other)
      .map((block) => ({ block, top: this.#topInArea(block) }))
    const old = this.#shown
    const isSame = old.first === first && old.last === last && old.blocks.length === blocks.length
    // Changed heights move the blocks below, even if the same blocks stay mounted.
    if (isSame && blocks.every(({ block, top }, at) => old.blocks[at]?.block === block && old.blocks[at].top === top))
      return
    this.#shown = { first, last, blocks }
    for (const listener of this.#listeners) listener()
  }

  /** Returns the top of a block in the scroll area, in pixels, limited to its height. */
  #topInArea(block: number): number {
    const [top, end] = [this.#heights.topOf(block), this.#heights.topOf(block + 1)]
    const inArea = top + this.#place.dom - this.#place.rows
    return Math.max(0, Math.min(inArea, areaHeight(this.#heights.total) - (end - top)))
  }
}
