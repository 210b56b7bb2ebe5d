import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { WebApp } from '../web-app/read-web-app.ts'
import { type DocsSite, docsSite } from './docs-site.ts'
import { readDocs } from './read-docs.ts'

const folder = fileURLToPath(new URL('../../../../../docs', import.meta.url))

/** Reads the product's documentation, in the fonts of the web app if that is built. */
export async function readDocsSite(webApp: WebApp | null): Promise<DocsSite> {
  const style = await readFile(new URL('style.css', import.meta.url), 'utf8')
  return docsSite(await readDocs(folder), fontFaces(webApp) + style)
}

const families = [
  ['Atkinson Hyperlegible Next', 'atkinson-hyperlegible-next'],
  ['Atkinson Hyperlegible Mono', 'atkinson-hyperlegible-mono'],
] as const

/**
 * Returns the style rules of the web app's fonts. Without a built web app there are none, and pages
 * use the system's fonts.
 */
function fontFaces(webApp: WebApp | null): string {
  const paths = [...(webApp?.files.keys() ?? [])].filter((path) => path.endsWith('.woff2'))
  return families
    .flatMap(([family, name]) => {
      const path = paths.find((each) => each.startsWith(`/assets/${name}-`))
      if (path === undefined) return []
      const source = `src: url("${path}") format("woff2")`
      return [`@font-face { font-family: "${family}"; font-weight: 200 800; font-display: optional; ${source}; }\n`]
    })
    .join('')
}
