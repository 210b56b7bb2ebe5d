/**
 * `node bench/attacks/main.ts [SECONDS] [EXPRESSION]`: runs each attack whose name matches the
 * expression for this long, and prints the effect on a neighbour. HARMONT_RUNNER_SLOTS is 4 unless
 * set.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { startProduct } from '../../test/product.ts'
import { attacks } from './attacks.ts'
import { type Noticed, p99, work } from './neighbour.ts'
import { addTenant } from './tenants.ts'

const seconds = Number(process.argv[2] ?? 60)
const wanted = new RegExp(process.argv[3] ?? '')

// More than the two jobs of most attacks, because occupying free slots is not an attack.
const product = await startProduct({ HARMONT_RUNNER_SLOTS: process.env.HARMONT_RUNNER_SLOTS ?? '4' })
try {
  const [attacker, neighbour] = [await addTenant(product, 'attacker'), await addTenant(product, 'neighbour')]
  await work(neighbour, 5)
  console.log(
    '| shared | attack | requests before, during, after (p99 ms) | steps before, during, after (p99 ms) | times | failed |',
  )
  console.log('|---|---|---|---|---|---|')
  for (const attack of attacks.filter(({ shared }) => wanted.test(shared))) {
    // As long as the attack, because the p99 of only a few steps is their maximum.
    const before = await work(neighbour, seconds)
    const { url, organization, token } = attacker
    const attacking = fork(join(import.meta.dirname, 'attacker.ts'), [attack.shared, url, organization, token])
    const ended = once(attacking, 'exit')
    const during = await work(neighbour, seconds)
    attacking.kill('SIGTERM')
    const [code] = await ended
    if (code !== 0) console.error(`${attack.shared}: the attacker ended with ${code}`)
    const after = await work(neighbour, Math.ceil(seconds / 3))
    const phases = [before, during, after]
    const figures = (of: 'requests' | 'steps') => phases.map((each) => p99(each[of])).join(', ')
    const times = (['requests', 'steps'] as const).map((of) => ratio(before, during, of)).join(', ')
    const failures = phases.flatMap((each) => each.failures)
    console.log(
      `| ${attack.shared} | ${attack.how} | ${figures('requests')} | ${figures('steps')} | ${times} | ${failures.length} |`,
    )
    for (const failure of new Set(failures)) console.error(failure)
  }
} finally {
  await product.remove()
}

function ratio(before: Noticed, during: Noticed, of: 'requests' | 'steps'): string {
  return (p99(during[of]) / p99(before[of])).toFixed(1)
}
