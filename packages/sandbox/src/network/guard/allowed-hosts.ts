import type { AllowedHost } from '../../sandbox-driver.ts'

/** The port whose connections the guard relays, because their first bytes contain the host name. */
export const tlsPort = 443

const longestName = 253
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/

/** Returns the normalized form of a host name; undefined for other text, such as an address. */
export function hostNameOf(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '')
  if (name.length > longestName || /^[\d.]*$/.test(name)) return undefined
  return name.split('.').every((part) => label.test(part)) ? name : undefined
}

/** Returns the ports at which a host may be reached. */
export function portsOf(hosts: readonly AllowedHost[], name: string): readonly number[] {
  return [...new Set(hosts.filter((host) => matches(host, name)).map(({ port }) => port))]
}

function matches(host: AllowedHost, name: string): boolean {
  return host.below ? name.endsWith(`.${host.name}`) : name === host.name
}

/** Returns a host as text for people, in the notation of pipelines. */
export function hostText(name: string, port: number): string {
  return port === tlsPort ? name : `${name}:${port}`
}
