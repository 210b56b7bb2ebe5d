import { pipeline, scratch } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      scratch({ image: 'debian:12' }).sh('make a', { label: 'a', image: 'node:24' }).sh('make b', { label: 'b' }),
    ]),
}
