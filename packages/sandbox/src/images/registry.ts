import { createHash } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { access } from 'node:fs/promises'
import { BlockList, isIPv4 } from 'node:net'
import { isMissing } from './missing.ts'
import { runTool } from './run-tool.ts'

export interface RegistryOptions {
  readonly insecure: readonly string[]
  readonly allowPrivate: boolean
}

const REFERENCE = /^[a-z0-9[][\w.:/[\]-]*(@sha256:[0-9a-f]{64})?$/i
const SIGNATURE_POLICIES = ['/etc/containers/policy.json', '/usr/share/containers/policy.json']

const PRIVATE = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4')
}
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6')
}

export function isImageName(name: string): boolean {
  return REFERENCE.test(name)
}

export function isPinned(name: string): boolean {
  return name.includes('@sha256:')
}

/** Why this name cannot be asked of a registry, or undefined. */
export async function refusal(name: string, options: RegistryOptions): Promise<string | undefined> {
  if (!REFERENCE.test(name))
    return `"${name}" is not an image name such as debian:13 or registry.example/team/tools@sha256:…`
  const host = hostOf(name)
  if (options.allowPrivate || host === undefined || options.insecure.includes(host)) return undefined
  const { hostname } = new URL(`http://${host}`)
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true })
  const inside = addresses.some(({ address }) => PRIVATE.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'))
  return inside ? `the registry ${host} has a private address, which this server does not fetch from` : undefined
}

/** The digest that the registry has for the name now. */
export async function askDigest(name: string, options: RegistryOptions): Promise<string> {
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(name)
  if (pinned?.[1] !== undefined) return pinned[1]
  const tls = isPlain(name, options) ? ['--tls-verify=false'] : []
  const manifest = await runTool('skopeo', ['--command-timeout', '1m', 'inspect', '--raw', ...tls, `docker://${name}`])
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`
}

/** Copies an image to the new OCI layout `layout`, as `layout:image`. `source` is skopeo's own notation. */
export async function copyToLayout(source: string, layout: string, lockFd: number, plain = false): Promise<void> {
  const policy = (await hasSignaturePolicy()) ? [] : ['--insecure-policy']
  const tls = plain ? ['--src-tls-verify=false'] : []
  await runTool(
    'skopeo',
    [...policy, '--command-timeout', '1h', 'copy', '--quiet', ...tls, source, `oci:${layout}:image`],
    { lockFd },
  )
}

/** skopeo's notation for a name at exactly this digest; it takes a tag or a digest, not both. */
export function atDigest(name: string, digest: string): string {
  const bare = name.replace(/@.*$/, '').replace(/:[^/:\]]*$/, '')
  return `docker://${bare}@${digest}`
}

export function isPlain(name: string, options: RegistryOptions): boolean {
  const host = hostOf(name)
  if (host === undefined) return false
  return options.insecure.includes(host) || /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)
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
