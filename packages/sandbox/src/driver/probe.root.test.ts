import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { probe } from './probe.ts'

const run = promisify(execFile)

it('reports nothing on a machine where sandboxes work', async () => {
  expect(await probe('/var/tmp/absent/harmont', 'crun')).toEqual({
    problems: [],
    runtimeProblem: undefined,
    packages: [],
  })
})

it('tells an ordinary user the missing requirements in a sentence', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'harmont-probe-'))
  await chmod(directory, 0o777)
  // The privilege mode is determined when a process starts.
  const program = `process.setgid(65534); process.setuid(65534)
    const { createOciDriver } = await import(${JSON.stringify(new URL('open-driver.ts', import.meta.url).href)})
    await createOciDriver({ directory: ${JSON.stringify(directory)}, network: ['none'], egressAllow: [], runtime: 'crun' })
      .catch((error) => console.log(error.code, error.message))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  expect(stdout).toMatch(
    /^provision_failed sandboxes do not work on this machine: .*nobody needs 65536 consecutive ids.*: sudo usermod [^;]*\n$/,
  )
  await rm(directory, { recursive: true })
})

it('refuses a directory on an overlay file system', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-probe-')
  const program = `const { probe } = await import(${JSON.stringify(new URL('probe.ts', import.meta.url).href)})
    console.log((await probe(${JSON.stringify(`${directory}/merged/data`)}, 'crun')).problems.join())`
  const script = `mkdir lower upper work merged && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged && exec "$0" --input-type=module --eval "$1"`
  const { stdout } = await run('unshare', ['--mount', 'sh', '-c', script, process.execPath, program], {
    cwd: directory,
  })
  expect(stdout).toContain('is on an overlay file system')
  await rm(directory, { recursive: true })
})
