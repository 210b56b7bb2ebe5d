import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { isIP } from 'node:net'
import { isPublicAddress } from '../network/addresses.ts'
import { isMissing } from '../system/missing.ts'
import { runTool, type ToolOptions } from '../system/run-tool.ts'
import { ToolFailed } from '../system/tool-failed.ts'
import { PullStopped } from './image-limits.ts'
import { pullFailure } from './pull-failure.ts'
import { type CountBytes, PullProxy } from './pull-proxy.ts'

export interface RegistryOptions {
  /** `host:port` of those that speak plain HTTP; those on a loopback address are known to. */
  readonly insecure: readonly string[]
  /** `host` or `host:port` of those that are pulled from whatever their addresses are. */
  readonly allowed: readonly string[]
  /** Whether all are. */
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

/** Why this name cannot be asked of a registry, or undefined. What a host's name stands for is found out when it is connected to. */
export function refusal(name: string, options: RegistryOptions): string | undefined {
  if (!REFERENCE.test(name))
    return `"${name}" is not an image name such as debian:13 or registry.example/team/tools@sha256:…`
  const host = hostOf(name)
  if (options.allowPrivate || host === undefined || isAllowed(host, options)) return undefined
  const { hostname } = new URL(`http://${host}`)
  const address = hostname.replace(/^\[|\]$/g, '')
  // Go's HTTP client asks no proxy for these.
  const isInside = address === 'localhost' || (isIP(address) !== 0 && !isPublicAddress(address))
  return isInside ? `the registry ${host} has a private address, which this server does not fetch from` : undefined
}

/** The digest that the registry has for the name now. */
export async function askDigest(name: string, options: RegistryOptions): Promise<string> {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)
  if (pinned?.[1] !== undefined) return pinned[1]
  const tls = isPlain(name, options) ? ['--tls-verify=false'] : []
  const inspect = ['--command-timeout', '1m', 'inspect', '--raw', ...tls, `docker://${name}`]
  const manifest = await guarded(
    options,
    () => undefined,
    (guard) => runTool('skopeo', inspect, guard),
  ).catch((error: unknown) => {
    throw pullFailure(registryOf(name), error)
  })
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

/** A pull into a new OCI layout. */
export interface Pull {
  readonly name: string
  readonly digest: string
  readonly layout: string
  readonly lockFd: number
  /** Of one layer; `PullStopped` is thrown where one has more. */
  readonly mostBytes: number
  /** Told of the bytes that come, but where all addresses are allowed. */
  readonly count: CountBytes
}

/** Copies the image with this digest from its registry to `layout:image`. */
export async function pullToLayout(pull: Pull, options: RegistryOptions): Promise<void> {
  const { name, layout, lockFd, mostBytes: mostFileBytes } = pull
  const tls = isPlain(name, options) ? ['--src-tls-verify=false'] : []
  const source = atDigest(name, pull.digest)
  try {
    await guarded(options, pull.count, (guard) =>
      copyToLayout(source, layout, { lockFd, mostFileBytes, ...guard }, tls),
    )
  } catch (error) {
    if (error instanceof ToolFailed && error.said.includes('file too large')) throw new PullStopped(mostFileBytes)
    throw pullFailure(registryOf(name), error)
  }
}

/** Copies an image to the new OCI layout `layout`, as `layout:image`. `source` is skopeo's own notation. */
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

type Guard = Pick<ToolOptions, 'confined'>

/** Has skopeo reach a registry, and whatever that leads it to, by a proxy of ours; directly where all addresses are allowed. */
async function guarded<T>(options: RegistryOptions, count: CountBytes, work: (guard: Guard) => Promise<T>): Promise<T> {
  if (options.allowPrivate) return work({})
  using proxy = new PullProxy({ isAllowed: (host) => isAllowed(host, options), count })
  try {
    return await work({ confined: (door) => proxy.serve(door) })
  } catch (error) {
    // What skopeo says of it is that the connection broke.
    throw proxy.refusal ?? error
  }
}

function isAllowed(host: string, { allowed, insecure }: RegistryOptions): boolean {
  return insecure.includes(host) || allowed.includes(host) || allowed.includes(host.replace(/:\d+$/, ''))
}

/** skopeo's notation for a name at exactly this digest; it takes a tag or a digest, not both. */
function atDigest(name: string, digest: string): string {
  const bare = name.replace(/@.*$/, '').replace(/:[^/:\]]*$/, '')
  return `docker://${bare}@${digest}`
}

function isPlain(name: string, options: RegistryOptions): boolean {
  const host = hostOf(name)
  if (host === undefined) return false
  return options.insecure.includes(host) || /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)
}

/** Where the image's name says it is. */
function registryOf(name: string): string {
  return hostOf(name) ?? 'docker.io'
}

/** `host:port` in front of the first slash, when it is one; docker.io has none. */
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
      if (!isMissing(error)) throw error
    }
  }
  return false
}
