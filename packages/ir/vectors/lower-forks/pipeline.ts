import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const a = sh('make a', { label: 'a' })
    const x = a.fork({ label: 'x' })
    return pipeline([
      x.sh('make b', { label: 'b' }),
      x.sh('make c', { label: 'c' }),
      a.fork().fork().sh('make d', { label: 'd' }),
    ])
  },
}
