/**
 * `npm run check`: all static checks of the code. All parts run, even after a failure; the exit
 * code is 1 if one failed.
 */
import { spawn } from 'node:child_process'
import process from 'node:process'

/**
 * The compiler of TypeScript 7, which is ten times as fast. dependency-cruiser and
 * openapi-typescript need the API of version 5.
 */
const tsc = ['node', 'node_modules/typescript7/bin/tsc', '--noEmit', '-p']

/** Makes the compiler check only the changes since the last run. */
function remembering(name: string): string[] {
  return ['--incremental', '--tsBuildInfoFile', `node_modules/.cache/${name}.tsbuildinfo`]
}

const parts = [
  { name: 'types', command: [...tsc, '.', ...remembering('root')] },
  { name: 'types of the web', command: [...tsc, 'packages/web', ...remembering('web')] },
  { name: 'format and lint', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  {
    name: 'imports',
    command: ['depcruise', '--output-type', 'err', 'contract', 'packages', 'scripts', 'bench', 'test'],
  },
  { name: 'guarantees', command: ['node', 'scripts/check-guarantees.ts'] },
  { name: 'citations', command: ['node', 'scripts/check-citations.ts'] },
  { name: 'weight of the web', command: ['npm', 'run', '--silent', 'weight'] },
  { name: 'generated files', command: ['node', 'contract/generate.ts', '--check'] },
  { name: 'schemas of hm', command: ['node', 'packages/cli/scripts/json/generate.ts', '--check'] },
  { name: 'llms.txt', command: ['node', 'scripts/llms.ts', '--check'] },
  { name: 'generated types', command: ['node', 'packages/pipeline/scripts/types.ts', '--check'] },
] as const

/** Runs one part. Returns its exit code and output. */
function run([program, ...args]: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? '', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

let failed = 0
for (const { name, command } of parts) {
  const started = Date.now()
  const { code, output } = await run(command)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (code === 0) continue
  failed += 1
  console.log(output.trimEnd())
}
process.exit(failed === 0 ? 0 : 1)
