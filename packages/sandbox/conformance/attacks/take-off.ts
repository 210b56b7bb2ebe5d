import { readFileSync, writeFileSync } from 'node:fs'
import { type Places, type Protection, type RuntimeConfig, takenOff } from './protections.ts'

/**
 * Rewrites the driver's configuration. The control run's replacement of the runtime calls it first.
 */
const [, , file = '', names = '[]', places = '{}'] = process.argv
const config = JSON.parse(readFileSync(file, 'utf8')) as RuntimeConfig
for (const name of JSON.parse(names) as Protection[]) takenOff[name]?.config?.(config, JSON.parse(places) as Places)
writeFileSync(file, JSON.stringify(config))
