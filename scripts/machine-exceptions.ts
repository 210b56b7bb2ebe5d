/**
 * Determines settings with which the sandboxes of an unusual machine can run an ordinary pipeline.
 */
import { lookup } from 'node:dns/promises'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'

/** Returns the settings; existing variables take precedence. */
export async function machineExceptions(): Promise<Record<string, string>> {
  const wanted = { HARMONT_EGRESS_ALLOW: await registryAddresses(), HARMONT_HOST_ALLOW: await nodeFolders() }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, list]) =>
      process.env[name] === undefined && list.length > 0 ? [[name, list.join(',')]] : [],
    ),
  )
}

/**
 * Returns the addresses of the package registry, to allow it even in a private or reserved range,
 * which `egress` blocks.
 */
async function registryAddresses(): Promise<string[]> {
  const registry = new URL(process.env.npm_config_registry ?? 'https://registry.npmjs.org/')
  const port = registry.port || (registry.protocol === 'http:' ? '80' : '443')
  const found = await lookup(registry.hostname, { family: 4, all: true }).catch(() => []) // offline: nothing to let through
  return found.map(({ address }) => `${address}:${port}`)
}

/**
 * Returns the folder of a Node.js outside /usr and /opt, such as nvm's. The `host` base contains
 * only these two by default.
 */
async function nodeFolders(): Promise<string[]> {
  const npm = process.env.npm_execpath
  if (npm === undefined) return []
  const prefix = resolve(await realpath(npm), '../../../../..')
  return ['/', '/usr', '/usr/local', '/opt'].includes(prefix) || prefix.startsWith('/opt/') ? [] : [prefix]
}
