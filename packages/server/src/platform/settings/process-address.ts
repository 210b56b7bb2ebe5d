import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Settings } from './read-settings.ts'

/** Returns the address at which other processes of the server reach this one. */
export function processAddress({ processUrl, host }: Pick<Settings, 'processUrl' | 'host'>, port: number): string {
  if (processUrl !== null) return processUrl
  const isEvery = host === '0.0.0.0' || host === '::'
  const name = isEvery ? (firstAddress() ?? 'localhost') : host
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`
}

function firstAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address
}
