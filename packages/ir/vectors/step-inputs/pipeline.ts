import { filesFrom, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const b = a.sh('make b', { label: 'b' })
    return pipeline([
      sh('make c', { label: 'c', inputs: [filesFrom(b, 'dist/**', 'web'), filesFrom(a, 'gen'), filesFrom(b, 'x')] }),
    ])
  },
}
