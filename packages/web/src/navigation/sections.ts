/** The sections of an organization, in the order of the top bar. */
export const sections = [
  { id: 'pipelines', name: 'Pipelines', to: '/$org/pipelines', keys: 'g p' },
  { id: 'builds', name: 'Builds', to: '/$org/builds', keys: 'g b' },
  { id: 'repos', name: 'Repositories', to: '/$org/repos', keys: 'g r' },
  { id: 'usage', name: 'Usage', to: '/$org/usage', keys: 'g u' },
  { id: 'settings', name: 'Settings', to: '/$org/settings', keys: 'g s' },
] as const

type Section = (typeof sections)[number]

/** Returns the section of an address; pipelines by default. */
export function sectionOf(pathname: string): Section {
  const [, second] = segmentsOf(pathname)
  return sections.find(({ id }) => id === second) ?? sections[0]
}

interface TrailStep {
  readonly label: string
  /** A path of this app. */
  readonly to: string
}

/** Names a pipeline by organization and slug. */
type NameOf = (org: string, slug: string) => string

/** Returns the trail below the section: `Nightly tests`, `#60`. */
export function trailOf(pathname: string, nameOf: NameOf = (_, slug) => slug): readonly TrailStep[] {
  const [org, section, slug, third, number] = segmentsOf(pathname)
  if (org === undefined || section !== 'pipelines' || slug === undefined) return []
  const pipeline = { label: nameOf(org, slug), to: `/${org}/pipelines/${slug}` }
  if (third === 'settings') return [pipeline, { label: 'Settings', to: `${pipeline.to}/settings` }]
  if (third !== 'builds' || number === undefined || !/^[1-9]\d*$/.test(number)) return [pipeline]
  return [pipeline, { label: `#${number}`, to: `${pipeline.to}/builds/${number}` }]
}

/** Whether the page is below a pipeline, where a narrow screen shows less. */
export function isDeep(pathname: string): boolean {
  return trailOf(pathname).length > 1
}

/** Returns the existing page nearest to an unknown address. */
export function nearestPage(
  pathname: string,
  organizations: readonly { readonly slug: string; readonly name: string }[],
  nameOf: NameOf,
): TrailStep {
  const [org, second, slug] = segmentsOf(pathname)
  const organization = organizations.find((one) => one.slug === org)
  if (org === undefined || organization === undefined) return { label: 'Home', to: '/' }
  if (second === 'pipelines' && slug !== undefined)
    return { label: `Pipeline ${nameOf(org, slug)}`, to: `/${org}/pipelines/${slug}` }
  const near = sections.find(({ id, name }) => isAlike(id, second) || isAlike(name.toLowerCase(), second))
  const section = near ?? sections[0]
  return { label: `${section.name} of ${organization.name}`, to: `/${org}/${section.id}` }
}

/**
 * Whether one word is the beginning of the other, or the words differ in one letter: `build`,
 * `repositories`, `setings`.
 */
function isAlike(word: string, given: string | undefined): boolean {
  if (given === undefined || given.length < 3) return false
  const other = given.toLowerCase()
  if (word.startsWith(other) || other.startsWith(word)) return true
  if (Math.abs(word.length - other.length) > 1) return false
  let start = 0
  while (start < word.length && word[start] === other[start]) start++
  const rest = (text: string, from: number) => text.slice(from)
  return [
    [start + 1, start],
    [start, start + 1],
    [start + 1, start + 1],
  ].some(([mine = 0, theirs = 0]) => rest(word, mine) === rest(other, theirs))
}

function segmentsOf(pathname: string): readonly string[] {
  return pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // An invalid escape, which no link of the app has, is shown unchanged.
    return segment
  }
}
