/** Patterns of hosts (`ir.md` 1.9): `name`, `*.name`, either with `:port`. */
export interface HostPattern {
  /** The host name in lower case, without `*.`. */
  readonly name: string
  /** Whether the pattern matches all names below `name`, but not `name` itself. */
  readonly isWild: boolean
  readonly port: number
}

const HTTPS = 443
const MAX_NAME = 253
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** Parses a pattern in any letter case; returns undefined for an invalid one. */
export function hostPattern(text: string): HostPattern | undefined {
  const [, star, host = '', digits] = /^(\*\.)?([^:]*)(?::([0-9]{1,5}))?$/.exec(text) ?? []
  const name = host.toLowerCase()
  const labels = name.split('.')
  const port = digits === undefined ? HTTPS : Number(digits)
  const isName = labels.length > 1 && name.length <= MAX_NAME && labels.every((label) => LABEL.test(label))
  // Refuses addresses: programs use them without a DNS lookup, so no name identifies their host.
  if (!isName || /^[0-9]+$/.test(labels.at(-1) ?? '') || port < 1 || port > 65_535) return undefined
  return { name, isWild: star !== undefined, port }
}

/** Returns the short form: lower case, without the port of HTTPS. */
export function hostText({ name, isWild, port }: HostPattern): string {
  return `${isWild ? '*.' : ''}${name}${port === HTTPS ? '' : `:${port}`}`
}

/** Whether `outer` matches each host that `inner` matches. */
export function coversHosts(outer: HostPattern, inner: HostPattern): boolean {
  if (outer.port !== inner.port) return false
  if (!outer.isWild) return !inner.isWild && outer.name === inner.name
  const isBelow = inner.name.endsWith(`.${outer.name}`)
  return isBelow || (inner.isWild && inner.name === outer.name)
}
