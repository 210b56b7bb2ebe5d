/** Where a reader is in each topic of its stream, as one text: the id of events. Readers take it as it is; what it says is checked where it is used. */
export type TopicPlaces = ReadonlyMap<string, string>

/** A place's name and what it says: `o` the organization's builds, `b` and `l` a build and a log, with the id. */
const form = /^([obl][0-9a-f]{0,32})_([\d-]{1,80})$/

/** The name under which the place in a build's, or a log's, events is kept. */
export function placeName(kind: 'b' | 'l', id: string): string {
  return kind + id.replaceAll('-', '')
}

/** The name under which the place in the events of all builds is kept. */
export const buildsPlace = 'o'

/** Writes places as one text. */
export function writePlaces(places: TopicPlaces): string {
  return [...places].map(([name, place]) => `${name}_${place}`).join('.')
}

/** Reads what `writePlaces` wrote; what is none of it is left out. */
export function readPlaces(text: string): TopicPlaces {
  return new Map(
    text.split('.').flatMap((part) => {
      const [, name, place] = form.exec(part) ?? []
      return name === undefined || place === undefined ? [] : [[name, place] as const]
    }),
  )
}
