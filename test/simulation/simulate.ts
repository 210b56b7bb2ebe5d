/**
 * Runs schedules: `node test/simulation/simulate.ts SEED [COUNT] [PLANT]`. Exits with 1 at the
 * first broken guarantee and prints its seed and story. A plant is a bug to find (`plants.ts`).
 */
import process from 'node:process'
// Must be imported before any module of the product.
import './virtual-time.ts'
import { plant } from './plants.ts'

const [seed = '1', count = '1', bug] = process.argv.slice(2)
if (bug !== undefined) plant(bug)
const { live } = await import('./schedule.ts')
let commands = 0
for (let nth = 0; nth < Number(count); nth++) {
  const lived = await live(Number(seed) + nth)
  commands += lived.commands
  if (count === '1') process.stdout.write(`${lived.story.join('\n')}\n`)
}
process.stdout.write(`${count} schedules, ${commands} commands\n`)
process.exit(0)
