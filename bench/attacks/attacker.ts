/** A process of its own, so that what an attack costs its author keeps nobody who measures from their turn. Attacks until a signal. */
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { attacks } from './attacks.ts'
import { openTenant } from './tenants.ts'

const [shared, url, organization, token] = process.argv.slice(2)
const attack = attacks.find((each) => each.shared === shared)
if (attack === undefined || url === undefined || organization === undefined || token === undefined)
  throw new Error('attacker.ts SHARED URL ORGANIZATION TOKEN')
// An attacker from elsewhere takes none of this machine's processors for itself.
setPriority(constants.priority.PRIORITY_LOW)
const over = new AbortController()
process.once('SIGTERM', () => over.abort())
await attack.run(openTenant(url, organization, token), over.signal)
