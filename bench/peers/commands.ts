import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import type { Once } from './peer.ts'

/** A command line in a folder, with additional environment variables. */
export interface Command {
  readonly folder: string
  readonly line: readonly [program: string, ...args: string[]]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a command to its end. Passes each piece of its output to `onPiece` and returns all of it;
 * throws unless it exits with 0.
 */
export async function output(command: Command, onPiece: (piece: Buffer) => void = () => undefined): Promise<string> {
  const { folder, line, env } = command
  const [program, ...args] = line
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pieces: Buffer[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece)
      onPiece(piece)
    })
  const [code] = await once(child, 'close')
  const text = Buffer.concat(pieces).toString()
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${text.trim().slice(-2_000)}`)
  return text
}

/** Measures a command from start to end. */
export function whole(command: Command): Once {
  return async () => {
    await output(command)
    return undefined
  }
}

/** Measures a command from its start to its first line with this word. */
export function toWord(word: string, command: Command): Once {
  return async () => {
    const began = performance.now()
    let [text, ms] = ['', Number.NaN]
    await output(command, (piece) => {
      text += piece
      if (Number.isNaN(ms) && text.includes(word)) ms = performance.now() - began
    })
    if (Number.isNaN(ms)) throw new Error(`${command.line[0]} did not write ${word}: ${text.slice(-2_000)}`)
    return ms
  }
}

/** Measures a command whose output must have at least a hundred megabytes. */
export function toBytes(command: Command): Once {
  return async () => {
    const text = await output(command)
    if (text.length < logBytes) throw new Error(`it showed ${text.length} of ${logBytes} bytes`)
    return undefined
  }
}

export const logBytes = 100_000_000
export const logScript = `yes ${'x'.repeat(99)} | head -c ${logBytes}`
/** The command must not contain the word, because many peers show the command before its output. */
export const firstLineScript = 'expr 41000 + 1'
export const firstWord = '41001'

/** Writes files below a folder. */
export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

/** Returns `count` numbered items. */
export function numbered<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

const sourceFiles = 3_000

/** Writes the source files of the benchmark `unchanged`. */
export async function writeSource(folder: string): Promise<void> {
  await write(
    folder,
    Object.fromEntries(
      numbered(sourceFiles, (at) => [`src/d${Math.floor(at / 100)}/f${at}.ts`, `export const v = ${at}\n`]),
    ),
  )
}

/** Initializes a repository with one commit in a folder, which several peers require. */
export async function commit(folder: string): Promise<void> {
  const git = (...args: string[]) =>
    output({ folder, line: ['git', '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args] })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'Bench')
  await git('remote', 'add', 'origin', 'https://git.example.com/bench/bench.git')
}
