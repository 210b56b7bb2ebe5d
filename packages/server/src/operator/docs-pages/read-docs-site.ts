import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { WebApp } from '../web-app/read-web-app.ts'
import { type DocsSite, docsSite } from './docs-site.ts'
import { fontFaces } from './font-faces.ts'
import { readDocs } from './read-docs.ts'

const folder = fileURLToPath(new URL('../../../../../docs', import.meta.url))

/** The product's own documentation, read once, in the fonts of the web app where that is built. */
export async function readDocsSite(webApp: WebApp | null): Promise<DocsSite> {
  const style = await readFile(new URL('style.css', import.meta.url), 'utf8')
  return docsSite(await readDocs(folder), fontFaces(webApp) + style)
}
