/** Tells the browser what to fetch while it still parses the page (`web.md` 14). */
import { buildOf } from './build-route.ts'

/** The parts of Vite's `manifest.json` that are read. */
export type Manifest = Readonly<Record<string, ManifestChunk>>

interface ManifestChunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

/**
 * The modules of a build's page, outermost first. A module that was not split off has no entry in
 * the manifest.
 */
const buildPageModules = [
  'index.html',
  'src/frame/frame.tsx',
  'src/routes/organization-layout.tsx',
  'src/build/build-page.tsx',
  'src/log/log-viewer.tsx',
]

/** Common proxies refuse an answer with more than 4 KiB of headers. */
const mostCharacters = 2400

/**
 * Returns the function from a path to its `Link` header; null for a path without one. Omits files
 * that `template` names itself.
 */
export function preloadLinks(manifest: Manifest, template: string): (path: string) => string | null {
  const code = codeLinks(manifest, (file) => !template.includes(`"/${file}"`)).join(', ')
  return (path) => (buildOf(path) === null ? null : code)
}

/** Returns the most useful links first, as many as fit. */
function codeLinks(manifest: Manifest, isWanted: (file: string) => boolean): string[] {
  const chunks = chunksOf(manifest, buildPageModules)
  const wanted = (files: readonly string[]) => [...new Set(files)].filter(isWanted)
  const fonts = chunks.flatMap(({ assets = [] }) => assets).filter((file) => file.endsWith('.woff2'))
  const links = [
    // `crossorigin` must match the later request, or the file is fetched twice.
    ...wanted(chunks.flatMap(({ css = [] }) => css)).map((file) => `</${file}>; rel=preload; as=style; crossorigin`),
    ...wanted(chunks.map(({ file }) => file)).map((file) => `</${file}>; rel=modulepreload`),
    // Text is readable in the system's font until these are loaded.
    ...wanted(fonts).map((file) => `</${file}>; rel=preload; as=font; type="font/woff2"; crossorigin`),
  ]
  let length = 0
  return links.filter((link) => {
    length += link.length
    return length <= mostCharacters
  })
}

/** Returns the modules, then their imports, and so on recursively. */
function chunksOf(manifest: Manifest, modules: readonly string[]): ManifestChunk[] {
  const found = new Set(modules)
  // Iterating a set includes members that are added during the iteration.
  for (const name of found) for (const imported of manifest[name]?.imports ?? []) found.add(imported)
  return [...found].map((name) => manifest[name]).filter((chunk) => chunk !== undefined)
}
