/** Patterns of hosts (`ir.md` 1.9): `name`, `*.name`, either with `:port`. */
export interface HostPattern {
  /** In lower case, without `*.`. */
  readonly name: string
  /** Whether it stands for all names below `name`, and not for `name` itself. */
  readonly isWild: boolean
  readonly port: number
}

const HTTPS = 443
const MAX_NAME = 253
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** Reads a pattern of either case; undefined when it is none. */
export function hostPattern(text: string): HostPattern | undefined {
  const [, star, host = '', digits] = /^(\*\.)?([^:]*)(?::([0-9]{1,5}))?$/.exec(text) ?? []
  const name = host.toLowerCase()
  const labels = name.split('.')
  const port = digits === undefined ? HTTPS : Number(digits)
  const isName = labels.length > 1 && name.length <= MAX_NAME && labels.every((label) => LABEL.test(label))
  // Addresses are no names: nothing looks them up, so nothing could say which host they are.
  if (!isName || /^[0-9]+$/.test(labels.at(-1) ?? '') || port < 1 || port > 65_535) return undefined
  return { name, isWild: star !== undefined, port }
}

/** Returns the short form: in lower case, and without the port of HTTPS. */
export function hostText({ name, isWild, port }: HostPattern): string {
  return `${isWild ? '*.' : ''}${name}${port === HTTPS ? '' : `:${port}`}`
}

/** Whether each host of `inner` is one of `outer`. */
export function coversHosts(outer: HostPattern, inner: HostPattern): boolean {
  if (outer.port !== inner.port) return false
  if (!outer.isWild) return !inner.isWild && outer.name === inner.name
  const isBelow = inner.name.endsWith(`.${outer.name}`)
  return isBelow || (inner.isWild && inner.name === outer.name)
}
