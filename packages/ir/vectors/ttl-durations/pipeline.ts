import { pipeline, sh, ttl } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make 0', { label: 's0', cache: ttl('90s', { envKeys: ['A'] }) }),
      sh('make 1', { label: 's1', cache: ttl('1h30m', { envKeys: ['A'] }) }),
      sh('make 2', { label: 's2', cache: ttl('1d', { envKeys: ['A'] }) }),
      sh('make 3', { label: 's3', cache: ttl('2d3h4m5s', { envKeys: ['A'] }) }),
      sh('make 4', { label: 's4', cache: ttl(45) }),
    ]),
}
