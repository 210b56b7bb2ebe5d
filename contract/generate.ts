/**
 * Writes the types of openapi.json. With --check it writes nothing and fails when they are stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import openapiTS, { astToString } from 'openapi-typescript'
import type { OpenApiDocument } from './src/document.ts'

const typesPath = new URL('src/generated/types.ts', import.meta.url)

const openapi = await readFile(new URL('openapi.json', import.meta.url), 'utf8')
const types = `// Written by contract/generate.ts.\n${astToString(await openapiTS(openapi))}\n${rightsTypes(openapi)}`
if (!process.argv.includes('--check')) await writeFile(typesPath, types)
else if ((await readFile(typesPath, 'utf8')) !== types) {
  console.error('contract/src/generated/types.ts is stale: run npm run generate')
  process.exitCode = 1
}

function rightsTypes(text: string): string {
  const { paths } = JSON.parse(text) as OpenApiDocument
  const operations = Object.values(paths).flatMap((item) => Object.values(item))
  const auth = operations.map(({ operationId, 'x-auth': value = 'member' }) => `  ${operationId}: '${value}'\n`)
  const permissions = new Set(operations.flatMap(({ 'x-permission': value }) => value ?? []))
  return `/** The authentication of every operation: \`x-auth\`, or \`member\` without it. */
export interface operationAuth {\n${auth.join('')}}

/** Every value of \`x-permission\`. */
export type Permission =\n${[...permissions].map((each) => `  | '${each}'`).join('\n')}\n`
}
