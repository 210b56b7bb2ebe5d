/**
 * `npm run test:soak`: runs all soak and unit tests in rounds, with more effort, until the time is
 * over. Each round prints its own seed. `npm run test:soak -- --minutes 60 torture` runs the files
 * whose path contains `torture`. HARMONT_TEST_EFFORT is 5 unless set.
 */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import process from 'node:process'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '60' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes: expected a number above 0, got ${JSON.stringify(values.minutes)}`)
const effort = process.env.HARMONT_TEST_EFFORT ?? '5'
const until = Date.now() + minutes * 60_000
const failed: string[] = []
let rounds = 0

do {
  rounds += 1
  const seed = process.env.HARMONT_TEST_SEED ?? String(randomInt(1, 1_000_000_000))
  const left = Math.ceil((until - Date.now()) / 60_000)
  console.log(`\nround ${rounds}, seed ${seed}, effort ${effort}, ${left} minutes left`)
  const parts = positionals.length > 0 ? [positionals] : [['.soak.'], ['--project', 'unit', '--exclude', '**/*.soak.*']]
  for (const args of parts) {
    const env = { ...process.env, HARMONT_TEST_SEED: seed, HARMONT_TEST_EFFORT: effort }
    const { status } = spawnSync('vitest', ['run', ...args], { stdio: 'inherit', env })
    if (status !== 0)
      failed.push(`HARMONT_TEST_SEED=${seed} HARMONT_TEST_EFFORT=${effort} npx vitest run ${args.join(' ')}`)
  }
} while (Date.now() < until)

console.log(`\n${rounds} rounds, ${failed.length} with failures`)
for (const command of failed) console.log(`  repeat: ${command}`)
process.exitCode = failed.length === 0 ? 0 : 1
