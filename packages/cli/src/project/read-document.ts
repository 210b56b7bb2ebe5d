import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'

const longest = 8 * 1024 * 1024

/** Reads an IR document; `-` is stdin. Throws exit 2 if it cannot be read. */
export async function readDocument(
  { stdin, directory }: Pick<Context, 'stdin' | 'directory'>,
  file: string,
  flag?: string,
): Promise<string> {
  if (file === '-') {
    let text = ''
    for await (const piece of stdin.setEncoding('utf8')) {
      text += piece
      if (text.length > longest) throw usageError('the IR document on stdin exceeds 8 MiB')
    }
    return text
  }
  try {
    return await readFile(resolve(directory, file), 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`${flag === undefined ? '' : `${flag}: `}cannot read ${file}: ${why}`)
  }
}
