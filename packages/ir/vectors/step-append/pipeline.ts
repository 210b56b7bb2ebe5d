import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        append: {
          egress: ['*.Example.com', 'github.com:22'],
          idTokens: ['sts.amazonaws.com'],
          secrets: ['NPM_TOKEN', 'B'],
          max: 200,
        },
      }),
    ]),
}
