import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openDriver } from '../../conformance/test-driver.ts'
import { isEmptyWithin, isPopulated, processesOf } from '../cgroups/cgroups.ts'
import type { OciDriver } from '../driver/driver.ts'
import { readRecord } from '../driver/record.ts'
import { sandboxFiles } from '../layout/layout.ts'
import type { Command, Conversation, Exit, Sandbox, SandboxSpec, TerminalSize } from '../sandbox-driver.ts'
import { jailInit } from './jail-init.test-support.ts'
import { runtimeNames } from './runtimes/index.ts'

const limits = { cpu: 2, memoryBytes: 512 * 1024 ** 2, diskBytes: 1024 ** 3, pids: 200 }

interface Talk extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly conversation: Conversation
}

/** Collects the output of a stream in `seen`, which grows. */
function collect(stream: Readable): { seen: string } {
  const got = { seen: '' }
  stream.setEncoding('utf8').on('data', (piece: string) => {
    got.seen += piece
  })
  return got
}

describe.each(runtimeNames)('with %s', (runtime) => {
  let directory: string
  let driver: OciDriver
  let count = 0

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-terminal-')
    driver = await openDriver(directory, { runtime })
  })
  afterAll(async () => {
    await driver.close()
    await rm(directory, { recursive: true })
  })

  async function talk(
    command: Partial<Command>,
    terminal: TerminalSize | null = { columns: 111, rows: 33 },
    spec: Partial<SandboxSpec> = {},
  ): Promise<Talk> {
    const base = { image: await driver.resolveImage('host') }
    const id = `talk-${++count}`
    const sandbox = await driver.create({ id, label: {}, base, limits, network: 'none', ...spec })
    const deadline = new Date(Date.now() + 60_000)
    const whole = {
      script: 'exec bash --norc',
      env: { PS1: '$ ' },
      workingDirectory: '/workspace',
      deadline,
      ...command,
    }
    try {
      const conversation = await sandbox.talk(whole, terminal)
      return { sandbox, conversation, [Symbol.asyncDispose]: () => sandbox.destroy() }
    } catch (error) {
      await sandbox.destroy()
      throw error
    }
  }

  /**
   * Returns the end of a command whose deadline is `ms` after now. Doubles the time if the deadline
   * passed before the command started, on a busy machine.
   */
  async function endAtDeadline(ms: number): Promise<Exit> {
    try {
      await using late = await talk({ deadline: new Date(Date.now() + ms) })
      return await late.conversation.exited()
    } catch (error) {
      if (ms > 60_000 || !String(error).includes('its monitor ended too early')) throw error
      return endAtDeadline(2 * ms)
    }
  }

  test('a terminal has its size, reports a new one, passes Ctrl-C to the foreground program, and returns the exit code', async () => {
    await using it = await talk({})
    const { input, output, resize, exited } = it.conversation
    const got = collect(output)
    input.write('stty size; test -t 0 && test -t 1 && test -t 2 && echo is-"terminal"\n')
    await expect.poll(() => got.seen).toMatch(/33 111\r\n.*is-terminal/s)
    await resize({ columns: 90, rows: 20 })
    input.write('stty size; trap \'echo wi""nch\' WINCH\n')
    await expect.poll(() => got.seen).toContain('20 90')
    input.write('sh -c \'echo be""gun; sleep 1000; echo ne""ver\'\n')
    await expect.poll(() => got.seen).toContain('begun')
    const interrupt = () => input.write('\x03')
    interrupt()
    // gVisor's terminal rarely loses a Ctrl-C on a busy machine, about once in some hundred runs,
    // so it is repeated.
    const again = runtime === 'runsc' ? setInterval(interrupt, 2_000) : undefined
    onTestFinished(() => clearInterval(again))
    // Waits for the prompt, because earlier input may be dropped with the interrupted program.
    await expect.poll(() => got.seen).toMatch(/begun\r\n.*\n\$ /s)
    clearInterval(again)
    input.write('echo sta""tus=$?\n')
    await expect.poll(() => got.seen).toContain('status=130')
    input.write('exit 7\n')
    expect(await exited()).toMatchObject({ code: 7, signal: null, limit: null, overdue: false })
    expect(got.seen).not.toContain('never')
    await resize({ columns: 10, rows: 10 })
  })

  // Under gVisor no process inside may trace the first process.
  test.runIf(runtime === 'crun' && process.arch === 'x64')(
    'G20 a new size reaches its own terminal, even if its first process has a root where a link of that name leads outside',
    async () => {
      const outside = join(directory, 'outside')
      await writeFile(outside, '')
      const script = `mkdir -p /jail/dev/pts; ln -s ${outside} /jail/dev/pts/0
python3 - <<'END' && echo jail""ed\n${jailInit('/jail')}\nEND\nexec bash --norc`
      await using it = await talk({ script })
      const { input, output, resize } = it.conversation
      const got = collect(output)
      await expect.poll(() => got.seen).toContain('jailed')
      await resize({ columns: 90, rows: 20 })
      input.write('stty size\n')
      await expect.poll(() => got.seen).toContain('20 90')
    },
  )

  test('without a terminal outputs are separate, input has an end, and bytes are unchanged', async () => {
    await using it = await talk({ script: 'cat; echo err >&2; exit 9' }, null)
    const { input, output, errors, exited } = it.conversation
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256))
    const shown: Buffer[] = []
    output.on('data', (piece: Buffer) => shown.push(piece))
    const complained = text(errors)
    input.end(bytes)
    expect(await exited()).toMatchObject({ code: 9 })
    expect(await complained).toBe('err\n')
    expect(Buffer.concat(shown).equals(bytes)).toBe(true)
  })

  test('a program waits while its output is not read, and continues without loss', async () => {
    await using it = await talk({ script: 'head -c 10000000 /dev/zero | tr "\\0" x; echo; echo end' })
    const { output, exited } = it.conversation
    const ended = exited()
    // The program fills its pipe while another command runs.
    await using other = await talk({ script: 'exit 0' }, null)
    await other.conversation.exited()
    expect(await Promise.race([ended, 'waits'])).toBe('waits')
    const shown = await text(output)
    expect(shown.length).toBe(10_000_000 + '\r\nend\r\n'.length)
    expect(await ended).toMatchObject({ code: 0 })
  })

  test('a conversation starts from a command’s files, failed or not, and its changes are not visible to the next one', async () => {
    const base = { image: await driver.resolveImage('host') }
    const failed = await driver.create({ id: 'failed', label: {}, base, limits, network: 'none' })
    const deadline = new Date(Date.now() + 60_000)
    const command = { script: 'echo left > file; exit 1', env: {}, workingDirectory: '/workspace', deadline }
    await (await failed.start(command)).exited()
    const { id: snapshot } = await failed.snapshot({ cache: null, origin: {} })
    await failed.destroy()
    for (const _ of [1, 2]) {
      await using it = await talk({ script: 'cat file; echo more >> file' }, null, { base: { snapshot } })
      expect(await text(it.conversation.output)).toBe('left\n')
    }
  })

  test('secrets are available where they were given, and on no disk', async () => {
    const secrets = { TOKEN: 'tok-7Hq2vLx9Zr4mWc8d' }
    await using it = await talk({ script: 'cat /run/secrets/TOKEN', secrets }, null, { secretFiles: true })
    expect(await text(it.conversation.output)).toBe(secrets.TOKEN)
    await using without = await talk({ script: 'ls -A /run/secrets 2>&1; exit 0' }, null)
    expect(await text(without.conversation.output)).not.toContain('TOKEN')
  })

  test('limits, seccomp and capabilities are the same as for steps', async () => {
    const noNew = 'python3 -c "import ctypes; print(\'NoNewPrivs\', ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))"'
    const script = `mount -t tmpfs none /mnt 2>&1; grep -E "^(Seccomp|CapEff):" /proc/self/status; ${noNew}`
    await using it = await talk({ script }, null)
    const shown = await text(it.conversation.output)
    expect(shown).toMatch(/NoNewPrivs 1/)
    expect(shown).toMatch(/Seccomp:\s2/)
    expect(shown).toMatch(/CapEff:\s00000000a80[0-9a-f]+/)
    expect(shown).toMatch(/mount: .*(permission denied|not permitted|must be superuser)/i)
    await using greedy = await talk({ script: 'python3 -c "x = bytearray(1024**3)"; exit 3' }, null)
    expect(await greedy.conversation.exited()).toMatchObject({ limit: 'memory' })
  })

  test('the watchdog ends a conversation at its deadline, and a kill ends all of its processes', async () => {
    expect(await endAtDeadline(500)).toMatchObject({ overdue: true })
    await using it = await talk({ script: "trap '' HUP INT TERM; setsid sleep 1000 & exec sleep 1000" })
    await it.conversation.kill()
    expect(await it.conversation.exited()).toMatchObject({ code: 137 })
  })

  test("a kill spares the monitor, also before it has left the command's groups", async () => {
    await using it = await talk({ script: 'echo up; exec sleep 1000' }, null)
    const { output, kill, exited } = it.conversation
    const got = collect(output)
    await expect.poll(() => got.seen).toBe('up\n')
    const files = sandboxFiles(join(directory, 'sandboxes'), it.sandbox.handle.id)
    const { payload = '', monitor = '' } = readRecord(files.record)?.groups ?? {}
    const pid = await readFile(files.monitorPid, 'utf8')
    // Leaving the groups takes a grace period of the kernel, so the test moves the monitor back.
    await expect.poll(() => processesOf(monitor)).toContain(Number(pid))
    await writeFile(join(payload, 'cgroup.procs'), pid)
    await kill()
    expect(await exited()).toMatchObject({ code: 137 })
  })

  test('no process of a conversation runs after a SIGKILL of its owner, and the next driver removes the rest', async () => {
    const own = await mkdtemp('/var/tmp/harmont-terminal-')
    const module = fileURLToPath(new URL('talking-process.test-support.ts', import.meta.url))
    const child = spawn(process.execPath, [module, own, runtime], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [group = ''] = await once(createInterface(child.stdout), 'line')
    expect(await isPopulated(group)).toBe(true)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    expect(await isEmptyWithin(group, 5_000)).toBe(true)
    await gone
    const next = await openDriver(own, { runtime })
    for (const handle of await next.list()) await (await next.adopt(handle))?.destroy()
    expect(await next.list()).toEqual([])
    await next.close()
    await rm(own, { recursive: true })
  })
})
