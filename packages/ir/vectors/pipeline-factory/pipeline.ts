import { forever, pipeline, sh } from '@harmont/hm'

const ir = pipeline([sh('make a', { label: 'a', cache: forever(), env: { B: 2 } })], { env: { A: 1 }, timeout: 60 })

export const pipelines = [{ slug: 'vec', pipeline: ir }]
