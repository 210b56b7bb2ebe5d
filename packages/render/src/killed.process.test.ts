import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newProject } from './project.test-support.ts'
import { python, typescript } from './render.test-support.ts'

test.runIf(existsSync('/usr/bin/setpriv')).each([
  [
    'TypeScript',
    'a.ts',
    typescript(
      'ci',
      'true',
      "import { writeFileSync } from 'node:fs'\nwriteFileSync('pid', String(process.pid))\nfor (;;) {}",
    ),
  ],
  ['Python', 'a.py', python('ci', '"true"', 'open("pid", "w").write(str(os.getpid()))\nwhile True: pass')],
])('an endless %s program dies with its caller, even by SIGKILL', async (_, name, source) => {
  const project = newProject({ [`.hm/${name}`]: source })
  const door = fileURLToPath(new URL('./index.ts', import.meta.url))
  const script = `import { listPipelines } from ${JSON.stringify(door)}
await listPipelines({ project: ${JSON.stringify(project)}, context: null })`
  const asking = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: 'ignore',
    // Contains what the killed process cannot remove.
    env: { ...process.env, TMPDIR: project },
  })
  const pid = await until(() => (existsSync(join(project, 'pid')) ? readFileSync(join(project, 'pid'), 'utf8') : ''))
  expect(isAlive(Number(pid))).toBe(true)
  asking.kill('SIGKILL')
  await once(asking, 'exit')
  await until(() => (isAlive(Number(pid)) ? '' : 'gone'))
})

async function until(look: () => string): Promise<string> {
  for (;;) {
    const seen = look()
    if (seen !== '') return seen
    await sleep(20)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that is not yet reaped is still listed.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
