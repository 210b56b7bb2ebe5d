import { filesFrom, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const b = sh('make b', { label: 'b' })
    return pipeline([a, sh('make c', { label: 'c', inputs: filesFrom(a, 'gen'), dependsOn: b })])
  },
}
