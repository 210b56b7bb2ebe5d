/** `npm run generate -w packages/cloud`: run it after a change of the contract. */
import { writeFileSync } from 'node:fs'
import { operationsText } from './operations-text.ts'

writeFileSync(new URL('../src/generated/operations.ts', import.meta.url), operationsText())
