/**
 * Attacks until it receives a signal. A separate process keeps the attacker's work from delaying
 * the process that measures.
 */
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { attacks } from './attacks.ts'
import { openTenant } from './tenants.ts'

const [shared, url, organization, token] = process.argv.slice(2)
const attack = attacks.find((each) => each.shared === shared)
if (attack === undefined || url === undefined || organization === undefined || token === undefined)
  throw new Error('attacker.ts SHARED URL ORGANIZATION TOKEN')
// A remote attacker uses no processor time of this machine, so this process has the lowest
// priority.
setPriority(constants.priority.PRIORITY_LOW)
const over = new AbortController()
process.once('SIGTERM', () => over.abort())
await attack.run(openTenant(url, organization, token), over.signal)
