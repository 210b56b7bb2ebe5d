/**
 * A second opinion on keys: written from `ir.md` 2 alone, and sharing no code with the SDKs or with `packages/ir`.
 * `node oracle.ts NAME…` writes the cache keys of vectors into their `expected.json`, whose other members are written by hand.
 */
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeProject, readContext, type VectorContext } from './context.ts'

interface Policy {
  policy: string
  key?: string
  duration_seconds?: number
  env_keys?: string[]
  paths?: string[]
  sub_policies?: Policy[]
}
interface Node {
  step: { key: string; cmd: string; label?: string; cache?: Policy }
}
export interface Definition {
  graph: { nodes: Node[]; edges: [number, number, string][] }
}

const H = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
// With / as the smallest byte, whole paths compare like their components.
const byComponent = (a: string, b: string) => byBytes(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'))

/** Everything below a directory: files as links lead to them, linked directories named but not entered, dangling links marked. */
function below(root: string, path: string): { path: string; kind: string }[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`
    return [{ path: inner, kind: kindOf(join(root, inner)) }, ...(entry.isDirectory() ? below(root, inner) : [])]
  })
}

function kindOf(path: string): string {
  for (const [stat, file] of [
    [statSync, 'file'],
    [lstatSync, 'dangling'],
  ] as const) {
    try {
      return stat(path).isDirectory() ? 'directory' : file
    } catch {}
  }
  return 'nothing'
}

function D(root: string, path: string, kind: string): string {
  if (kind === 'nothing') return ''
  if (kind === 'dangling') return H(readlinkSync(join(root, path)))
  if (kind === 'file') return H(readFileSync(join(root, path)))
  const real = realpathSync(join(root, path))
  const files = below(real, '')
    .filter((found) => found.kind === 'file')
    .map((found) => found.path)
    .sort(byComponent)
  return H(
    Buffer.concat(
      files.flatMap((file) => [Buffer.from(`${file}\0`), readFileSync(join(real, file)), Buffer.from('\0')]),
    ),
  )
}

function resolved(root: string, pattern: string): string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.')
  const plain = join(root, ...parts)
  if (!/[*?[]/.test(pattern)) return [D(root, parts.join('/'), kindOf(plain))].filter((d) => d !== '')
  const component = (part: string) =>
    part.replace(/\[!?\]?[^\]]*\]|[*?]|[\s\S]/gu, (c) =>
      c === '*'
        ? '[^/]*'
        : c === '?'
          ? '[^/]'
          : c.length > 2
            ? c.replace('[!', '[^')
            : c.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&'),
    )
  // Each component is matched with its slash in front; ** is any number of them.
  const regex = new RegExp(
    `^${parts.map((part) => (part === '**' ? '(?:/[^/]+)*' : `/${component(part)}`)).join('')}$`,
    'u',
  )
  return [{ path: '', kind: 'directory' }, ...below(root, '')]
    .filter(
      ({ path, kind }) => regex.test(path === '' ? '' : `/${path}`) && (kind === 'directory' || parts.at(-1) !== '**'),
    )
    .sort((a, b) => byComponent(a.path, b.path))
    .map(({ path, kind }) => D(root, path, kind))
}

function R(policy: Policy, cmd: string, context: VectorContext, root: string): string {
  const E = [...(policy.env_keys ?? [])]
    .sort(byBytes)
    .map((name) => `${name}=${new Map(Object.entries(context.env)).get(name) ?? ''}\0`)
    .join('')
  switch (policy.policy) {
    case 'forever':
      return `forever-${H(`${cmd}\0${E}`)}`
    case 'ttl':
      return `ttl-${Math.floor(context.now / (policy.duration_seconds ?? 0))}-${H(`${cmd}\0${E}`)}`
    case 'on_change':
      return `sha-${H(
        [...(policy.paths ?? [])]
          .sort(byBytes)
          .flatMap((path) => resolved(root, path))
          .map((d) => `${d}\0`)
          .join(''),
      )}`
    case 'compose':
      return `compose-${H((policy.sub_policies ?? []).map((part) => R(part, cmd, context, root)).join(''))}`
    default:
      return 'none'
  }
}

/** The cache key of each node, undefined where there is none. Nodes come after their parents. */
export function cacheKeys(definition: Definition, context: VectorContext, root: string): (string | undefined)[] {
  const { nodes, edges } = definition.graph
  const P: string[] = []
  const keys: (string | undefined)[] = []
  for (const [i, { step }] of nodes.entries()) {
    const parent = edges.find(([, to, kind]) => to === i && kind === 'builds_in')?.[0]
    P[i] =
      parent === undefined ? 'scratch' : (keys[parent] ?? `recipe-${H(`${P[parent]}\0${nodes[parent]?.step.cmd}`)}`)
    const cached = step.cache !== undefined && step.cache.policy !== 'none'
    keys[i] =
      cached && step.cache
        ? H([context.org, context.slug, step.key, P[i], R(step.cache, step.cmd, context, root)].join('\0'))
        : undefined
  }
  return keys
}

/** The last resort for a step's key: of its parent's key, or of '' behind a scratch or a fork. */
export function positionKey(parent: string, cmd: string, position: number): string {
  return H(`${parent}\0${cmd}\0${position}`).slice(0, 12)
}

function writeKeys(directory: string): void {
  const file = join(directory, 'expected.json')
  const definition: Definition = JSON.parse(readFileSync(file, 'utf8'))
  const context = readContext(directory)
  const root = mkdtempSync(join(tmpdir(), 'hm-vector-'))
  makeProject(context.files, root)
  for (const [i, key] of cacheKeys(definition, context, root).entries()) {
    const cache = definition.graph.nodes[i]?.step.cache
    if (cache && key !== undefined) cache.key = key
  }
  rmSync(root, { recursive: true })
  writeFileSync(file, JSON.stringify(definition))
}

if (import.meta.main) for (const name of process.argv.slice(2)) writeKeys(join(import.meta.dirname, name))
