import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstId } from '../src/privilege/id-ranges.ts'
import { privilegeMode } from '../src/privilege/privilege-mode.ts'
import { attempts } from './attacks/attempts.ts'
import { Stage } from './attacks/stage.ts'
import { Bench } from './bench.ts'
import { markedProcesses, newMark } from './machine.ts'
import { openDriver } from './test-driver.ts'

/**
 * Tests that root of an ordinary user's sandbox cannot harm that user. Run by
 * ordinary-user.soak.root.test.ts, as such a user.
 */
describe.runIf(privilegeMode.kind === 'mapped')('root of an ordinary user’s sandbox', () => {
  let home: string
  let bench: Bench

  beforeAll(async () => {
    // Readable for this process, which is root in the user's namespace, despite its mode; not
    // readable in a sandbox.
    home = await mkdtemp('/var/tmp/harmont-home-')
    await writeFile(`${home}/secret`, 'of the user\n', { mode: 0o644 })
    bench = await Bench.open(await openDriver(`${home}/driver`), 'host', `${home}/driver`)
  })
  afterAll(async () => {
    await bench.destroyAll()
    await bench.driver.close()
    await rm(home, { recursive: true, force: true })
  })

  it('G56 its id on the machine differs from the user’s', async () => {
    const mark = newMark()
    const { sandbox } = await bench.start(`sleep 600.${mark}`)
    await expect.poll(() => markedProcesses(mark)).toHaveLength(1)
    const [pid] = await markedProcesses(mark)
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\t${firstId}\t${firstId}\t`, 'm'))
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Groups:\s*$/m)
    await sandbox.destroy()
  })

  it('G56 sees none of the user’s files', async () => {
    const look = `cat ${home}/secret /proc/1/root${home}/secret /proc/self/root/../..${home}/secret 2>&1; ls -A /home /var/tmp; grep -rs "of the user" /var/tmp /home /tmp /run`
    const seen = await bench.print(look)
    expect(seen).not.toContain('of the user')
    expect(seen.match(/No such file/g)).toHaveLength(3)
  })

  it('G56 neither sees nor signals processes of the user', async () => {
    const seen = await bench.print(
      `kill -0 ${process.pid} 2>&1; kill -9 ${process.pid} 2>&1; ls /proc | grep -c '^[0-9]'; cat /proc/${process.pid}/environ 2>&1 | head -c 99`,
    )
    expect(seen).toMatch(/No such process[\s\S]*No such process/)
    expect(seen).toContain('No such file')
    expect(Number(/^(\d+)$/m.exec(seen)?.[1])).toBeLessThan(8)
  })

  it('G56 gets no new privileges, namespaces, mounts or devices', async () => {
    const seen = await bench.print(
      [
        'grep NoNewPrivs /proc/self/status',
        'cp /bin/sh /tmp/sh; chmod 4755 /tmp/sh; su -s /bin/sh nobody -c "/tmp/sh -p -c id" 2>&1',
        'unshare --user true 2>&1',
        'mount -t tmpfs x /mnt 2>&1',
        'mount -o remount,rw /proc/sys 2>&1',
        'nsenter --target 1 --user true 2>&1',
        'mknod /tmp/disk b 254 0 2>&1 && cat /tmp/disk 2>&1 | head -c 9',
      ].join('\n'),
    )
    expect(seen).toMatch(/^NoNewPrivs:\s*1$/m)
    expect(seen).not.toContain('euid=0')
    expect(seen.match(/Operation not permitted|Permission denied|permission denied|Invalid argument/g)?.length).toBe(5)
  })

  it('G56 does no harm with any of the attempts made from root’s sandboxes, except those over a network', async () => {
    const stage = await Stage.open('crun', false)
    // Only root sees the kernel's log, and there are no control groups to escape from.
    const tried = attempts.filter(({ name }) => !/^the kernel’s log|^out of its control groups$/.test(name))
    expect(tried).toHaveLength(attempts.length - 3)
    const verdicts = await stage.attempt(tried, 'none').finally(() => stage.close())
    expect(tried.filter((_, index) => verdicts[index] === 'succeeds').map(({ name }) => name)).toEqual([])
    expect(verdicts.filter((verdict) => verdict === 'refused').length).toBeGreaterThan(40)
  })
})
