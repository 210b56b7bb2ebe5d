/** `npm run generate -w packages/cloud`: renews the operations after a contract change. */
import { writeFileSync } from 'node:fs'
import { operationsText } from './operations-text.ts'

writeFileSync(new URL('../src/generated/operations.ts', import.meta.url), operationsText())
