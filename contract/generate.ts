import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'
import { applyAdditions } from './additions/apply.ts'
import type { OpenApiDocument } from './src/document.ts'

// Writes openapi.json and the types from given.json and additions/. With --check it writes nothing and fails when they are stale.

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

async function generate(): Promise<Record<string, string>> {
  const given = JSON.parse(await readFile(here('given.json'), 'utf8')) as OpenApiDocument
  const document = applyAdditions(given)
  const openapi = `${JSON.stringify(document, null, 2)}\n`
  const types = astToString(await openapiTS(openapi))
  return {
    'openapi.json': openapi,
    'src/generated/types.ts': `// Written by contract/generate.ts.\n${types}\n${authTypes(document)}`,
  }
}

function authTypes(document: OpenApiDocument): string {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
  const lines = operations.map((operation) => `  ${operation.operationId}: '${operation['x-auth']}'\n`)
  return `/** x-auth of every operation. */\nexport interface operationAuth {\n${lines.join('')}}\n`
}

const isCheck = process.argv.includes('--check')
for (const [path, wanted] of Object.entries(await generate())) {
  if (!isCheck) {
    await writeFile(here(path), wanted)
  } else if ((await readFile(here(path), 'utf8')) !== wanted) {
    console.error(`contract/${path} is stale: run npm run generate`)
    process.exitCode = 1
  }
}
