import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Bench, command, finish } from './bench.ts'
import { markedProcesses } from './machine.ts'

/** A line of C-free system calls: number and arguments, through Python's ctypes. */
const call = (name: string, expression: string): string => `
def attempt(name, number, *args):
  import ctypes
  libc = ctypes.CDLL(None, use_errno=True)
  result = libc.syscall(number, *args)
  print(name, "refused" if result == -1 else "DONE", ctypes.get_errno())
attempt(${JSON.stringify(name)}, ${expression})`

const attempts: readonly (readonly [string, string])[] = [
  ['a tmpfs mount', 'mount -t tmpfs x /mnt'],
  ['a bind mount', 'mount --bind /usr /mnt'],
  ['a mount of the disk', 'mknod /tmp/disk b 254 0 && mount /tmp/disk /mnt'],
  ['a disk device', 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk'],
  ['a memory device', 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem'],
  ['a new user namespace', 'unshare --user true'],
  ['a new mount namespace', 'unshare --mount true'],
  ['a new network namespace', 'unshare --net true'],
  ['a module', 'modprobe loop'],
  ['the host name', 'hostname other'],
  ['the clock', 'date -s 2001-01-01'],
  ['a kernel setting', 'echo 1 >/proc/sys/kernel/panic'],
  ['a restart by sysrq', 'echo b >/proc/sysrq-trigger'],
  ['a group of its own', 'mkdir /sys/fs/cgroup/x'],
  ['a new control group mount', 'mkdir /tmp/cg && mount -t cgroup2 x /tmp/cg'],
  ['the kernel log', 'dmesg'],
  ['a network link', 'ip link add x type dummy'],
  ['raw packets', 'python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)"'],
  ['the hypervisor', 'python3 -c "import socket; socket.socket(40, socket.SOCK_STREAM)"'],
  ['real-time priority over others', 'chrt --fifo 50 true'],
  ['a lower nice value', 'nice -n -5 sh -c \'test "$(nice)" -lt 0\''],
  ['a device of the machine to be changed', 'chmod 666 /dev/null || chmod 666 /dev/zero'],
  ['swap', 'truncate -s 1M /tmp/swap && mkswap /tmp/swap && swapon /tmp/swap'],
  ['an immutable file', 'touch /tmp/i && chattr +i /tmp/i'],
]

export function isolationTests(bench: () => Bench): void {
  it.each(attempts)('G21 refuses %s', async (_, script) => {
    const { exit, stdout, stderr, sandbox } = await bench().run(script)
    expect({ code: exit.code, said: stdout + stderr }).not.toMatchObject({ code: 0 })
    await sandbox.destroy()
  })

  it.each([
    ['bpf', '321, 5, 0, 0'],
    ['keyctl', '250, 0, -3, 1'],
    ['add_key', '248, b"user", b"x", b"y", 1, -3'],
    ['userfaultfd', '323, 0'],
    ['perf_event_open', '298, 0, 0, -1, -1, 0'],
    ['io_uring_setup', '425, 8, 0'],
    ['open_by_handle_at', '304, 3, 0, 0'],
    ['fsopen', '430, b"tmpfs", 0'],
    ['open_tree', '428, -100, b"/", 1'],
    ['setns', '308, 0, 0'],
    ['clone with CLONE_NEWUSER', '56, 0x10000000 | 17, 0, 0, 0, 0'],
    ['kexec_load', '246, 0, 0, 0, 0'],
    ['init_module', '175, 0, 0, b""'],
    ['reboot', '169, 0xfee1dead, 672274793, 0, 0'],
  ])('G21 refuses the system call %s', async (name, expression) => {
    if (process.arch !== 'x64') return
    const { stdout, sandbox } = await bench().run(
      `cat >/tmp/p.py <<'END'\n${call(name, expression)}\nEND\npython3 /tmp/p.py`,
    )
    expect(stdout).toMatch(new RegExp(`^${name} refused (1|38)\n$`))
    await sandbox.destroy()
  })

  it('G21 has no more capabilities than the usual set, no way to new ones, and a filter on its calls', async () => {
    const status = await bench().print('cat /proc/self/status')
    expect(/^CapEff:\s+(\w+)$/m.exec(status)?.[1]).toBe('00000000a80425fb')
    expect(/^CapBnd:\s+(\w+)$/m.exec(status)?.[1]).toBe('00000000a80425fb')
    expect(/^NoNewPrivs:\s+(\d)$/m.exec(status)?.[1]).toBe('1')
    expect(/^Seccomp:\s+(\d)$/m.exec(status)?.[1]).toBe('2')
  })

  it('G21 root inside is an unprivileged id outside', async () => {
    const { sandbox, running } = await bench().start('cat /proc/self/uid_map; sleep 1000.63001')
    for await (const { bytes } of running.output(0)) {
      expect(bytes.toString().trim().split(/\s+/)).toEqual(['0', '100000', '65536'])
      break
    }
    await sleep(200)
    const [pid] = await markedProcesses('63001')
    expect(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]).toBe('100000')
    await sandbox.destroy()
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

  it('G20 cannot signal or trace what is outside', async () => {
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
    expect(seen.trim().split(' ')).toEqual([
      '/dev/full',
      '/dev/null',
      '/dev/ptmx',
      '/dev/pts/ptmx',
      '/dev/random',
      '/dev/tty',
      '/dev/urandom',
      '/dev/zero',
    ])
  })

  it('G20 shows read-only mounts of the machine, read-only', async () => {
    const shown = await mkdtemp(join(tmpdir(), 'harmont-shown-'))
    await writeFile(join(shown, 'file'), 'shown')
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
    expect(stdout).toBe('shown 0\n')
    expect(stderr).toContain('Read-only file system')
    expect((await sandbox.readFile('/workspace/result', 100))?.toString()).toBe('out\n')
    expect(await sandbox.readFile('/workspace/absent', 100)).toBeUndefined()
    await expect(sandbox.readFile('/workspace/result', 2)).rejects.toThrow('more than 2')
    await expect(sandbox.readFile('/workspace/link', 10_000)).rejects.toThrow()
    await sandbox.destroy()
    await rm(shown, { recursive: true })
  })

  it('G20 G24 secrets are files for root inside alone, on no disk, and gone with the sandbox; what is noted for an adopter is not shown', async () => {
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
        `stat -c '%a %u' /run/secrets/TOKEN; cat /run/secrets/TOKEN; ls -A /run/secrets; cp /run/secrets/TOKEN /root/t; rm -f /run/secrets/TOKEN; ls /dev/shm; touch /run/secrets/x; sleep 1`,
        { env: { TOKEN: secret } },
      ),
      secrets: { TOKEN: secret },
      memo: 'of the owner',
    })
    const beside = await finish(
      await neighbour.start(command('ls -A /run/secrets; cat /proc/*/environ /proc/*/cmdline')),
    )
    expect(beside.stdout).toContain('HOME=')
    expect(beside.stdout).not.toContain('TOKEN')
    const { stdout, stderr } = await finish(running)
    expect(stdout).toBe(`400 0\n${secret}TOKEN\n`)
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2)
    expect(await sandbox.memo()).toBe('of the owner')
    const { id } = await sandbox.snapshot({ cache: null, origin: {}, taint: [{ id: '1', name: 'token' }] })
    expect((await bench().driver.snapshots.get(id))?.meta.taint).toEqual([{ id: '1', name: 'token' }])
    expect(await bench().print('cat /root/t; ls -A /run/secrets', { from: id })).toBe(secret)
    await Promise.all([sandbox.destroy(), neighbour.destroy()])
    expect(await sandbox.memo()).toBeUndefined()
  })

  it('refuses secrets for a sandbox that was not made for them', async () => {
    const plain = await bench().create()
    const refused = { code: 'provision_failed', message: expect.stringContaining('secret') }
    await expect(plain.start({ ...command('true'), secrets: { A: 'x' } })).rejects.toMatchObject(refused)
    await plain.destroy()
  })
}
