/**
 * Writes llms.txt: a description of Harmont and an index of its documentation, for language
 * models. With --check it writes nothing and fails if the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { llmsText } from '../packages/server/src/operator/docs-pages/llms-text.ts'
import { readDocs, readingOrder } from '../packages/server/src/operator/docs-pages/read-docs.ts'

const file = new URL('../llms.txt', import.meta.url)
const { pages } = await readDocs(new URL('../docs', import.meta.url).pathname)
const text = llmsText(pages, readingOrder, 'docs/')
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error('llms.txt is stale: run npm run generate')
  process.exitCode = 1
}
