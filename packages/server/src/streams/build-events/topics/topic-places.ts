/**
 * The place of a reader in each topic of its stream. Formatted as one text, it is the id of events;
 * each topic validates its part.
 */
export type TopicPlaces = ReadonlyMap<string, string>

/**
 * Matches the name of a place and its value: `o` for the organization's builds, `b` and `l` with an
 * id for a build and a log.
 */
const form = /^([obl][0-9a-f]{0,32})_([\d-]{1,80})$/

/** Returns the name of the place in the events of a build or a log. */
export function placeName(kind: 'b' | 'l', id: string): string {
  return kind + id.replaceAll('-', '')
}

/** The name of the place in the events of all builds. */
export const buildsPlace = 'o'

/** Formats places as one text. */
export function writePlaces(places: TopicPlaces): string {
  return [...places].map(([name, place]) => `${name}_${place}`).join('.')
}

/** Parses the output of `writePlaces`, and omits malformed places. */
export function readPlaces(text: string): TopicPlaces {
  return new Map(
    text.split('.').flatMap((part) => {
      const [, name, place] = form.exec(part) ?? []
      return name === undefined || place === undefined ? [] : [[name, place] as const]
    }),
  )
}
