import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FirstPageCode } from '@harmont/contract'
import { lookup } from 'mrmime'
import { type Encoding, type StoredFile, storeFile } from '../../platform/http/index.ts'
import type { Manifest } from './preload-links.ts'

/** The built web app, in memory. */
export interface WebApp {
  /** By URL path. */
  readonly files: ReadonlyMap<string, StoredFile>
  /** `index.html`, with its placeholders. */
  readonly template: string
  readonly manifest: Manifest
  /** Loads the part of the app that runs on the server. */
  readonly loadFirstPage: () => Promise<FirstPageCode>
}

const encodings: readonly (readonly [suffix: string, encoding: Encoding])[] = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
]

/** Reads the output of `scripts/build-web.ts`; null if there is none. */
export async function readWebApp(directory: string): Promise<WebApp | null> {
  const template = await readFile(join(directory, 'index.html'), 'utf8').catch(absent)
  if (template === null) return null
  const manifest = await readFile(join(directory, '.vite/manifest.json'), 'utf8')
  const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
  const served = names.filter((name) => !isInternal(name))
  const files = await Promise.all(
    served.map(async (name): Promise<[string, StoredFile]> => [`/${name}`, await readStored(directory, name, names)]),
  )
  const byPath = new Map(files)
  const filled = inlineStyles(template, (path) => byPath.get(path)?.bytes.toString() ?? null)
  const code = pathToFileURL(join(directory, '.server/first-page.js')).href
  return {
    files: byPath,
    template: filled,
    manifest: JSON.parse(manifest) as Manifest,
    // Loaded for the first page of a build.
    loadFirstPage: () => import(code),
  }
}

/**
 * Whether a file is not served under its name: the template, hidden files of the build, and the
 * compressed forms of other files.
 */
function isInternal(name: string): boolean {
  return name === 'index.html' || /(^|\/)\./.test(name) || encodings.some(([suffix]) => name.endsWith(suffix))
}

async function readStored(directory: string, name: string, names: readonly string[]): Promise<StoredFile> {
  const encoded = encodings
    .filter(([suffix]) => names.includes(name + suffix))
    .map(
      async ([suffix, encoding]): Promise<[Encoding, Buffer]> => [
        encoding,
        await readFile(join(directory, name + suffix)),
      ],
    )
  return storeFile(contentType(name), await readFile(join(directory, name)), new Map(await Promise.all(encoded)))
}

function contentType(name: string): string {
  const type = lookup(name) ?? 'application/octet-stream'
  return /^text\/|javascript|json|svg/.test(type) ? `${type}; charset=utf-8` : type
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

const sheet = /<link rel="stylesheet"[^>]*\shref="([^"]+)"[^>]*>/g

/**
 * Inlines the style sheets of the template, so that the first paint needs no second request. A
 * missing sheet, or one that would close its element, stays a link.
 */
function inlineStyles(template: string, textOf: (path: string) => string | null): string {
  return template.replace(sheet, (link, path: string) => {
    const css = textOf(path)
    return css === null || /<\/style/i.test(css) ? link : `<style nonce="__NONCE__" data-sheet="${path}">${css}</style>`
  })
}
