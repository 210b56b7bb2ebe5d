import { pipeline, scratch, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline(
      [
        sh('make a', { label: 'a' }).sh('make b', { label: 'b' }),
        sh('make c', { label: 'c', image: 'node:24' }),
        scratch({ image: 'alpine' }).sh('make d', { label: 'd' }),
      ],
      { defaultImage: 'debian:12' },
    ),
}
