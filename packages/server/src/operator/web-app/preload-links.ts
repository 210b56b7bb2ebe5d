/**
 * Tells the browser what to fetch while it still parses the page, so that data arrives with the
 * code (`web.md` 14).
 */

/** The parts of Vite's `manifest.json` that are read. */
export type Manifest = Readonly<Record<string, ManifestChunk>>

interface ManifestChunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

/**
 * The modules of a build's page, from the outside in. A module that was not split off has no entry
 * in the manifest.
 */
const buildPageModules = [
  'index.html',
  'src/frame/frame.tsx',
  'src/routes/organization-layout.tsx',
  'src/build/build-page.tsx',
  'src/log/log-viewer.tsx',
]

const buildRoute = /^\/([a-z0-9-]+)\/pipelines\/([a-z0-9-]+)\/builds\/([1-9]\d{0,9})$/

/** Common proxies refuse an answer with more than 4 KiB of headers. */
const mostCharacters = 2400

/**
 * Returns the function from a path to its `Link` header; null for a path without one. Files that
 * `template` names itself are left out. `isSignedIn`: data is worth preloading.
 */
export function preloadLinks(
  manifest: Manifest,
  template: string,
): (path: string, isSignedIn: boolean) => string | null {
  const code = codeLinks(manifest, (file) => !template.includes(`"/${file}"`))
  return (path, isSignedIn) => {
    const [, org, pipeline, number] = buildRoute.exec(path) ?? []
    if (org === undefined || pipeline === undefined || number === undefined) return null
    const build = `/api/v0/organizations/${org}/pipelines/${pipeline}/builds/${number}`
    const data = isSignedIn ? ['/api/v0/session', `${build}/view`].map(dataLink) : []
    return [...data, ...code].join(', ')
  }
}

// `crossorigin` must match the later request, or the file is fetched twice.
function dataLink(url: string): string {
  return `<${url}>; rel=preload; as=fetch; crossorigin`
}

/** Returns the most useful links first, as many as fit. */
function codeLinks(manifest: Manifest, isWanted: (file: string) => boolean): string[] {
  const chunks = chunksOf(manifest, buildPageModules)
  const wanted = (files: readonly string[]) => [...new Set(files)].filter(isWanted)
  const fonts = chunks.flatMap(({ assets = [] }) => assets).filter((file) => file.endsWith('.woff2'))
  const links = [
    ...wanted(chunks.flatMap(({ css = [] }) => css)).map((file) => `</${file}>; rel=preload; as=style; crossorigin`),
    ...wanted(chunks.map(({ file }) => file)).map((file) => `</${file}>; rel=modulepreload`),
    // Text is readable in the system's font until these arrive.
    ...wanted(fonts).map((file) => `</${file}>; rel=preload; as=font; type="font/woff2"; crossorigin`),
  ]
  let length = 0
  return links.filter((link) => {
    length += link.length
    return length <= mostCharacters
  })
}

/** Returns the modules, then their imports, and so on. */
function chunksOf(manifest: Manifest, modules: readonly string[]): ManifestChunk[] {
  const found = new Set(modules)
  // Iterating a set includes members that are added meanwhile.
  for (const name of found) for (const imported of manifest[name]?.imports ?? []) found.add(imported)
  return [...found].map((name) => manifest[name]).filter((chunk) => chunk !== undefined)
}
