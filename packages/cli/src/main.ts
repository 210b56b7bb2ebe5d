import process from 'node:process'
import { exits, HmError } from './errors.ts'
import { watchSignals } from './process/interrupts.ts'
import { runCommandLine } from './run-command-line.ts'

const named = Number(process.env.HM_LAUNCHER)
delete process.env.HM_LAUNCHER
const launcher = Number.isInteger(named) && named > 0 ? named : undefined
const interrupts = watchSignals(launcher)

for (const [stream, name] of [
  [process.stdout, 'data'],
  [process.stderr, 'talk'],
] as const)
  stream.on('error', (error) => {
    // EIO: the terminal was closed.
    if (!('code' in error && (error.code === 'EPIPE' || error.code === 'EIO'))) throw error
    interrupts.readerLeft(name)
  })

function currentDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    throw new HmError(exits.usage, 'no_directory', 'the current directory no longer exists', {
      fix: 'cd to another directory',
      cause: error,
    })
  }
}

const { argv, env, stdin, stdout, stderr } = process
const code = await runCommandLine({
  argv: argv.slice(2),
  env,
  cwd: currentDirectory,
  stdin,
  stdout,
  stderr,
  interrupts,
  launcher,
})
// Exits even with open handles, such as an idle connection or a timer.
stdout.write('', () => stderr.write('', () => process.exit(code)))
