import { pipeline, scratch, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      scratch({ image: 'debian:12' }).sh('make a', { label: 'a' }),
      scratch().sh('make b', { label: 'b' }),
      sh('make c', { label: 'c', image: 'node:24' }),
    ]),
}
