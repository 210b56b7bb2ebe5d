/** Renders a pipeline of this checkout with the SDK's own program, as `hm` will. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { parsePlan } from '@harmont/ir'
import type { StepShape } from './view.ts'

const run = promisify(execFile)

export interface Rendered {
  readonly ir: string
  readonly shapes: readonly StepShape[]
}

/** Fails with the pipeline program's own message when it cannot be rendered or planned. */
export async function renderPipeline(root: string, slug: string): Promise<Rendered> {
  const folder = await mkdtemp(join(tmpdir(), 'harmont-render-'))
  try {
    const file = join(folder, 'ir.json')
    const program = join(root, 'packages/pipeline/src/render/main.ts')
    await run(process.execPath, [program, '--dir', root, '--slug', slug, '--out', file])
    const ir = await readFile(file, 'utf8')
    const planned = parsePlan(ir)
    if (!planned.ok) throw new Error(planned.error.message)
    const { steps } = planned.plan
    const shapes = steps.map((step) => ({
      key: step.key,
      name: step.name,
      parent: step.buildsIn === null ? null : (steps[step.buildsIn]?.key ?? null),
    }))
    return { ir, shapes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
