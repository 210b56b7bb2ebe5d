import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make', { label: ':rocket: Build & Test :+1: (fast)' }), sh('make', { label: 'Kelvin — ÉTÉ 2x' })]),
}
