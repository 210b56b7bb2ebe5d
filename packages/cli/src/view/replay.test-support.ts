/**
 * Replays a run on the terminal for visual inspection: `node
 * packages/cli/src/view/replay.test-support.ts STORY [SPEED] [--logs|--json|-q]`. Stories: `web`
 * has one step of each kind; `many` has 400 steps; in `chain` each step builds in the previous one;
 * `pass` succeeds.
 */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeOutput } from '../terminal/output.ts'
import { terminal } from '../terminal/terminal.ts'
import { openView } from './open-view.ts'
import { earlier, stories } from './stories.test-support.ts'

const [name = 'web', speed = '1', ...flags] = process.argv.slice(2)
const story = stories[name]
if (story === undefined) throw new Error(`no story ${name}: there are ${Object.keys(stories).join(', ')}`)
const { env, stdout, stderr } = process
const output = makeOutput({
  stdout: terminal(stdout, 'auto', env),
  stderr: terminal(stderr, 'auto', env),
  quiet: false,
  verbose: false,
})
const view = await openView({
  output,
  env,
  global: { json: flags.includes('--json'), quiet: flags.includes('-q'), verbose: false },
  logs: flags.includes('--logs'),
  earlier,
  parallelism: 4,
})
let at = Date.now()
try {
  for (const [afterMs, event] of story) {
    if (afterMs > 0) await sleep(afterMs / Number(speed))
    at = Date.now()
    await view.show('started_at' in event ? { ...event, started_at: at } : 'ts' in event ? { ...event, ts: at } : event)
  }
} finally {
  await view.close()
}
