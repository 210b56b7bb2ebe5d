import { filesFrom, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const inputs = [
      filesFrom(a, 'dist/**', { optional: true }),
      filesFrom(a, 'gen', { into: 'web', optional: true }),
      filesFrom(a, 'x', { optional: false }),
      { from: a, path: 'y', optional: true },
    ]
    return pipeline([sh('make c', { label: 'c', inputs })])
  },
}
