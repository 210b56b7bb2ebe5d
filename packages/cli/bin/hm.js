#!/usr/bin/env -S node --
// Plain JavaScript, because any Node.js from 20 on may start it. Runs `hm` on the pinned Node.js
// 24: in this process if it is Node.js 24, otherwise in a child process that receives all signals.
// A published package runs its bundle. A checkout runs its own bundle, or its sources if they have
// changed. Without `--` Node.js would take an --env-file of `hm` for its own, anywhere on the line.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const major = Number(process.versions.node.split('.')[0])
const [first, ...others] = process.argv.slice(2)

if ((first === '--version' || first === '-V') && others.length === 0)
  process.stdout.write(`${JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version}\n`)
else if (major === 24) await here()
else {
  const pinned = pinnedNode()
  if (pinned !== undefined) there(pinned)
  else if (major > 24) await here()
  else {
    process.stderr.write(
      `error[node_missing]: hm needs Node.js 24, this is ${process.versions.node}, and the npm package "node" that hm depends on has no program\n` +
        'fix: npm install with its install scripts allowed (npm install --allow-scripts=node), or use Node.js 24\n',
    )
    process.exitCode = 4
  }
}

async function here() {
  const { env } = process
  const cache = env.HM_CACHE_DIR || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hm')
  // Avoids Node's default location, which is in the shared /tmp.
  module.enableCompileCache?.(join(cache, 'compiled'))
  const source = join(home, 'src', 'main.ts')
  if (!existsSync(source)) await import(join(home, 'lib', 'main.js'))
  else {
    const { builtProgram } = await import('../../../scripts/built-programs.js')
    await import(builtProgram('hm') ?? source)
  }
}

/** Returns the path of the program in the npm package `node`, wherever npm installed it. */
function pinnedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let directory = home; ; directory = dirname(directory)) {
    const program = join(directory, 'node_modules', 'node', 'bin', name)
    if (existsSync(program)) return program
    if (directory === dirname(directory)) return undefined
  }
}

function there(node) {
  const child = spawn(node, ['--', fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, HM_LAUNCHER: String(process.pid) },
  })
  // The terminal also sends Ctrl-C to the child. The different signal lets the child recognise a
  // duplicate.
  const passedAs = { SIGINT: 'SIGUSR2', SIGTERM: 'SIGTERM', SIGHUP: 'SIGHUP', SIGQUIT: 'SIGQUIT' }
  for (const [signal, name] of Object.entries(passedAs))
    process.on(signal, () => process.platform !== 'win32' && child.kill(name))
  child.on('error', (error) => {
    process.stderr.write(`error[node_missing]: ${node} does not start: ${error.message}\nfix: npm install\n`)
    process.exit(4)
  })
  child.on('exit', (code, signal) => {
    // A signal passed on while the child exits can still kill it.
    const ended = { SIGINT: 130, SIGUSR2: 130, SIGTERM: 143, SIGHUP: 143 }
    if (signal === null || signal in ended) process.exit(signal === null ? code : ended[signal])
    for (const name of Object.keys(passedAs)) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}
