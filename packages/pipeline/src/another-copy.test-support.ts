import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterFile } from '@harmont/test-kit/file'

/** Imports the SDK from a copy of its files, like a program with two installed copies. */
export async function anotherCopy<T = typeof import('./index.ts')>(file = 'index.ts'): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'harmont-another-sdk-'))
  afterFile(() => rmSync(directory, { recursive: true }))
  const here = fileURLToPath(new URL('.', import.meta.url))
  cpSync(join(here, '../package.json'), join(directory, 'package.json'))
  cpSync(here, join(directory, 'src'), { recursive: true, filter: (path) => !/\.test(-support)?\.ts$/.test(path) })
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(directory, 'node_modules'))
  return await import(pathToFileURL(join(directory, 'src', file)).href)
}
