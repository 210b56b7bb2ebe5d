import { pipeline, retry, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        retry: retry(2, { reasons: ['out_of_memory'], signals: ['SIGKILL'], exitCodes: [1, 75], delay: '10s' }),
      }),
    ]),
}
