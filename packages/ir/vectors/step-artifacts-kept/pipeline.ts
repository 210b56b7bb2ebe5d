import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        artifacts: [
          { path: 'dist/**', expires: '7d', required: true },
          { path: 'log', when: 'failed', expires: 3600, required: false },
        ],
      }),
      sh('make b', { label: 'b', artifacts: { path: 'b', required: true } }),
    ]),
}
