import { pipeline, sh, timeout } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([timeout('90s', timeout(60, sh('make a', { label: 'a', timeout: '2h' })).sh('make b', { label: 'b' }))]),
}
