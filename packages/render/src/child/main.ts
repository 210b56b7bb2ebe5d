/**
 * The child process that evaluates the TypeScript and JavaScript pipelines of a project. Writes its
 * result to a file, which a pipeline's output cannot damage. Exits with 0 after writing the file,
 * and with 1 after one clear message on stderr.
 */
import { renameSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { type Arguments, readArguments } from './arguments.ts'
import { cacheVariable } from './cache-variable.ts'
import { explain } from './explain.ts'
import { registerImports } from './imports.ts'

const given = read()
const cache = process.env[cacheVariable]
// Hides these variables from the pipeline and its child processes.
delete process.env[cacheVariable]
const isOurs = cache !== undefined || process.env.NODE_COMPILE_CACHE_PORTABLE !== undefined
if (isOurs) for (const name of ['NODE_COMPILE_CACHE', 'NODE_COMPILE_CACHE_PORTABLE']) delete process.env[name]
const loaded = registerImports(given.project, cache)
const exit = process.exit.bind(process)
let ended = false
// Without this, a pipeline could end the process before its result is written. Throwing makes it
// fail at its own line.
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ''}) was called. A pipeline file must run to its end.`)
}
process.on('uncaughtException', fail)
process.on('exit', () => {
  if (ended) return
  process.stderr.write(
    '.hm: the program ended before it returned pipelines. They must not wait for something that never happens.\n',
  )
  process.exitCode = 1
})

// Not awaited at the top level, because Node.js would add its own message for a pipeline that never
// resolves. Imported dynamically, because the SDK can be found only after `registerImports`.
import('./evaluate.ts')
  .then(({ evaluate }) => evaluate(given, loaded))
  .then((result) => {
    writeFileSync(`${given.out}.partial`, JSON.stringify(result))
    renameSync(`${given.out}.partial`, given.out)
    end(0)
  })
  .catch(fail)

function read(): Arguments {
  try {
    return readArguments(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${explain(error, { project: given.project, file: '.hm', loaded }).message}\n`)
  end(1)
}

// Flushes printed text before exiting.
function end(code: number): void {
  if (ended) return
  ended = true
  process.stdout.write('', () => process.stderr.write('', () => exit(code)))
}
