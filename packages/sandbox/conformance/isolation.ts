import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { until } from '@harmont/test-kit/until'
import { expect, it } from 'vitest'
import { sameForAll } from './above-runtime.ts'
import { type Bench, command, type DriverUnderTest, finish, firstOutput, outputUntil } from './bench.ts'
import { filesWith, newMark } from './machine.ts'

/**
 * Tests a sandbox's environment: rights, mounts, devices, secrets. Escapes are tried in `attacks/`.
 */
export function isolationTests(bench: () => Bench, subject: DriverUnderTest): void {
  const alike = sameForAll(subject)

  it('G21 has only the usual capabilities, no way to gain others, and a filter on its system calls', async () => {
    const status = await bench().print(
      `cat /proc/self/status; python3 -c 'import ctypes; print("NoNew", ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))'`,
    )
    expect(/^CapEff:\s+(\w+)$/m.exec(status)?.[1]).toBe(subject.capabilities)
    expect(/^CapBnd:\s+(\w+)$/m.exec(status)?.[1]).toBe(subject.capabilities)
    expect(/^NoNew (\d)$/m.exec(status)?.[1]).toBe('1')
    expect(/^Seccomp:\s+(\d)$/m.exec(status)?.[1]).toBe('2')
  })

  it('G21 G57 root inside is an unprivileged id outside, a different one for each sandbox', async () => {
    const idOf = async () => {
      const mark = newMark()
      const { sandbox, running } = await bench().start(`id -u; sleep 1000.${mark}`)
      expect(await firstOutput(running)).toBe('0\n')
      const [pid] = await until(
        () => subject.markedProcesses(mark),
        ({ length }) => length === 1,
      )
      const map = await readFile(`/proc/${pid}/uid_map`, 'utf8')
      const [inside, outside = '', count] = map.trim().split(/\s+/)
      expect([inside, count]).toEqual(['0', '65536'])
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      expect(/^Uid:\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1)).toEqual([outside, outside])
      expect(/^NoNewPrivs:\s+(\d)$/m.exec(status)?.[1]).toBe('1')
      expect(/^Seccomp:\s+(\d)$/m.exec(status)?.[1]).toBe('2')
      return { id: Number(outside), sandbox }
    }
    const [one, other] = [await idOf(), await idOf()]
    if (subject.without.has('owners')) expect([one.id, other.id]).toEqual([100_000, 100_000])
    else {
      expect(Math.min(one.id, other.id)).toBeGreaterThanOrEqual(0x5000_0000)
      expect(Math.abs(one.id - other.id)).toBeGreaterThanOrEqual(65_536)
    }
    await Promise.all([one, other].map(({ sandbox }) => sandbox.destroy()))
  })

  it('G20 sees none of the machine’s processes, files, environment or sockets', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'harmont-secret-'))
    await writeFile(join(outside, 'secret'), 'the machine’s own', { mode: 0o644 })
    process.env.HARMONT_TEST_SECRET = 'do-not-tell'
    const seen = await bench().print(
      `cat ${outside}/secret; ls ${outside}; ls ${bench().directory}; cat /etc/shadow | grep -v '^[a-z_-]*:[*!]*:'; cat /proc/*/environ | tr '\\0' '\\n'
       ls /run/*.sock /var/run/docker.sock; ps -eo pid= | wc -l; cat /proc/*/cmdline | tr '\\0' ' '; cat /proc/kcore | head -c 10 | wc -c; ls /proc/1/root/..`,
      { env: { VISIBLE: 'yes' } },
    )
    delete process.env.HARMONT_TEST_SECRET
    await rm(outside, { recursive: true })
    expect(seen).toContain('VISIBLE=yes')
    expect(seen).not.toContain('the machine’s own')
    expect(seen).not.toContain('do-not-tell')
    expect(seen).not.toMatch(/^\w+:\$/m)
    expect(seen).not.toContain('conmon')
    expect(seen).toContain(`cannot access '${bench().directory}'`)
    expect(Number(/^\s*(\d+)$/m.exec(seen)?.[1])).toBeLessThan(8)
  })

  it('G20 cannot signal or trace anything outside', async () => {
    const seen = await bench().print(
      `kill -0 ${process.pid} && echo REACHED; python3 -c '
import ctypes
print("ptrace", ctypes.CDLL(None).ptrace(16, ${process.pid}, 0, 0))'; exit 0`,
    )
    expect(seen).not.toContain('REACHED')
    expect(seen).toContain('ptrace -1')
  })

  it('has only the usual devices', async () => {
    const seen = await bench().print(
      'for f in $(find /dev ! -type l -o -name ptmx); do if [ -b $f ] || [ -c $f ]; then echo $f; fi; done | sort -u | tr "\\n" " "',
    )
    expect(seen.trim().split(' ')).toEqual(subject.devices)
  })

  it('G20 mounts directories of the machine read-only', async () => {
    const shown = await mkdtemp(join(tmpdir(), 'harmont-shown-'))
    await writeFile(join(shown, 'file'), 'shown')
    // Without mapped owners, the sandbox's root counts as one of the other users.
    await chmod(shown, 0o755)
    const sandbox = await bench().driver.create({
      id: `test-ro-${process.pid}`,
      label: {},
      base: { image: bench().image },
      limits: { cpu: 1, memoryBytes: 1 << 28, diskBytes: 1 << 30, pids: 100 },
      network: 'none',
      readOnlyMounts: [{ source: shown, target: '/opt/shown' }],
    })
    const { stdout, stderr } = await finish(
      await sandbox.start(
        command(
          'cat /opt/shown/file; stat -c " %u" /opt/shown; echo x >/opt/shown/file; echo out >/workspace/result; ln -s /etc/passwd /workspace/link',
        ),
      ),
    )
    expect(stdout).toBe(`shown ${subject.without.has('owners') ? 65534 : 0}\n`)
    expect(stderr).toContain('Read-only file system')
    expect((await sandbox.readFile('/workspace/result', 100))?.toString()).toBe('out\n')
    expect(await sandbox.readFile('/workspace/absent', 100)).toBeUndefined()
    await expect(sandbox.readFile('/workspace/result', 2)).rejects.toThrow('more than 2')
    await expect(sandbox.readFile('/workspace/link', 10_000)).rejects.toThrow()
    await sandbox.destroy()
    await rm(shown, { recursive: true })
  })

  it('G20 G24 secrets are files that only root inside can read, on no disk, and gone with the sandbox; the adopter’s memo is not visible', async () => {
    const secret = 'tok-7Hq2vLx9Zr4mWc8d'
    const create = (id: string) =>
      bench().driver.create({
        id: `test-secret-${id}-${process.pid}`,
        label: {},
        base: { image: bench().image },
        limits: { cpu: 1, memoryBytes: 1 << 28, diskBytes: 1 << 30, pids: 100 },
        network: 'none',
        secretFiles: true,
      })
    const [sandbox, neighbour] = await Promise.all([create('a'), create('b')])
    const running = await sandbox.start({
      ...command(
        `trap over=yes TERM; stat -c '%a %u' /run/secrets/TOKEN; cat /run/secrets/TOKEN; ls -A /run/secrets; cp /run/secrets/TOKEN /root/t; rm -f /run/secrets/TOKEN; ls /dev/shm; touch /run/secrets/x; echo ready; until [ "$over" ]; do sleep 0.01; done`,
        { env: { TOKEN: secret } },
      ),
      secrets: { TOKEN: secret },
      memo: 'of the owner',
    })
    await outputUntil(running, /ready/)
    const beside = await finish(
      await neighbour.start(command('ls -A /run/secrets; cat /proc/*/environ /proc/*/cmdline')),
    )
    expect(beside.stdout).toContain('HOME=')
    expect(beside.stdout).not.toContain('TOKEN')
    await running.kill('SIGTERM')
    const { stdout, stderr } = await finish(running)
    expect(stdout).toBe(`400 0\n${secret}TOKEN\nready\n`)
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    expect(await sandbox.memo()).toBe('of the owner')
    const kept = await filesWith(secret, bench().directory)
    expect(kept.filter((path) => !/\/(spool|upper\/.*)$/.test(path))).toEqual([])
    expect(kept.length).toBe(2)
    const { id } = await sandbox.snapshot({ cache: null, origin: {}, secretLineage: [{ id: '1', name: 'token' }] })
    expect((await bench().driver.snapshots.get(id))?.meta.secretLineage).toEqual([{ id: '1', name: 'token' }])
    expect(await bench().print('cat /root/t; ls -A /run/secrets', { from: id })).toBe(secret)
    await Promise.all([sandbox.destroy(), neighbour.destroy()])
    expect(await sandbox.memo()).toBeUndefined()
  })

  it('G120 a command reads a replaced secret as old or new, never as a mixture; the memo is replaced first', async () => {
    const sandbox = await bench().create({ secretFiles: true })
    const [old, newer] = ['a'.repeat(60), 'b'.repeat(60)]
    const running = await sandbox.start({
      ...command(
        `trap over=yes TERM; cat /run/secrets/T; echo ready; until [ "$over" ]; do
           read -r now </run/secrets/T || echo part; case $now in ${old}|${newer}) ;; *) echo "part: $now"; esac; done
         cat /run/secrets/T; ls -A /run/secrets; stat -c '%a %u' /run/secrets/T`,
      ),
      secrets: { T: `${old}\n` },
      memo: 'old',
    })
    await outputUntil(running, /ready/)
    for (let time = 1; time <= 500; time++) {
      await sandbox.replaceSecrets({ T: `${time % 2 === 0 ? newer : old}\n` }, 'newer')
      await setImmediate()
    }
    await expect(sandbox.replaceSecrets({ '../T': 'x' }, 'newest')).rejects.toThrow('not a secret name')
    await running.kill('SIGTERM')
    const { stdout, stderr } = await finish(running)
    expect([stdout, stderr]).toEqual([`${old}\nready\n${newer}\nT\n400 0\n`, ''])
    expect(await sandbox.memo()).toBe('newest')
    await sandbox.destroy()
  })

  alike('refuses secrets for a sandbox made without them', async () => {
    const plain = await bench().create()
    const refused = { code: 'provision_failed', message: expect.stringContaining('secret') }
    await expect(plain.start({ ...command('true'), secrets: { A: 'x' } })).rejects.toMatchObject(refused)
    await plain.destroy()
  })
}
