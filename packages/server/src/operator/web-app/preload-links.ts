/** What a browser can fetch while it still reads the page: data comes with the code (`web.md` 14). */

/** Vite's `manifest.json`, as far as it is read. */
export type Manifest = Readonly<Record<string, ManifestChunk>>

interface ManifestChunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
}

/** The modules that show a build: what its route loads, from the outside in. One that a build of the app has not split off is not in its manifest. */
const buildPageModules = [
  'index.html',
  'src/frame/frame.tsx',
  'src/routes/organization-layout.tsx',
  'src/build/build-page.tsx',
  'src/log/log-viewer.tsx',
]

const buildRoute = /^\/([a-z0-9-]+)\/pipelines\/([a-z0-9-]+)\/builds\/([1-9]\d{0,9})$/

/** Proxies of the usual kind refuse an answer whose headers are larger than 4 KiB in all. */
const mostCharacters = 2400

/**
 * Gives the function from a path to the value of its `Link` header; null for a path that has none. What the page itself names, `shell`, is
 * not repeated. `isSignedIn`: data is worth asking for.
 */
export function preloadLinks(manifest: Manifest, shell: string): (path: string, isSignedIn: boolean) => string | null {
  const code = codeLinks(manifest, (file) => !shell.includes(`"/${file}"`))
  return (path, isSignedIn) => {
    const [, org, pipeline, number] = buildRoute.exec(path) ?? []
    if (org === undefined || pipeline === undefined || number === undefined) return null
    const build = `/api/v0/organizations/${org}/pipelines/${pipeline}/builds/${number}`
    const data = isSignedIn ? ['/api/v0/session', `${build}/view`].map(dataLink) : []
    return [...data, ...code].join(', ')
  }
}

// `crossorigin` as the requests that these stand for have it: a preload of another kind would be fetched twice.
function dataLink(url: string): string {
  return `<${url}>; rel=preload; as=fetch; crossorigin`
}

/** The most useful first, no more than fit. */
function codeLinks(manifest: Manifest, isWanted: (file: string) => boolean): string[] {
  const chunks = chunksOf(manifest, buildPageModules)
  const wanted = (files: readonly string[]) => [...new Set(files)].filter(isWanted)
  const fonts = chunks.flatMap(({ assets = [] }) => assets).filter((file) => file.endsWith('.woff2'))
  const links = [
    ...wanted(chunks.flatMap(({ css = [] }) => css)).map((file) => `</${file}>; rel=preload; as=style; crossorigin`),
    ...wanted(chunks.map(({ file }) => file)).map((file) => `</${file}>; rel=modulepreload`),
    // Text is readable in the system's font until these come.
    ...wanted(fonts).map((file) => `</${file}>; rel=preload; as=font; type="font/woff2"; crossorigin`),
  ]
  let length = 0
  return links.filter((link) => {
    length += link.length
    return length <= mostCharacters
  })
}

/** The modules, then what they import, then what that imports. */
function chunksOf(manifest: Manifest, modules: readonly string[]): ManifestChunk[] {
  const found = new Set(modules)
  // A set gives what is added while it is gone through.
  for (const name of found) for (const imported of manifest[name]?.imports ?? []) found.add(imported)
  return [...found].map((name) => manifest[name]).filter((chunk) => chunk !== undefined)
}
