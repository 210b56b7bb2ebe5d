import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([sh('make', { label: 'a', env: { B: 'step', C: true, D: 22, TERM: 'xterm' } })], {
      env: { A: 1, B: 'pipeline', DEBIAN_FRONTEND: 'readline' },
    }),
}
