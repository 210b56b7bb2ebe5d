import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', {
        label: 'a',
        idTokens: { AWS_WEB_IDENTITY_TOKEN_FILE: 'sts.amazonaws.com', VAULT: 'https://vault.example.com/é' },
      }),
      sh('make b', { label: 'b', idTokens: {} }),
    ]),
}
