/**
 * Attacks until a signal, in a process of its own, so that the attacker's work does not delay the
 * process that measures.
 */
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { attacks } from './attacks.ts'
import { openTenant } from './tenants.ts'

const [shared, url, organization, token] = process.argv.slice(2)
const attack = attacks.find((each) => each.shared === shared)
if (attack === undefined || url === undefined || organization === undefined || token === undefined)
  throw new Error('attacker.ts SHARED URL ORGANIZATION TOKEN')
// A remote attacker takes no processor of this machine, so this one has the lowest priority.
setPriority(constants.priority.PRIORITY_LOW)
const over = new AbortController()
process.once('SIGTERM', () => over.abort())
await attack.run(openTenant(url, organization, token), over.signal)
