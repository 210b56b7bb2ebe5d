import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { isIP } from 'node:net'
import process from 'node:process'
import { isPublicAddress } from '../network/public-address.ts'
import type { RegistryLogin } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'
import { runTool, type ToolOptions } from '../system/run-tool.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { PullStopped } from './image-limits.ts'
import { pullFailure } from './pull-failure.ts'
import type { CountBytes } from './pull-proxy.ts'

export interface RegistryOptions {
  /** `host:port` of registries that speak plain HTTP. Loopback addresses always use plain HTTP. */
  readonly insecure: readonly string[]
  /** `host` or `host:port` of registries that may have any address. */
  readonly allowed: readonly string[]
  /** Whether all registries may have any address. */
  readonly allowPrivate: boolean
}

const REFERENCE = /^[a-z0-9[][\w.:/[\]-]*(@sha256:[0-9a-f]{64})?$/i
const SIGNATURE_POLICIES = ['/etc/containers/policy.json', '/usr/share/containers/policy.json']

export function isImageName(name: string): boolean {
  return REFERENCE.test(name)
}

export function isPinned(name: string): boolean {
  return name.includes('@sha256:')
}

/**
 * Returns the reason why this name cannot be pulled from a registry; undefined if it can. Host
 * names are checked when a connection is made.
 */
export function refusal(name: string, options: RegistryOptions): string | undefined {
  if (!REFERENCE.test(name))
    return `"${name}" is not an image name such as debian:13 or registry.example/team/tools@sha256:…`
  const host = hostOf(name)
  if (options.allowPrivate || host === undefined || isAllowed(host, options)) return undefined
  const { hostname } = new URL(`http://${host}`)
  const address = hostname.replace(/^\[|\]$/g, '')
  // Go's HTTP client does not use a proxy for these addresses.
  const isInside = address === 'localhost' || (isIP(address) !== 0 && !isPublicAddress(address))
  return isInside ? `the registry ${host} has a private address, which this server does not fetch from` : undefined
}

/**
 * Returns the registry's current digest for the name. Without a login, returns the publicly
 * available one.
 */
export async function askDigest(name: string, options: RegistryOptions, login: RegistryLogin | null): Promise<string> {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)
  // With a login, only the registry's answer proves that this caller may read the image.
  if (pinned?.[1] !== undefined && login === null) return pinned[1]
  const tls = isPlain(name, options) ? ['--tls-verify=false'] : []
  const inspect = (file: readonly string[]) => ['--command-timeout', '1m', 'inspect', '--raw', ...tls, ...file]
  const manifest = await withLogin(name, login, (file) =>
    guarded(
      options,
      () => undefined,
      (guard) => runTool('skopeo', [...inspect(file), `docker://${name}`], guard),
    ),
  ).catch((error: unknown) => {
    throw pullFailure(registryOf(name), error)
  })
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

/** A pull into a new OCI layout. */
export interface Pull {
  readonly name: string
  readonly digest: string
  readonly login: RegistryLogin | null
  readonly layout: string
  readonly lockFd: number
  /** Maximum size of one layer, in bytes. `PullStopped` is thrown if a layer is larger. */
  readonly mostBytes: number
  /** Counts received bytes. Not called if all addresses are allowed. */
  readonly count: CountBytes
}

/** Copies the image with this digest from its registry to `layout:image`. */
export async function pullToLayout(pull: Pull, options: RegistryOptions): Promise<void> {
  const { name, login, layout, lockFd, mostBytes: mostFileBytes } = pull
  const tls = isPlain(name, options) ? ['--src-tls-verify=false'] : []
  const source = `docker://${pinnedTo(name, pull.digest)}`
  try {
    await withLogin(name, login, (file) =>
      guarded(options, pull.count, (guard) =>
        copyToLayout(source, layout, { lockFd, mostFileBytes, ...guard }, [...tls, ...file]),
      ),
    )
  } catch (error) {
    if (error instanceof ToolFailed && error.said.includes('file too large')) throw new PullStopped(mostFileBytes)
    throw pullFailure(registryOf(name), error)
  }
}

/**
 * Copies an image to `layout:image` in the new OCI layout `layout`. @param source in skopeo's
 * notation.
 */
export async function copyToLayout(
  source: string,
  layout: string,
  options: ToolOptions,
  more: readonly string[] = [],
): Promise<void> {
  const policy = (await hasSignaturePolicy()) ? [] : ['--insecure-policy']
  const copy = ['--command-timeout', '1h', 'copy', '--quiet', ...more, source, `oci:${layout}:image`]
  await runTool('skopeo', [...policy, ...copy], options)
}

/** Linux's O_TMPFILE, for which Node.js has no name. */
const unnamedFile = 0o20_000_000 | constants.O_DIRECTORY | constants.O_RDWR

/**
 * Passes a login to skopeo in an unnamed file in memory. No command line shows the login, and no
 * file remains after a kill.
 */
async function withLogin<T>(
  name: string,
  login: RegistryLogin | null,
  work: (file: readonly string[]) => Promise<T>,
): Promise<T> {
  if (login === null) return work([])
  const file = await open('/dev/shm', unnamedFile, 0o600)
  try {
    const auth = Buffer.from(`${login.username}:${login.secret}`).toString('base64')
    await file.writeFile(JSON.stringify({ auths: { [registryOf(name)]: { auth } } }))
    return await work(['--authfile', `/proc/${process.pid}/fd/${file.fd}`])
  } finally {
    await file.close()
  }
}

type Guard = Pick<ToolOptions, 'confined'>

/**
 * Lets skopeo reach a registry, and everything that it refers to, through our proxy only; directly
 * if all addresses are allowed.
 */
async function guarded<T>(options: RegistryOptions, count: CountBytes, work: (guard: Guard) => Promise<T>): Promise<T> {
  if (options.allowPrivate) return work({})
  // Imported on demand, because importing `node:http` loads undici, which takes 29 ms of the
  // process's start.
  const { PullProxy } = await import('./pull-proxy.ts')
  using proxy = new PullProxy({ isAllowed: (host) => isAllowed(host, options), count })
  try {
    return await work({ confined: (door) => proxy.serve(door) })
  } catch (error) {
    // skopeo itself only reports a broken connection.
    throw proxy.refusal ?? error
  }
}

function isAllowed(host: string, { allowed, insecure }: RegistryOptions): boolean {
  return insecure.includes(host) || allowed.includes(host) || allowed.includes(host.replace(/:\d+$/, ''))
}

/** Returns the name of an image with the registry's digest in place of its tag. */
export function pinnedTo(name: string, digest: string): string {
  return `${name.replace(/@.*$/, '').replace(/:[^/:\]]*$/, '')}@${digest}`
}

function isPlain(name: string, options: RegistryOptions): boolean {
  const host = hostOf(name)
  if (host === undefined) return false
  return options.insecure.includes(host) || /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)
}

/** Returns the registry in an image's name. */
export function registryOf(name: string): string {
  return hostOf(name) ?? 'docker.io'
}

/** Returns the `host:port` before the first slash, if any; names on docker.io have none. */
function hostOf(name: string): string | undefined {
  const first = name.split('/')[0] ?? ''
  if (!name.includes('/')) return undefined
  return /[.:]/.test(first) || first === 'localhost' ? first : undefined
}

async function hasSignaturePolicy(): Promise<boolean> {
  for (const file of SIGNATURE_POLICIES) {
    try {
      await access(file)
      return true
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }
  return false
}
