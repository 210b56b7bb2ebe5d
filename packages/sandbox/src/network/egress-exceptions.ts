import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'

/** A private destination that sandboxes may reach. */
export interface EgressException {
  /** IPv4 address or range. */
  readonly range: string
  /** Absent: all ports. */
  readonly port?: number
}

/**
 * Parses entries of `HARMONT_EGRESS_ALLOW`: `10.1.0.0/16`, `10.1.2.3`, `10.1.2.3:8080`,
 * `registry.internal:443`. Resolves names once, immediately. Throws an error that names the entry.
 */
export async function resolveExceptions(entries: readonly string[]): Promise<readonly EgressException[]> {
  const found = await Promise.all(entries.map(resolveException))
  return found.flat()
}

async function resolveException(entry: string): Promise<readonly EgressException[]> {
  const [, host = '', length, port] = /^([^/:\s]+)(?:\/(\d{1,2}))?(?::(\d{1,5}))?$/.exec(entry) ?? []
  const portNumber = port === undefined ? undefined : Number(port)
  if (host === '' || Number(length ?? 0) > 32 || portNumber === 0 || (portNumber ?? 1) > 65_535)
    throw new Error(`egress exception ${JSON.stringify(entry)} is neither an IPv4 address or range nor HOST:PORT`)
  const rest = portNumber === undefined ? {} : { port: portNumber }
  if (isIPv4(host)) return [{ range: length === undefined ? host : `${host}/${length}`, ...rest }]
  if (portNumber === undefined || length !== undefined)
    throw new Error(`egress exception ${JSON.stringify(entry)}: a name needs a port and no range`)
  try {
    const addresses = await lookup(host, { family: 4, all: true })
    return addresses.map(({ address }) => ({ range: address, ...rest }))
  } catch (error) {
    throw new Error(`egress exception ${JSON.stringify(entry)}: the name has no address`, { cause: error })
  }
}
