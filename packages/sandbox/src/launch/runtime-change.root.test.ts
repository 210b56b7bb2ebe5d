import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Bench, command, finish, firstOutput } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'
import type { RuntimeName } from './runtimes/index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/var/tmp/harmont-change-')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Uses the driver as a server with this runtime setting does. */
async function under<T>(runtime: RuntimeName, use: (bench: Bench) => Promise<T>): Promise<T> {
  const driver = await openDriver(join(directory, 'driver'), { runtime })
  try {
    return await use(await Bench.open(driver, 'host', join(directory, 'driver')))
  } finally {
    await driver.close()
  }
}

it('G04 a step under one runtime continues from a step under the other, including hard links, whiteouts and renamed folders', async () => {
  const first = await under('crun', (bench) =>
    bench.step('mkdir d; echo 1 >d/f; echo t >/tmp/t; rm /usr/share/doc/coreutils/copyright'),
  )
  const second = await under('runsc', (bench) =>
    bench.step(
      'mv d e; ln e/f e/g; echo 2 >>e/g; rm /tmp/t; mv /usr/share/doc/coreutils /usr/share/doc/moved; chown 7:8 e',
      {
        from: first.id,
      },
    ),
  )
  const look = 'cat e/f; stat -c "%h %u" e/f; stat -c %u:%g e; ls -d d /tmp/t /usr/share/doc/moved/copyright'
  const seen = await under('crun', (bench) => bench.print(look, { from: second.id }))
  expect(seen).toBe(
    `1\n2\n2 0\n7:8\nls: cannot access 'd': No such file or directory\nls: cannot access '/tmp/t': No such file or directory\nls: cannot access '/usr/share/doc/moved/copyright': No such file or directory\n`,
  )
  expect(await under('runsc', (bench) => bench.print(look, { from: second.id }))).toBe(seen)
})

it('G02 a command continues under the runtime that started it, which also ends it', async () => {
  const { sandbox } = await under('runsc', async (bench) => {
    const started = await bench.start('trap "echo told; exit 3" TERM; uname -r; while :; do sleep 0.1; done')
    expect(await firstOutput(started.running)).toBe('4.4.0\n')
    return started
  })
  await under('crun', async ({ driver }) => {
    const adopted = await driver.adopt(sandbox.handle)
    const running = await adopted?.running()
    if (running === undefined) throw new Error('nothing to adopt')
    await running.kill('SIGTERM')
    expect(await finish(running)).toMatchObject({ stdout: '4.4.0\ntold\n', exit: { code: 3 } })
    await adopted?.destroy()
  })
})

it('G20 runsc reaches nothing outside the sandbox through a link in place of /tmp', async () => {
  const victim = join(directory, 'victim')
  // No other restriction may prevent the write: every user may enter and write here, and the path
  // also exists inside.
  await mkdir(victim)
  for (const path of [directory, victim]) await chmod(path, 0o777)
  const parent = await under('crun', (bench) => bench.step(`mkdir -p ${victim}; rm -r /tmp; ln -s ${victim} /tmp`))
  await under('runsc', async (bench) => {
    const sandbox = await bench.create({ from: parent.id })
    await expect(sandbox.start(command('echo out >/tmp/out'))).rejects.toMatchObject({
      code: 'provision_failed',
      message: expect.stringContaining('/tmp'),
    })
    await sandbox.destroy()
  })
  expect(await readdir(victim)).toEqual([])
})
