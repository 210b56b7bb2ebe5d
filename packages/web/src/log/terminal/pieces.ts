import { bareLinks, fileLinks, type Link, linkOver, type SourceOfLinks } from './links.ts'
import type { PlayedLine } from './play-line.ts'
import { plain, type Style } from './style.ts'

/** A part of a line with one look. */
export interface Piece {
  /** Its index in the shown text. */
  readonly at: number
  readonly text: string
  readonly style: Style
  readonly link: Link | null
  /** The index of its search hit within the line; null if it has none. */
  readonly hit: number | null
}

/** Start and end of a hit in the text without escapes, in UTF-16 units. */
export type HitRange = readonly number[]

/** Splits a line wherever its style, link or search hit changes. */
export function piecesOf(
  played: PlayedLine,
  source: SourceOfLinks | null,
  hits: readonly HitRange[] | undefined,
): readonly Piece[] {
  const { text, runs } = played
  const links = linksOf(played, source)
  const marked = (hits ?? []).map((hit) => shownRange(played, hit))
  const edges = new Set([0, text.length])
  for (const run of runs) edges.add(run.end)
  for (const { from, to } of links) edges.add(from).add(to)
  for (const range of marked) if (range !== null) edges.add(range[0]).add(range[1])
  const sorted = [...edges].sort((a, b) => a - b)
  let [run, link, hit] = [0, 0, 0]
  return sorted.slice(0, -1).map((at, place) => {
    while ((runs[run]?.end ?? Number.POSITIVE_INFINITY) <= at) run++
    while ((links[link]?.to ?? Number.POSITIVE_INFINITY) <= at) link++
    while (hit < marked.length && (marked[hit]?.[1] ?? 0) <= at) hit++
    const [here, found] = [links[link], marked[hit]]
    return {
      at,
      text: text.slice(at, sorted[place + 1]),
      style: runs[run]?.style ?? plain,
      link: here !== undefined && here.from <= at ? here : null,
      hit: found !== null && found !== undefined && found[0] <= at ? hit : null,
    }
  })
}

/** Returns the links, sorted and disjoint. OSC 8 links override links found in the text. */
function linksOf({ text, runs }: PlayedLine, source: SourceOfLinks | null): readonly Link[] {
  const links: Link[] = []
  let from = 0
  for (const { end, href } of runs) {
    const link = href === null ? null : linkOver(text, from, end, href)
    if (link !== null) links.push(link)
    from = end
  }
  for (const found of [...bareLinks(text), ...fileLinks(text, source)])
    if (links.every((link) => found.to <= link.from || found.from >= link.to)) links.push(found)
  return links.sort((one, other) => one.from - other.from)
}

/** Returns the position of a hit in the shown text; null if the hit was overwritten. */
function shownRange({ text, sources }: PlayedLine, [start = 0, end = 0]: HitRange): readonly [number, number] | null {
  if (sources === null) return start < text.length ? [start, Math.min(end, text.length)] : null
  const from = sources.findIndex((source) => source >= start && source < end)
  const to = sources.findLastIndex((source) => source >= start && source < end)
  return from === -1 ? null : [from, to + 1]
}
