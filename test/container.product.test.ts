/**
 * Runs `hm` in the container of its Dockerfile, with a real Docker daemon that these tests start.
 */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { debianFiles } from '@harmont/outside/debian-image'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DockerDaemon, startDocker } from './docker-daemon.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../packages/cli', import.meta.url))
const { version } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as { version: string }
const image = `harmont/hm:${version}`

const programs = ['dockerd', 'docker', 'mmdebstrap', 'umoci'].filter((name) => !isProgram(name))
const lacks = process.getuid?.() === 0 ? programs : ['root', ...programs]
if (lacks.length > 0) console.warn(`Not run: hm in its container. Missing: ${lacks.join(', ')}`)

function isProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, name)))
}

describe.skipIf(lacks.length > 0)('hm in its container', () => {
  let docker: DockerDaemon
  let home: string
  let project: string

  beforeAll(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'hm-in-docker-')))
    docker = await startDocker(join(home, 'docker'))
    await makeImage()
    project = newProject()
  })
  afterAll(async () => {
    await docker.stop()
    rmSync(home, { recursive: true, force: true })
  })

  /** Builds the base images of the Dockerfile locally, because no registry is reachable. */
  async function makeImage(): Promise<void> {
    const { env } = docker
    const packed = join(home, 'package')
    const onlyNode = join(home, 'node')
    mkdirSync(join(onlyNode, 'usr/local/bin'), { recursive: true })
    symlinkSync(process.execPath, join(onlyNode, 'usr/local/bin/node'))
    const script = `set -e
      docker import "$2" debian:trixie-slim
      tar --dereference -C "$1" -c . | docker import - node:24-trixie-slim`
    await Promise.all([
      run('sh', ['-c', script, 'sh', onlyNode, await debianFiles()], { env }),
      run(process.execPath, [join(cli, 'scripts/build.ts'), packed]),
    ])
    // Without a bridge, only the host network is available.
    const build = ['build', '--network=host', `--tag=${image}`, `--file=${packed}/container/Dockerfile`, packed]
    await run('docker', build, { env: { ...env, DOCKER_BUILDKIT: '0' }, maxBuffer: 2 ** 26 })
  }

  function newProject(): string {
    const directory = join(home, 'project')
    mkdirSync(join(directory, '.hm'), { recursive: true })
    const commands = {
      ci: 'cat note.txt',
      fails: 'exit 3',
      slow: 'trap "echo asked to end; exit" TERM; echo begun; sleep 60 & wait',
      stubborn: 'trap "" TERM; echo begun; while true; do sleep 0.2; done',
    }
    for (const [slug, command] of Object.entries(commands))
      writeFileSync(
        join(directory, `.hm/${slug}.ts`),
        `import { pipeline, sh } from '@harmont/hm'
         export default { slug: '${slug}', pipeline: () => pipeline([sh(${JSON.stringify(command)}, { label: 'one', image: 'host' })]) }`,
      )
    writeFileSync(join(directory, 'note.txt'), 'of this project\n')
    execFileSync('git', ['init', '-q', directory])
    return directory
  }

  function start(...line: string[]) {
    const child = spawn(process.execPath, ['--', join(cli, 'bin/hm.js'), ...line], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...docker.env, HOME: home, HM_SANDBOX: 'docker', HM_SANDBOX__CONTAINER_NETWORK: 'none' },
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
    const end = once(child, 'close').then(() => ({ code: child.exitCode, ...said }))
    const wrote = (words: string) => expect.poll(() => said.stderr).toContain(words)
    return { child, end, wrote, begun: () => wrote('[one] begun') }
  }

  const containers = async () => (await run('docker', ['ps', '-aq'], { env: docker.env })).stdout

  test('steps run, their exit codes are passed on, and records persist', async () => {
    expect(await start('run', 'ci', '--logs').end).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('[one] of this project'),
    })
    expect(await start('logs').end).toMatchObject({ code: 0, stdout: expect.stringContaining('of this project') })
    expect(await start('run', 'fails', '--logs').end).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[one] end exit=3'),
    })
    expect(await containers()).toBe('')
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s reaches the step once', async ([signal, code]) => {
    const { child, end, begun } = start('run', 'slow', '--logs')
    await begun()
    child.kill(signal)
    expect(await end).toMatchObject({ code, stderr: expect.stringContaining('[one] asked to end') })
    expect(await containers()).toBe('')
  })

  test('the second Ctrl-C kills steps that do not end', async () => {
    const { child, end, begun, wrote } = start('run', 'stubborn', '--logs')
    await begun()
    child.kill('SIGINT')
    await wrote('sent SIGTERM, SIGKILL in')
    expect(child.exitCode).toBe(null)
    child.kill('SIGINT')
    expect(await end).toMatchObject({ code: 130 })
    await expect.poll(containers).toBe('')
  })

  test('the next hm removes the remains of a killed hm', async () => {
    const { child, end, begun } = start('run', 'stubborn', '--logs')
    await begun()
    const left = (await containers()).trim()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await start('run', 'ci', '--logs').end).toMatchObject({ code: 0 })
    expect(await containers()).not.toContain(left)
    await end
  })

  test('missing control groups of version 2 cause one clear error', async () => {
    // Simulates Docker on a machine with both versions of control groups.
    const mounts = ['--volume=harmont-cache:/var/cache/hm', `--volume=${project}:${project}`, `--workdir=${project}`]
    const options = [...mounts, '--network=none', '--tmpfs=/sys/fs/cgroup', '--env=HM_CACHE_DIR=/var/cache/hm']
    const line = ['run', '--rm', '--privileged', ...options, image, 'run', 'ci']
    await expect(run('docker', line, { env: docker.env })).rejects.toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error\[no_sandboxes\]: /m),
    })
  })

  test('a missing image is not fetched and exits with 4', async () => {
    expect(await start('config', 'set', '--project', 'sandbox.container_image', 'harmont/hm:none').end).toMatchObject({
      code: 0,
    })
    expect(await start('run', 'ci').end).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('error[no_sandboxes]: Docker has no image harmont/hm:none\nfix: docker pull'),
    })
    rmSync(join(project, '.hm/config.toml'))
  })
})
