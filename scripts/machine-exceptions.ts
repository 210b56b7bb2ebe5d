/**
 * Settings that an unusual machine needs so that its sandboxes reach what an ordinary pipeline
 * needs.
 */
import { lookup } from 'node:dns/promises'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'

/** Values that are already set win. */
export async function machineExceptions(): Promise<Record<string, string>> {
  const wanted = { HARMONT_EGRESS_ALLOW: await registryAddresses(), HARMONT_HOST_ALLOW: await nodeFolders() }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, list]) =>
      process.env[name] === undefined && list.length > 0 ? [[name, list.join(',')]] : [],
    ),
  )
}

/**
 * `egress` blocks private and reserved ranges. A package registry in such a range is allowed by its
 * address.
 */
async function registryAddresses(): Promise<string[]> {
  const registry = new URL(process.env.npm_config_registry ?? 'https://registry.npmjs.org/')
  const port = registry.port || (registry.protocol === 'http:' ? '80' : '443')
  const found = await lookup(registry.hostname, { family: 4, all: true }).catch(() => []) // offline: nothing to let through
  return found.map(({ address }) => `${address}:${port}`)
}

/** The `host` base has /usr and /opt. A Node.js elsewhere, such as one of nvm, must be allowed. */
async function nodeFolders(): Promise<string[]> {
  const npm = process.env.npm_execpath
  if (npm === undefined) return []
  const prefix = resolve(await realpath(npm), '../../../../..')
  return ['/', '/usr', '/usr/local', '/opt'].includes(prefix) || prefix.startsWith('/opt/') ? [] : [prefix]
}
