import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withExtension } from './files.ts'

/** A package of the project's own workspace. */
export interface WorkspacePackage {
  readonly directory: string
  readonly manifest: Readonly<Record<string, unknown>>
}

/**
 * Finds packages of a project's workspace by the names in `package.json` or `pnpm-workspace.yaml`,
 * because nothing is installed on a server. Reads these files at the first request for a name.
 */
export function workspaceOf(project: string): (name: string) => WorkspacePackage | undefined {
  let packages: Map<string, WorkspacePackage> | undefined
  return (name) => {
    packages ??= readPackages(project)
    return packages.get(name)
  }
}

/** Splits `@scope/name/sub/path` into the name of a package and the rest. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly rest: string } {
  const parts = specifier.split('/')
  const length = specifier.startsWith('@') ? 2 : 1
  return { name: parts.slice(0, length).join('/'), rest: parts.slice(length).join('/') }
}

/**
 * Returns the URL of a file of a package without `exports`: the named file, else its `main`, else
 * its index.
 */
export function fileOf({ directory, manifest }: WorkspacePackage, rest: string): string {
  const main = typeof manifest.main === 'string' ? manifest.main : 'index.js'
  const wanted = rest === '' ? main : rest
  return withExtension(wanted, directory) ?? pathToFileURL(join(directory, wanted)).href
}

function readPackages(project: string): Map<string, WorkspacePackage> {
  const packages = new Map<string, WorkspacePackage>()
  const patterns = patternsOf(project)
  const left = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const taken = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => `${pattern.replace(/\/+$/, '')}/package.json`)
  const exclude = ['**/node_modules/**', ...left.map((pattern) => `${pattern.replace(/\/+$/, '')}/package.json`)]
  for (const file of ['package.json', ...globSync(taken, { cwd: project, exclude })]) {
    const manifest = readManifest(join(project, file))
    const directory = dirname(join(project, file))
    if (typeof manifest?.name === 'string') packages.set(manifest.name, { directory, manifest })
  }
  return packages
}

function patternsOf(project: string): string[] {
  const { workspaces } = readManifest(join(project, 'package.json')) ?? {}
  const listed = isRecord(workspaces) ? workspaces.packages : workspaces
  const pnpm = join(project, 'pnpm-workspace.yaml')
  const patterns = existsSync(pnpm) ? pnpmPackages(readFileSync(pnpm, 'utf8')) : Array.isArray(listed) ? listed : []
  return patterns.filter((pattern) => typeof pattern === 'string').map((pattern) => pattern.replace(/^(!?)\.\//, '$1'))
}

// Reads only the list `packages`, with one plain or quoted string per line.
function pnpmPackages(text: string): string[] {
  const list = /^packages:[ \t]*\r?\n((?:[ \t]*(?:#.*|-.*)?\r?\n?)*)/m.exec(text)?.[1] ?? ''
  const items = [...list.matchAll(/^[ \t]*-[ \t]*(?:'([^']*)'|"([^"]*)"|([^#\r\n]*?))[ \t]*(?:#.*)?$/gm)]
  return items.map(([, single, double, plain]) => single ?? double ?? plain ?? '').filter((item) => item !== '')
}

function readManifest(file: string): Record<string, unknown> | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined // no such package
  }
  const value: unknown = JSON.parse(text)
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
