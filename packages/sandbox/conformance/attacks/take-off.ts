import { readFileSync, writeFileSync } from 'node:fs'
import { type Places, type Protection, type RuntimeConfig, takenOff } from './protections.ts'

/** Run by the control's runtime before the real one: rewrites the driver's configuration. */
const [, , file = '', names = '[]', places = '{}'] = process.argv
const config = JSON.parse(readFileSync(file, 'utf8')) as RuntimeConfig
for (const name of JSON.parse(names) as Protection[]) takenOff[name]?.config?.(config, JSON.parse(places) as Places)
writeFileSync(file, JSON.stringify(config))
